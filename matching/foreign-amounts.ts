import { isCurrencyCode } from '../policy/currency.ts';
import type { Identifier } from './identifiers.ts';
import { plainAmount } from './stated.ts';

const CENTS = /\d[.,]\d\d(?!\d)/;
const AMOUNT = /(?<![a-z0-9])([a-z]{3}) ?(\d{1,3}(?:[ ,.']\d{3})*[.,]\d{2}|\d+[.,]\d{2})(?!\d)/g;
const NONE: readonly never[] = [];

/** The kind of an amount in another currency, which names an event by what it was before it was exchanged. */
export const FOREIGN = 'FOREIGN';

/**
 * Amounts in other currencies than a line's own that its text states: `EUR 1,204.50`, before it was exchanged. Two lines that state
 * one are hardly of two events.
 * @param text as `foldText` gives it.
 */
export function foreignAmounts(text: string, currency: string): readonly Identifier[] {
  // Most texts state none, which is sooner known so.
  if (!CENTS.test(text)) return NONE;
  const found = new Map<string, Identifier>();
  for (const [, said = '', written = ''] of text.matchAll(AMOUNT)) {
    const code = said.toUpperCase();
    if (code === currency || !isCurrencyCode(code)) continue;
    const key = `${code}${plainAmount(written.replaceAll(' ', '')).replace('.', '')}`;
    found.set(key, { key, kind: FOREIGN, digits: '', year: '', standing: false, own: false });
  }
  return found.size === 0 ? NONE : [...found.values()];
}
