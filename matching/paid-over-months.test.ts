// What is paid in instalments, and what comes again each month.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Told, found } from './testing.ts';

const on = (date: string, amount: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-${date}` },
  ...more,
});
const months = ['02-12', '03-13', '04-10', '05-12', '06-11'];
const sale = on('02-11', '516.28', { reference: 'R011920', counterparty: 'Falnek Components' });
const rate = (date: string, amount: string, description = 'FPI') =>
  on(date, amount, { counterparty: 'FALNEK COMPONENTS', description });
const all = ['instalments multi_to_one L1 S1 S2 S3 S4 S5'];

test('equal rates, the last with what the division left over', () => {
  const rates = months.map((date, at) => rate(date, at === 4 ? '103.28' : '103.25'));
  assert.deepEqual(found([sale], rates), all);
  assert.deepEqual(found([{ ...sale, amount: '526.28' }], rates), []);
});

test('rates that name the document, or say which part they are', () => {
  const amounts = ['81.10', '99.20', '120.35', '75.63', '140.00'];
  const named = amounts.map((amount, at) => rate(months[at] ?? '', amount, 'PART PMT R011920'));
  assert.deepEqual(found([sale], named), ['identifier_sum multi_to_one L1 S1 S2 S3 S4 S5']);
  const numbered = amounts.map((amount, at) => rate(months[at] ?? '', amount, `RATE ${at + 1} VON 5`));
  const other = rate('04-20', '310.11', 'FPI');
  assert.deepEqual(found([sale], [...numbered, other]), all);
});

test('what comes month after month under one number is each time another event', () => {
  const pay = (date: string, name: string, more: Partial<Told> = {}) =>
    on(date, '-2500.00', { counterparty: name, ...more });
  const days = ['01-29', '02-26', '03-29', '04-28'];
  const ledger = days.map((date) =>
    pay(date, 'Renata Nguyen', { reference: 'E0248', description: 'Salary' }),
  );
  const statement = days.map((date, at) =>
    pay(
      date,
      'NGUYEN RENATA',
      at === 3 ? { description: 'SALARY' } : { reference: 'E0248', description: 'SALARY' },
    ),
  );
  assert.equal(found(ledger, statement).length, days.length);
});
