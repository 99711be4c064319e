import { type Line, signKey, totalOf } from '../line.ts';
import { documentOf, rowsFrom } from './numbers-in-a-row.ts';
import type { Pool } from './parts.ts';

// A bank may have a deposit before the books have its cheques.
const [DAYS_BEFORE, DAYS_BEHIND] = [4, 2];
// So many rows may come to a line by chance; where it says how many they are, few of them are as long.
const [CHANCE, CHANCE_COUNTED] = [0.05, 0.2];

/**
 * What was paid in as one: documents whose numbers stand beside each other, whoever paid them, for a line of the statement that says
 * that it is many. Where it says how many, they are as many.
 * @returns what gives the only such row that comes to a line, to the cent; none where there are several.
 */
export function numberedTogether(open: readonly Line[]): (line: Line) => Pool[] {
  const numbered = open.filter((line) => line.side === 'ledger' && documentOf(line));
  const bySign = Map.groupBy(numbered, (line) => signKey(line, 'ledger'));
  const lists = new Map([...bySign].map(([sign, lines]) => [sign, registersOf(lines)] as const));
  return (line) => {
    if (line.side !== 'statement' || !line.said.collective) return [];
    const { count } = line.said;
    const near = (other: Line) => line.day - other.day <= DAYS_BEFORE && other.day - line.day <= DAYS_BEHIND;
    let tried = 0;
    const found: (readonly Line[])[] = [];
    for (const list of lists.get(signKey(line, 'ledger')) ?? []) {
      const lines = list.filter(near);
      tried += (lines.length * (lines.length - 1)) / 2;
      const rows = rowsFrom(line, lines, line.minor).filter((row) => totalOf(row) === line.minor);
      found.push(...rows.filter((row) => count === null || row.length === count));
    }
    const [only, ...others] = found;
    if (!only || others.length > 0) return [];
    const chance = (count === null ? CHANCE : CHANCE_COUNTED) / tried;
    return [{ lines: only, why: 'have numbers in a row', percent: 88, chance, wholeOnly: true }];
  };
}

/** The lines of each kind of document; a number that stands on several lines is a party's. */
function registersOf(lines: readonly Line[]): (readonly Line[])[] {
  const kinds = Map.groupBy(lines, (line) => documentOf(line)?.kind);
  return [...kinds.values()].filter(
    (some) =>
      new Set(some.flatMap(({ identifiers }) => identifiers.map(({ key }) => key))).size >= some.length,
  );
}
