import { type Line, amountKey } from './line.ts';

// Further apart, two lines of one amount are hardly one event.
const MOST_DAYS = 10;
// Without any experience a day more makes it so much less likely, in bits.
export const BITS_A_DAY = 0.45;
// As many pairs as that expectation is worth.
const EXPECTED = 8;
// What was never seen may happen once.
const LEAST_BITS = -6;

const LAGS = Array.from({ length: 2 * MOST_DAYS + 1 }, (_, at) => at - MOST_DAYS);
const ALL_SHARES = LAGS.reduce((total, lag) => total + shareOf(lag), 0);

/**
 * How many business days the bank has a line behind its posting, or before it, in this account: learned from amounts that stand once
 * on either side and are no round ones. Receipts and payments differ in it.
 */
export class Lags {
  readonly #bits: ReadonlyMap<string, ReadonlyMap<number, number>>;

  /** @param oneOff lines whose amount no other line of their side has. */
  constructor(oneOff: readonly Line[]) {
    const postings = new Map<string, Line>();
    for (const line of oneOff) if (line.side === 'ledger') postings.set(postingKey(line), line);
    const seen = Map.groupBy(
      oneOff.flatMap((line) => {
        const posting = line.side === 'statement' ? postings.get(postingKey(line)) : undefined;
        const lag = posting ? line.day - posting.day : Infinity;
        return Math.abs(lag) <= MOST_DAYS ? [{ flow: flowOf(line), lag }] : [];
      }),
      ({ flow }) => flow,
    );
    this.#bits = new Map([...seen].map(([flow, pairs]) => [flow, learnedFrom(pairs.map(({ lag }) => lag))]));
  }

  /** How much likelier the days between two lines are here than {@link BITS_A_DAY} has them, in bits; 0 for lines of one side. */
  bits(a: Line, b: Line): number {
    if (a.side === b.side) return 0;
    const lag = a.side === 'statement' ? a.day - b.day : b.day - a.day;
    return this.#bits.get(flowOf(a))?.get(lag) ?? 0;
  }
}

/** The expectation counts as some pairs, which those that were seen outweigh the sooner the more they are. */
function learnedFrom(seen: readonly number[]): Map<number, number> {
  const counts = Map.groupBy(seen, (lag) => lag);
  return new Map(
    LAGS.map((lag) => {
      const expected = shareOf(lag) / ALL_SHARES;
      const learned = ((counts.get(lag)?.length ?? 0) + EXPECTED * expected) / (seen.length + EXPECTED);
      return [lag, Math.max(LEAST_BITS, Math.log2(learned / expected))];
    }),
  );
}

function shareOf(lag: number): number {
  return 2 ** -(BITS_A_DAY * Math.abs(lag));
}

function postingKey(line: Line): string {
  return amountKey(line, 'ledger', line.minor);
}

function flowOf({ currency, minor }: Line): string {
  return `${currency} ${minor < 0n ? 'out' : 'in'}`;
}
