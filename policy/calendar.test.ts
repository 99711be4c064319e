import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  CalendarError,
  type CalendarEntity,
  addBusinessDays,
  businessDaysBetween,
  closeBusinessDay,
  closeWindow,
  isBusinessDay,
  isTimeZone,
  isWithin,
  localTime,
  overlapOf,
} from './calendar.ts';
import {
  DateError,
  addDays,
  dateOfDayNumber,
  dayNumber,
  dayOfWeek,
  daysBetween,
  isPlainDate,
} from './dates.ts';
import { PeriodError, firstDay, lastDay, nextPeriod, parsePeriod, previousPeriod } from './period.ts';

const calendar = (
  zone: string,
  opens: number,
  closes: number | null,
  holidays: string[] = [],
): CalendarEntity => ({
  zone,
  opens_business_day: opens,
  closes_business_day: closes,
  holidays,
});
const EASTER = { holidays: ['2026-04-03', '2026-04-06'] };

test('periods are calendar months', () => {
  assert.equal(parsePeriod('2026-03'), '2026-03');
  assert.equal(previousPeriod('2026-01'), '2025-12');
  assert.equal(nextPeriod('2026-12'), '2027-01');
  assert.equal(firstDay('2026-03'), '2026-03-01');
  assert.equal(lastDay('2028-02'), '2028-02-29');
  assert.equal(lastDay('2100-02'), '2100-02-28');
});

test('refuses what is no period and says why', () => {
  assert.throws(() => parsePeriod('2026-13'), {
    name: 'PeriodError',
    message: /"2026-13" has month 13; months go from 01 to 12/,
  });
  for (const value of [
    '2026-00',
    '2026-3',
    '2026-03-01',
    ' 2026-03',
    '2026-03\n',
    '0000-01',
    '٢٠٢٦-٠٣',
    '',
  ]) {
    assert.throws(() => parsePeriod(value), PeriodError, value);
  }
});

test('dates that do not exist are no dates', () => {
  for (const value of [
    '2026-02-29',
    '2026-04-31',
    '2026-00-01',
    '2026-1-1',
    '0000-01-01',
    '2026-03-31T00:00',
  ]) {
    assert.ok(!isPlainDate(value), value);
    assert.throws(() => dayNumber(value), DateError);
  }
});

test('day numbers agree with the calendar of the platform, in both directions', () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (days) => {
      const date = dateOfDayNumber(days);
      assert.equal(dayNumber(date), days);
      const platform = new Date(days * 86_400_000);
      assert.equal(platform.toISOString().slice(0, 10), date);
      assert.equal(platform.getUTCDay() || 7, dayOfWeek(date));
    }),
  );
  assert.equal(addDays('2026-02-28', 1), '2026-03-01');
  assert.equal(daysBetween('2026-03-31', '2026-03-01'), -30);
});

test('weekends and holidays are no business days', () => {
  assert.ok(isBusinessDay(EASTER, '2026-04-02'));
  for (const date of ['2026-04-03', '2026-04-04', '2026-04-05', '2026-04-06'])
    assert.ok(!isBusinessDay(EASTER, date));
});

test('counts business days over Easter', () => {
  assert.equal(addBusinessDays(EASTER, '2026-04-02', 1), '2026-04-07');
  assert.equal(addBusinessDays(EASTER, '2026-04-07', -1), '2026-04-02');
  assert.equal(addBusinessDays(EASTER, '2026-04-04', 0), '2026-04-04');
  assert.equal(businessDaysBetween(EASTER, '2026-04-02', '2026-04-07'), 1);
  assert.equal(businessDaysBetween(EASTER, '2026-04-07', '2026-04-02'), -1);
  assert.equal(closeBusinessDay(EASTER, '2026-03', 3), '2026-04-07');
  assert.equal(closeBusinessDay(EASTER, '2026-03', -1), '2026-03-31');
  assert.equal(closeBusinessDay(EASTER, '2026-05', -1), '2026-05-29');
  assert.throws(() => closeBusinessDay(EASTER, '2026-03', 0), CalendarError);
  assert.throws(() => addBusinessDays(EASTER, '2026-03-01', 1.5), CalendarError);
});

test('adding and counting business days agree', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -200, max: 200 }),
      fc.integer({ min: 20_000, max: 21_000 }),
      (count, start) => {
        const from = dateOfDayNumber(start);
        assert.equal(businessDaysBetween(EASTER, from, addBusinessDays(EASTER, from, count)), count);
      },
    ),
  );
});

