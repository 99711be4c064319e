import { magnitude } from './amounts.ts';

/** Which parts make up a target: places in the list that was given, and in how many ways (counted up to a few). */
export interface Solution {
  readonly places: readonly number[];
  /** Other subsets that add up as well, of those that were looked at. */
  readonly others: number;
}

// Enough to say "many"; counting on would tell nobody more.
const ENOUGH = 20;
const MOST_TRIED = 150_000;

/**
 * Looks for subsets of at least two amounts that add up to a target exactly, smallest first, and only as long as chance would
 * not produce one: `tries x 1/range` stays below `chance`, where the range is the target in units of what all amounts are
 * multiples of. Past that, a sum that fits says nothing (24 amounts have 16 million subsets).
 * @param amounts in minor units, any sign.
 * @param least the smallest number of amounts.
 * @param most the largest, where it is known; not all of them.
 * @returns null when none adds up within those bounds.
 */
export function subsetFor(
  amounts: readonly bigint[],
  target: bigint,
  chance: number,
  least = 2,
  most = amounts.length - 1,
): Solution | null {
  const unit = [...amounts, target].reduce(greatestCommonDivisor, 0n);
  if (unit === 0n || target === 0n || amounts.length < least) return null;
  const range = magnitude(target / unit);
  let tries = 0n;
  let [first, others] = [null as readonly number[] | null, -1];
  let subsets: Subsets | null = null;
  for (let size = least; size <= Math.min(most, amounts.length - 1); size += 1) {
    tries += combinations(amounts.length, size);
    if (areTooMany(tries, range, chance)) break;
    subsets ??= new Subsets(amounts);
    const found = subsets
      .ofSize(size, target)
      .filter((places) => isTelling(amounts, places, target, chance, least));
    first ??= found[0] ?? null;
    others += found.length;
  }
  return first && { places: first, others };
}

// Round amounts add up to a round one by themselves, however odd the others are that were looked through with them.
function isTelling(
  amounts: readonly bigint[],
  places: readonly number[],
  target: bigint,
  chance: number,
  least: number,
): boolean {
  const unit = roundnessOf([target, ...places.map((at) => amounts[at] ?? 0n)]);
  const alike = amounts.filter((amount) => amount % unit === 0n).length;
  let tries = 0n;
  for (let size = least; size <= places.length; size += 1) tries += combinations(alike, size);
  return !areTooMany(tries, magnitude(target / unit), chance);
}

/** The largest of 1, 5, 10, 50, 100, … that all amounts are multiples of; one of them at least is not zero. */
function roundnessOf(amounts: readonly bigint[]): bigint {
  const isIn = (unit: bigint) => amounts.every((amount) => amount % unit === 0n);
  let unit = 1n;
  while (isIn(unit * 10n)) unit *= 10n;
  return isIn(unit * 5n) ? unit * 5n : unit;
}

/** False where {@link subsetFor} would not begin to look among so many amounts, whatever they are. */
export function canTell(many: number, target: bigint, chance: number, least = 2): boolean {
  return many > least && !areTooMany(combinations(many, least), magnitude(target), chance);
}

function areTooMany(tries: bigint, range: bigint, chance: number): boolean {
  return tries > MOST_TRIED || tries * 1_000_000n > BigInt(Math.floor(chance * 1_000_000)) * range;
}

/**
 * How many sums an amount, the last of some, could have been: in units of what all of them are multiples of.
 * @param areOnes true where the amounts are one party's anyway, and two that are equal are no coincidence: in the largest
 * round units that all of them have.
 */
export function rangeOf(amounts: readonly bigint[], areOnes: boolean): number {
  if (amounts.every((amount) => amount === 0n)) return 0;
  const unit = areOnes ? roundnessOf(amounts) : amounts.reduce(greatestCommonDivisor, 0n);
  return Math.min(Number.MAX_SAFE_INTEGER, parseInt(magnitude((amounts.at(-1) ?? 0n) / unit).toString(), 10));
}

/**
 * Finds the subsets of some amounts that add up. All but the last two amounts of a subset are tried, and those two are looked
 * up by what they come to.
 */
class Subsets {
  readonly #amounts: readonly bigint[];
  readonly #pairs: ReadonlyMap<bigint, readonly (readonly [number, number])[]>;

  constructor(amounts: readonly bigint[]) {
    this.#amounts = amounts;
    const pairs = new Map<bigint, [number, number][]>();
    for (const [at, one] of amounts.entries())
      for (let behind = at + 1; behind < amounts.length; behind += 1) {
        const total = one + (amounts[behind] ?? 0n);
        const known = pairs.get(total);
        if (known) known.push([at, behind]);
        else pairs.set(total, [[at, behind]]);
      }
    this.#pairs = pairs;
  }

