import { type PlainDate, daysInMonth, formatDate } from './dates.ts';

/** An accounting period: one calendar month, `YYYY-MM`, checked. */
export type Period = string & { readonly __brand: 'Period' };

/** A period that is not a calendar month written `YYYY-MM`. */
export class PeriodError extends Error {
  override name = 'PeriodError';
}

const SHAPE = /^(\d{4})-(\d{2})$/;

function parts(value: string): readonly [year: number, month: number] {
  const [, y, m] = SHAPE.exec(value) ?? [];
  if (y === undefined || m === undefined) {
    throw new PeriodError(`period "${value.slice(0, 40)}" is not written YYYY-MM, as in 2026-03`);
  }
  const [year, month] = [Number.parseInt(y, 10), Number.parseInt(m, 10)];
  if (month < 1 || month > 12) {
    throw new PeriodError(`period "${value}" has month ${m}; months go from 01 to 12, as in 2026-03`);
  }
  if (year < 1900 || year > 9998) {
    throw new PeriodError(`period "${value}" is in the year ${y}; a period lies between 1900 and 9998`);
  }
  return [year, month];
}

const periodOf = (year: number, month: number): Period => parsePeriod(formatDate(year, month, 1).slice(0, 7));

/**
 * Checks a period such as `2026-03`.
 * @throws {PeriodError} when it is not written `YYYY-MM` or there is no such month.
 */
export function parsePeriod(value: string): Period {
  parts(value);
  return value as Period;
}

/** The month before. @throws {PeriodError} when the value, or the month before it, is no period. */
export function previousPeriod(period: string): Period {
  const [year, month] = parts(period);
  return month === 1 ? periodOf(year - 1, 12) : periodOf(year, month - 1);
}

/** The month after. @throws {PeriodError} when the value, or the month after it, is no period. */
export function nextPeriod(period: string): Period {
  const [year, month] = parts(period);
  return month === 12 ? periodOf(year + 1, 1) : periodOf(year, month + 1);
}

/** The period's first calendar day. @throws {PeriodError} when the value is no period. */
export function firstDay(period: string): PlainDate {
  const [year, month] = parts(period);
  return formatDate(year, month, 1) as PlainDate;
}

/** The period's last calendar day. @throws {PeriodError} when the value is no period. */
export function lastDay(period: string): PlainDate {
  const [year, month] = parts(period);
  return formatDate(year, month, daysInMonth(year, month)) as PlainDate;
}
