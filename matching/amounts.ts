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
  const [whole = '0', fraction = ''] = text.split('.');
  const digits = exponentOf(currency as CurrencyCode);
  const kept = fraction.replace(/0+$/, '');
  return kept.length > digits ? null : BigInt(whole + kept.padEnd(digits, '0'));
}

/** The absolute value of an amount in minor units. */
export function magnitude(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