  /** Places of so many amounts that come to a target, in their order; a few more than enough of them. */
  ofSize(size: number, target: bigint): number[][] {
    if (size === 1)
      return [...this.#amounts.keys()].filter((at) => this.#amounts[at] === target).map((at) => [at]);
    const found: number[][] = [];
    const chosen: number[] = [];
    const go = (from: number, rest: bigint): void => {
      if (chosen.length === size - 2) {
        for (const [one, other] of this.#pairs.get(rest) ?? []) {
          if (found.length > ENOUGH) return;
          if (one >= from) found.push([...chosen, one, other]);
        }
        return;
      }
      for (let at = from; at <= this.#amounts.length - (size - chosen.length); at += 1) {
        if (found.length > ENOUGH) return;
        chosen.push(at);
        go(at + 1, rest - (this.#amounts[at] ?? 0n));
        chosen.pop();
      }
    };
    go(0, target);
    return found;
  }
}

/** Places of two lists that have one total. */
export interface EqualSubsets {
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** The subsets of both lists, two or more amounts each, that have one total: the only such pair, else null. */
export function equalSubsets(
  left: readonly bigint[],
  right: readonly bigint[],
  chance: number,
): EqualSubsets | null {
  if (Math.min(left.length, right.length) < 2 || !tellApart(left, right, chance)) return null;
  return onlyPair(totalsOf(left, 2), totalsOf(right, 2));
}

/**
 * Two lists of one total cut into two pairs of subsets that have one total each, where that can be done in one way only; the
 * half is told that has the first of the right amounts. Null where it can't, or in several ways.
 */
export function equalHalves(
  left: readonly bigint[],
  right: readonly bigint[],
  chance: number,
): EqualSubsets | null {
  if (!tellApart(left, right, chance)) return null;
  const isProper =
    (amounts: readonly bigint[]) =>
    ([mask]: readonly [number, bigint]) =>
      mask !== (1 << amounts.length) - 1;
  const ours = totalsOf(left, 1).filter(isProper(left));
  const theirs = totalsOf(right, 1).filter(isProper(right));
  return onlyPair(
    ours,
    theirs.filter(([mask]) => (mask & 1) === 1),
  );
}

function onlyPair(
  left: readonly (readonly [mask: number, total: bigint])[],
  right: readonly (readonly [mask: number, total: bigint])[],
): EqualSubsets | null {
  const ours = Map.groupBy(left, ([, total]) => total);
  let only: { left: number; right: number } | null = null;
  for (const [mask, total] of right)
    for (const [other] of ours.get(total) ?? []) {
      if (only) return null;
      only = { left: other, right: mask };
    }
  return only && { left: placesOf(only.left), right: placesOf(only.right) };
}

/** True where chance would hardly bring two subsets of one total. */
function tellApart(left: readonly bigint[], right: readonly bigint[], chance: number): boolean {
  if (left.length > MOST_EACH || right.length > MOST_EACH) return false;
  const unit = [...left, ...right].reduce(greatestCommonDivisor, 0n);
  if (unit === 0n) return false;
  const range = [...left, ...right].reduce((sum, one) => sum + magnitude(one / unit), 0n) / 2n;
  return (
    BigInt(2 ** (left.length + right.length)) * 1_000_000n <= BigInt(Math.floor(chance * 1_000_000)) * range
  );
}

const MOST_EACH = 8;

/** What every so many or more of some amounts come to, a subset as a bit for each of its places. */
function totalsOf(amounts: readonly bigint[], least: 1 | 2): [mask: number, total: bigint][] {
  const totals = [0n];
  const found: [number, bigint][] = [];
  for (let mask = 1; mask < 1 << amounts.length; mask += 1) {
    const others = mask & (mask - 1);
    const total = (totals[others] ?? 0n) + (amounts[31 - Math.clz32(mask ^ others)] ?? 0n);
    totals.push(total);
    if (others !== 0 || least === 1) found.push([mask, total]);
  }
  return found;
}

function placesOf(mask: number): number[] {
  return Array.from({ length: MOST_EACH }, (_, at) => at).filter((at) => (mask >> at) & 1);
}

function combinations(n: number, k: number): bigint {
  let result = 1n;
  for (let i = 1; i <= k; i += 1) result = (result * BigInt(n - k + i)) / BigInt(i);
  return result;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
