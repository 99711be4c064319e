// One amount and one name, and a document's number that is another's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Told, found } from './testing.ts';

const on = (day: number, amount: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${String(day).padStart(2, '0')}` },
  ...more,
});
const bill = on(4, '-377.15', { reference: 'INV-20783', counterparty: 'Helix Groothandel' });
const paid = (day: number, number: string, more: Partial<Told> = {}) =>
  on(day, '-377.15', {
    counterparty: 'HELIX GROOTHANDEL',
    description: `OVERBOEKING FACT.NR ${number}`,
    ...more,
  });
const pair = ['wrong_reference fuzzy_match L1 S1'];

test('a number that was copied from another document', () => {
  assert.deepEqual(found([bill], [paid(5, 'INV-20911')]), pair);
  assert.deepEqual(found([bill], [paid(12, 'INV-20911')]), [], 'not days later');
  const round = { amount: '-300.00' };
  assert.deepEqual(found([{ ...bill, ...round }], [{ ...paid(5, 'INV-20911'), ...round }]), []);
  const other = paid(5, 'INV-20911', { counterparty: 'QUARTZ DENTAL' });
  assert.deepEqual(found([bill], [other]), [], 'nor of another party');
  const twice = [paid(5, 'INV-20911'), paid(6, 'INV-20934')];
  assert.deepEqual(found([bill], twice), [], 'nor where two could be meant');
  assert.deepEqual(
    found([bill], [paid(5, 'MAY INV-20911 NOT FOR INV 20783')]),
    [],
    'nor against the payer’s word',
  );
});

test('two cheques whose numbers are swapped', () => {
  const cheque = (number: string, amount: string) =>
    on(4, amount, { reference: number, counterparty: `Payee ${number}`, description: `Cheque ${number}` });
  const cleared = (number: string, amount: string) => on(9, amount, { description: `CHEQUE PAID ${number}` });
  const ledger = [cheque('100452', '-262.06'), cheque('100453', '-278.67')];
  assert.deepEqual(found(ledger, [cleared('100453', '-262.06'), cleared('100452', '-278.67')]).sort(), [
    'wrong_reference fuzzy_match L1 S1',
    'wrong_reference fuzzy_match L2 S2',
  ]);
  assert.deepEqual(found(ledger.slice(0, 1), [cleared('100487', '-262.06')]), [], 'but not any cheque');
});

test('of a debit, its return and the debit that was presented again the last is the posting’s', () => {
  const posting = on(13, '-2220.76', { reference: '275-2391', counterparty: 'Garzek Services' });
  const debit = (day: number, amount: string, description: string) =>
    on(day, amount, { reference: '275-2391', counterparty: 'GARZEK SVCS', description });
  const statement = [
    debit(8, '-2220.76', 'DIRECT DEBIT'),
    debit(11, '2220.76', 'RETURN ORIG 08/03'),
    debit(13, '-2220.76', '2ND ATTEMPT'),
  ];
  assert.deepEqual(found([posting], statement).sort(), [
    'amount_date_text exact_match L1 S3',
    'same_side_offset same_side_offset S1 S2',
  ]);
});

test('a cheque that came back with the bank’s charge in one sum is no offset in the books', () => {
  const retainer = { reference: '24-0223', counterparty: 'Mahmoud, Gurpreet' };
  const ledger = [
    on(7, '939.97', { ...retainer, description: 'Retainer by chq' }),
    on(15, '-939.97', { ...retainer, description: 'Retainer chq NSF' }),
    on(15, '-7.00', { reference: '24-0223', description: 'NSF bank fee Mahmoud' }),
  ];
  const statement = [
    on(8, '939.97', { description: 'MOBILE CHQ DEPOSIT GURPREET MAHMOUD' }),
    on(14, '-946.97', { description: 'RETURNED CHEQUE NSF GURPREET MAHMOUD INCL RTN ITEM FEE 7.00' }),
  ];
  assert.deepEqual(
    found(ledger, statement)
      .map((match) => match.replace(/^\S+ \S+ /, ''))
      .sort(),
    ['L1 S1', 'L2 L3 S2'],
  );
});

test('a chargeback and its fee are what was charged back, and no sale less that', () => {
  const of = (description: string, amount: string, day: number) =>
    on(day, amount, { description: `${description} 400165363` });
  const ledger = [of('Webshop', '85.99', 4), of('Chargeback', '-93.49', 15)];
  const statement = [
    of('Settled', '85.99', 5),
    of('Chargeback', '-85.99', 13),
    of('ChargebackFee', '-7.50', 13),
  ];
  assert.ok(found(ledger, statement).includes('identifier_sum multi_to_one L2 S2 S3'));
});
