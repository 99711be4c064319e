import { foldText } from '../ledger/keys.ts';

/** Something in a line's text that names one business event: an invoice, cheque, payout or end-to-end id. */
export interface Identifier {
  /** Letters and digits only, upper case, as in `INV260442`. */
  readonly key: string;
  /** What stands before the digits, as one word for all its spellings (`INVOICE` and `INV` are `INV`); empty when nothing. */
  readonly kind: string;
  /** The digits without leading zeros; empty when letters and digits are mixed. */
  readonly digits: string;
  /** The key with letters and digits that are taken for each other made the same; empty for short ones. */
  readonly look: string;
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
const LONGEST_JOINED = 12;
const MOST = 12;
// Between a kind and its number, or between the numbers of one list: Invoices no. 1001, 1002 and 1003.
const LINKS = new Set('NO NR NUM NUMBER NUMERO AND UND ET FOR OF REF ID'.split(' '));

// A word that may hold a number, with the separators inside it: INV-26-0442, 4411/7, po_1NkX9f.
const WORDS = /[A-Z0-9]+(?:[-/_.][A-Z0-9]+)*/g;
const DATE =
  /^(?:(?:19|20)\d{2}([-/.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])(?:\2(?:(?:19|20)\d{2}|\d{2}))?|(?:19|20)\d{2}[-/.](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/.](?:19|20)\d{2})$/;
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
    let digits = '';
    const keep = (identifier: Identifier | null) => {
      if (identifier && found.size < MOST && !found.has(identifier.key))
        found.set(identifier.key, identifier);
    };
    for (const word of foldText(text.slice(0, LONGEST_TEXT)).toUpperCase().match(WORDS) ?? []) {
      const number = /^\d+$/.test(word);
      if (!DATE.test(word) && !AMOUNT.test(word)) keep(identifierOf(word, before));
      // `INV 26 0442` is INV-26-0442 whose separators were lost.
      digits = number && KINDS.has(before) ? digits + word : '';
      if (digits.length > word.length && digits.length <= LONGEST_JOINED)
        keep(identifierOf(kindOf(before) + digits, ''));
      if (/^[A-Z]+$/.test(word)) before = LINKS.has(word) && before !== '' ? before : word;
      else if (!number || !KINDS.has(before)) before = '';
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
    return rest.length < shortest ? null : { key, kind, digits, look: lookOf(key) };
  }
  const digitCount = key.replace(/[A-Z]/g, '').length;
  if (key.length < SHORTEST_MIXED || digitCount < 2) return null;
  return { key, kind: kindOf(/^[A-Z]*/.exec(key)?.[0] ?? ''), digits: '', look: lookOf(key) };
}

function kindOf(letters: string): string {
  return KINDS.get(letters) ?? letters;
}

/** True when two identifiers name the same thing, spelled the same or not. */
export function sameIdentifier(a: Identifier, b: Identifier): boolean {
  if (a.key === b.key) return true;
  if (a.digits === '' || a.digits !== b.digits) return a.look !== '' && a.look === b.look;
  const [short, long] = a.kind.length <= b.kind.length ? [a.kind, b.kind] : [b.kind, a.kind];
  return NEUTRAL.has(a.kind) || NEUTRAL.has(b.kind) || (short.length >= 2 && long.startsWith(short));
}

// What a scanner or a tired eye takes for each other.
function lookOf(key: string): string {
  if (key.length < SHORTEST_MIXED) return '';
  return key
    .replace(/[OQD]/g, '0')
    .replace(/[IL]/g, '1')
    .replaceAll('S', '5')
    .replaceAll('B', '8')
    .replaceAll('Z', '2');
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
