import type { Board, Rule } from '../board.ts';
import { type Line, byKeys, inOrder, totalOf } from '../line.ts';
import { subsetFor } from '../subsets.ts';
import { takeSides } from './sides.ts';

// Of more lines there are more ways to share them out than are looked through.
const MOST_LINES = 17;
const MOST_DATES = 4;
const DAYS_BEFORE = 1;
const DAYS_AFTER = 4;
// That two lines come to the whole is what tells; how it is shared out has to be the only way.
const CHANCE = 1_000;
const PERCENT = 86;

/**
 * Two lines that say they are many, against all that is booked alike on one day or on days in a row: together they come to it
 * to the cent, and it can be shared out between them in one way only. Two deposits of one afternoon. A proposal.
 */
export const batchPair: Rule = {
  name: 'batch_pair',
  version: 1,
  find(board) {
    const collective = board.open('statement').filter(({ said }) => said.collective);
    if (collective.length < 2) return;
    for (const lines of byKeys(board.open('ledger'), kindKeys).values())
      if (lines.length >= 4) shareOut(board, lines, collective);
  },
};

/** What is booked alike: in one text, or of one counterparty, with one sign. */
function kindKeys({ currency, minor, words, name, said }: Line): string[] {
  const as = `${currency} ${minor > 0n ? '+' : '-'}`;
  return [
    ...(words || said.collective ? [`${as} text ${words?.joined ?? ''}`] : []),
    ...(name ? [`${as} name ${name.joined}`] : []),
  ];
}

function shareOut(board: Board, lines: readonly Line[], collective: readonly Line[]): void {
  for (const run of runsOf(lines.filter((line) => board.isOpen(line)).sort(inOrder))) {
    if (run.some((line) => !board.isOpen(line))) continue;
    const pairs = pairsComingTo(totalOf(run), partnersOf(board, run, collective));
    const [pair] = pairs;
    if (!pair || pairs.length > 1) continue;
    const parts = onlyParts(run, pair[0]);
    if (!parts) continue;
    const rest = run.filter((line) => !parts.includes(line));
    const why = 'and another line come to all that is booked alike, shared out in the only way';
    for (const [one, some] of [[pair[0], parts] as const, [pair[1], rest] as const])
      takeSides(board, batchPair, some, [one], why, PERCENT);
  }
}

/** All lines of one date, or of a few dates in a row that have any. */
function* runsOf(lines: readonly Line[]): Generator<readonly Line[]> {
  const dates = [...byKeys(lines, ({ date }) => [date]).values()];
  for (let size = 1; size <= MOST_DATES; size += 1)
    for (let from = 0; from + size <= dates.length; from += 1) {
      const run = dates.slice(from, from + size).flat();
      if (run.length >= 4 && run.length <= MOST_LINES) yield run;
    }
}

function partnersOf(board: Board, run: readonly Line[], collective: readonly Line[]): Line[] {
  const [first, last] = [run[0], run.at(-1)];
  if (!first || !last) return [];
  return collective.filter(
    (line) =>
      board.isOpen(line) &&
      line.currency === first.currency &&
      line.minor > 0n === first.minor > 0n &&
      line.day >= first.day - DAYS_BEFORE &&
      line.day <= last.day + DAYS_AFTER,
  );
}

/** Two lines that come to a total; of more than a few pairs none is the one. */
function pairsComingTo(total: bigint, lines: readonly Line[]): (readonly [Line, Line])[] {
  const pairs: (readonly [Line, Line])[] = [];
  const before = new Map<bigint, Line[]>();
  for (const other of lines) {
    for (const one of before.get(total - other.minor) ?? []) pairs.push([one, other]);
    if (pairs.length > 1) return pairs;
    const same = before.get(other.minor);
    if (same) same.push(other);
    else before.set(other.minor, [other]);
  }
  return pairs;
}

function onlyParts(run: readonly Line[], { minor }: Line): readonly Line[] | null {
  const found = subsetFor(
    run.map((line) => line.minor),
    minor,
    CHANCE,
  );
  return found?.others === 0 ? found.places.flatMap((at) => run[at] ?? []) : null;
}
