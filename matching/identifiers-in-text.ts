import { foldText, isStanding } from '../ledger/keys.ts';
import {
  denies,
  isChecked,
  isDocumentWord,
  isStandingWord,
  isUpTo,
  kindBefore,
  kindOf,
  saysNumber,
} from './document-words.ts';
import { type Identifier, isNeutral, referenceIdentifier } from './identifiers.ts';
import {
  beginsWithYear,
  isDateOrAmount,
  isDateOrYear,
  isYear,
  listed,
  rangeFrom,
  yearOf,
} from './number-forms.ts';

const SHORTEST_DIGITS = 4;
const SHORTEST_KNOWN = 3;
const SHORTEST_MIXED = 5;
const SHORTEST_CHECKED = 5;
// A text of a megabyte has no more to say than its beginning.
export const LONGEST_TEXT = 400;
const LONGEST_JOINED = 12;
const MOST = 12;
// What banks write where a payer wrote nothing.
const PLACEHOLDER = /^(?:NOTPROVIDED|NONREF|NONE|NA|UNKNOWN|KEINE|XXX+|0+)$/;

// A word that may hold a number, with the separators inside it: INV-26-0442, 4411/7, po_1NkX9f.
const WORDS = /[A-Z0-9]+(?:[-/_.][A-Z0-9]+)*/g;
// Behind a number stands what it is for: INV 1042/MARCH.
const SAID_BEHIND = /\/(?<=(?:^|\s)[A-Z]{0,5}-?\d{4,12}\/)(?=[A-Z]{3,}(?![-/_.]?[A-Z\d]))/g;
const CARD_DIGITS = /^\d{4}$/;
// Before a number that a bank gives to a transfer: INV-1013 TO 1015-N564965843891512.
const LONG_DIGITS = /\d{12}/;
const BANKS_OWN = /[-/](?=[A-Z]{0,5}\d{12,}(?![A-Z\d]))/g;

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
  let [before, digits, denied, from, last] = ['', '', 0, '', ''];
  const keep = (identifier: Identifier | null) => {
    if (!identifier || found.size >= MOST) return;
    // What a column has as a number, the text may say what of: `PO 456527`.
    const known = found.get(identifier.key);
    if (!known || (isNeutral(known.kind) && !isNeutral(identifier.kind)))
      found.set(identifier.key, identifier);
  };
  const folded = foldText(text.slice(0, LONGEST_TEXT)).toUpperCase();
  const apart = folded.replace(SAID_BEHIND, ' ');
  const plain = LONG_DIGITS.test(apart) ? apart.replace(BANKS_OWN, ' ') : apart;
  for (const word of plain.match(WORDS) ?? []) {
    const number = /^\d+$/.test(word);
    // Behind the last four digits of a card stands something else.
    if (number && before === 'CARD' && CARD_DIGITS.test(last) && word.length > last.length) before = '';
    const leadsOn = word === 'FOR' || (!number && isDocumentWord(word));
    denied = denies(word) ? 2 : leadsOn ? denied : denied - 1;
    // Most words of a text have no digit, and name nothing. `NOT FOR INV-88011` names what it is not about.
    if (denied < 1 && /\d/.test(word) && !isDateOrAmount(word, before)) {
      for (const one of listed(word, before)) keep(identifierOf(one, before));
      if (from !== '') for (const one of rangeFrom(from, word, before)) keep(identifierOf(one, before));
      // A payer's reference is the invoice's number and a check digit.
      if (number && isChecked(before) && word.length >= SHORTEST_CHECKED)
        keep(identifierOf(word.slice(0, -1), ''));
    }
    from = isUpTo(word) ? last : '';
    last = word;
    // `INV 26 0442` is INV-26-0442 whose separators were lost.
    digits = number && isDocumentWord(before) ? digits + word : '';
    // The year that a number begins with names nothing by itself.
    const year = digits.slice(0, -word.length);
    if (isYear(year)) found.delete(year);
    if (digits.length > word.length && digits.length <= LONGEST_JOINED)
      keep(identifierOf(`${kindOf(before)}${digits}`, ''));
    if (/^[A-Z]+(?:[-/_.][A-Z]+)*$/.test(word)) before = kindBefore(word, before);
    else if (!number || !(isDocumentWord(before) || isStandingWord(before))) before = '';
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
  return [...identifiers, referenceIdentifier(key, isStanding(key))];
}

/** A flat or a unit by its short name: `4A` of Unit 4A. */
export function premises(key: string): Identifier {
  return { key, kind: PREMISES, digits: '', year: '', standing: true, own: false };
}

const PREMISES = kindOf('UNIT');
// Longer ones are read as other numbers are.
const FLAT = /^(?:\d{1,2}|\d{1,3}[A-Z])$/;

/** True for a key that is a date, a year, or what banks write where a payer wrote nothing. */
export function isDateOrPlaceholder(key: string): boolean {
  return PLACEHOLDER.test(key) || isDateOrYear(key);
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
  const isLabelled = isStandingWord(before) && !isDocumentWord(letters);
  const standing = isStandingWord(letters) || isLabelled || (isStanding(key) && !beginsWithYear(word));
  if (isLabelled && kindOf(before) === PREMISES && FLAT.test(key)) return premises(key);
  // Flat B214 is not flat 214.
  if (rest !== '' && letters !== '' && isLabelled)
    return { key, kind: kindOf(before), digits: '', year: '', standing, own: false };
  if (rest !== '') {
    const { year, number } = yearOf(word, letters, rest, kindOf(said));
    const digits = number.replace(/^0+(?=\d)/, '');
    const known = isDocumentWord(said) || isStandingWord(said);
    const kind = letters === '' && !known ? '' : kindOf(said);
    const isNamed = (kind !== '' && !isNeutral(kind)) || saysNumber(said);
    const shortest = isNamed ? SHORTEST_KNOWN : SHORTEST_DIGITS;
    if (rest.length < shortest || (letters === '' && !known && isYear(rest))) return null;
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
