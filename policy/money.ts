import { Decimal as BaseDecimal } from 'decimal.js';

/**
 * closegate's own decimal constructor: 40 significant digits, half-even rounding, never exponent notation.
 * A clone, because `Decimal.set` would change every other user of the library in the process.
 */
const Decimal = BaseDecimal.clone({
  precision: 40,
  rounding: BaseDecimal.ROUND_HALF_EVEN,
  toExpNeg: -40,
  toExpPos: 40,
});

/** An exact decimal. What currency it is in is said by the field that holds it. */
export type Decimal = BaseDecimal;

/** An amount in US dollars, exact. Made by {@link usd} and by `policy/fx.ts` only. */
export type Usd = Decimal & { readonly __currency: 'USD' };

/** A currency code of ISO 4217, checked. */
export type CurrencyCode = string & { readonly __brand: 'CurrencyCode' };

/** An amount that is not money: wrong notation, a JS number, more decimals than the currency has. */
export class MoneyError extends Error {
  override name = 'MoneyError';
}

// Plain notation only: no exponent, no thousands separator, no leading '+', no bare '.'.
const PLAIN = /^-?\d{1,30}(\.\d{1,18})?$/;

/**
 * Reads an exact decimal from plain notation (`-1234.50`).
 * @throws {MoneyError} on a JS number (its digits are already lost), an exponent, separators, `NaN`, or emptiness.
 */
export function decimal(value: string | bigint | Decimal): Decimal {
  if (typeof value === 'string') {
    if (!PLAIN.test(value))
      throw new MoneyError(`"${value.slice(0, 60)}" is not a plain decimal amount like -1234.50`);
    return new Decimal(value);
  }
  if (typeof value === 'bigint') return new Decimal(value.toString());
  if (value instanceof Decimal) return value;
  throw new MoneyError(
    `money must be a decimal string, not a ${typeof value}: its digits may already be lost`,
  );
}

/** Zero, as a starting point for sums. */
export const ZERO: Decimal = new Decimal('0');

/** The same as {@link decimal}, with the brand that says the amount is US dollars. */
export function usd(value: string | bigint | Decimal): Usd {
  return decimal(value) as Usd;
}

/** The exact sum; zero for none. All values must be in one currency. @throws {MoneyError} as {@link decimal} does. */
export function sum(values: Iterable<string | Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = total.plus(decimal(value));
  return total;
}
