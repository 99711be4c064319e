import { type CurrencyCode, type Decimal, MoneyError, decimal } from './money.ts';

// ISO 4217:2015 list one, active codes by their number of minor-unit digits. Two digits unless listed otherwise.
const TWO_DIGITS =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
  'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF ' +
  'IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK ' +
  'MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP ' +
  'SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG ' +
  'YER ZAR ZMW ZWG BGN ANG HRK';
const ZERO_DIGITS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const THREE_DIGITS = 'BHD IQD JOD KWD LYD OMR TND';
const FOUR_DIGITS = 'CLF UYW';

const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...TWO_DIGITS.split(' ').map((code) => [code, 2] as const),
  ...ZERO_DIGITS.split(' ').map((code) => [code, 0] as const),
  ...THREE_DIGITS.split(' ').map((code) => [code, 3] as const),
  ...FOUR_DIGITS.split(' ').map((code) => [code, 4] as const),
]);

/**
 * Checks a currency code against ISO 4217.
 * @throws {MoneyError} when the code is not an active one.
 */
export function currencyCode(code: string): CurrencyCode {
  if (!isCurrencyCode(code)) throw new MoneyError(`"${code.slice(0, 20)}" is not an ISO 4217 currency code`);
  return code;
}

/** True for an active code of ISO 4217. */
export function isCurrencyCode(code: string): code is CurrencyCode {
  return EXPONENTS.has(code);
}

/** How many digits the currency's minor unit has (0, 2, 3 or 4), by ISO 4217. */
export function exponentOf(currency: CurrencyCode): number {
  return EXPONENTS.get(currency) ?? 2;
}

/**
 * Reads an amount of a currency.
 * @throws {MoneyError} when it has more decimals than the currency's minor unit, or is not plain notation.
 */
export function amountOf(value: string | Decimal, currency: CurrencyCode): Decimal {
  const amount = decimal(value);
  if (amount.decimalPlaces() > exponentOf(currency)) {
    throw new MoneyError(
      `${amount.toFixed()} has more decimals than ${currency} allows (${exponentOf(currency)})`,
    );
  }
  return amount;
}

/** Rounds half-even to the currency's minor unit. */
export function roundTo(currency: CurrencyCode, amount: Decimal): Decimal {
  return amount.toDecimalPlaces(exponentOf(currency));
}

/** The wire form: a decimal string with exactly the currency's digits, as in `-1234.50`. */
export function formatAmount(amount: Decimal, currency: CurrencyCode): string {
  const digits = exponentOf(currency);
  const plain = amount.toFixed();
  const point = plain.indexOf('.');
  const written = point < 0 ? 0 : plain.length - point - 1;
  if (written === digits) return plain;
  // Only what is to be rounded needs another decimal, which takes longer than all the rest.
  return written > digits
    ? amount.toFixed(digits)
    : plain + (point < 0 ? '.' : '') + '0'.repeat(digits - written);
}

/** The same amount with the other sign, in the wire form. @param amount in the wire form: zero has no sign. */
export function negated(amount: string): string {
  if (amount.startsWith('-')) return amount.slice(1);
  return isZero(amount) ? amount : `-${amount}`;
}

/** True for zero. @param amount in the wire form. */
export function isZero(amount: string): boolean {
  return !/[1-9]/.test(amount);
}

/** The exact sum of a file's amounts in one currency: in minor units, which add up four times as fast as decimals. */
export class RunningTotal {
  readonly #currency: CurrencyCode;
  #minor = 0n;

  constructor(currency: CurrencyCode) {
    this.#currency = currency;
  }

  /** @param amount in the wire form, as {@link formatAmount} gives it. */
  add(amount: string): void {
    this.#minor += BigInt(amount.replace('.', ''));
  }

  /** The sum of what was added so far. */
  get amount(): Decimal {
    return decimal(this.#minor).dividedBy(decimal('1'.padEnd(exponentOf(this.#currency) + 1, '0')));
  }
}
