import { type Line, byKeys, inOrder, totalOf } from '../line.ts';
import { standingKeys } from '../line-keys.ts';
import { MOST_IN_BATCH } from './batches.ts';
import type { Pool } from './parts.ts';

const LONGEST_RUN = 7;
// Where postings are of very many kinds, some run of one of them comes to any amount.
const MOST_KINDS = 200;
// A few dozen runs end within reach of a deposit.
const CHANCE_RUN = 0.02;

// What waits to be paid in is paid in within days, the last of it first.
const WAITING_DAYS = [2, 4, 7];

/**
 * What is paid in together: days in a row of one kind of posting, up to the line's own day; else some postings of one kind, as
 * `Undeposited funds`, of the days before.
 * @param window in business days; days in a row are of twice so many at most.
 * @returns what gives the pools of a line, the only such run or the postings of each kind; null where nothing would tell.
 */
export function paidInTogether(open: readonly Line[], window: number): ((line: Line) => Pool[]) | null {
  const kinds = [...byKeys(open, kindKeys).values()].filter(
    ({ length }) => length >= 2 && length <= MOST_IN_BATCH,
  );
  // Where there is one shop only, all that is booked alike is its.
  const takings = [
    ...new Map(kinds.map((lines) => [`${lines[0]?.rank ?? ''} ${lines.length}`, lines] as const)).values(),
  ];
  if (takings.length > MOST_KINDS) return null;
  return (line) => {
    const runs = runsBefore(line, takings, window);
    return runs.length > 0 ? runs : waitingBefore(line, takings);
  };
}

function waitingBefore(line: Line, takings: readonly (readonly Line[])[]): Pool[] {
  const mayBe = (other: Line, days: number) =>
    other.side !== line.side &&
    other.currency === line.currency &&
    other.minor > 0n === line.minor > 0n &&
    other.day <= line.day &&
    other.day >= line.day - days;
  return WAITING_DAYS.flatMap((days) => {
    const waiting = takings
      .map((kind) => kind.filter((other) => mayBe(other, days)))
      .filter(({ length }) => length >= 2);
    // The more kinds there are, the likelier some of one of them come to it.
    const chance = CHANCE_RUN / waiting.length;
    return waiting.map((lines) => ({
      ...{ lines, why: 'are of one kind and were booked in the days before', percent: 88, chance },
    }));
  });
}

// What is booked alike day by day, as `Cash 03/09`, or as deposits that say no more; of a shop or a till also by itself.
function kindKeys(line: Line): string[] {
  const { currency, side, group, words, said } = line;
  if (!words && !said.collective) return [];
  const kind = `${currency} ${side} ${group ?? ''} ${words?.joined ?? ''}`;
  return [kind, ...standingKeys(line).map((key) => `${kind} ${key}`)];
}

function runsBefore(line: Line, takings: readonly (readonly Line[])[], window: number): Pool[] {
  const pools: Pool[] = [];
  for (const lines of takings) {
    const [first] = lines;
    if (!first || first.side === line.side || first.currency !== line.currency) continue;
    const dated = lines
      .filter(
        ({ minor, day }) => minor > 0n === line.minor > 0n && day <= line.day && day >= line.day - 2 * window,
      )
      .sort(inOrder);
    if (dated.length < 2 || dated.length > MOST_IN_BATCH) continue;
    for (let end = dated.length; end >= 2; end -= 1)
      for (let size = 2; size <= Math.min(LONGEST_RUN, end); size += 1) {
        const run = dated.slice(end - size, end);
        if (totalOf(run) === line.minor)
          pools.push({
            ...{ lines: run, why: 'are takings of days in a row', percent: 89 },
            ...{ chance: CHANCE_RUN, wholeOnly: true },
          });
      }
  }
  return pools.length === 1 ? pools : [];
}
