import { currencyCode, exponentOf, negated } from '../policy/currency.ts';
import { formatDate, isPlainDate } from '../policy/dates.ts';
import { type CurrencyCode, MoneyError } from '../policy/money.ts';
import type { CsvMapping, DateFormat } from './mapping.ts';
import { StatementError, clip } from './statement.ts';

/** Gives the trimmed text of a mapped field of one row; null when empty or not mapped. */
export type Cells = (field: keyof CsvMapping['columns']) => string | null;

interface Place {
  readonly file: string;
  readonly line: number;
}

/** Reads a currency code. @throws {StatementError} when it is empty or not of ISO 4217. */
export function currencyCell(text: string | null, at: Place): CurrencyCode {
  try {
    return currencyCode(text ?? '');
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    throw new StatementError({ ...at, what: error.message, whatNow: 'correct the currency column' });
  }
}

/**
 * Reads an amount by the mapping's decimal and thousands signs. Decimals are counted as written: `1.000` in a
 * two-decimal currency may be a thousand somewhere else, so it is refused rather than guessed at.
 * @returns the amount in the wire form, see `formatAmount`.
 * @throws {StatementError} on formulas, exponents, other notations and too many decimals.
 */
export function amountCell(
  text: string | null,
  field: string,
  currency: CurrencyCode,
  mapping: Pick<CsvMapping, 'decimal' | 'thousands'>,
  at: Place,
  shape = amountShape(mapping),
): string {
  const [, sign = '', whole = '', fraction = ''] = shape.exec(text ?? '') ?? [];
  const refuse = (what: string, whatNow: string): StatementError =>
    new StatementError({ ...at, what, whatNow });
  if (whole === '') {
    if (text === null) throw refuse(`the ${field} is empty`, 'every line needs one');
    if (/^(?:[=@]|\+(?!\d))/.test(text))
      throw refuse(`the ${field} "${clip(text)}" is a formula`, 'export values, not formulas');
    const example = `${mapping.thousands === undefined ? '1234' : `1${mapping.thousands}234`}${mapping.decimal}50`;
    throw refuse(
      `the ${field} "${clip(text)}" is not written like ${example}`,
      'correct the mapping or the file',
    );
  }
  const exponent = exponentOf(currency);
  if (fraction.length > exponent) {
    const what = `the ${field} "${clip(text ?? '')}" has more decimals than ${currency} allows (${exponent})`;
    throw refuse(what, 'check decimal sign and currency');
  }
  const written = mapping.thousands === undefined ? whole : whole.replaceAll(mapping.thousands, '');
  if (written.length > LONGEST)
    throw refuse(`the ${field} "${clip(text ?? '')}" has more than ${LONGEST} digits`, 'correct the file');
  const digits = written.replace(/^0+(?=\d)/, '');
  const amount = exponent === 0 ? digits : `${digits}.${fraction.padEnd(exponent, '0')}`;
  return sign === '-' ? negated(amount) : amount;
}

// Before the decimal sign; as `decimal` of policy/money.ts has it.
const LONGEST = 30;

/** How a mapping writes amounts. A file of many lines makes it once. */
export function amountShape({ decimal, thousands }: Pick<CsvMapping, 'decimal' | 'thousands'>): RegExp {
  const groups = thousands === undefined ? '' : `\\d{1,3}(?:[${thousands}]\\d{3})+|`;
  return new RegExp(`^([-+]?)(${groups}\\d+)(?:[${decimal}](\\d+))?$`);
}

const ORDERS: Readonly<Record<DateFormat, { shape: RegExp; order: readonly [number, number, number] }>> = {
  'YYYY-MM-DD': { shape: /^(\d{4})-(\d{2})-(\d{2})$/, order: [1, 2, 3] },
  'DD.MM.YYYY': { shape: /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, order: [3, 2, 1] },
  'MM/DD/YYYY': { shape: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, order: [3, 1, 2] },
  'DD/MM/YYYY': { shape: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, order: [3, 2, 1] },
};

/** Reads a date in the one notation that the mapping names. @throws {StatementError} on any other, or no such day. */
export function dateCell(text: string | null, format: DateFormat, field: string, at: Place): string {
  const { shape, order } = ORDERS[format];
  const found = shape.exec(text ?? '');
  const [year, month, day] = order.map((group) => Number.parseInt(found?.[group] ?? '0', 10));
  const date = formatDate(year ?? 0, month ?? 0, day ?? 0);
  if (!isPlainDate(date)) {
    const what = `the ${field} "${clip(text ?? '')}" is no date written ${format}`;
    throw new StatementError({ ...at, what, whatNow: 'correct date_format in the mapping, or the line' });
  }
  return date;
}
