import { referenceKey } from '../ledger/keys.ts';
import { type Identifier, isNeutral, lookupKey } from './identifiers.ts';
import type { Line } from './line.ts';

// Below so many counterparties a side a number may still be a payroll's or a payment run's.
const MANY_PARTIES = 3;

/**
 * Takes numbers for standing ones that name no event although nothing about them says so, such as a postcode or a branch:
 * plain numbers of the texts, and those of groups, that both sides have on lines of many counterparties. A batch's number has
 * many on one side only.
 * @param lines are changed in place: there are very many.
 */
export function withoutPlaces(lines: Line[]): Line[] {
  const parties = { ledger: new Map<string, Set<string>>(), statement: new Map<string, Set<string>>() };
  for (const { side, identifiers, name, words, group } of lines)
    for (const identifier of identifiers) {
      if (!mayBePlace(identifier, group)) continue;
      const key = lookupKey(identifier);
      const known = parties[side].get(key) ?? new Set<string>();
      if (known.size < MANY_PARTIES) known.add((name ?? words)?.joined ?? '');
      parties[side].set(key, known);
    }
  const isPlace = (identifier: Identifier, group: string | null) =>
    mayBePlace(identifier, group) &&
    Object.values(parties).every((side) => side.get(lookupKey(identifier))?.size === MANY_PARTIES);
  for (const [at, line] of lines.entries())
    if (line.identifiers.some((one) => isPlace(one, line.group)))
      lines[at] = {
        ...line,
        identifiers: line.identifiers.map((one) =>
          isPlace(one, line.group) ? { ...one, standing: true } : one,
        ),
      };
  return lines;
}

function mayBePlace({ key, kind, digits, own, standing }: Identifier, group: string | null): boolean {
  return (
    !own && !standing && ((isNeutral(kind) && digits !== '') || referenceKey(group)?.includes(key) === true)
  );
}
