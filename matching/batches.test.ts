import assert from 'node:assert/strict';
import test from 'node:test';
import { isUsualPercent } from './amounts.ts';
import { labelsIn, otherLabels, statedFees } from './stated.ts';
import { found } from './testing.ts';

test('fees that a text states are read in its currency, with either decimal sign', () => {
  assert.deepEqual(statedFees('batch gross 438.60 fee 6.14', 'EUR', 1n), [614n]);
  assert.deepEqual(statedFees('abzgl. gebuehr 1.234,50', 'EUR', 1n), [123450n]);
  assert.deepEqual(statedFees('phi 11000', 'VND', 1n), [11000n]);
  assert.deepEqual(statedFees('no charge at all', 'EUR', 1n), []);
  assert.deepEqual(statedFees('booking comm 15% fee 2.10', 'EUR', 1n), [210n], 'a percentage is no sum');
});

test('labels are short numbers that a text gives to things', () => {
  assert.deepEqual(labelsIn('abschlag zaehler 7787'), ['zahl 7787']);
  assert.ok(otherLabels(labelsIn('zahler 7781'), labelsIn('zaehler 7787')));
  assert.deepEqual(labelsIn('rent march 2026, atm 00412'), []);
});

test('a percentage that people agree on explains a difference, another one does not', () => {
  assert.ok(isUsualPercent(100_00n, 98_00n, false), 'a discount of two percent');
  assert.ok(isUsualPercent(82_00n, 98_40n, true), 'a tip of twenty percent');
  assert.ok(!isUsualPercent(82_00n, 98_40n, false), 'nobody pays in a tip');
  assert.ok(!isUsualPercent(100_00n, 93_70n, false));
});

test('a payout is matched by the group that its text names, less the fee that it states', () => {
  const sale = (amount: string) => ({ amount, group: 'ADY-B-5521' });
  const ledger = [sale('199.00'), sale('89.60'), sale('150.00')];
  const batch = (amount: string, text: string) => [{ amount, description: text, date: '2026-03-12' }];
  assert.deepEqual(found(ledger, batch('438.60', 'BATCH ADY-B-5521')), [
    'group_key multi_to_one L1 L2 L3 S1',
  ]);
  assert.deepEqual(found(ledger, batch('432.46', 'BATCH ADY-B-5521 GROSS 438.60 FEE 6.14')), [
    'identifier_sum multi_to_one L1 L2 L3 S1',
  ]);
  assert.deepEqual(found(ledger, batch('438.60', 'BATCH ADY-B-5522')), [
    'batch_total multi_to_one L1 L2 L3 S1',
  ]);
});

test('a payment run is known by its number alone', () => {
  const paid = (amount: string) => ({ amount, group: 'RUN00489' });
  assert.deepEqual(
    found([paid('-501.52'), paid('-434.63')], [{ amount: '-936.15', description: 'BACS 00489 SUPPLIERS' }]),
    ['group_key multi_to_one L1 L2 S1'],
  );
});

test('a processor’s sales of a day are one payout, also less its percentage', () => {
  const day = [
    { amount: '383.99', counterparty: 'Nina Miller', description: 'Square sale', reference: 'ORD-12403' },
    { amount: '13.83', counterparty: 'David Williams', description: 'Square sale', reference: 'ORD-12405' },
    { amount: '90.17', counterparty: 'Paul Davis', description: 'Square sale', reference: 'ORD-12404' },
  ];
  const paid = (amount: string) => [{ amount, description: 'SQUARE INC DEPOSIT', date: '2026-03-11' }];
  assert.deepEqual(found(day, paid('475.31')), ['batch_sum multi_to_one L1 L2 L3 S1']);
  assert.deepEqual(found(day, paid('475.63')), ['batch_sum multi_to_one L1 L2 L3 S1'], 'no even share');
  assert.deepEqual(found(day, paid('430.00')), []);
});

test('all that a remittance names may come to it less a discount, and it may name only some', () => {
  const invoice = (reference: string, amount: string) => ({
    reference,
    amount,
    counterparty: 'Cedar Solutions',
  });
  const ledger = [invoice('IV4487', '1032.16'), invoice('IV4484', '4756.38'), invoice('IV4490', '872.29')];
  const paid = (amount: string, description: string) => [
    { amount, description, counterparty: 'CEDAR SOLUTIONS', date: '2026-03-16' },
  ];
  assert.deepEqual(found(ledger, paid('6527.61', 'INV 4484,4487,4490 disc 2%')), [
    'identifier_sum multi_to_one L1 L2 L3 S1',
  ]);
  assert.deepEqual(found(ledger, paid('5788.54', 'IV4487 a.o.')), ['counterparty_sum multi_to_one L1 L2 S1']);
});

test('who names the document may be weeks late; who names only himself, only with an amount of its own', () => {
  const booked = { amount: '2093.77', counterparty: 'Ateliers Chabrol', date: '2026-01-12' };
  const late = { amount: '2093.77', counterparty: 'ATELIERS CHABROL', date: '2026-02-12' };
  assert.deepEqual(found([{ ...booked, reference: 'INV-88231' }], [{ ...late, description: 'INV 88231' }]), [
    'amount_date_text exact_match L1 S1',
  ]);
  assert.deepEqual(found([booked], [late]), ['amount_date_text fuzzy_match L1 S1']);
  const monthly = { ...booked, date: '2025-12-12' };
  assert.deepEqual(found([monthly, booked], [late]), []);
});

test('a description in the subfields of field 86 is read as one', () => {
  const description = '166?00SEPA-GUTSCHRIFT?109525?20EREF+NOTPROVIDED?21SVWZ+DANKE?32NOVAK ZOE';
  assert.deepEqual(
    found([{ amount: '1891.01', counterparty: 'Zoë Novák' }], [{ amount: '1891.01', description }]),
    ['amount_date_text fuzzy_match L1 S1'],
  );
});

test('a processor keeps a share and something of each payment, which of small ones is more than the share', () => {
  const sales = Array.from({ length: 5 }, () => ({ amount: '12.00', group: 'PO-88123' }));
  const payout = (amount: string) => [{ amount, date: '2026-03-12', description: 'PAYOUT PO-88123' }];
  assert.deepEqual(found(sales, payout('56.76')), ['identifier_sum multi_to_one L1 L2 L3 L4 L5 S1']);
  assert.deepEqual(found(sales, payout('52.00')), []);
});
