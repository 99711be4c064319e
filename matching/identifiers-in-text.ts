import { STANDING_REFERENCE, foldText } from '../ledger/keys.ts';
import { type Identifier, isNeutral, referenceIdentifier } from './identifiers.ts';

const kindsOf = (words: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries(words).flatMap(([kind, spelled]) =>
      spelled.split(' ').map((word) => [word, kind] as const),
    ),
  );

// Spellings of one kind of document, in the languages that bank texts come in.
const DOCUMENTS = kindsOf({
  INV:
    'INV INVS INVOICE INVOICES INVNO IV SI FV RE RG RGNR RENR RECHN RECHNUNG RECHNUNGEN RECHNUNGSNR RNR FACTURE FACTURES FACT FAC FACTURA FACTURAS ' +
    'FRA FT FTT FPR FPA FATT FATTURA FATTURE FATURA NF NFE FACTUUR FACTUURNR FACTNR FAKTURA FAKTURANR FAKT BILL BILLS',
  CHK: 'CHK CK CKS CHQ CHQS CHECK CHECKS CHEQUE CHEQUES CHEQUENO SCHECK SCHECKNR ASSEGNO TALON',
  CN: 'CN CRN CREDITNOTE GUTSCHRIFT GS NC NCR AVOIR CREDITNOTA KREDITNOTA ABONO',
  PO: 'PO ORDER ORDERS ORD ORDERNR BESTELLUNG BESTELLNR COMMANDE PEDIDO ORDINE AUFTRAG',
  PAYOUT: 'PAYOUT PYT',
  PMT: 'PMT PAY PAYMENT PYMT',
  REF: 'REF REFERENCE RF TRN',
  DEP: 'DEP DEPOSIT SLIP',
});
// What stands on every payment: whoever shares it shares a party, not an event.
const STANDING = kindsOf({
  ACCOUNT: 'ACC ACCT ACCOUNT KTO KONTO IBAN BIC',
  CUSTOMER:
    'KNR KD KDNR KUNDE KUNDENNR KUNDENNUMMER CUST CUSTOMER CUSTNO CLIENT CLIENTE CLI KUNDNR KLANT KLANTNR MEMBER MITGLIED MITGLIEDSNR',
  PREMISES: 'UNIT APT APARTMENT FLAT SUITE WOHNUNG WHG',
  CONTRACT: 'POLICY CONTRACT VERTRAG VERTRAGSNR VTR LEASE MANDATE MANDAT MREF',
  TERMINAL: 'TID TERMINAL MID MERCHANT STORE CARD KARTE',
  TAX: 'VAT UST USTID TAX STEUERNR EORI',
  PHONE: 'TEL PHONE',
});
const standingKey = new RegExp(STANDING_REFERENCE);
const SHORTEST_DIGITS = 4;
const SHORTEST_KNOWN = 3;
const SHORTEST_MIXED = 5;
// A text of a megabyte has no more to say than its beginning.
export const LONGEST_TEXT = 400;
const LONGEST_JOINED = 12;
const MOST = 12;
const SEPARATOR = /[-/_.]/;
// Between a kind and its number, or between the numbers of one list: Invoices no. 1001, 1002 and 1003.
const LINKS = new Set('NO NR N NUM NUMBER NUMERO AND UND ET FOR OF REF ID PAID PRESENTED'.split(' '));
/** `NOT FOR INV-88011` names what it is not about. */
export const NOT = new Set('NOT NICHT PAS'.split(' '));
// What banks write where a payer wrote nothing.
const PLACEHOLDER = /^(?:NOTPROVIDED|NONREF|NONE|NA|UNKNOWN|KEINE|XXX+|0+)$/;

