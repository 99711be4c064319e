import { magnitude } from '../amounts.ts';
import type { Rule } from '../board.ts';
import { type Line, byKeys, inOrder, otherSide, totalOf } from '../line.ts';
import { type Pool, agreeing, canReach, candidates, ofOneParty, sameSign, solve } from './parts.ts';

// Of a day's lines nothing says that they belong to this one: what chance may produce is shared by all lines that are open.
const CHANCE_SAME_DAY = 0.2;
const CHANCE_SAME_BATCH = 2;
const CHANCE_COUNTED = 1;
const CHANCE_STATED = 0.05;

/** One line against several of one day that have something in common: a deposit, a card batch, a payroll. A proposal. */
export const batchSum: Rule = {
  name: 'batch_sum',
  version: 5,
  find(board) {
    const open = board.open();
    const ofDay = new Map<string, Batch[]>();
    for (const [key, lines] of byKeys(open, batchKeys)) {
      const [first] = lines;
      // A single line is no batch, and of very many on one day nothing tells which belong together.
      if (!first || lines.length < 2 || lines.length > MOST_IN_BATCH) continue;
      const day = dayKey(first, first.side, first.day);
      const whole = key === dateKey(first);
      const chance = (whole ? CHANCE_SAME_DAY : CHANCE_SAME_BATCH) / open.length;
      const total = (sign: bigint) => totalOf(lines.filter(({ minor }) => minor * sign > 0n));
      const word = / word (.*)$/.exec(key)?.[1] ?? null;
      // All invoices have one kind of reference.
      const tied = !whole && word === null && !key.includes(' ref ');
      const batch = { lines, chance, paidIn: total(1n), paidOut: total(-1n), word, tied };
      ofDay.set(day, [...(ofDay.get(day) ?? []), batch]);
    }
    const { amount: window } = board.settings.windows;
    const takings = [...byKeys(open, runKeys).values()].filter(
      ({ length }) => length >= 2 && length <= MOST_IN_BATCH,
    );
    const mostChance = CHANCE_SAME_BATCH / open.length;
    const fits = (line: Line, other: Line) =>
      agreeing(line, other) && !board.namesAnother(line, other, board.weigh(line, other));
    solve(board, batchSum, (line) => {
      const pools: Pool[] = [];
      const why = 'are one day’s batch';
      const size = parseInt(magnitude(line.minor).toString(), 10);
      if (size * mostChance < 1) return pools;
      for (let day = line.day - window; day <= line.day + window; day += 1)
        for (const { lines: batch, chance, paidIn, paidOut, word, tied } of ofDay.get(
          dayKey(line, otherSide(line), day),
        ) ?? []) {
          // An amount has no more possible sums than minor units.
          if (size * chance < 1 || (line.minor > 0n ? paidIn < line.minor : paidOut > line.minor)) continue;
          const { count } = line.said;
          const together = (parts: readonly Line[]) =>
            (count === null || count === parts.length) &&
            parts.every((one) => fits(line, one)) &&
            ofOneParty(board, line, parts);
          const all = candidates(board, line, batch);
          const said = word !== null && saysWord(line, word);
          // All that a processor or a till took that day, less what it gave back and kept.
          if (said)
            pools.push({
              lines: all,
              ...{ why, percent: 92, chance, together, lessFee: true, lessPercent: true, wholeOnly: true },
            });
          // As many as it says that it is.
          if (count === all.length && (tied || word !== null))
            pools.push({
              lines: all,
              ...{
                why,
                percent: 93,
                chance,
                together,
                whole: CHANCE_COUNTED,
                lessPercent: true,
                wholeOnly: true,
              },
            });
          // What the day's takings were before the fee that the text states.
          if (line.side === 'statement' && line.said.fees.length > 0 && line.said.collective)
            pools.push({
              lines: all.filter(({ minor }) => minor > 0n === line.minor > 0n),
              ...{ why, percent: 93, chance: CHANCE_STATED, beforeFee: true, together },
              ...(count === null ? {} : { least: count }),
            });
          const lines = sameSign(line, all);
          if (!canReach(line, lines) || !(said || mayBeMany(line, tied))) continue;
          pools.push({
            lines,
            why,
            percent: 90,
            chance,
            together,
            ...(count === null ? {} : { least: count }),
          });
        }
      return pools;
    });
    // Where postings are of very many kinds, some run of one of them comes to any amount.
    if (takings.length <= MOST_KINDS)
      solve(board, batchSum, (line) => (line.said.collective ? runsBefore(line, takings, window) : []));
  },
};

const MOST_IN_BATCH = 150;
const LONGEST_RUN = 7;

const MOST_KINDS = 200;

// What is booked alike day by day, as `Cash 03/09`.
function runKeys({ scope, side, group, words }: Line): string[] {
  return words ? [`${scope} ${side} ${group ?? ''} ${words.joined}`] : [];
}

/** Takings of consecutive days that are paid in together: days in a row of one kind of posting, up to the line's own day. */
function runsBefore(line: Line, takings: readonly (readonly Line[])[], window: number): Pool[] {
  const pools: Pool[] = [];
  for (const lines of takings) {
    const [first] = lines;
    if (!first || first.side === line.side || first.scope !== line.scope) continue;
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
            lines: run,
            why: 'are takings of days in a row',
            percent: 89,
            chance: CHANCE_RUN,
            wholeOnly: true,
          });
      }
  }
  return pools.length === 1 ? pools : [];
}

// A few dozen runs end within reach of a deposit.
const CHANCE_RUN = 0.02;

interface Batch {
  readonly lines: readonly Line[];
  readonly chance: number;
  /** What its lines of each sign come to. */
  readonly paidIn: bigint;
  readonly paidOut: bigint;
  /** The word with which the lines' texts begin; null where something else makes them a batch. */
  readonly word: string | null;
  /** True where the lines have a text, or a kind of reference, in common. */
  readonly tied: boolean;
}

// SUPPLIERS for the supplier payments of a day.
function saysWord(line: Line, word: string): boolean {
  return [line.name, line.words].some(
    (name) =>
      name?.words.some((said) => said === word || (word.length >= 4 && said.startsWith(word))) === true,
  );
}

// A cheque is one payment, and a line that names somebody is that somebody's, unless it says that it is many.
function mayBeMany(line: Line, tied: boolean): boolean {
  if (line.identifiers.some(({ kind }) => kind === 'CHK') && !line.said.collective) return false;
  return tied || line.said.collective || line.said.bankOwn || (line.name === null && line.words === null);
}

function dayKey({ scope }: Line, side: Line['side'], day: number): string {
  return `${scope} ${side} ${day}`;
}

// A weekend's days are one business day and yet several batches.
function dateKey({ scope, side, date }: Line): string {
  return `${scope} ${side} ${date}`;
}

function batchKeys(line: Line): string[] {
  const day = dateKey(line);
  const prefix = /^[A-Z]+/.exec(line.reference ?? '')?.[0];
  return [
    day,
    ...(line.group ? [`${day} group ${line.group}`] : []),
    ...(prefix ? [`${day} ref ${prefix}`] : []),
    ...(line.words ? [`${day} text ${line.words.joined}`, `${day} word ${line.words.words[0] ?? ''}`] : []),
  ];
}
