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
  INV: 'INV INVOICE INVOICES INVNO IV SI FV RE RG RECHNUNG RECHNUNGSNR RNR FACTURE FACT FAC FACTURA BILL',
  CHK: 'CHK CK CHQ CHECK CHEQUE SCHECK',
  CN: 'CN CRN CREDITNOTE GUTSCHRIFT',
  PO: 'PO ORDER ORD BESTELLUNG',
  PAYOUT: 'PAYOUT PYT',
  PMT: 'PMT PAY PAYMENT PYMT',
  REF: 'REF REFERENCE RF TRN',
  DEP: 'DEP DEPOSIT SLIP',
});
// What stands on every payment: whoever shares it shares a party, not an event.
const STANDING = kindsOf({
  ACCOUNT: 'ACC ACCT ACCOUNT KTO KONTO IBAN BIC',
  CUSTOMER: 'KNR KD KDNR KUNDE KUNDENNR KUNDENNUMMER CUST CUSTOMER CUSTNO CLIENT MEMBER MITGLIED MITGLIEDSNR',
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
// Between a kind and its number, or between the numbers of one list: Invoices no. 1001, 1002 and 1003.
const LINKS = new Set('NO NR NUM NUMBER NUMERO AND UND ET FOR OF REF ID PAID PRESENTED'.split(' '));
/** `NOT FOR INV-88011` names what it is not about. */
export const NOT = new Set('NOT NICHT PAS'.split(' '));
// What banks write where a payer wrote nothing.
const PLACEHOLDER = /^(?:NOTPROVIDED|NONREF|NONE|NA|UNKNOWN|KEINE|XXX+|0+)$/;

// A word that may hold a number, with the separators inside it: INV-26-0442, 4411/7, po_1NkX9f.
const WORDS = /[A-Z0-9]+(?:[-/_.][A-Z0-9]+)*/g;
const DATE =
  /^(?:(?:19|20)\d{2}([-/.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])(?:\2(?:(?:19|20)\d{2}|\d{2}))?|(?:19|20)\d{2}[-/.](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/.](?:19|20)\d{2})$/;
const AMOUNT = /^\d{1,3}(?:[.,]\d{3})*[.,]\d{2}$|^\d+[.,]\d{2}$/;
const YEAR = /^(?:19|20)\d{2}$/;
// Numbers that begin anew each year: INV-2026-0442, F2026135, 2026/0118, FV/17899/2026.
const YEARLY = /^(20[123]\d)(\d{3,})$/;
export const COUNTED_ANEW = /^20[123]\d[-/_.]\d{3,}$/;
const YEAR_LAST = /^[A-Z]*[-/_.]?(\d{3,})[-/_.](20[123]\d)$/;
// Or each month: FV/0038/01/2022, fv 38/1/22.
const MONTHLY = /^[A-Z]*[-/_.]?(\d{1,6})[-/_.](0?[1-9]|1[0-2])[-/_.](?:20)?([123]\d)$/;
const RANGE = /^([A-Z]*)-?(\d{3,})-(\d{3,})$/;
const LONGEST_RANGE = 12;
// Who has no room for the whole of a random id writes its first group.
const RANDOM = /(?:^|[/_.])([0-9A-F]{8})-[0-9A-F]{4}(?:-[0-9A-F]+)*(?=$|[/_.])/;
const NUMBER_FIELD = /^(?:\d{6,}|[A-Z]{3,5}\d{8,})$/;
// Of a business year: INV/22-23/0651.
const FISCAL = /^[A-Z]*[-/_.]?(\d\d)[-/](\d\d)[-/_.](\d{3,})$/;
const LIST = /^([A-Z]*)[-]?(\d{3,})((?:[/_]\d{3,})+)$/;

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
  let [before, digits, denied] = ['', '', 0];
  const keep = (identifier: Identifier | null) => {
    if (identifier && found.size < MOST && !found.has(identifier.key)) found.set(identifier.key, identifier);
  };
  for (const word of foldText(text.slice(0, LONGEST_TEXT)).toUpperCase().match(WORDS) ?? []) {
    const number = /^\d+$/.test(word);
    denied = NOT.has(word) ? 2 : word === 'FOR' ? denied : denied - 1;
    // Most words of a text have no digit, and name nothing. `NOT FOR INV-88011` names what it is not about.
    if (denied < 1 && /\d/.test(word) && !(DATE.test(word) && !isMonthly(word, before)) && !AMOUNT.test(word))
      for (const one of listed(word, before)) keep(identifierOf(one, before));
    // `INV 26 0442` is INV-26-0442 whose separators were lost.
    digits = number && DOCUMENTS.has(before) ? digits + word : '';
    if (digits.length > word.length && digits.length <= LONGEST_JOINED)
      keep(identifierOf(`${kindOf(before)}${digits}`, ''));
    if (/^[A-Z]+$/.test(word)) before = LINKS.has(word) && before !== '' ? before : word;
    else if (!number || !(DOCUMENTS.has(before) || STANDING.has(before))) before = '';
  }
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
  const [, group] = RANDOM.exec(word) ?? [];
  if (group !== undefined) return [word, group];
  const range = rangeIn(word, before);
  if (range.length > 0) return [word, ...range];
  const fields = fieldsIn(word);
  if (fields.length > 0) return [word, ...fields];
  const [, letters, first, rest] = LIST.exec(word) ?? [];
  if (letters === undefined || first === undefined || rest === undefined) return [word];
  const more = rest.split(/[/_]/).filter((one) => one !== '');
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

function rangeIn(word: string, before: string): string[] {
  const [, letters = '', first = '', last = ''] = RANGE.exec(word) ?? [];
  const [from, to] = [parseInt(first, 10), parseInt(last, 10)];
  if (letters === '' && !DOCUMENTS.has(before)) return [];
  if (first.length !== last.length || YEAR.test(first) || !(to > from && to - from <= LONGEST_RANGE))
    return [];
  return Array.from(
    { length: to - from + 1 },
    (_, at) => `${letters}${String(from + at).padStart(first.length, '0')}`,
  );
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
  const standing = STANDING.has(letters) || isLabelled || standingKey.test(key);
  if (rest !== '') {
    const { year, number } = yearOf(word, letters, rest, kindOf(said));
    const digits = number.replace(/^0+(?=\d)/, '');
    const known = DOCUMENTS.has(said) || STANDING.has(said);
    const kind = letters === '' && !known ? '' : kindOf(said);
    const shortest = kind === '' || isNeutral(kind) ? SHORTEST_DIGITS : SHORTEST_KNOWN;
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
  const [, monthly, month, ofYear] = (kind === 'INV' ? MONTHLY.exec(word) : null) ?? [];
  if (monthly !== undefined && month !== undefined && ofYear !== undefined)
    return { year: `20${ofYear}-${month.padStart(2, '0')}`, number: monthly };
  const [, from = '', to = '', counted] = FISCAL.exec(word) ?? [];
  if (counted !== undefined && parseInt(to, 10) === parseInt(from, 10) + 1)
    return { year: from + to, number: counted };
  const [, last, year] = YEAR_LAST.exec(word) ?? [];
  if (last !== undefined && year !== undefined) return { year, number: last };
  const [, first = '', number = rest] =
    (letters !== '' || COUNTED_ANEW.test(word) ? YEARLY.exec(rest) : null) ?? [];
  return { year: first, number };
}

/** The kind of document that a word before a number says: `INV` of `INVOICE`; null for other words. */
export function documentKind(word: string): string | null {
  return DOCUMENTS.get(word) ?? null;
}

function kindOf(letters: string): string {
  return DOCUMENTS.get(letters) ?? STANDING.get(letters) ?? letters;
}
