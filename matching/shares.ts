// A share that is kept of every payment: read from payments that agree in it, where chance would hardly bring so many together.
import { isOdd } from './statistics.ts';

// In which a share of a gross amount is told.
const WHOLE = 10_000_000n;
const LEAST_GROSS = 10_000n;
// A fee and a tax on it, each rounded by itself, and of several payments each.
const ROUNDED = 2n;
const LEAST_VOTES = 5;
// How likely it may be that chance alone brings so many together.
const CHANCE = 1e-4;
// What is kept of each payment besides is a multiple of five minor units; among few any sum is tried, and larger ones, as one
// unit is not worth the same in every currency.
const STEP = 5n;
const FEW = 600;
const LARGER = 20n;

/** What is kept: of each payment, in minor units, and of its gross amount, in ten-millionths. */
export interface Share {
  readonly each: bigint;
  readonly share: number;
}

/** What may have been kept of some payments that came as one sum, in minor units. */
export interface Kept {
  readonly gross: bigint;
  readonly kept: bigint;
  readonly payments: number;
}

/** True where so much may be kept by a share. */
export function agrees(observed: Kept, { each, share }: Share): boolean {
  const { from, to } = sharesOf(observed, each);
  return from <= share && share <= to;
}

/** What is kept of one payment by a share, both in minor units. */
export function keptOf(gross: bigint, { each, share }: Share): bigint {
  return each + (gross * BigInt(share) + WHOLE / 2n) / WHOLE;
}

/** A share in percent, for people. */
export function percentOf({ share }: Share): string {
  return (share / 100_000).toFixed(2);
}

/**
 * The share in which most agree; null where chance might bring as many.
 * @param mostEach what is kept of each at most besides.
 * @param least how many have to agree.
 */
export function shareOf(observed: readonly Kept[], mostEach: bigint, least = LEAST_VOTES): Share | null {
  // Of round amounts many differ by one share, and of one amount all do.
  const odd = observed.filter(({ gross }) => gross >= LEAST_GROSS && isOdd(gross));
  const telling = [...new Map(odd.map((one) => [`${one.gross} ${one.kept}`, one] as const)).values()];
  const [step, most] = telling.length <= FEW ? [1n, mostEach * LARGER] : [STEP, mostEach];
  const sums = parseInt((most / step + 1n).toString(), 10);
  let best: (Share & { readonly votes: number }) | null = null;
  for (let each = 0n; each <= most; each += step) {
    const ranges = telling.map((one) => sharesOf(one, each)).filter(({ from }) => from > 0);
    const found = mostIn(ranges);
    const tries = ranges.length * sums;
    if (found.votes < least || chanceOf(found.votes, expectedIn(ranges)) * tries > CHANCE) continue;
    if (best === null || found.votes > best.votes) best = { each, share: found.at, votes: found.votes };
  }
  return best;
}

/** The least and the largest share of the gross amount that rounds to what is kept. */
function sharesOf({ gross, kept, payments }: Kept, each: bigint): Range {
  const count = BigInt(payments);
  const rest = kept - each * count;
  const rounded = count > ROUNDED ? count : ROUNDED;
  const share = (minor: bigint) => parseInt(((minor * WHOLE) / gross).toString(), 10);
  return { from: share(rest - rounded), to: share(rest + rounded) };
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
