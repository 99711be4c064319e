import { type PlainDate, dayNumber, plainDate } from './dates.ts';
import { type CurrencyCode, type Decimal, type Usd, decimal } from './money.ts';
import { currencyCode } from './currency.ts';

/** A published rate: how many units of `quote` one euro bought on `date`. */
export interface RateRow {
  /** `YYYY-MM-DD`, the day for which the source published it. */
  readonly date: string;
  readonly quote: CurrencyCode;
  /** Units of `quote` per 1 EUR, above zero. */
  readonly rate: Decimal;
  /** Who published it, as in `ECB`. */
  readonly source: string;
}

/** Rates by currency, oldest first. Made by {@link rateTable}. */
export interface RateTable {
  readonly byQuote: ReadonlyMap<string, readonly RateRow[]>;
}

/** Rates that contradict each other or are not rates. */
export class FxError extends Error {
  override name = 'FxError';
}

/** Decimal places of a cross rate. An amount (at most 4) times it keeps within the 18 that {@link decimal} reads back. */
export const CROSS_RATE_DECIMALS = 14;

/**
 * Sorts rates into a table. The same rate twice is one rate.
 * @throws {FxError} when a rate is not above zero, is quoted in EUR, or contradicts another of its day.
 */
export function rateTable(rows: Iterable<RateRow>): RateTable {
  const days = new Map<string, Map<string, RateRow>>();
  for (const row of rows) {
    if (!row.rate.gt(0) || !row.rate.isFinite()) {
      throw new FxError(`rate of ${row.quote} on ${row.date} is ${row.rate.toFixed()}; a rate is above zero`);
    }
    if (row.quote === 'EUR') throw new FxError(`rate on ${row.date} quotes EUR against itself; leave it out`);
    const date = plainDate(row.date);
    const ofQuote = days.get(row.quote) ?? new Map<string, RateRow>();
    days.set(row.quote, ofQuote);
    const known = ofQuote.get(date);
    if (known !== undefined && !known.rate.eq(row.rate)) {
      const both = `${known.rate.toFixed()} (${known.source}) and ${row.rate.toFixed()} (${row.source})`;
      throw new FxError(`two rates of ${row.quote} on ${date}: ${both}; keep one`);
    }
    if (known === undefined) ofQuote.set(date, row);
  }
  const byQuote = new Map<string, readonly RateRow[]>();
  for (const [quote, ofQuote] of days) {
    byQuote.set(
      quote,
      [...ofQuote.values()].sort((a, b) => (a.date < b.date ? -1 : 1)),
    );
  }
  return { byQuote };
}

/** A rate as of a date: the published one of that day, or the latest before it with its age in calendar days. */
export type RateAt =
  | { readonly status: 'missing' }
  | {
      readonly status: 'fresh' | 'stale';
      /** Units of the currency per 1 EUR. */
      readonly rate: Decimal;
      /** The day for which the rate was published. */
      readonly date: PlainDate;
      readonly ageDays: number;
      readonly source: string;
    };

/**
 * The rate of a currency against EUR as of `date`. Over weekends and holidays the last earlier one is carried forward;
 * a later one is never used. Stale when older than `maxAgeDays` calendar days.
 * @throws {DateError} on no date.
 */
export function rateAt(table: RateTable, currency: CurrencyCode, date: string, maxAgeDays: number): RateAt {
  const asked = plainDate(date);
  if (currency === 'EUR') {
    return { status: 'fresh', rate: decimal('1'), date: asked, ageDays: 0, source: 'identity' };
  }
  const row = latestUpTo(table.byQuote.get(currency) ?? [], asked);
  if (row === null) return { status: 'missing' };
  const ageDays = dayNumber(asked) - dayNumber(row.date);
  const status = ageDays <= maxAgeDays ? 'fresh' : 'stale';
  return { status, rate: row.rate, date: plainDate(row.date), ageDays, source: row.source };
}

function latestUpTo(rows: readonly RateRow[], date: string): RateRow | null {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && row.date <= date) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1] ?? null;
}

/** A conversion with everything needed to recompute it. */
export type Conversion =
  | { readonly status: 'missing'; readonly currency: CurrencyCode }
  | {
      readonly status: 'fresh' | 'stale';
      /** `amount × rate`, exact and not rounded to the target's minor unit; see `roundTo` of `currency.ts`. */
      readonly amount: Decimal;
      /** Units of `to` per 1 `from`, half-even to {@link CROSS_RATE_DECIMALS} places. */
      readonly rate: Decimal;
      /** The older of the two publication days. */
      readonly date: PlainDate;
      readonly ageDays: number;
      readonly source: string;
    };

/**
 * Converts an amount at the rates as of `date`, crossing through EUR: rate = (to per EUR) / (from per EUR).
 * Never throws for want of a rate: the answer says which currency has none.
 * @throws {DateError} on no date.
 */
export function convert(
  table: RateTable,
  amount: Decimal,
  from: CurrencyCode,
  to: CurrencyCode,
  date: string,
  maxAgeDays: number,
): Conversion {
  if (from === to) {
    const rate = decimal('1');
    return { status: 'fresh', amount, rate, date: plainDate(date), ageDays: 0, source: 'identity' };
  }
  const a = rateAt(table, from, date, maxAgeDays);
  if (a.status === 'missing') return { status: 'missing', currency: from };
  const b = rateAt(table, to, date, maxAgeDays);
  if (b.status === 'missing') return { status: 'missing', currency: to };
  const rate = b.rate.div(a.rate).toDecimalPlaces(CROSS_RATE_DECIMALS);
  const older = a.ageDays >= b.ageDays ? a : b;
  const sources = [a.source, b.source].filter((source) => source !== 'identity');
  return {
    status: a.status === 'stale' || b.status === 'stale' ? 'stale' : 'fresh',
    amount: amount.times(rate),
    rate,
    date: older.date,
    ageDays: older.ageDays,
    source: [...new Set(sources)].join('+'),
  };
}

/** A conversion into US dollars. */
export type UsdConversion = Exclude<Conversion, { status: 'fresh' | 'stale' }> | UsdConverted;
type UsdConverted = Extract<Conversion, { status: 'fresh' | 'stale' }> & { readonly amount: Usd };

const USD = currencyCode('USD');

/** {@link convert} into US dollars. @throws {DateError} on no date. */
export function convertToUsd(
  table: RateTable,
  amount: Decimal,
  from: CurrencyCode,
  date: string,
  maxAgeDays: number,
): UsdConversion {
  const result = convert(table, amount, from, USD, date, maxAgeDays);
  return result.status === 'missing' ? result : { ...result, amount: result.amount as Usd };
}