// A word that may hold a number, with the separators inside it: INV-26-0442, 4411/7, po_1NkX9f.
const WORDS = /[A-Z0-9]+(?:[-/_.][A-Z0-9]+)*/g;
// Before a number that a bank gives to a transfer: INV-1013 TO 1015-N564965843891512.
const LONG_DIGITS = /\d{12}/;
const BANKS_OWN = /[-/](?=[A-Z]{0,5}\d{12,}(?![A-Z\d]))/g;
const DATE =
  /^(?:(?:19|20)\d{2}([-/.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])20[123]\d|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])(?:\2(?:(?:19|20)\d{2}|\d{2}))?|(?:19|20)\d{2}[-/.](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/.](?:19|20)\d{2})$/;
const AMOUNT = /^\d{1,3}(?:[.,]\d{3})*[.,]\d{2}$|^\d+[.,]\d{2}$/;
// A branch of a British bank: 20-44-19.
const SORT_CODE = /^\d{2}-\d{2}-\d{2}$/;
const YEAR = /^(?:19|20)\d{2}$/;
// Numbers that begin anew each year: INV-2026-0442, F2026135, 2026/0118, FV/17899/2026.
const YEARLY = /^(20[123]\d)(\d{3,})$/;
const COUNTED_ANEW = /^20[123]\d[-/_.]\d{3,}$/;
const YEAR_LAST = /^[A-Z]*[-/_.]?(\d{3,})(?:[-/_.](20[123]\d)|\/([23]\d))$/;
// Or each month: FV/0038/01/2022, fv 38/1/22.
const MONTHLY = /^[A-Z]*[-/_.]?(\d{1,6})[-/_.](0?[1-9]|1[0-2])[-/_.](?:20)?([123]\d)$/;
const RANGE = /^([A-Z]*)-?(\d{3,})-(\d{3,})$/;
const LONGEST_RANGE = 12;
// Who has no room for the whole of a random id writes its first group.
const RANDOM = /(?:^|[/_.])([0-9A-F]{8})-[0-9A-F]{4}(?:-[0-9A-F]+)*(?=$|[/_.])/;
const NUMBER_FIELD = /^(?:\d{6,}|[A-Z]{3,5}\d{8,})$/;
// Of a business year: INV/22-23/0651, 1137/2025-26.
const FISCAL = /^[A-Z]*[-/_.]?(?:20)?(\d\d)[-/](\d\d)[-/_.](\d{3,})$/;
const FISCAL_LAST = /(?:^|[-/_.])([A-Z]*[-/_.]?(\d{1,6})[-/_](?:20)?([123]\d)-([123]\d))(?=$|[-/_.])/;
// The last of a list: INV-975 TO 978.
// Payers' references of the north and the Netherlands.
const CHECKED = new Set('KID OCR BETALINGSKENMERK'.split(' '));
const SHORTEST_CHECKED = 5;
const UP_TO = new Set('TO BIS THRU UNTIL AL TOT TIL'.split(' '));
const LIST = /^([A-Z]*)[-]?(\d{3,})((?:[/_]\d{3,})+|(?:-\d{3,}){2,})$/;
// What says that a number follows, and not of what.
const NUMBERS = new Set('N NO NR NUM NUMBER NUMERO'.split(' '));

/**
 * The identifiers in some texts, in the order in which they stand there. Dates, amounts, short numbers, placeholders and
 * plain words are none. `INV-0442`, `Invoice 0442` and `inv0442` give the same kind and digits.
 */
export function identifiersIn(...texts: readonly (string | null)[]): Identifier[] {
  const found = new Map<string, Identifier>();
  for (const text of texts) collect(found, text);
  return withoutBareNumbers(found);
}

/** The same, and the keys of those that the first text names by itself. */
export function identifiersInColumn(
  column: string | null,
  ...texts: readonly (string | null)[]
): { all: Identifier[]; own: ReadonlySet<string> } {
  const found = new Map<string, Identifier>();
  collect(found, column);
  const own = found.size === 0 ? NO_KEYS : new Set(withoutBareNumbers(found).map(({ key }) => key));
  for (const text of texts) collect(found, text);
  return { all: withoutBareNumbers(found), own };
}

const NO_KEYS: ReadonlySet<string> = new Set();

