import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { shareIdentifier } from '../identifiers.ts';
import { type Line, inOrder, totalOf, unclaimed } from '../line.ts';
import { NameIndex } from '../name-index.ts';
import { linesAlone } from '../partners.ts';
import { isOdd } from '../statistics.ts';
import { shapeOf } from './group-key.ts';

const [DAYS_BEFORE, DAYS_BEHIND] = [3, 140];
const [LEAST_RATES, MOST_RATES, MOST_CANDIDATES] = [2, 12, 120];
const ALIKE_PERCENT = 70;
const [PERCENT, PERCENT_EQUAL, PERCENT_ALL] = [90, 85, 80];
// Two equal payments of one party come to double an amount by chance sooner than three.
const LEAST_EQUAL = 3;
const MOST_LINES = 20_000;

/**
 * One posting against its instalments, which come to it to the cent over months: those that name its document; those that say which
 * part of how many they are; equal ones of its party, one of them with what the division left over; or all of its party. A proposal.
 */
export const instalments: Rule = {
  name: 'instalments',
  version: 1,
  find(board) {
    const alone = linesAlone(board);
    if (alone.length > MOST_LINES) return;
    const statement = new NameIndex(sideOf(alone, 'statement'));
    const found = sideOf(alone, 'ledger').flatMap((line) => {
      const candidates = statement.near(line, (other) => mayBeRate(board, line, other)).sort(inOrder);
      if (candidates.length < LEAST_RATES || candidates.length > MOST_CANDIDATES) return [];
      const rates =
        named(line, candidates) ??
        numbered(line, candidates) ??
        equal(line, candidates) ??
        all(line, candidates);
      return rates ? [{ line, rates, lines: [line, ...rates.lines] }] : [];
    });
    for (const { line, rates } of unclaimed(found, (one) => one.lines)) propose(board, line, rates);
  },
};

interface Rates {
  readonly lines: readonly Line[];
  readonly why: string;
  readonly percent: number;
}

function mayBeRate(board: Board, line: Line, other: Line): boolean {
  const behind = other.day - line.day;
  if (behind < -DAYS_BEFORE || behind > DAYS_BEHIND || other.minor > 0n !== line.minor > 0n) return false;
  if (magnitude(other.minor) >= magnitude(line.minor)) return false;
  const evidence = board.weigh(line, other);
  if (evidence.shared) return !board.namesAnother(line, other, evidence);
  return !board.tellsApart(line, other, evidence) && board.namePercent(line, other) >= ALIKE_PERCENT;
}

/** Those that name the line's document. */
function named(line: Line, candidates: readonly Line[]): Rates | null {
  const lines = candidates.filter((other) => shareIdentifier(line, other));
  return ratesOf(line, lines, 'and name its document', PERCENT);
}

/** Those that say that they are the parts of one payment, each of them once: `RATE 2 VON 5`. */
function numbered(line: Line, candidates: readonly Line[]): Rates | null {
  const parts = candidates.filter(({ said }) => said.part !== null);
  for (const [of, all] of Map.groupBy(parts, ({ said }) => said.part?.split('/')[1] ?? '')) {
    const isEachOnce = new Set(all.map(({ said }) => said.part)).size === all.length;
    if (!isEachOnce || String(all.length) !== of) continue;
    const rates = ratesOf(line, all, `and say which of ${of} parts they are`, PERCENT);
    if (rates) return rates;
  }
  const inPart = candidates.filter(({ said }) => said.inPart || said.part !== null);
  return ratesOf(line, inPart, 'and say that they are parts', PERCENT);
}

/** Equal ones; the cents that a division leaves over are on one of them. */
function equal(line: Line, candidates: readonly Line[]): Rates | null {
  for (const first of new Set(candidates.map(({ minor }) => minor))) {
    const times = (magnitude(line.minor) + magnitude(first) / 2n) / magnitude(first);
    if (times < BigInt(LEAST_EQUAL) || times > BigInt(MOST_RATES)) continue;
    const lines = candidates.filter(({ minor }) => magnitude(minor - first) <= times);
    if (BigInt(lines.length) !== times) continue;
    const rates = ratesOf(line, lines, 'in equal parts', PERCENT_EQUAL);
    if (rates) return rates;
  }
  return null;
}

/** All that its party paid in these months and that has no partner. */
function all(line: Line, candidates: readonly Line[]): Rates | null {
  return isOdd(line.minor) ? ratesOf(line, candidates, 'and are all of its party', PERCENT_ALL) : null;
}

function ratesOf({ minor }: Line, lines: readonly Line[], why: string, percent: number): Rates | null {
  const isFew = lines.length >= LEAST_RATES && lines.length <= MOST_RATES;
  return isFew && totalOf(lines) === minor ? { lines, why, percent } : null;
}

function propose(board: Board, line: Line, { lines, why, percent }: Rates): void {
  board.take({
    rule: instalments.name,
    type: shapeOf([line], lines),
    lines: [line, ...lines],
    score: percentScore(percent),
    alternatives: 0,
    reasons: `${lines.length} payments come to ${show(line.minor, line.currency)} ${line.currency} to the cent ${why} (quoted, not trusted: "${quote(line.nameText)}")`,
  });
}
