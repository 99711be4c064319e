// What is booked on one day, in a row, or by one shop, and comes to one line of the bank.
import assert from 'node:assert/strict';
import test from 'node:test';
import { minorOf, show } from './amounts.ts';
import { type Told, found } from './testing.ts';

const on = (day: number, amount: string, description: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${String(day).padStart(2, '0')}`, description },
  ...more,
});
const from = (counterparty: string): Partial<Told> => ({ counterparty });

test('all that a processor sold on a day, what it gave back and kept taken off', () => {
  const ledger = [
    on(3, '199.00', 'Subscription', from('Wei Garcia')),
    on(3, '145.19', 'Subscription', from('Sandra Ivanov')),
    on(3, '49.00', 'Renewal', from('Yuki Hall')),
    on(3, '-49.00', 'Refund', from('Patricia Jones')),
    on(3, '-11.76', 'Processing fees'),
  ];
  const payout = (day: number, amount = '332.43') => [on(day, amount, 'STRIPE TRANSFER')];
  assert.deepEqual(found(ledger, payout(5)), ['day_total multi_to_one L1 L2 L3 L4 L5 S1']);
  assert.deepEqual(found(ledger, payout(5, '332.44')), [], 'a cent more is no total');
  assert.deepEqual(found(ledger, payout(1)), [], 'nobody pays out what is not sold yet');
  assert.deepEqual(found(ledger, [...payout(5), ...payout(6)]), [], 'which of two it is nobody knows');
});

test('a posting and its reversal that stand among a day’s lines are none of its total', () => {
  const ledger = [
    on(5, '-100.82', 'Payment Horizon Hardware'),
    on(5, '-346.79', 'Payment Garnet Freight'),
    on(5, '-72.29', 'Payment Twin Manufacturing'),
    on(5, '-128.51', 'Payment Olympic Labs'),
    on(5, '128.51', 'VOID Payment Olympic Labs'),
  ];
  assert.deepEqual(found(ledger, [on(5, '-519.90', 'BILL PAY BATCH')]).sort(), [
    'day_total multi_to_one L1 L2 L3 S1',
    'reversal_in_text same_side_offset L4 L5',
  ]);
});

const NAMES = ['Quartz', 'Meridian', 'Juniper', 'Halcyon', 'Osprey', 'Tamarack', 'Vellum'];
/** So many receipts of a day, of odd amounts of which none is the sum of others that stand beside each other. */
const receipts = (many: number): Told[] =>
  Array.from({ length: many }, (_, at) =>
    on(
      9,
      show(10_007n + ((BigInt(at) * 7_919n) % 90_001n) * 3n, 'USD'),
      `Customer payment - ${NAMES[at % NAMES.length] ?? ''} ${String.fromCharCode(65 + at)}nterprises`,
    ),
  );
const totalOf = (lines: readonly Told[]): string =>
  show(
    lines.reduce((total, { amount }) => total + (minorOf(amount, 'USD') ?? 0n), 0n),
    'USD',
  );

test('a deposit of a day with more receipts than tell by their sums is what was posted in a row', () => {
  const ledger = receipts(40);
  const deposit = [on(10, totalOf(ledger.slice(12, 17)), 'REMOTE DEPOSIT CAPTURE')];
  assert.deepEqual(found(ledger, deposit), ['batch_sum multi_to_one L13 L14 L15 L16 L17 S1']);
  const scattered = [2, 9, 17, 25, 33].flatMap((at) => ledger[at] ?? []);
  assert.deepEqual(found(ledger, [on(10, totalOf(scattered), 'REMOTE DEPOSIT CAPTURE')]), []);
});

test('what has its very amount on the other side is no part of a sum', () => {
  const ledger = [on(9, '518.20', 'Counter sales'), on(9, '641.37', 'Counter sales')];
  const deposit = on(9, '1159.57', 'DEPOSIT');
  assert.deepEqual(found(ledger, [deposit]), ['batch_sum multi_to_one L1 L2 S1']);
  assert.deepEqual(found(ledger, [deposit, on(10, '641.37', 'CASH DEPOSIT')]), [
    'amount_date fuzzy_match L2 S2',
  ]);
});

test('what a shop is called names no batch, and its days in a row are paid in together', () => {
  const till = (day: number, amount: string, shop = 113) => {
    const two = String(day).padStart(2, '0');
    return on(day, amount, `Store ${shop} cash sales 2026-03-${two}`, { reference: `Z${shop}-${two}` });
  };
  const ledger = [till(4, '945.36'), till(14, '2317.82'), till(17, '1014.95'), till(24, '357.51')];
  const paidIn = [
    on(16, '2317.82', 'BRANCH DEPOSIT #0113'),
    on(18, '1014.95', 'DEPOSIT 113'),
    on(26, '304.03', 'DEPOSIT 113'),
    on(6, '873.18', 'DEPOSIT 113'),
  ];
  const all = found(ledger, paidIn);
  assert.ok(all.includes('amount_date fuzzy_match L2 S1'), all.join('\n'));
  assert.ok(!all.some((one) => one.startsWith('identifier_sum')), all.join('\n'));
  const two = [till(9, '816.55'), till(9, '1294.18', 115), till(10, '687.47'), till(10, '951.02', 115)];
  assert.deepEqual(found(two, [on(11, '1504.02', 'NIGHT DROP')]), ['batch_sum multi_to_one L1 L3 S1']);
});
