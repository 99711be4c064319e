import { Temporal } from 'temporal-polyfill';
import { type PlainDate, addDays, dayOfWeek, daysBetween, plainDate } from './dates.ts';
import { lastDay } from './period.ts';

export * from './period.ts';

/** An entity's working calendar, as `close_calendar.entities.<entity>` of `policy.yaml` gives it. */
export interface CalendarEntity {
  /** IANA time zone, as in `America/New_York`. */
  readonly zone: string;
  /** Business day, relative to the period's end, at whose first moment the window opens. */
  readonly opens_business_day: number;
  /** Business day at whose end the window closes; null when it stays open. */
  readonly closes_business_day: number | null;
  /** Public holidays, `YYYY-MM-DD`. */
  readonly holidays: readonly string[];
}

/** When automation may work on a period: instants in UTC, ISO 8601. `closesAt` is exclusive. */
export interface CloseWindow {
  readonly opensAt: string;
  readonly closesAt: string | null;
}

/** A calendar that cannot be used: no such time zone, or a business day that is zero or out of reach. */
export class CalendarError extends Error {
  override name = 'CalendarError';
}

const SATURDAY = 6;
// Two years of business days: past that a number is a slip of the pen, and a search for it must still end.
const REACH = 520;

/** Monday to Friday and no public holiday of the entity. @throws {DateError} on no date. */
export function isBusinessDay(calendar: Pick<CalendarEntity, 'holidays'>, date: string): boolean {
  return dayOfWeek(date) < SATURDAY && !calendar.holidays.includes(date);
}

/**
 * The date that many business days later, or earlier when negative; the date itself is never counted.
 * Zero gives the date back, also when it is no business day.
 * @throws {DateError} on no date; {CalendarError} on a fraction or more than two years.
 */
export function addBusinessDays(
  calendar: Pick<CalendarEntity, 'holidays'>,
  date: string,
  count: number,
): PlainDate {
  if (!Number.isInteger(count) || Math.abs(count) > REACH) {
    throw new CalendarError(`cannot count ${count} business days; use a whole number up to ${REACH}`);
  }
  const step = count < 0 ? -1 : 1;
  // A calendar whose every day is a holiday would never end the search.
  const limit = Math.abs(count) * 7 + calendar.holidays.length + 14;
  let day = plainDate(date);
  let left = Math.abs(count);
  for (let tried = 0; left > 0; tried += 1) {
    if (tried > limit)
      throw new CalendarError(`found no ${count} business days near ${date}: too many holidays`);
    day = addDays(day, step);
    if (isBusinessDay(calendar, day)) left -= 1;
  }
  return day;
}

/**
 * Business days after `from` up to and including `to`; negative when `to` is earlier, and then `to` counts and `from` does not.
 * Zero for the same day.
 * @throws {DateError} on no date.
 */
export function businessDaysBetween(
  calendar: Pick<CalendarEntity, 'holidays'>,
  from: string,
  to: string,
): number {
  const distance = daysBetween(from, to);
  const step = distance < 0 ? -1 : 1;
  let count = 0;
  let day = plainDate(from);
  for (let walked = 0; walked < Math.abs(distance); walked += 1) {
    day = addDays(day, step);
    if (isBusinessDay(calendar, day)) count += step;
  }
  return count;
}

/**
 * The date of a business day relative to a period's end: 1 is the first business day after it,
 * -1 the last business day of the period itself.
 * @throws {CalendarError} on zero, a fraction, or more than two years.
 */
export function closeBusinessDay(
  calendar: Pick<CalendarEntity, 'holidays'>,
  period: string,
  businessDay: number,
): PlainDate {
  if (businessDay === 0) {
    throw new CalendarError(
      'business day 0 does not exist: 1 is the first after the period, -1 the last within it',
    );
  }
  const end = lastDay(period);
  return addBusinessDays(calendar, businessDay < 0 ? addDays(end, 1) : end, businessDay);
}

function startOfDay(date: string, zone: string): string {
  try {
    // Not "midnight": in some zones a DST change makes the day begin at 01:00.
    return Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone }).toInstant().toString();
  } catch (cause) {
    throw new CalendarError(`"${zone}" is not a time zone like Europe/Berlin`, { cause });
  }
}

/** True for a time zone that closegate can compute with. */
export function isTimeZone(zone: string): boolean {
  // Offsets such as +01:00 know nothing of daylight saving, so only named zones are taken.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    startOfDay('2026-01-01', zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * When automation may work on a period of an entity, right across daylight-saving changes.
 * Opens with the first moment of its opening business day in the entity's zone, closes with the end of its closing one.
 * @throws {PeriodError} on no period; {CalendarError} on an unusable calendar.
 */
export function closeWindow(calendar: CalendarEntity, period: string): CloseWindow {
  const opens = closeBusinessDay(calendar, period, calendar.opens_business_day);
  const opensAt = startOfDay(opens, calendar.zone);
  if (calendar.closes_business_day === null) return { opensAt, closesAt: null };
  const closes = closeBusinessDay(calendar, period, calendar.closes_business_day);
  return { opensAt, closesAt: startOfDay(addDays(closes, 1), calendar.zone) };
}

/**
 * True when the instant `at` (ISO 8601 with offset or `Z`) lies in the window.
 * @throws {RangeError} when `at` is no instant.
 */
export function isWithin(window: CloseWindow, at: string): boolean {
  const instant = Temporal.Instant.from(at);
  const opened = Temporal.Instant.compare(instant, Temporal.Instant.from(window.opensAt)) >= 0;
  if (!opened || window.closesAt === null) return opened;
  return Temporal.Instant.compare(instant, Temporal.Instant.from(window.closesAt)) < 0;
}

/** When both windows are open: from the later opening to the earlier closing; null when they never are. */
export function overlapOf(one: CloseWindow, other: CloseWindow): CloseWindow | null {
  const byTime = (a: string, b: string) =>
    Temporal.Instant.compare(Temporal.Instant.from(a), Temporal.Instant.from(b));
  const [, opensAt = one.opensAt] = [one.opensAt, other.opensAt].sort(byTime);
  const ends = [one.closesAt, other.closesAt].filter((end) => end !== null).sort(byTime);
  const closesAt = ends[0] ?? null;
  return closesAt !== null && byTime(opensAt, closesAt) >= 0 ? null : { opensAt, closesAt };
}

/** An instant as the clocks of a zone show it, with their offset: `2026-03-25 00:00 -04:00`. */
export function localTime(instant: string, zone: string): string {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  const minute = local.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
  return `${minute} ${local.offset}`;
}