function collect(found: Map<string, Identifier>, text: string | null): void {
  // What has no digit names nothing.
  if (text === null || !/\d/.test(text)) return;
  let [before, digits, denied, from] = ['', '', 0, ''];
  let last = '';
  const keep = (identifier: Identifier | null) => {
    if (identifier && found.size < MOST && !found.has(identifier.key)) found.set(identifier.key, identifier);
  };
  const folded = foldText(text.slice(0, LONGEST_TEXT)).toUpperCase();
  const plain = LONG_DIGITS.test(folded) ? folded.replace(BANKS_OWN, ' ') : folded;
  for (const word of plain.match(WORDS) ?? []) {
    const number = /^\d+$/.test(word);
    denied = NOT.has(word) ? 2 : word === 'FOR' ? denied : denied - 1;
    // Most words of a text have no digit, and name nothing. `NOT FOR INV-88011` names what it is not about.
    if (denied < 1 && /\d/.test(word) && !isDateOrAmount(word, before)) {
      for (const one of listed(word, before)) keep(identifierOf(one, before));
      if (from !== '') for (const one of rangeFrom(from, word, before)) keep(identifierOf(one, before));
      // A payer's reference is the invoice's number and a check digit.
      if (number && CHECKED.has(before) && word.length >= SHORTEST_CHECKED)
        keep(identifierOf(word.slice(0, -1), ''));
    }
    from = UP_TO.has(word) ? last : '';
    last = word;
    // `INV 26 0442` is INV-26-0442 whose separators were lost.
    digits = number && DOCUMENTS.has(before) ? digits + word : '';
    if (digits.length > word.length && digits.length <= LONGEST_JOINED)
      keep(identifierOf(`${kindOf(before)}${digits}`, ''));
    if (/^[A-Z]+(?:[-/_.][A-Z]+)*$/.test(word)) before = kindBefore(word, before);
    else if (!number || !(DOCUMENTS.has(before) || STANDING.has(before))) before = '';
  }
}

// The word that says what the next number is of: `RECHNUNG` of `Rechnung Nr.`, `RG` of `RG-NR.`, `CHECK` of `CHECK DEPOSIT`.
function kindBefore(word: string, before: string): string {
  const isKnown = DOCUMENTS.has(before) || STANDING.has(before) || NUMBERS.has(before);
  if (isKnown && (LINKS.has(word) || UP_TO.has(word))) return before;
  if (kindOf(before) === 'CHK' && kindOf(word) === 'DEP') return before;
  const pieces = word.split(/[-/_.]/);
  return pieces.find((piece) => DOCUMENTS.has(piece) || STANDING.has(piece)) ?? pieces.at(-1) ?? word;
}

function isDateOrAmount(word: string, before: string): boolean {
  return (DATE.test(word) && !isMonthly(word, before)) || AMOUNT.test(word) || SORT_CODE.test(word);
}

// The same number with its kind and without it is one.
function withoutBareNumbers(found: ReadonlyMap<string, Identifier>): Identifier[] {
  const all = [...found.values()];
  if (all.length < 2) return all;
  const kinds = new Set(all.filter(({ kind }) => !isNeutral(kind)).map((one) => one.digits));
  return all.filter(({ kind, digits }) => digits === '' || !isNeutral(kind) || !kinds.has(digits));
}

/**
 * A reference column names something, also where its text alone would not: `A1`, `LEASE-77`, and 2088, which elsewhere is
 * a year and here may be a cheque.
 */
export function withReference(key: string | null, identifiers: readonly Identifier[]): readonly Identifier[] {
  const none = key === null || key.length < 2 || !/\d/.test(key) || PLACEHOLDER.test(key);
  if (none || identifiers.some((one) => one.key === key)) return identifiers;
  return [...identifiers, referenceIdentifier(key, standingKey.test(key))];
}

/**
 * A number that is counted anew each year or month, whose letters and digits alone do not tell which of them are the year:
 * `2026/0501`, which is no date, and `FT498/2026`. Null for every other reference.
 */
