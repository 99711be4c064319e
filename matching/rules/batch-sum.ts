import { magnitude } from '../amounts.ts';
import type { Board, Rule } from '../board.ts';
import type { Line } from '../line.ts';
import { linesWithPartner } from '../partners.ts';
import { bankOwnTogether } from './bank-own.ts';
import { type Batch, Batches } from './batches.ts';
import { ofDaysWithWord } from './days-of-word.ts';
import { numberedTogether } from './numbered-together.ts';
import { paidInTogether } from './paid-in-together.ts';
import { postedInARow } from './posted-in-a-row.ts';
import { type Pool, agreeing, candidates, ofOneParty, sameSign, solve } from './parts.ts';

const CHANCE_COUNTED = 1;
const CHANCE_STATED = 0.05;
// What is paid in was booked before, and what is paid out was sold days ago.
const DAYS_BEFORE = 1;
const DAYS_TO_PAY_OUT = 4;
const [LEAST_OF_DAY, LEAST_COUNTED] = [3, 4];
// Most is paid in within days, and there the chance is worth more.
const [SOON_DAYS, TIMES_LIKELIER] = [3, 6];
const CHANCE_OF_ONE = 0.05;

/** One line against several of one day that have something in common: a deposit, a card batch, a payroll. A proposal. */
export const batchSum: Rule = {
  name: 'batch_sum',
  version: 12,
  find(board) {
    const partners = linesWithPartner(board);
    const open = board.open().filter((line) => !partners.has(line));
    const row = postedInARow(open);
    const solveAlone = (poolsFor: (line: Line) => Pool[]) =>
      solve(board, batchSum, (line) => (partners.has(line) ? [] : poolsFor(line)));
    solveAlone(row);
    solveAlone(ofDaysWithWord(open));
    solveAlone(numberedTogether(open));
    const batches = new Batches(open);
    const together = paidInTogether(open, board.settings.windows.amount);
    solveAlone((line) => {
      const size = parseInt(magnitude(line.minor).toString(), 10);
      if (size * batches.mostChance < 1) return [];
      return (
        batches
          .near(line, board.settings.windows.amount)
          // An amount has no more possible sums than minor units.
          .flatMap((batch) =>
            size * batch.chance >= 1 && batch.reaches(line.minor)
              ? poolsOf(board, line, batch, batches.chanceOfMany)
              : [],
          )
      );
    });
    if (together) solveAlone((line) => (line.said.collective ? together(line) : []));
    const own = bankOwnTogether(board.open());
    solve(board, batchSum, (line) => (line.said.bankOwn ? own(line) : []));
  },
};

function poolsOf(board: Board, line: Line, batch: Batch, ofMany: number): Pool[] {
  const { word, by, tied } = batch;
  const { count, fees, collective } = line.said;
  const said = word !== null && saysWord(line, word);
  const counted = count === batch.lines.length && (tied || word !== null || count >= LEAST_COUNTED);
  const stated = line.side === 'statement' && fees.length > 0 && collective;
  const least = count === null ? {} : { least: count, most: count };
  const inParts = (said || mayBeMany(line, tied)) && batch.mayHoldPartsOf(line.minor, count ?? undefined);
  const days = line.side === 'statement' ? line.day - batch.day : batch.day - line.day;
  const soon = days >= 0 && days <= SOON_DAYS ? TIMES_LIKELIER : 1;
  const chance =
    collective && by === 'day'
      ? Math.max(batch.chance, Math.min(CHANCE_OF_ONE, ofMany * soon))
      : batch.chance;
  const settles =
    isPaidOut(line) &&
    days >= 0 &&
    days <= DAYS_TO_PAY_OUT &&
    (by === 'day' ? saysWordOf(line, batch.lines) : (tied || by === 'name') && collective);
  // Whoever is called so that nobody knows it: all of a day comes to a total by chance hardly ever.
  const whole =
    by === 'day' && batch.lines.length >= LEAST_OF_DAY && days >= -DAYS_BEFORE && days <= DAYS_TO_PAY_OUT;
  if (!said && !counted && !stated && !inParts && !settles && !whole) return [];

  const all = candidates(line, batch.lines, board.settings.windows.group);
  const fits = (other: Line) =>
    agreeing(board, line, other) && !board.namesAnother(line, other, board.weigh(line, other));
  const together = (parts: readonly Line[]) =>
    (count === null || count === parts.length) && parts.every(fits) && ofOneParty(board, line, parts);
  const shared = { why: 'are one day’s batch', chance, together };
  const pools: Pool[] = [];
  // All that a processor or a till took that day, less what it gave back and kept.
  if (said)
    pools.push({
      ...{ ...shared, lines: all, percent: 92, lessFee: true, wholeOnly: true },
      // Many a total is a little more than some payout of the week.
      ...(days >= -DAYS_BEFORE && days <= DAYS_TO_PAY_OUT ? { lessPercent: true } : {}),
    });
  // As many as it says that it is.
  if (counted)
    pools.push({
      ...{ ...shared, lines: all, percent: 93, whole: CHANCE_COUNTED },
      ...{ lessPercent: true, wholeOnly: true },
    });
  // All of one kind that day, less an even share: a settlement of cards that calls them otherwise.
  if (settles) pools.push({ ...shared, lines: all, percent: 89, wholeOnly: true, lessShare: true });
  // What the day's takings were before the fee that the text states.
  if (stated) {
    const lines = all.filter(({ minor }) => minor > 0n === line.minor > 0n);
    pools.push({ ...shared, lines, percent: 93, chance: CHANCE_STATED, beforeFee: true, ...least });
  }
  if (whole) {
    const same = sameSign(line, all);
    for (const lines of same.length === all.length ? [all] : [same, all])
      pools.push({ ...shared, lines, percent: 89, wholeOnly: true });
  }
  if (inParts && days >= -DAYS_BEFORE)
    pools.push({ ...shared, lines: sameSign(line, all), percent: by === 'day' ? 84 : 90, ...least });
  return pools;
}

// SUPPLIERS for the supplier payments of a day.
function saysWord(line: Line, word: string): boolean {
  return [line.name, line.words].some(
    (name) =>
      name?.words.some((said) => said === word || (word.length >= 4 && said.startsWith(word))) === true,
  );
}

function saysWordOf(line: Line, others: readonly Line[]): boolean {
  return others.some(({ words }) => words?.words[0] !== undefined && saysWord(line, words.words[0]));
}

// Of what is paid in with a slip nobody keeps anything.
function isPaidOut({ side, minor, identifiers }: Line): boolean {
  return side === 'statement' && minor > 0n && !identifiers.some(({ kind }) => kind === 'DEP');
}

// A cheque is one payment, and a line that names somebody is that somebody's, unless it says that it is many.
function mayBeMany(line: Line, tied: boolean): boolean {
  if (line.identifiers.some(({ kind }) => kind === 'CHK') && !line.said.collective) return false;
  return tied || line.said.collective || line.said.bankOwn || (line.name === null && line.words === null);
}
