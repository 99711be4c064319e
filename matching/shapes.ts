// What a difference between two amounts of one event looks like, and what that tells.
import { isUsualPercent, isWithheldOfNet, magnitude, unitOf } from './amounts.ts';
import type { Board } from './board.ts';
import type { Line } from './line.ts';
import { isOdd, significantDigits } from './statistics.ts';

interface Meaning {
  /** What it is worth beside an equal amount, in bits: the likelier by chance, the less. */
  readonly bits: number;
  readonly words: string;
  /** Hardly ever chance, however round the amounts. */
  readonly sure?: true;
  /** The amounts say nothing: what ties the lines must say it all. */
  readonly inPart?: true;
  /** Something is taken off, and may be booked apart. */
  readonly takenOff?: true;
}

const MEANINGS = {
  sign: { bits: 9, words: 'the sign is turned', sure: true },
  refund: { bits: 3, words: 'the sign is turned, and one of them says that it gives back', inPart: true },
  transposed: { bits: 9, words: 'digits are transposed' },
  slip: { bits: 6, words: 'one digit is mistaken' },
  typed: { bits: 7, words: 'a digit is left out or typed twice' },
  shift: { bits: 8, words: 'the decimal point is shifted' },
  charge: { bits: 6, words: 'a bank or wire fee on the list', sure: true, takenOff: true },
  habit: { bits: 6, words: 'what others of this account are short by as well', sure: true, takenOff: true },
  stated: { bits: 9, words: 'a fee or deduction that the text states', sure: true, takenOff: true },
  percent: {
    ...{ bits: 7, words: 'a discount, a tax withheld or a tip of usual percent' },
    ...{ sure: true, takenOff: true },
  },
  withheld: { bits: 6, words: 'a tax withheld of the amount before tax', takenOff: true },
  cut: { bits: 6, words: 'the cents were left out', sure: true },
  rounding: { bits: 9, words: 'rounding', sure: true },
  kept: { bits: 5, words: 'what a processor keeps', takenOff: true },
  exchange: { bits: 5, words: 'what exchange between currencies may leave', inPart: true },
  near: {
    bits: 6,
    words: 'a hundredth at most, and nothing else of the counterparty is as near',
    inPart: true,
  },
  small: { bits: 3, words: 'no more than a fee, on no list', inPart: true, takenOff: true },
  share: { bits: 7, words: 'an even share of the amount', inPart: true },
  partial: { bits: 3, words: 'a part of the amount', inPart: true },
  other: { bits: -2, words: 'of no known shape', inPart: true },
  // Only where the number leaves no doubt.
  overpaid: { bits: -7, words: 'more than was booked', inPart: true },
} as const satisfies Record<string, Meaning>;

export type Shape = keyof typeof MEANINGS;

export function meaningOf(shape: Shape): Meaning {
  return MEANINGS[shape];
}

/** True where the books have a receipt before what a processor keeps of it. */
export function isKept(board: Board, ledger: Line, statement: Line): boolean {
  const kept = ledger.minor - statement.minor;
  return statement.minor > 0n && kept > 0n && board.fees.isUsualShare(kept, ledger.minor, [ledger]);
}

