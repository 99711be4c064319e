import { show } from '../amounts.ts';
import { type Board, type Rule, apart, percentScore, sideOf } from '../board.ts';
import { type Line, byKeys, inOrder, isBanksOwn } from '../line.ts';
import { byAmount, countWhile } from '../sorted.ts';
import { isOdd } from '../statistics.ts';

// A share is told in ten-millionths of the gross amount, and read from pairs that tell it to a few of them.
const WHOLE = 10_000_000n;
const LEAST_GROSS = 10_000n;
// A fee and a tax on it, each rounded by itself.
const ROUNDED = 2n;
const LEAST_SHARE = 10_000n;
const DAYS_BEFORE = 2;
const DAYS_AFTER = 5;
// Among more pairs than these hardly one is somebody's.
const MOST_PAIRS = 150_000;
const MOST_SHARES = 4;
const LEAST_VOTES = 5;
// How likely it may be that chance alone brings so many pairs together.
const CHANCE = 1e-4;
// What is kept of each payment besides is a multiple of five minor units; among few lines any sum is tried, and larger ones, as
// one unit is not worth the same in every currency.
const STEP = 5n;
const FEW = 600;
const LARGER = 20n;
const PERCENT = 75;

type Pair = readonly [one: Line, other: Line];

/** What is kept: of each payment, in minor units, and of its gross amount, in ten-millionths. */
interface Share {
  readonly each: bigint;
  readonly share: number;
}

/**
 * Sales against receipts that are all less by one and the same share, as a processor keeps it, which nobody states: it is read
 * from how many pairs agree in it, where chance would bring hardly one. No text to compare. A proposal.
 */
export const steadyShare: Rule = {
  name: 'steady_share',
  version: 1,
  find(board) {
    for (const lines of byKeys(board.open(), ({ currency }) => [currency]).values())
      for (let times = 0; times < MOST_SHARES; times += 1) {
        const pairs = pairsAmong(board, lines);
        const found = pairs && shareOf(pairs, board.feeEach(pairs[0]?.[0].currency ?? ''));
        if (!pairs || !found) break;
        const agree = pairs.filter((pair) => {
          const { from, to } = sharesOf(pair, found.each);
          return from <= found.share && found.share <= to;
        });
        proposeAll(board, agree, found);
        board.learnKept(agree[0]?.[0].currency ?? '', (gross) => keptOf(gross, found));
      }
  },
};

/** Pairs of near dates of which the ledger has more, by no more than processors keep; null where they are too many. */
function pairsAmong(board: Board, lines: readonly Line[]): Pair[] | null {
  const open = lines.filter((line) => board.isOpen(line) && line.minor > 0n && !line.said.bankOwn);
  const receipts = byAmount(sideOf(open, 'statement'));
  const pairs: Pair[] = [];
  for (const one of sideOf(open, 'ledger'))
    for (let at = countWhile(receipts, ({ minor }) => minor < one.minor) - 1; at >= 0; at -= 1) {
      const other = receipts[at];
      if (!other || !board.isUsualShare(one.minor - other.minor, one.minor, [one])) break;
      const days = other.day - one.day;
      if (days < -DAYS_BEFORE || days > DAYS_AFTER) continue;
      if ((one.minor - other.minor) * WHOLE < one.minor * LEAST_SHARE) continue;
      pairs.push([one, other]);
      if (pairs.length > MOST_PAIRS) return null;
    }
  return pairs;
}

/** The least and the largest share of the gross amount that rounds to what is kept. */
function sharesOf([one, other]: Pair, each: bigint): { from: number; to: number } {
  const kept = one.minor - other.minor - each;
  const share = (minor: bigint) => parseInt(((minor * WHOLE) / one.minor).toString(), 10);
  return { from: share(kept - ROUNDED), to: share(kept + ROUNDED) };
}

