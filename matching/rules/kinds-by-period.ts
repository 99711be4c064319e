import { dayNumber } from '../../policy/dates.ts';
import { type Line, byKeys, totalOf, unlike } from '../line.ts';

const SHORTEST_WORD = 3;
const LEAST_LINES = 3;
const LEAST_PAUSE = 7;

/** Cuts a kind's lines, which are in the order of their days, into periods. */
export type Cut = (kind: readonly Line[]) => Batch[];

/** By days. */
export const byDay = cutBy((date) => date);
/** By calendar months. */
export const byMonth = cutBy((date) => date.slice(0, 7));

/** By two weeks that begin on any of their days. */
export const FORTNIGHTS: readonly Cut[] = byDays(14);

/** By weeks that begin on any of their days, by half months, by months, and where a week or more passed without one. */
export const LONGER: readonly Cut[] = [
  ...byDays(7),
  cutBy((date) => `${date.slice(0, 7)} ${date.slice(8) <= '15' ? 'first' : 'second'}`),
  byMonth,
  atPauses,
];

/** By so many days, from whichever day on. */
function byDays(days: number): Cut[] {
  return Array.from({ length: days }, (_, first) =>
    cutBy((date) => String(Math.floor((dayNumber(date) + first) / days))),
  );
}

function cutBy(periodOf: (date: string) => string): Cut {
  return (kind) => [...byKeys(kind, ({ date }) => [periodOf(date)]).values()].map(batchOf);
}

function atPauses(kind: readonly Line[]): Batch[] {
  const cuts: Line[][] = [];
  let before = -Infinity;
  for (const line of kind) {
    const day = dayNumber(line.date);
    if (day - before > LEAST_PAUSE) cuts.push([]);
    cuts.at(-1)?.push(line);
    before = day;
  }
  return cuts.map(batchOf);
}

function batchOf(lines: readonly Line[]): Batch {
  return { lines, total: totalOf(lines), last: dayNumber(lines.at(-1)?.date ?? '') };
}

/** What was posted of one kind in one period, in the order of the days. */
export interface Batch {
  readonly lines: readonly Line[];
  /** In minor units. */
  readonly total: bigint;
  /** Of its last line, as `dayNumber` has it. */
  readonly last: number;
}

/**
 * What may be paid together: all lines, those of each name, those with each word, and those with each number, as of a shop, a terminal or a card; each such list once.
 */
export function kindsOf(lines: readonly Line[]): (readonly Line[])[] {
  const kinds = byKeys(lines, (line) => [
    'all',
    ...line.identifiers.map(({ key }) => `number ${key}`),
    ...line.said.labels.map((label) => `label ${label}`),
    ...(line.name ? [`name ${line.name.joined}`] : []),
    ...[...(line.name?.words ?? []), ...(line.words?.words ?? [])].filter(
      (word) => word.length >= SHORTEST_WORD,
    ),
  ]);
  return unlike(
    [...kinds.values()].filter((kind) => kind.length >= LEAST_LINES),
    (kind) => kind,
  );
}

/** The batches of all kinds by some cuts that have several lines, each such list once. @param least how many are several. */
export function batchesOfAll(
  kinds: readonly (readonly Line[])[],
  cuts: readonly Cut[],
  least = LEAST_LINES,
): readonly Batch[] {
  const batches = kinds.flatMap((kind) => cuts.flatMap((cut) => cut(kind)));
  return unlike(
    batches.filter(({ lines }) => lines.length >= least),
    ({ lines }) => lines,
  );
}
