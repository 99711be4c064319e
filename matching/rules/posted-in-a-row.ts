import { type Line, byKeys, inOrder, totalOf } from '../line.ts';
import type { Pool } from './parts.ts';

const LONGEST = 8;
const DAYS = 4;
// So many deposits of a run may come to some row by chance, and so many at the most where there are few.
const [MOST_BY_CHANCE, CHANCE_OF_ONE] = [0.7, 0.02];

/**
 * What was posted one behind the other on a day, for a line that says that it is many: a deposit's cheques are entered
 * together. Of rows there are few, also where a day's lines have more sums than an amount has minor units.
 * @returns what gives the only row that comes to a line, to the cent, on its day or one of the days before.
 */
export function postedInARow(open: readonly Line[]): (line: Line) => Pool[] {
  const days = byKeys(
    open.filter(({ side }) => side === 'ledger'),
    (line) => [dayKey(line, line.day)],
  );
  for (const lines of days.values()) lines.sort(inOrder);
  const asking = open.filter(({ side, said }) => side === 'statement' && said.collective).length;
  return (line) => {
    if (line.side !== 'statement') return [];
    const found: (readonly Line[])[] = [];
    let tried = 0;
    for (let day = line.day - DAYS; day <= line.day; day += 1)
      for (const row of rowsOf(days.get(dayKey(line, day)) ?? [])) {
        tried += 1;
        if (totalOf(row) === line.minor) found.push(row);
      }
    const [only, ...more] = found;
    if (!only || more.length > 0) return [];
    const why = 'were posted one behind the other';
    const chance = Math.min(CHANCE_OF_ONE, MOST_BY_CHANCE / (tried * asking));
    return [{ lines: only, why, percent: 91, chance, wholeOnly: true }];
  };
}

function dayKey({ currency, minor }: Line, day: number): string {
  return `${currency} ${minor > 0n ? '+' : '-'} ${day}`;
}

function* rowsOf(lines: readonly Line[]): Generator<readonly Line[]> {
  for (let from = 0; from < lines.length; from += 1)
    for (let size = 2; size <= LONGEST && from + size <= lines.length; size += 1)
      yield lines.slice(from, from + size);
}
