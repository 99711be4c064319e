// The forms in which documents' numbers are written: with a year or a month, as lists and ranges, among a bank's fields.
import { foldText } from '../ledger/keys.ts';
import { isDocumentWord, kindOf } from './document-words.ts';

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
// What was delivered or charged of an order: 400165068-1, SO1003312_4471.
const IN_PARTS = /^([A-Z]{0,5}\d{6,})(?:[-_]\d{1,2}|_\d{4})$/;
const CHEQUE_FIRST = /^(\d{3,8})-\d{8,}$/;
const LIST = /^([A-Z]*)[-]?(\d{3,})((?:[/_]\d{3,})+|(?:-\d{3,}){2,})$/;
// Before a list: /RFB/74742/74745.
const FIELD_BEFORE = /^(?:[A-Z]{2,}\/)+(?=\d+\/)/;
const SEPARATOR = /[-/_.]/;
const MAY_BE_SHORTENED = /\d{4}[-/,+]\d{2,3}(?!\d)/;
// What of a list is written out once: 74742-745-752, 1001/02/03.
const SHORTENED =
  /(?<![A-Z0-9])((?:[A-Z]{1,6}[-/_. ]?)?(?:\d{2,4}[-/_])?)(\d{4,})((?:[-/,+]\d{2,3}(?!\d))+)/g;

/** True for a key that is a date or a year. */
export function isDateOrYear(key: string): boolean {
  return YEAR.test(key) || DATE.test(key);
}

/** True for four digits that may be a year. */
export function isYear(digits: string): boolean {
  return YEAR.test(digits);
}

/** True for a word that is a date, an amount or a sort code, and names no document. */
export function isDateOrAmount(word: string, before: string): boolean {
  return (DATE.test(word) && !isMonthly(word, before)) || AMOUNT.test(word) || SORT_CODE.test(word);
}

// `FV 12/1/22` is the twelfth of that month.
function isMonthly(word: string, before: string): boolean {
  return kindOf(before) === 'INV' && MONTHLY.test(word);
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

/** True for a number that begins with its year, as 2026/0501. */
export function beginsWithYear(word: string): boolean {
  return COUNTED_ANEW.test(word);
}

/** What a word names: `INV4502/4503/4504` three, and `SI-301-304` four, unless it is one number of two parts. */
export function listed(word: string, before: string): string[] {
  if (!SEPARATOR.test(word)) return [word];
  const [, group] = RANDOM.exec(word) ?? [];
  if (group !== undefined) return [word, group];
  // Behind a cheque's number stands the bank's own: CHQ#06163-7883091622.
  const [, cheque] = kindOf(before) === 'CHK' ? (CHEQUE_FIRST.exec(word) ?? []) : [];
  if (cheque !== undefined) return [cheque];
  const range = rangeIn(word, before);
  if (range.length > 0) return [word, ...range];
  const [, order] = IN_PARTS.exec(word) ?? [];
  if (order !== undefined && !isDateOrYear(order)) return [word, order];
  const [, fiscal] = FISCAL_LAST.exec(word) ?? [];
  const fields = fieldsIn(word);
  if (fiscal !== undefined && fiscal !== word) fields.push(fiscal);
  if (fields.length > 0) return [word, ...fields];
  const [, letters, first, rest] = LIST.exec(word.replace(FIELD_BEFORE, '')) ?? [];
  if (letters === undefined || first === undefined || rest === undefined) return [word];
  if (rest.startsWith('-') && letters === '' && !isDocumentWord(before)) return [word];
  const more = rest.split(/[-/_]/).filter((one) => one !== '');
  // 5111/2026 is one number, of a year.
  if (more.some((one) => one.length !== first.length) || [first, ...more].some((one) => YEAR.test(one)))
    return [word];
  return [first, ...more].map((one) => `${letters}${one}`);
}

/**
 * What lists with a beginning that is written once may mean: 74742, 74745 and 74752 for `74742-745-752`. What else it may be,
 * as one number of three parts or a date behind a number, only knows who knows the numbers.
 */
export function* shortenedLists(text: string): Generator<readonly string[]> {
  // Most texts have none, which is sooner known so.
  if (!MAY_BE_SHORTENED.test(text)) return;
  for (const [, before = '', first = '', rest = ''] of text.matchAll(SHORTENED))
    yield [
      before + first,
      ...rest
        .split(/[-/,+]/)
        .slice(1)
        .map((piece) => before + first.slice(0, -piece.length) + piece),
    ];
}

// `CLG/000262/UTIB` and `RTGS-UTIBR590986779744438-DECCAN` are fields of a bank's text, of which one is the number.
function fieldsIn(word: string): string[] {
  const fields = word.split(/[-/_.]/);
  if (isDocumentWord(fields[0] ?? '') || !fields.some((field) => /^[A-Z]{2,}$/.test(field))) return [];
  return fields.filter((field) => NUMBER_FIELD.test(field));
}

/** What lies between `INV-975` and the `978` in `INV-975 TO 978`, and it. */
export function rangeFrom(first: string, last: string, before: string): string[] {
  const [, prefix = '', from = ''] = /^(.*[^0-9]|)(\d{3,})$/.exec(first) ?? [];
  if (from === '' || !/^\d+$/.test(last) || (prefix === '' && !isDocumentWord(before))) return [];
  return numbersBetween(from, last).map((number) => prefix + number);
}

function rangeIn(word: string, before: string): string[] {
  const [, letters = '', first = '', last = ''] = RANGE.exec(word) ?? [];
  if (letters === '' && !isDocumentWord(before)) return [];
  return numbersBetween(first, last).map((number) => letters + number);
}

/** All numbers from the first to the last; none where those are no short range. */
function numbersBetween(first: string, last: string): string[] {
  const [from, to] = [parseInt(first, 10), parseInt(last, 10)];
  if (first.length !== last.length || YEAR.test(first) || !(to > from && to - from <= LONGEST_RANGE))
    return [];
  return Array.from({ length: to - from + 1 }, (_, at) => String(from + at).padStart(first.length, '0'));
}

/** The year in which a number was counted, and the number itself. */
export function yearOf(
  word: string,
  letters: string,
  rest: string,
  kind: string,
): { year: string; number: string } {
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
  // Where both may be the year, as in INV-2026-2019, it is the first.
  return last === undefined || (year !== undefined && YEAR.test(last))
    ? null
    : { year: year ?? `20${short}`, number: last };
}
