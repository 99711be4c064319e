import type { GateRequest } from '../policy/contract.ts';
import { currencyCode, roundTo } from '../policy/currency.ts';
import { type Conversion, type RateTable, convert } from '../policy/fx.ts';
import { type CurrencyCode, type Decimal, decimal } from '../policy/money.ts';
import { type JsonObject, hashOf } from './canonical.ts';

const USD = currencyCode('USD');
const ONE = decimal('1');
// As many rates stand in an audit event by themselves: three months of one pair, or a month of three.
const LISTED_AT_MOST = 100;

/** An amount in the reconciliation's currency and in US dollars. */
export interface Valued {
  readonly base: Decimal;
  readonly usd: Decimal;
}

type Rate = Extract<Conversion, { status: 'fresh' | 'stale' }>;

/** Values amounts at the rates of their days, and remembers which rates it used. */
export class Valuer {
  readonly #base: CurrencyCode;
  readonly #table: RateTable;
  readonly #maxAgeDays: number;
  readonly #rates = new Map<string, Conversion>();
  #fx: GateRequest['fx'] = 'not_needed';

  /** @param base the reconciliation's currency. */
  constructor(base: CurrencyCode, table: RateTable, maxAgeDays: number) {
    this.#base = base;
    this.#table = table;
    this.#maxAgeDays = maxAgeDays;
  }

  /** How fresh the worst rate was that was needed so far. */
  get fx(): GateRequest['fx'] {
    return this.#fx;
  }

  /** True when amounts of the currency are converted at all. */
  converts(currency: CurrencyCode): boolean {
    return currency !== this.#base || currency !== USD;
  }

  value(amount: Decimal, currency: CurrencyCode, date: string): Valued {
    return {
      base: this.#in(this.#base, amount, currency, date),
      usd: this.#in(USD, amount, currency, date),
    };
  }

  /**
   * An amount in the reconciliation's currency.
   * @returns null for want of a rate.
   */
  inBase(amount: Decimal, currency: CurrencyCode, date: string): Decimal | null {
    if (currency === this.#base) return amount;
    const rate = this.#rate(currency, this.#base, date);
    return rate.status === 'missing' ? null : roundTo(this.#base, amount.times(rate.rate));
  }

  /** The rates that were used, for the audit log; beyond a hundred, their number, digest and greatest age. */
  get used(): JsonObject {
    const rates = new Map<string, JsonObject & { age_days: number }>();
    for (const [pair, rate] of this.#rates) {
      if (rate.status === 'missing') continue;
      const [from = '', to = ''] = pair.split(' ');
      const one = entry(from, to, rate);
      const key = JSON.stringify([from, to, one['date'], one['rate']]);
      const known = rates.get(key);
      if (!known || known.age_days < one.age_days) rates.set(key, one);
    }
    if (rates.size === 0) return {};
    const list = [...rates].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    if (list.length <= LISTED_AT_MOST) return { rates: list };
    const oldest = Math.max(...list.map((one) => one.age_days));
    return { rates_digest: { count: String(list.length), digest: hashOf(list), oldest_age_days: oldest } };
  }

  // A line without a rate keeps its own amount: the gate denies the import, and nothing is recorded.
  #in(to: CurrencyCode, amount: Decimal, currency: CurrencyCode, date: string): Decimal {
    if (currency === to) return amount;
    const rate = this.#rate(currency, to, date);
    if (rate.status === 'missing' || (rate.status === 'stale' && this.#fx !== 'missing'))
      this.#fx = rate.status;
    else if (this.#fx === 'not_needed') this.#fx = 'fresh';
    return rate.status === 'missing' ? amount : roundTo(to, amount.times(rate.rate));
  }

  #rate(from: CurrencyCode, to: CurrencyCode, date: string): Conversion {
    const key = `${from} ${to} ${date}`;
    const known = this.#rates.get(key);
    if (known) return known;
    const rate = convert(this.#table, ONE, from, to, date, this.#maxAgeDays);
    this.#rates.set(key, rate);
    return rate;
  }
}

function entry(from: string, to: string, rate: Rate): JsonObject & { age_days: number } {
  const { source, date, ageDays } = rate;
  return { from, to, source, date, rate: rate.rate.toFixed(), age_days: ageDays };
}
