import { remembered } from '../ledger/remembered.ts';
import { isRoundShare, minorOf, percentMillis } from './amounts.ts';
import { type Line, totalOf } from './line.ts';
import type { Settings } from './settings.ts';

// Of fewer it may be chance.
const LEAST_HABIT = 3;
const PRICE_STEP = 5n;

/** Lines of the ledger, and the line of the statement that paid them out. */
export interface Payout {
  readonly sale: readonly Line[];
  readonly receipt: Line;
}

/** What is taken off payments: as the list has it, as texts state it, and as it was seen of others of this account. */
export class Fees {
  /** In thousandths of a percent. */
  readonly #mostKept: bigint;
  readonly #listIn: (currency: string) => ReadonlySet<bigint | null>;
  readonly #payouts: Payout[] = [];
  readonly #takenOff = new Map<string, number>();
  readonly #kept = new Map<string, ((gross: bigint) => bigint)[]>();

  /** What a processor keeps of each payment at most, besides a share of it, in minor units of a currency. */
  readonly each: (currency: string) => bigint;

  constructor(settings: Settings) {
    this.#listIn = remembered((currency) => new Set(settings.fees.map((fee) => minorOf(fee, currency))));
    this.each = remembered((currency) => minorOf(settings.fee_each, currency) ?? 0n);
    this.#mostKept = percentMillis(settings.fee_percent);
  }

  /** True when an amount in minor units is a fee or deduction that one of the lines states. */
  isStated(minor: bigint, lines: readonly Line[]): boolean {
    return lines.some(({ said }) => said.fees.includes(minor));
  }

  /** True when an amount in minor units is on the list of bank and wire fees. */
  isListed(minor: bigint, currency: string): boolean {
    return this.#listIn(currency).has(minor);
  }

  /** True when several lines that were matched are short by this sum, in minor units. */
  isHabitual(minor: bigint, currency: string): boolean {
    return (this.#takenOff.get(`${currency} ${minor}`) ?? 0) >= LEAST_HABIT;
  }

  /** By what sum, in minor units, a line is less than what was booked. */
  learnTakenOff(minor: bigint, currency: string): void {
    const key = `${currency} ${minor}`;
    this.#takenOff.set(key, (this.#takenOff.get(key) ?? 0) + 1);
  }

  /** The bank and wire fees on the list, in minor units of a currency. */
  listed(currency: string): readonly bigint[] {
    return [...this.#listIn(currency)].filter((fee) => fee !== null);
  }

  /** True when an amount in minor units is no more than the largest fee on the list. */
  isAtMost(minor: bigint, currency: string): boolean {
    return [...this.#listIn(currency)].some((fee) => fee !== null && minor <= fee);
  }

  /** True when a processor may keep so much of a gross amount, both in minor units, that some lines come to: a share, and so much each. */
  isUsualShare(kept: bigint, gross: bigint, of: readonly Line[]): boolean {
    const each = this.each(of[0]?.currency ?? '') * BigInt(of.length);
    return gross > 0n && (kept - each) * 100_000n <= gross * this.#mostKept;
  }

  /** True when so much in minor units is kept of some lines as processors price it: even thousandths, and an even sum of each. */
  isPriced(kept: bigint, of: readonly Line[]): boolean {
    const gross = totalOf(of);
    if (gross <= 0n || kept <= 0n || !this.isUsualShare(kept, gross, of)) return false;
    for (let each = 0n; each <= this.each(of[0]?.currency ?? ''); each += PRICE_STEP) {
      const share = kept - each * BigInt(of.length);
      if (share > 0n && isRoundShare(share, gross)) return true;
    }
    return false;
  }

  /** Remembers that some lines were paid out by one that is less than they are. */
  learnPayout(sale: readonly Line[], receipt: Line): void {
    if (receipt.side === 'statement' && totalOf(sale) > receipt.minor && receipt.minor > 0n)
      this.#payouts.push({ sale, receipt });
  }

  /** What was paid out less something, so far. */
  get payouts(): readonly Payout[] {
    return this.#payouts;
  }

  /** Remembers what was seen to be kept of every payment in a currency. @param kept of a gross amount, both in minor units. */
  learnKept(currency: string, kept: (gross: bigint) => bigint): void {
    this.#kept.set(currency, [...(this.#kept.get(currency) ?? []), kept]);
  }

  /** What a payment of a gross amount may leave, by what was seen to be kept of others; in minor units. */
  netOf(gross: bigint, currency: string): readonly bigint[] {
    return (this.#kept.get(currency) ?? []).map((kept) => gross - kept(gross));
  }
}
