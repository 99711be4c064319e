import { foldText } from '../ledger/keys.ts';

/** Something in a line's text that names one business event: an invoice, cheque, payout or end-to-end id. */
export interface Identifier {
  /** Letters and digits only, upper case, as in `INV260442`. */
  readonly key: string;
  /** What stands before the digits, as one word for all its spellings (`INVOICE` and `INV` are `INV`); empty when nothing. */
  readonly kind: string;
  /** The digits without leading zeros; empty when letters and digits are mixed. */
  readonly digits: string;
}

// Spellings of one kind of document, in the languages that bank texts come in.
const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    INV: 'INV INVOICE INVOICES INVNO RE RG RECHNUNG RECHNUNGSNR RNR FACTURE FACT FAC FACTURA BILL',
    CHK: 'CHK CK CHQ CHECK CHEQUE SCHECK',
    CN: 'CN CRN CREDITNOTE GUTSCHRIFT',
    PO: 'PO ORDER ORD BESTELLUNG',
    PAYOUT: 'PAYOUT PYT',
    PMT: 'PMT PAY PAYMENT PYMT',
    REF: 'REF REFERENCE RF TRN',
    DEP: 'DEP DEPOSIT SLIP',
  }).flatMap(([kind, words]) => words.split(' ').map((word) => [word, kind] as const)),
);
// Kinds that say nothing about which register the number is from: they agree with every other.
const NEUTRAL = new Set(['', 'REF', 'NO', 'NR', 'NUM', 'NUMBER', 'ID', 'PMT', 'TRX', 'TXN', 'FOR', 'OF']);
const SHORTEST_DIGITS = 4;
const SHORTEST_KNOWN = 3;
const SHORTEST_MIXED = 6;
// A text of a megabyte has no more to say than its beginning.
const LONGEST_TEXT = 400;
const MOST = 12;

// A word that may hold a number, with the separators inside it: INV-26-0442, 4411/7, po_1NkX9f.
const WORDS = /[A-Z0-9]+(?:[-/_.][A-Z0-9]+)*/g;
const DATE =
  /^(?:(?:19|20)\d{2}[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[-/.](?:(?:19|20)\d{2}|\d{2}))?)$/;
const AMOUNT = /^\d{1,3}(?:[.,]\d{3})*[.,]\d{2}$|^\d+[.,]\d{2}$/;

/**
 * The identifiers in some texts, in the order in which they stand there. Dates, amounts, short numbers and plain words are
 * none. `INV-0442`, `Invoice 0442` and `inv0442` give the same kind and digits.
 */
export function identifiersIn(...texts: readonly (string | null)[]): Identifier[] {
  const found = new Map<string, Identifier>();
  for (const text of texts) {
    if (text === null || text === '') continue;
    let before = '';
    for (const word of foldText(text.slice(0, LONGEST_TEXT)).toUpperCase().match(WORDS) ?? []) {
      const identifier = DATE.test(word) || AMOUNT.test(word) ? null : identifierOf(word, before);
      if (identifier && found.size < MOST && !found.has(identifier.key))
        found.set(identifier.key, identifier);
      if (/^[A-Z]+$/.test(word))
        before = NEUTRAL.has(word) && before !== '' && word !== 'PMT' ? before : word;
      else before = '';
    }
  }
  return [...found.values()];
}

function identifierOf(word: string, before: string): Identifier | null {
  const key = word.replace(/[^A-Z0-9]/g, '');
  const [, letters = '', rest = ''] = /^([A-Z]*)(\d+)$/.exec(key) ?? [];
  if (rest !== '') {
    const digits = rest.replace(/^0+(?=\d)/, '');
    const said = letters === '' ? before : letters;
    const kind = letters === '' && !KINDS.has(before) ? '' : kindOf(said);
    const shortest = kind === '' || NEUTRAL.has(kind) ? SHORTEST_DIGITS : SHORTEST_KNOWN;
    return rest.length < shortest ? null : { key, kind, digits };
  }
  const digitCount = key.replace(/[A-Z]/g, '').length;
  if (key.length < SHORTEST_MIXED || digitCount < 2) return null;
  return { key, kind: kindOf(/^[A-Z]*/.exec(key)?.[0] ?? ''), digits: '' };
}

function kindOf(letters: string): string {
  return KINDS.get(letters) ?? letters;
}

/** True when two identifiers name the same thing, spelled the same or not. */
export function sameIdentifier(a: Identifier, b: Identifier): boolean {
  if (a.key === b.key) return true;
  if (a.digits === '' || a.digits !== b.digits) return false;
  return a.kind === b.kind || NEUTRAL.has(a.kind) || NEUTRAL.has(b.kind);
}

/** True when two identifiers are of one register and name different things: two invoice numbers, two cheque numbers. */
export function contradicts(a: Identifier, b: Identifier): boolean {
  if (sameIdentifier(a, b) || a.kind !== b.kind || NEUTRAL.has(a.kind)) return false;
  return a.key.length === b.key.length || (a.digits !== '' && b.digits !== '');
}

/** What identifiers are looked up by: equal for all that {@link sameIdentifier} may call the same. */
export function lookupKeys(identifier: Identifier): readonly string[] {
  return identifier.digits === '' ? [identifier.key] : [`#${identifier.digits}`];
}
