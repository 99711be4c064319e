import { exponentOf } from '../policy/currency.ts';
import type { CurrencyCode } from '../policy/money.ts';

/** An amount in minor units as a plain decimal with its currency's digits, as in `-1234.50`. */
export function show(minor: bigint, currency: string): string {
  const digits = exponentOf(currency as CurrencyCode);
  const text = magnitude(minor)
    .toString()
    .padStart(digits + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** A plain decimal in minor units of a currency; null when it has more digits than the currency. */
export function minorOf(text: string, currency: string): bigint | null {
  const digits = exponentOf(currency as CurrencyCode);
  const point = text.indexOf('.');
  const [whole, fraction] = point < 0 ? [text, ''] : [text.slice(0, point), text.slice(point + 1)];
  if (fraction.length === digits) return BigInt(whole + fraction);
  const kept = fraction.replace(/0+$/, '');
  return kept.length > digits ? null : BigInt(whole + kept.padEnd(digits, '0'));
}

const UNITS = [1n, 10n, 100n, 1_000n, 10_000n];

/** One of a currency, as 1.00 dollar, in its minor units. */
export function unitOf(currency: string): bigint {
  return UNITS[exponentOf(currency as CurrencyCode)] ?? 1n;
}

/** The absolute value of an amount in minor units. */
export function magnitude(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}

const LEAST_TELLING = 40_000n;

/**
 * True where one amount is a whole number of thousandths of another, rounded to the minor unit, as a processor's fee of 2.9
 * percent is; and the other so large that hardly any share is so by chance.
 * @param share and whole in minor units, both positive.
 */
export function isRoundShare(share: bigint, whole: bigint): boolean {
  const rest = (share * 1000n) % whole;
  return whole >= LEAST_TELLING && (rest <= 1000n || whole - rest <= 1000n);
}

// In thousandths, the largest last: early payment discounts and taxes withheld; a bank's charge in percent; and what guests leave.
const TAKEN_OFF = [10n, 15n, 20n, 25n, 30n, 40n, 50n, 75n, 100n, 150n];
const ADDED = [5n, 10n, 15n, 20n, 25n, 30n, 100n, 120n, 150n, 180n, 200n, 220n, 250n];
// Half a minor unit on both sides of a rounding, in thousandths.
const ROUNDED = 1_500n;

/**
 * True when an amount differs from what was booked by a percentage that people agree on, rounded to the minor unit: less by
 * a discount or a tax withheld, or, of outgoing payments, more by a charge or a tip.
 * @param booked and other in minor units, without signs.
 * @param parts how many amounts were rounded by themselves.
 */
export function isUsualPercent(booked: bigint, other: bigint, outgoing: boolean, parts = 1): boolean {
  if (other > booked && !outgoing) return false;
  const gap = magnitude(booked - other) * 1000n;
  const rounded = ROUNDED * BigInt(parts);
  const shares = other < booked ? TAKEN_OFF : ADDED;
  // Most amounts are much further apart.
  if (gap > booked * (shares.at(-1) ?? 0n) + rounded) return false;
  return shares.some((share) => magnitude(gap - booked * share) <= rounded);
}

// Tax withheld at source of an amount before its value added tax, both in thousandths of that: India (of GST), Italy, Spain, the
// Philippines, Kenya, Nigeria.
const WITHHELD: readonly (readonly [withheld: bigint, tax: bigint])[] = [
  ...[10n, 20n, 50n, 100n].flatMap((rate) => [50n, 120n, 180n].map((tax) => [rate, tax] as const)),
  [200n, 220n],
  [150n, 210n],
  [70n, 210n],
  [30n, 160n],
  [50n, 160n],
  [50n, 75n],
  [100n, 75n],
];

/**
 * True when an amount is less than what was booked by a tax that is withheld of the net amount, rounded to the minor unit: 2 percent
 * of 100.00 where 118.00 was booked.
 * @param booked and other in minor units, without signs.
 */
export function isWithheldOfNet(booked: bigint, other: bigint): boolean {
  const gap = (booked - other) * 1000n;
  // Most amounts are much further apart.
  if (gap <= 0n || gap > booked * 170n) return false;
  return WITHHELD.some(([rate, tax]) => {
    const whole = 1000n + tax;
    return magnitude(gap * whole - booked * rate * 1000n) <= ROUNDED * whole;
  });
}

/** "4" is four percent: four thousand hundred-thousandths. */
export function percentMillis(percent: string): bigint {
  const [whole = '0', fraction = ''] = percent.split('.');
  return BigInt(whole + fraction.padEnd(3, '0'));
}
