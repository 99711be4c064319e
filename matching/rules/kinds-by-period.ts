import { dayNumber } from '../../policy/dates.ts';
import { type Line, byKeys, totalOf } from '../line.ts';

const SHORTEST_WORD = 3;
const LEAST_LINES = 3;

/** The period that a date is in. */
export type PeriodOf = (date: string) => string;

/** The calendar month of a date. */
export const monthOf: PeriodOf = (date) => date.slice(0, 7);

/** A week that begins on any of its days, half a month, a month. */
export const LONGER_PERIODS: readonly PeriodOf[] = [
  ...Array.from(
    { length: 7 },
    (_, first) => (date: string) => String(Math.floor((dayNumber(date) + first) / 7)),
  ),
  (date) => `${date.slice(0, 7)} ${date.slice(8) <= '15' ? 'first' : 'second'}`,
  monthOf,
];

/** What was posted of one kind in one period, in the order of the days. */
export interface Batch {
  readonly lines: readonly Line[];
  /** In minor units. */
  readonly total: bigint;
  /** Of its last line, as `dayNumber` has it. */
  readonly last: number;
}

/**
 * What may be paid together: all lines, those of each name, those with each word, and those of each shop, terminal or card by its
 * number; each such list once.
 */
export function kindsOf(lines: readonly Line[]): (readonly Line[])[] {
  const kinds = byKeys(lines, ({ name, words, identifiers }) => [
    'all',
    ...identifiers.filter(({ standing }) => standing).map(({ key }) => `number ${key}`),
    ...(name ? [`name ${name.joined}`] : []),
    ...[...(name?.words ?? []), ...(words?.words ?? [])].filter((word) => word.length >= SHORTEST_WORD),
  ]);
  return unlike([...kinds.values()].filter((kind) => kind.length >= LEAST_LINES));
}

/** A kind's lines by the period they are in. */
export function batchesOf(kind: readonly Line[], periodOf: PeriodOf): Batch[] {
  return [...byKeys(kind, ({ date }) => [periodOf(date)]).values()].map((lines) => ({
    lines,
    total: totalOf(lines),
    last: dayNumber(lines.at(-1)?.date ?? ''),
  }));
}

/** The batches of all kinds and of some periods that have several lines, each such list once. @param least how many are several. */
export function batchesOfAll(
  kinds: readonly (readonly Line[])[],
  periods: readonly PeriodOf[],
  least = LEAST_LINES,
): readonly Batch[] {
  const batches = kinds.flatMap((kind) => periods.flatMap((periodOf) => batchesOf(kind, periodOf)));
  const byLines = batches
    .filter(({ lines }) => lines.length >= least)
    .map((batch) => [keyOf(batch.lines), batch] as const);
  return [...new Map(byLines).values()];
}

function unlike(lists: readonly (readonly Line[])[]): (readonly Line[])[] {
  return [...new Map(lists.map((list) => [keyOf(list), list] as const)).values()];
}

function keyOf(lines: readonly Line[]): string {
  return lines.map(({ rank }) => rank).join(' ');
}