/** What the difference looks like between a ledger line `one` and a statement line; null when they have nothing to do with each other. */
export function shapeOf(board: Board, one: Line, other: Line): Shape | null {
  const [a, b] = [magnitude(one.minor), magnitude(other.minor)];
  if (one.minor > 0n !== other.minor > 0n) {
    if (a !== b) return null;
    // What gives money back has the other sign for its own reason.
    if (one.said.reverses === other.said.reverses) return 'sign';
    // A bank's refund of what the books have as a sale is another event.
    return one.said.reverses ? 'refund' : null;
  }
  const gap = a > b ? a - b : b - a;
  if (gap <= board.roundingIn(one.currency)) return 'rounding';
  if (areTransposed(a, b, gap)) return 'transposed';
  // A fee makes the account poorer than was booked, never richer.
  if (one.minor > other.minor && board.fees.isListed(gap, one.currency)) return 'charge';
  if (board.fees.isStated(gap, [one, other])) return 'stated';
  if (one.minor > other.minor && board.fees.isHabitual(gap, one.currency)) return 'habit';
  if (isUsualPercent(a, b, one.minor < 0n)) return 'percent';
  if (isWithheldOfNet(a, b)) return 'withheld';
  if (leavesOutCents(a, b, gap, one.currency)) return 'cut';
  // Of two round amounts it tells nothing that they differ by a digit.
  if (differByOneDigit(a, b, gap) && significantDigits(a) >= 3 && significantDigits(b) >= 3) return 'slip';
  if (isShifted(a, b)) return 'shift';
  if (differByALostDigit(a, b)) return 'typed';
  if ((one.said.exchanges || other.said.exchanges) && gap * LEAST_TIMES_EXCHANGE <= a) return 'exchange';
  if (gap * 20n <= a && board.fees.isAtMost(gap, one.currency)) return 'small';
  if (b < a && isEvenShare(b, a)) return 'share';
  if (b < a && b * 10n >= a) return 'partial';
  // More than was booked: who overpays does not double.
  if (b * 100n <= a * 120n) return 'other';
  return b * 100n <= a * 150n ? 'overpaid' : null;
}

// Of small or round amounts many are an even share by chance.
const LEAST_SHARED = 10_000n;

/** A half, a third, or so many times five percent of an odd amount, rounded to the minor unit. */
function isEvenShare(part: bigint, whole: bigint): boolean {
  if (whole < LEAST_SHARED || !isOdd(whole)) return false;
  const isRounded = (times: bigint, of: bigint) => magnitude(part * of - whole * times) <= of;
  const twentieths = (part * 20n + whole / 2n) / whole;
  const thirds = (part * 3n + whole / 2n) / whole;
  return (twentieths >= 2n && isRounded(twentieths, 20n)) || (thirds >= 1n && isRounded(thirds, 3n));
}

// Rates of two days, and what a card adds to them, are three percent apart.
const LEAST_TIMES_EXCHANGE = 33n;

/** True for 17.00 where the other is 17.83 or 16.62, or the other way round. */
function leavesOutCents(a: bigint, b: bigint, gap: bigint, currency: string): boolean {
  const unit = unitOf(currency);
  return gap < unit && unit > 1n && ((a > 0n && a % unit === 0n) || (b > 0n && b % unit === 0n));
}

/** The same digits in another order; then their difference can be divided by nine. */
function areTransposed(a: bigint, b: bigint, gap: bigint): boolean {
  if (gap % 9n !== 0n) return false;
  const [ours, theirs] = [a.toString(), b.toString()];
  if (ours.length !== theirs.length) return false;
  const wrong = mistaken(ours, theirs);
  if (wrong.length < 2 || wrong.length > 3) return false;
  const sorted = (text: string) =>
    wrong
      .map((at) => text[at])
      .sort()
      .join('');
  return sorted(ours) === sorted(theirs);
}

/** One digit is mistaken; then their difference is a digit and zeros. */
function differByOneDigit(a: bigint, b: bigint, gap: bigint): boolean {
  if ((gap >= 10n && gap % 10n !== 0n) || significantDigits(gap) !== 1) return false;
  const [ours, theirs] = [a.toString(), b.toString()];
  return ours.length === theirs.length && mistaken(ours, theirs).length === 1;
}

/** One has a digit that the other has not, and is else the same: 1234.56 and 124.56. Of numbers that are no round ones. */
function differByALostDigit(a: bigint, b: bigint): boolean {
  const [short, long] = a < b ? [a.toString(), b.toString()] : [b.toString(), a.toString()];
  if (long.length !== short.length + 1 || !isOdd(a) || !isOdd(b)) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  return short.slice(at) === long.slice(at + 1);
}

/** The decimal point one or two places further. */
function isShifted(a: bigint, b: bigint): boolean {
  const [small, large] = a < b ? [a, b] : [b, a];
  const tenfold = small * 10n;
  return large === tenfold || large === tenfold * 10n;
}

/** At which places two numbers of one length have other digits. */
function mistaken(ours: string, theirs: string): number[] {
  return [...ours].flatMap((digit, at) => (digit === theirs[at] ? [] : [at]));
}
