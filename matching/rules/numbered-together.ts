import { type Line, byKeys, totalOf } from '../line.ts';
import { rowsFrom } from './numbers-in-a-row.ts';
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
  const lists = byKeys(open, (line) => {
    const document = line.identifiers.find(({ standing, digits }) => !standing && digits !== '');
    return document && line.side === 'ledger' ? [`${document.kind} ${keyOf(line)}`] : [];
  });
  // A number that stands on several lines is a party's.
  const ofDocuments = [...lists].filter(([, lines]) => {
    const numbers = new Set(lines.flatMap(({ identifiers }) => identifiers.map(({ key }) => key)));
    return numbers.size >= lines.length;
  });
  const bySign = Map.groupBy(ofDocuments, ([key]) => key.slice(key.indexOf(' ') + 1));
  return (line) => {
    if (line.side !== 'statement' || !line.said.collective) return [];
    const { count } = line.said;
    const near = (other: Line) => line.day - other.day <= DAYS_BEFORE && other.day - line.day <= DAYS_BEHIND;
    let tried = 0;
    const found: (readonly Line[])[] = [];
    for (const [, list] of bySign.get(keyOf(line)) ?? []) {
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

function keyOf({ currency, minor }: Line): string {
  return `${currency} ${minor > 0n ? '+' : '-'}`;
}
