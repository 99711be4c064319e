import { type Identifier, isNeutral, lookupKey } from './identifiers.ts';
import type { Line } from './line.ts';

// Below so many counterparties a side a number may still be a payroll's or a payment run's.
const MANY_PARTIES = 3;

/**
 * Takes numbers for standing ones that name no event although nothing about them says so, such as a postcode: plain numbers of the texts that
 * both sides have on lines of many counterparties. A batch's number has many on one side only.
 */
export function withoutPlaces(lines: readonly Line[]): Line[] {
  const parties = { ledger: new Map<string, Set<string>>(), statement: new Map<string, Set<string>>() };
  for (const { side, identifiers, name, words } of lines)
    for (const identifier of identifiers) {
      if (!mayBePlace(identifier)) continue;
      const key = lookupKey(identifier);
      const known = parties[side].get(key) ?? new Set<string>();
      if (known.size < MANY_PARTIES) known.add((name ?? words)?.joined ?? '');
      parties[side].set(key, known);
    }
  const isPlace = (identifier: Identifier) =>
    mayBePlace(identifier) &&
    Object.values(parties).every((side) => side.get(lookupKey(identifier))?.size === MANY_PARTIES);
  return lines.map((line) =>
    line.identifiers.some(isPlace)
      ? {
          ...line,
          identifiers: line.identifiers.map((one) => (isPlace(one) ? { ...one, standing: true } : one)),
        }
      : line,
  );
}

function mayBePlace({ kind, digits, own, standing }: Identifier): boolean {
  return isNeutral(kind) && digits !== '' && !own && !standing;
}
