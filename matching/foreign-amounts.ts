import { foldText } from '../ledger/keys.ts';
import { isCurrencyCode } from '../policy/currency.ts';
import type { Identifier } from './identifiers.ts';
import { LONGEST_TEXT } from './identifiers-in-text.ts';
import { plainAmount } from './stated.ts';

const AMOUNT = /(?<![A-Z0-9])([A-Z]{3}) ?(\d{1,3}(?:[ ,.']\d{3})*[.,]\d{2}|\d+[.,]\d{2})(?!\d)/g;

/** The kind of an amount in another currency, which names an event by what it was before it was exchanged. */
export const FOREIGN = 'FOREIGN';

/**
 * Amounts in other currencies than a line's own that its text states: `EUR 1,204.50`, before it was exchanged. Two lines that state
 * one are hardly of two events.
 */
export function foreignAmounts(currency: string, ...texts: readonly (string | null)[]): Identifier[] {
  const found = new Map<string, Identifier>();
  for (const text of texts)
    for (const [, code = '', written = ''] of text === null ? [] : upper(text).matchAll(AMOUNT)) {
      if (code === currency || !isCurrencyCode(code)) continue;
      const key = `${code}${plainAmount(written.replaceAll(' ', '')).replace('.', '')}`;
      found.set(key, { key, kind: FOREIGN, digits: '', year: '', standing: false, own: false });
    }
  return [...found.values()];
}

function upper(text: string): string {
  return foldText(text.slice(0, LONGEST_TEXT)).toUpperCase();
}
