import assert from 'node:assert/strict';
import test from 'node:test';
import { foldText } from '../ledger/keys.ts';
import { businessDayNumbers } from './business-days.ts';
import { otherPeriods, periodsIn } from './periods.ts';

test('texts about different months or weeks are about different payments', () => {
  const other = (a: string, b: string) => otherPeriods(periodsIn(foldText(a)), periodsIn(foldText(b)));
  assert.ok(other('Abschlag Februar', 'ABSCHLAG MAERZ'));
  assert.ok(other('Freight week 9', 'FREIGHT WEEK 11'));
  assert.ok(!other('Rent March', 'RENT MAR 2026'));
  assert.ok(!other('Rent March', 'RENT'));
  assert.ok(!other('Rent February and March', 'Rent March'));
});

test('business days between two dates leave out weekends and holidays', () => {
  const number = businessDayNumbers(['2026-04-03', '2026-04-06', '2026-04-04']);
  const between = (from: string, to: string) => number(to) - number(from);
  assert.equal(between('2026-03-27', '2026-03-30'), 1, 'over a weekend');
  assert.equal(between('2026-04-02', '2026-04-07'), 1, 'over Easter, whose Saturday takes nothing away');
  assert.equal(between('2026-03-02', '2026-03-09'), 5);
  assert.equal(between('2026-03-28', '2026-03-29'), 0, 'within a weekend');
  assert.equal(between('1969-12-31', '1970-01-01'), 1);
});