test('a window is right when daylight saving begins inside it', () => {
  // New York moves on 2026-03-08, Berlin on 2026-03-29: the day after opening has 23 hours there.
  assert.deepEqual(closeWindow(calendar('America/New_York', -2, 1), '2026-02'), {
    opensAt: '2026-02-26T05:00:00Z',
    closesAt: '2026-03-03T05:00:00Z',
  });
  assert.deepEqual(closeWindow(calendar('America/New_York', -2, 6), '2026-02'), {
    opensAt: '2026-02-26T05:00:00Z',
    closesAt: '2026-03-10T04:00:00Z',
  });
  assert.deepEqual(closeWindow(calendar('Europe/Berlin', -3, 3, EASTER.holidays), '2026-03'), {
    opensAt: '2026-03-26T23:00:00Z',
    closesAt: '2026-04-07T22:00:00Z',
  });
});

test('a day whose midnight is skipped begins with its first moment', () => {
  // Egypt moves at midnight of Friday 2026-04-24, the fifth-last business day: that day begins at 01:00.
  assert.deepEqual(closeWindow(calendar('Africa/Cairo', -5, null), '2026-04'), {
    opensAt: '2026-04-23T22:00:00Z',
    closesAt: null,
  });
});

test('a window is right over the date line', () => {
  const kiritimati = closeWindow(calendar('Pacific/Kiritimati', 1, 1), '2026-03');
  const pagoPago = closeWindow(calendar('Pacific/Pago_Pago', 1, 1), '2026-03');
  assert.deepEqual(kiritimati, { opensAt: '2026-03-31T10:00:00Z', closesAt: '2026-04-01T10:00:00Z' });
  assert.deepEqual(pagoPago, { opensAt: '2026-04-01T11:00:00Z', closesAt: '2026-04-02T11:00:00Z' });
});

test('a window includes its first moment and excludes its last, whatever the offset written', () => {
  const window = closeWindow(calendar('Asia/Singapore', 1, 1), '2026-03');
  assert.deepEqual(window, { opensAt: '2026-03-31T16:00:00Z', closesAt: '2026-04-01T16:00:00Z' });
  assert.ok(!isWithin(window, '2026-03-31T15:59:59.999999Z'));
  assert.ok(isWithin(window, '2026-04-01T00:00:00+08:00'));
  assert.ok(!isWithin(window, '2026-04-02T00:00:00+08:00'));
  assert.throws(() => isWithin(window, '2026-04-01'), RangeError);
});

test('only named zones that exist are time zones', () => {
  assert.ok(isTimeZone('Asia/Singapore'));
  for (const zone of ['+08:00', 'Asia/Nowhere', '', 'Europe/Berlin\n']) assert.ok(!isTimeZone(zone), zone);
  assert.throws(() => closeWindow(calendar('Asia/Nowhere', 1, 1), '2026-03'), CalendarError);
});

test('a calendar without a single business day ends in an error, not in a search without end', () => {
  const holidays = Array.from({ length: 800 }, (_, index) => addDays('2026-03-31', index));
  assert.equal(typeof closeBusinessDay({ holidays }, '2026-03', 1), 'string');
  assert.throws(() => closeWindow(calendar('Europe/Berlin', 521, null), '2026-03'), CalendarError);
});

test('an overlap runs from the later opening to the earlier closing', () => {
  const at = (opensAt: string, closesAt: string | null) => ({ opensAt, closesAt });
  const open = at('2026-03-25T00:00:00Z', null);
  const early = at('2026-03-24T16:00:00Z', '2026-04-01T16:00:00Z');
  assert.deepEqual(overlapOf(open, open), open);
  assert.deepEqual(overlapOf(open, early), at(open.opensAt, early.closesAt));
  assert.deepEqual(overlapOf(early, open), overlapOf(open, early));
  // Touching is not overlapping: a window ends before its last instant.
  assert.equal(overlapOf(early, at('2026-04-01T16:00:00Z', null)), null);
});

test('one business day on both sides of the date line is two days that never meet', () => {
  const kiritimati = closeWindow(calendar('Pacific/Kiritimati', 1, 1), '2026-03');
  const niue = closeWindow(calendar('Pacific/Niue', 1, 1), '2026-03');
  // UTC+14 and UTC-11 are 25 hours apart, so the same day has ended in one before it begins in the other.
  assert.equal(overlapOf(kiritimati, niue), null);
  const honolulu = closeWindow(calendar('Pacific/Honolulu', 1, 2), '2026-03');
  assert.deepEqual(overlapOf(honolulu, niue), niue.opensAt > honolulu.opensAt ? niue : honolulu);
});

test('local time carries the offset of its day, before and after the clocks change', () => {
  assert.equal(localTime('2026-03-28T23:00:00Z', 'Europe/Berlin'), '2026-03-29 00:00 +01:00');
  assert.equal(localTime('2026-03-29T22:00:00Z', 'Europe/Berlin'), '2026-03-30 00:00 +02:00');
  assert.equal(localTime('2026-03-29T22:00:00Z', 'Asia/Kathmandu'), '2026-03-30 03:45 +05:45');
});