export function countedAnew(reference: string | null): string | null {
  if (reference === null || !/\d[-/_.]\d/.test(reference)) return null;
  const word = foldText(reference).toUpperCase().replace(/\s+/g, '');
  return [COUNTED_ANEW, YEAR_LAST, FISCAL, FISCAL_LAST, MONTHLY].some((form) => form.test(word))
    ? word
    : null;
}

/** True for a reference that a word says to stand on every payment, as `Unit C156`. */
export function isLabelledStanding(reference: string): boolean {
  const [, word = ''] = LABELLED.exec(reference.trim()) ?? [];
  return STANDING.has(word.toUpperCase());
}

const LABELLED = /^([A-Za-z]+)[ .:#-]+[A-Za-z]?\d/;

/** True for a key that is a date, a year, or what banks write where a payer wrote nothing. */
export function isDateOrPlaceholder(key: string): boolean {
  return PLACEHOLDER.test(key) || YEAR.test(key) || DATE.test(key);
}

// `FV 12/1/22` is the twelfth of that month.
function isMonthly(word: string, before: string): boolean {
  return kindOf(before) === 'INV' && MONTHLY.test(word);
}

// `INV4502/4503/4504` names three, and `SI-301-304` four, unless it is one number of two parts.
function listed(word: string, before: string): string[] {
  if (!SEPARATOR.test(word)) return [word];
  const [, group] = RANDOM.exec(word) ?? [];
  if (group !== undefined) return [word, group];
  const range = rangeIn(word, before);
  if (range.length > 0) return [word, ...range];
  const [, fiscal] = FISCAL_LAST.exec(word) ?? [];
  const fields = fieldsIn(word);
  if (fiscal !== undefined && fiscal !== word) fields.push(fiscal);
  if (fields.length > 0) return [word, ...fields];
  const [, letters, first, rest] = LIST.exec(word) ?? [];
  if (letters === undefined || first === undefined || rest === undefined) return [word];
  if (rest.startsWith('-') && letters === '' && !DOCUMENTS.has(before)) return [word];
  const more = rest.split(/[-/_]/).filter((one) => one !== '');
  // 5111/2026 is one number, of a year.
  if (more.some((one) => one.length !== first.length) || [first, ...more].some((one) => YEAR.test(one)))
    return [word];
  return [first, ...more].map((one) => `${letters}${one}`);
}

// `CLG/000262/UTIB` and `RTGS-UTIBR590986779744438-DECCAN` are fields of a bank's text, of which one is the number.
function fieldsIn(word: string): string[] {
  const fields = word.split(/[-/_.]/);
  if (DOCUMENTS.has(fields[0] ?? '') || !fields.some((field) => /^[A-Z]{2,}$/.test(field))) return [];
  return fields.filter((field) => NUMBER_FIELD.test(field));
}

/** What lies between `INV-975` and the `978` in `INV-975 TO 978`, and it. */
function rangeFrom(first: string, last: string, before: string): string[] {
  const [, prefix = '', from = ''] = /^(.*[^0-9]|)(\d{3,})$/.exec(first) ?? [];
  if (from === '' || !/^\d+$/.test(last) || (prefix === '' && !DOCUMENTS.has(before))) return [];
  return numbersBetween(from, last).map((number) => prefix + number);
}

function rangeIn(word: string, before: string): string[] {
  const [, letters = '', first = '', last = ''] = RANGE.exec(word) ?? [];
  if (letters === '' && !DOCUMENTS.has(before)) return [];
  return numbersBetween(first, last).map((number) => letters + number);
}

/** All numbers from the first to the last; none where those are no short range. */
function numbersBetween(first: string, last: string): string[] {
  const [from, to] = [parseInt(first, 10), parseInt(last, 10)];
  if (first.length !== last.length || YEAR.test(first) || !(to > from && to - from <= LONGEST_RANGE))
    return [];
  return Array.from({ length: to - from + 1 }, (_, at) => String(from + at).padStart(first.length, '0'));
}

/**
 * What a word names.
 * @param word letters and digits with separators in it, upper case.
 * @param before the word that stands before it, such as `INVOICE`; empty when none.
 * @returns null for a year, a short number, a placeholder or a plain word.
 */
export function identifierOf(word: string, before: string): Identifier | null {
  const key = word.replace(/[^A-Z0-9]/g, '');
  if (PLACEHOLDER.test(key)) return null;
  const [, letters = '', rest = ''] = /^([A-Z]*)(\d+)$/.exec(key) ?? [];
  const said = letters === '' ? before : letters;
  // `on acct INV-0442` is about the invoice.
  const isLabelled = STANDING.has(before) && !DOCUMENTS.has(letters);
  const standing = STANDING.has(letters) || isLabelled || (standingKey.test(key) && !COUNTED_ANEW.test(word));
  // Flat B214 is not flat 214.
  if (rest !== '' && letters !== '' && isLabelled)
    return { key, kind: kindOf(before), digits: '', year: '', standing, own: false };
  if (rest !== '') {
    const { year, number } = yearOf(word, letters, rest, kindOf(said));
    const digits = number.replace(/^0+(?=\d)/, '');
    const known = DOCUMENTS.has(said) || STANDING.has(said);
    const kind = letters === '' && !known ? '' : kindOf(said);
    const isNamed = (kind !== '' && !isNeutral(kind)) || NUMBERS.has(said);
    const shortest = isNamed ? SHORTEST_KNOWN : SHORTEST_DIGITS;
    if (rest.length < shortest || (letters === '' && !known && YEAR.test(rest))) return null;
    return { key, kind, digits, year, standing, own: false };
  }
  const digitCount = key.replace(/[A-Z]/g, '').length;
  if (key.length < SHORTEST_MIXED || digitCount < 2) return null;
  return {
    key,
    kind: kindOf(/^[A-Z]*/.exec(key)?.[0] ?? ''),
    digits: '',
    year: '',
    standing,
    own: false,
  };
}

// The year in which a number was counted, and the number itself.
function yearOf(word: string, letters: string, rest: string, kind: string): { year: string; number: string } {
  if (SEPARATOR.test(word)) {
    const found = yearBeside(word, kind);
    if (found !== null) return found;
  }
  const [, first = '', number = rest] =
    (letters !== '' || COUNTED_ANEW.test(word) ? YEARLY.exec(rest) : null) ?? [];
  return { year: first, number };
}

/** A number and its year, or month, with a separator between them. */
function yearBeside(word: string, kind: string): { year: string; number: string } | null {
  const [, monthly, month, ofYear] = (kind === 'INV' ? MONTHLY.exec(word) : null) ?? [];
  if (monthly !== undefined && month !== undefined && ofYear !== undefined)
    return { year: `20${ofYear}-${month.padStart(2, '0')}`, number: monthly };
  const [, from = '', to = '', counted] = FISCAL.exec(word) ?? [];
  if (counted !== undefined && parseInt(to, 10) === parseInt(from, 10) + 1)
    return { year: from + to, number: counted };
  const [, , ofBusinessYear, since = '', until = ''] = FISCAL_LAST.exec(word) ?? [];
  if (ofBusinessYear !== undefined && parseInt(until, 10) === parseInt(since, 10) + 1)
    return { year: since + until, number: ofBusinessYear };
  const [, last, year, short = ''] = YEAR_LAST.exec(word) ?? [];
  return last === undefined ? null : { year: year ?? `20${short}`, number: last };
}

/** The kind of document that a word before a number says: `INV` of `INVOICE`; null for other words. */
export function documentKind(word: string): string | null {
  return DOCUMENTS.get(word) ?? null;
}

function kindOf(letters: string): string {
  return DOCUMENTS.get(letters) ?? STANDING.get(letters) ?? letters;
}
