import { magnitude, minorOf, show } from '../amounts.ts';
import { type Board, type Rule, apart, percentScore, sideOf } from '../board.ts';
import { type Line, byKeys, isBanksOwn } from '../line.ts';

// A pair is told by how much nearer its amounts are than any others: with so many times the distance to the next one, chance
// brings them together once in as many.
const TIMES_NEARER = 100n;
const DAYS = 3;
const LEAST_TIMES = 20n;
const PERCENT = 60;

/**
 * Amounts that differ by less than one unit of the currency (1.00), near dates, no text to compare, and nothing else that is
 * open comes anywhere near either of them. A proposal.
 */
export const amountNear: Rule = {
  name: 'amount_near',
  version: 1,
  find(board) {
    for (const lines of byKeys(board.open(), ({ currency }) => [currency]).values()) {
      const [ledger, statement] = [sorted(sideOf(lines, 'ledger')), sorted(sideOf(lines, 'statement'))];
      for (const one of ledger) {
        const other = onlyNear(one, statement);
        if (other && onlyNear(other, ledger) === one && mayBeOne(board, one, other))
          propose(board, one, other);
      }
    }
  },
};

function mayBeOne(board: Board, one: Line, other: Line): boolean {
  const saysNothing = [one, other].some(({ name, words }) => name === null && words === null);
  return saysNothing && !board.weigh(one, other).contradicted && !isBanksOwn(one, other);
}

function propose(board: Board, one: Line, other: Line): void {
  const [ours, theirs, rest] = [one.minor, other.minor, one.minor - other.minor].map((minor) =>
    show(minor, one.currency),
  );
  board.take({
    rule: amountNear.name,
    type: 'fuzzy_match',
    lines: [one, other],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons: `${ours} against ${theirs} ${one.currency}, difference ${rest}, ${apart(one, other)}; no other open amount is within ${TIMES_NEARER} times that, no text to compare`,
  });
}

/** The one line whose amount is near, of those within days; null where it is the same amount, or another is near as well. */
function onlyNear({ minor, day, currency }: Line, others: readonly Line[]): Line | null {
  const isNear = (other: Line) => Math.abs(other.day - day) <= DAYS;
  const at = placeOf(others, minor);
  const found: { line: Line; gap: bigint }[] = [];
  for (const step of [-1, 1])
    for (let place = step < 0 ? at - 1 : at, left = 2; left > 0; place += step) {
      const line = others[place];
      if (!line) break;
      if (!isNear(line)) continue;
      found.push({ line, gap: magnitude(line.minor - minor) });
      left -= 1;
    }
  found.sort((a, b) => (a.gap < b.gap ? -1 : a.gap > b.gap ? 1 : 0));
  const [nearest, next] = found;
  if (!nearest || nearest.gap === 0n || nearest.gap >= (minorOf('1', currency) ?? 1n)) return null;
  if (nearest.gap * LEAST_TIMES > magnitude(minor)) return null;
  return (next?.gap ?? magnitude(minor)) >= nearest.gap * TIMES_NEARER ? nearest.line : null;
}

function sorted(lines: readonly Line[]): Line[] {
  return lines.toSorted((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0));
}

/** The first place whose amount is not less. */
function placeOf(lines: readonly Line[], minor: bigint): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.minor ?? 0n) < minor) low = middle + 1;
    else high = middle;
  }
  return low;
}
