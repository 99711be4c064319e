// Plain calendar dates. They never meet a clock or a time zone, so the machine's own zone cannot shift them.

/** A day of the Gregorian calendar, `YYYY-MM-DD`, checked to exist. */
export type PlainDate = string & { readonly __brand: 'PlainDate' };

/** A date that does not exist or is not written `YYYY-MM-DD`. */
export class DateError extends Error {
  override name = 'DateError';
}

const SHAPE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** How many days a month has; `month` counts from 1. */
export function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

function parts(value: string): readonly [year: number, month: number, day: number] | null {
  const [, y, m, d] = SHAPE.exec(value) ?? [];
  if (y === undefined || m === undefined || d === undefined) return null;
  const [year, month, day] = [Number.parseInt(y, 10), Number.parseInt(m, 10), Number.parseInt(d, 10)];
  const exists = year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return exists ? [year, month, day] : null;
}

/** True for a day that exists, written `YYYY-MM-DD`, in the years 0001 to 9999. */
export function isPlainDate(value: string): value is PlainDate {
  return parts(value) !== null;
}

/**
 * Checks a date.
 * @throws {DateError} when it is not written `YYYY-MM-DD` or the day does not exist.
 */
export function plainDate(value: string): PlainDate {
  if (!isPlainDate(value)) throw new DateError(`"${value.slice(0, 40)}" is not a date like 2026-03-31`);
  return value;
}

/**
 * Days since 1970-01-01 in the proleptic Gregorian calendar, by Hinnant's `days_from_civil`.
 * @throws {DateError} when the value is not a date.
 */
export function dayNumber(value: string): number {
  const found = parts(value);
  if (found === null) throw new DateError(`"${value.slice(0, 40)}" is not a date like 2026-03-31`);
  const [year, month, day] = found;
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/**
 * The date of a day number, the inverse of {@link dayNumber}.
 * @throws {DateError} outside the years 0001 to 9999.
 */
export function dateOfDayNumber(days: number): PlainDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return plainDate(formatDate(year, month, day));
}

/** Writes a date; the parts are not checked. */
export function formatDate(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/**
 * The date that many calendar days later, or earlier when negative.
 * @throws {DateError} when the value is not a date or the result leaves the years 0001 to 9999.
 */
export function addDays(value: string, days: number): PlainDate {
  return dateOfDayNumber(dayNumber(value) + days);
}

/** Calendar days from one date to another; negative when `to` is earlier. @throws {DateError} on no date. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** 1 for Monday to 7 for Sunday (ISO 8601). @throws {DateError} on no date. */
export function dayOfWeek(value: string): number {
  const sinceMonday = (dayNumber(value) + 3) % 7;
  return (sinceMonday < 0 ? sinceMonday + 7 : sinceMonday) + 1;
}
