import { magnitude, show, unitOf } from '../amounts.ts';
import { type Board, type Rule, apart, percentScore, sideOf } from '../board.ts';
import type { Evidence } from '../evidence.ts';
import { type Line, byKeys, haveTexts, isBanksOwn } from '../line.ts';
import { meaningOf, shapeOf } from '../shapes.ts';
import { byAmount, countWhile } from '../sorted.ts';
import { isOdd } from '../statistics.ts';
import { isCandidate } from './parts.ts';

// A pair is told by how much nearer its amounts are than any others: with so many times the distance to the next one, chance
// brings them together once in as many.
const TIMES_NEARER = 100n;
// In units of the currency.
const NEAR = 10n;
const DAYS = 4;
const LEAST_TIMES = 20n;
const PERCENT = 60;
// Among very many lines chance brings some amounts together all the same: so many such pairs may be expected of it.
const MOST_BY_CHANCE = 0.5;
// What is so near in minor units was rounded, whatever its text says, unless that names another party.
const ROUNDED = 5n;
// Fees on the list, and digits to swap.
const KNOWN_WAYS = 20;
// Amounts spread over three powers of e, about.
const SPREAD = 3;

/**
 * Near dates, no text to compare, or a word that few say in both, or a difference as of rounding, and amounts that nothing else
 * that is open comes near: they differ by less than ten units of the currency (10.00), by a fee on the list, or by two digits
 * that are swapped. A proposal.
 */
export const amountNear: Rule = {
  name: 'amount_near',
  version: 4,
  find(board) {
    for (const lines of byKeys(board.open(), ({ currency }) => [currency]).values()) {
      const [ledger, statement] = [byAmount(sideOf(lines, 'ledger')), byAmount(sideOf(lines, 'statement'))];
      const [ours, theirs] = [ofAmounts(ledger), ofAmounts(statement)];
      const isByChance = (one: Line, ways: number) =>
        (ways * 2 ** board.statistics.pool(one, DAYS) * ledger.length) / SPREAD >
        sizeOf(one) * MOST_BY_CHANCE;
      for (const one of ledger) {
        const near = onlyNear(one, statement);
        if (near && onlyNear(near, ledger) === one && !isByChance(one, 2 * sizeOf(one, near)))
          propose(board, one, near, `no other open amount is within ${TIMES_NEARER} times that`);
        const known = onlyKnown(board, one, theirs);
        if (known && onlyKnown(board, known, ours) === one && !isByChance(one, KNOWN_WAYS))
          propose(
            board,
            one,
            known,
            `${differenceOf(board, one, known) ?? ''}, as with no other open amount`,
          );
      }
    }
  },
};

/** How large an amount is, or a difference, in minor units, as a chance is told by it. */
function sizeOf({ minor }: Line, other?: Line): number {
  return parseInt(magnitude(minor - (other?.minor ?? 0n)).toString(), 10);
}

function propose(board: Board, one: Line, other: Line, why: string): void {
  const evidence = board.weigh(one, other);
  const texts = whatTextsSay(board, one, other, evidence);
  if (texts === null || evidence.contradicted || isBanksOwn(one, other)) return;
  const [ours, theirs, rest] = [one.minor, other.minor, one.minor - other.minor].map((minor) =>
    show(minor, one.currency),
  );
  board.take({
    rule: amountNear.name,
    type: 'fuzzy_match',
    lines: [one, other],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons: `${ours} against ${theirs} ${one.currency}, difference ${rest}, ${apart(one, other)}: ${why}; ${texts}`,
  });
}

/** Why the texts do not stand in the way of two amounts so near, in words; null when they do. */
function whatTextsSay(board: Board, one: Line, other: Line, evidence: Evidence): string | null {
  if (board.shareTellingWord(one, other)) return 'their texts have a word in common';
  if (!haveTexts(one, other) || (saysNobody(board, one) && saysNobody(board, other)))
    return 'no text to compare';
  const isRounded = magnitude(one.minor - other.minor) <= ROUNDED;
  return isRounded && !board.namesAnother(one, other, evidence) ? 'their texts name nobody else' : null;
}

// What many lines say, as `Cash deposit`, is of no one of them.
function saysNobody(board: Board, line: Line): boolean {
  return line.name === null && board.tellingWords(line).length === 0;
}

/** The one line whose amount is near, of those within days; null where it is the same amount, or another is near as well. */
function onlyNear(line: Line, others: readonly Line[]): Line | null {
  const { minor, currency } = line;
  const unit = unitOf(currency);
  const near = unit * NEAR;
  const at = countWhile(others, (other) => other.minor < minor);
  const found: { other: Line; gap: bigint }[] = [];
  for (const step of [-1, 1])
    for (let place = step < 0 ? at - 1 : at, left = 2; left > 0; place += step) {
      const other = others[place];
      // What is farther than that stands in nobody's way.
      if (!other || magnitude(other.minor - minor) > near * TIMES_NEARER) break;
      if (!isCandidate(line, other, DAYS)) continue;
      found.push({ other, gap: magnitude(other.minor - minor) });
      left -= 1;
    }
  found.sort((a, b) => (a.gap < b.gap ? -1 : a.gap > b.gap ? 1 : 0));
  const [nearest, next] = found;
  if (!nearest || nearest.gap === 0n || nearest.gap >= near) return null;
  if (nearest.gap * LEAST_TIMES > magnitude(minor)) return null;
  // Of round amounts many are a few units apart.
  if (nearest.gap >= unit && !isOdd(minor) && !isOdd(nearest.other.minor)) return null;
  return !next || next.gap >= nearest.gap * TIMES_NEARER ? nearest.other : null;
}

/** The one line within days whose amount differs by a listed fee or by two digits that are swapped. */
function onlyKnown(board: Board, line: Line, others: ReadonlyMap<bigint, readonly Line[]>): Line | null {
  // Of round amounts any two differ by a fee, or by two digits that are swapped.
  if (!isOdd(line.minor)) return null;
  const sign = line.side === 'ledger' ? -1n : 1n;
  const amounts = new Set([
    ...board.fees.listed(line.currency).map((fee) => line.minor + sign * fee),
    ...swapped(line.minor),
  ]);
  const found = [...amounts]
    .flatMap((amount) => others.get(amount) ?? [])
    .filter((other) => isCandidate(line, other, DAYS) && isOdd(other.minor));
  return found.length === 1 ? (found[0] ?? null) : null;
}

function differenceOf(board: Board, one: Line, other: Line): string | null {
  const shape = shapeOf(board, one, other);
  return shape === null ? null : meaningOf(shape).words;
}

/** What an amount is with two neighbouring digits swapped. */
function swapped(minor: bigint): bigint[] {
  const digits = magnitude(minor).toString();
  const all = Array.from(
    { length: digits.length - 1 },
    (_, at) => digits.slice(0, at) + (digits[at + 1] ?? '') + (digits[at] ?? '') + digits.slice(at + 2),
  );
  return all
    .filter((other) => other !== digits && !other.startsWith('0'))
    .map((other) => (minor < 0n ? -BigInt(other) : BigInt(other)));
}

function ofAmounts(lines: readonly Line[]): Map<bigint, Line[]> {
  return Map.groupBy(lines, ({ minor }) => minor);
}
