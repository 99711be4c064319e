import { dayNumber } from '../policy/dates.ts';

/**
 * Numbers business days: the difference of two dates' numbers is how many business days lie between them. A Saturday, a
 * Sunday or a holiday has the number of the business day before it.
 */
export function businessDayNumbers(holidays: readonly string[]): (date: string) => number {
  const known = new Map<string, number>();
  // A holiday on a weekend takes nothing away.
  const off = holidays
    .map(dayNumber)
    .filter((day) => weekday(day) < 5)
    .sort((a, b) => a - b);
  return (date) => {
    const seen = known.get(date);
    if (seen !== undefined) return seen;
    const day = dayNumber(date);
    const monday = day - weekday(day);
    const number =
      ((monday + 3) / 7) * 5 + Math.min(weekday(day), 4) - off.filter((one) => one <= day).length;
    known.set(date, number);
    return number;
  };
}

// 0 for Monday. Day 0, 1970-01-01, was a Thursday.
function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}
