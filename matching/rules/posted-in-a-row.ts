import { type Line, byKeys, inOrder } from '../line.ts';
import type { Pool } from './parts.ts';

const DAYS = 4;
// So many lines may come to some row by chance, and so many at the most where few lines ask.
const [MOST_BY_CHANCE, CHANCE_OF_ONE] = [0.7, 0.02];
// Where more rows are asked by more lines, they tell nothing.
const MOST_ASKED = 20_000_000;

/** Lines of the ledger that stand one behind the other, by what they come to in minor units. */
interface Rows {
  readonly byTotal: ReadonlyMap<bigint, readonly (readonly Line[])[]>;
  readonly many: number;
}

/** Which rows are looked at. */
interface Sort {
  readonly least: number;
  readonly longest: number;
  /** Lines with one key may stand in one row. */
  readonly keyOf: (line: Line, day: number) => string;
  readonly isRow: (paidIn: number, size: number) => boolean;
}

const ALIKE: Sort = {
  ...{ least: 2, longest: 8 },
  keyOf: ({ currency, minor }, day) => `${currency} ${minor > 0n ? '+' : '-'} ${day}`,
  isRow: () => true,
};
const MIXED: Sort = {
  ...{ least: 3, longest: 12 },
  keyOf: ({ currency }, day) => `${currency} ${day}`,
  isRow: (paidIn, size) => paidIn > 0 && paidIn < size,
};

/**
 * What was posted one behind the other on a day, for a line of the statement: of one sign where that says that it is many, as a
 * deposit's cheques are entered together; else of both, as a processor's sales with what it gave back and kept. Of rows there are
 * few, also where a day's lines have more sums than an amount has minor units.
 * @returns what gives the only row that comes to a line, to the cent, on its day or one of the days before.
 */
export function postedInARow(open: readonly Line[]): (line: Line) => Pool[] {
  const asking = open.filter(({ side }) => side === 'statement');
  const many = asking.filter(({ said }) => said.collective).length;
  const alike = rowsOfDays(open, many, ALIKE);
  const mixed = rowsOfDays(open, asking.length - many, MIXED);
  return (line) => {
    if (line.side !== 'statement') return [];
    const [days, others, { keyOf }] = line.said.collective
      ? ([alike, many, ALIKE] as const)
      : ([mixed, asking.length - many, MIXED] as const);
    let tried = 0;
    const found: (readonly Line[])[] = [];
    for (let day = line.day - DAYS; day <= line.day; day += 1) {
      const rows = days.get(keyOf(line, day));
      tried += rows?.many ?? 0;
      found.push(...(rows?.byTotal.get(line.minor) ?? []));
    }
    const [only, ...more] = found;
    if (!only || more.length > 0) return [];
    const chance = Math.min(CHANCE_OF_ONE, MOST_BY_CHANCE / (tried * others));
    const why = 'were posted one behind the other';
    return [{ lines: only, why, percent: 91, chance, wholeOnly: true }];
  };
}

function rowsOfDays(open: readonly Line[], asking: number, sort: Sort): ReadonlyMap<string, Rows> {
  const ledger = open.filter(({ side }) => side === 'ledger');
  if (asking === 0 || ledger.length * sort.longest * asking > MOST_ASKED) return new Map();
  const days = [...byKeys(ledger, (line) => [sort.keyOf(line, line.day)])];
  return new Map(days.map(([day, lines]) => [day, rowsAmong(lines.sort(inOrder), sort)] as const));
}

function rowsAmong(lines: readonly Line[], { least, longest, isRow }: Sort): Rows {
  const byTotal = new Map<bigint, (readonly Line[])[]>();
  let many = 0;
  for (let from = 0; from < lines.length; from += 1) {
    let [total, paidIn] = [0n, 0];
    for (let size = 1; size <= longest && from + size <= lines.length; size += 1) {
      const last = lines[from + size - 1];
      total += last?.minor ?? 0n;
      if (last && last.minor > 0n) paidIn += 1;
      if (size < least || !isRow(paidIn, size)) continue;
      many += 1;
      const row = lines.slice(from, from + size);
      const known = byTotal.get(total);
      if (known) known.push(row);
      else byTotal.set(total, [row]);
    }
  }
  return { byTotal, many };
}
