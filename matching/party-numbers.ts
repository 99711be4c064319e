import { foldText } from '../ledger/keys.ts';
import { documentKind } from './document-words.ts';
import type { Identifier } from './identifiers.ts';
import { isYear } from './number-forms.ts';

const BEHIND = /\d[-/_.]\d{1,4}\s*$/;
const HEADED = /^\s*([A-Z]{0,5})[- ]?(\d{4,9})[-/_.]\d{1,4}\s*$/;

/** A party's number before that of its document: ST2045 of `ST2045/117`; null for a year, and for every other reference. */
export function partyNumberIn(reference: string | null): string | null {
  // Most references have no such number, which is sooner known so.
  if (reference === null || !BEHIND.test(reference)) return null;
  const [, letters = '', number = ''] = HEADED.exec(foldText(reference).toUpperCase()) ?? [];
  return number === '' || isYear(number) || documentKind(letters) !== null ? null : letters + number;
}

/** What stands on all documents of a party. */
export function partyNumber(key: string): Identifier {
  return { key, kind: 'CUSTOMER', digits: '', year: '', standing: true, own: false };
}