/** The share in which most pairs agree; null where chance might bring as many. */
function shareOf(pairs: readonly Pair[], mostEach: bigint): Share | null {
  // Of round amounts many differ by one share, and of one amount all do.
  const odd = pairs.filter(([one]) => one.minor >= LEAST_GROSS && isOdd(one.minor));
  const telling = [
    ...new Map(odd.map((pair) => [`${pair[0].minor} ${pair[1].minor}`, pair] as const)).values(),
  ];
  const [step, most] = telling.length <= FEW ? [1n, mostEach * LARGER] : [STEP, mostEach];
  const sums = parseInt((most / step + 1n).toString(), 10);
  let best: (Share & { readonly votes: number }) | null = null;
  for (let each = 0n; each <= most; each += step) {
    const ranges = telling.map((pair) => sharesOf(pair, each)).filter(({ from }) => from > 0);
    const found = mostIn(ranges);
    const tries = ranges.length * sums;
    if (found.votes < LEAST_VOTES || chanceOf(found.votes, expectedIn(ranges)) * tries > CHANCE) continue;
    if (best === null || found.votes > best.votes) best = { each, share: found.at, votes: found.votes };
  }
  return best;
}

function keptOf(gross: bigint, { each, share }: Share): bigint {
  return each + (gross * BigInt(share) + WHOLE / 2n) / WHOLE;
}

type Range = { readonly from: number; readonly to: number };

/** Where most ranges lie over each other: the middle of it. */
function mostIn(ranges: readonly Range[]): { at: number; votes: number } {
  const ends = ranges
    .flatMap(({ from, to }) => [
      { at: from, step: 1 },
      { at: to + 1, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.step - b.step);
  let [now, votes, from, to] = [0, 0, 0, 0];
  for (const { at, step } of ends) {
    if (step < 0 && now === votes && to < from) to = at;
    now += step;
    if (now > votes) [votes, from] = [now, at];
  }
  return { at: Math.floor((from + to) / 2), votes };
}

/** How many ranges lie over one place when they lie anywhere between the least and the largest. */
function expectedIn(ranges: readonly Range[]): number {
  const most = ranges.reduce((largest, { to }) => Math.max(largest, to), 1);
  return ranges.reduce((total, { from, to }) => total + (to - from + 1), 0) / most;
}

/** The chance of so many or more where so many are expected (Poisson). */
function chanceOf(votes: number, expected: number): number {
  let term = Math.exp(-expected);
  for (let count = 1; count <= votes; count += 1) term *= expected / count;
  let tail = 0;
  for (let count = votes + 1; term > 1e-12 && count < votes + 100; count += 1) {
    tail += term;
    term *= expected / count;
  }
  return tail;
}

/** Takes pairs whose lines have no other partner among them; those that look the same in their order. */
function proposeAll(board: Board, pairs: readonly Pair[], kept: Share): void {
  const likely = pairs
    .filter(([one, other]) => mayBelong(board, one, other))
    .sort(([a, one], [b, other]) => inOrder(a, b) || inOrder(one, other));
  const partners = Map.groupBy(
    likely.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]),
    ([line]) => line,
  );
  const others = (line: Line) => partners.get(line) ?? [];
  const areAlike = (line: Line) => new Set(others(line).map(([, other]) => other.minor)).size === 1;
  for (const [one, other] of likely)
    if (board.isOpen(one) && board.isOpen(other) && areAlike(one) && areAlike(other))
      propose(board, one, other, {
        ...kept,
        times: likely.length,
        alternatives: Math.max(others(one).length, others(other).length) - 1,
      });
}

function mayBelong(board: Board, one: Line, other: Line): boolean {
  return (
    !board.weigh(one, other).contradicted && !isBanksOwn(one, other) && !board.namesKnownOther(one, other)
  );
}

function propose(
  board: Board,
  one: Line,
  other: Line,
  { each, share, times, alternatives }: Share & { times: number; alternatives: number },
): void {
  const { currency } = one;
  const [gross, net, kept] = [one.minor, other.minor, one.minor - other.minor].map((minor) =>
    show(minor, currency),
  );
  const percent = `${(share / 100_000).toFixed(2)} percent${each > 0n ? ` and ${show(each, currency)}` : ''}`;
  board.take({
    rule: steadyShare.name,
    type: 'fuzzy_match',
    lines: [one, other],
    score: percentScore(alternatives > 0 ? 50 : PERCENT),
    alternatives,
    reasons:
      `${gross} against ${net} ${currency}, difference ${kept}, ${apart(one, other)}: ${percent} kept, ` +
      `as in ${times} pairs of this account; no text to compare`,
  });
}
