import assert from 'node:assert/strict';
import test from 'node:test';
import { identifiersIn } from './identifiers-in-text.ts';
import { contradicts, sameIdentifier } from './identifiers.ts';
import { found } from './testing.ts';

const keys = (...texts: string[]) => identifiersIn(...texts).map(({ key }) => key);
const first = (text: string) => {
  const [found] = identifiersIn(text);
  assert.ok(found, text);
  return found;
};

test('one document is the same however it is spelled', () => {
  for (const text of [
    'INV-0442',
    'inv 0442',
    'Invoice no. 442',
    'Rechnung 0442',
    'INVOICE#442',
    '/INV/0442/',
  ])
    assert.ok(sameIdentifier(first('INV-0442'), first(text)), text);
  assert.ok(sameIdentifier(first('INV-26-0442'), identifiersIn('INV 26 0442').at(-1) ?? first('')));
  assert.ok(sameIdentifier(first('INV-1O5B'), first('INV-1058')), 'letters taken for digits');
});

test('a cheque, an invoice and an order of one number are three things; a bare number may be any of them', () => {
  assert.ok(!sameIdentifier(first('CHK 3301'), first('Invoice 3301')));
  assert.ok(sameIdentifier(first('3301'), first('Invoice 3301')));
  assert.ok(contradicts(first('INV-1001'), first('INV-1002')));
  assert.ok(!contradicts(first('INV-1001'), first('PO-1002')));
});

test('lists name each of their numbers', () => {
  assert.deepEqual(keys('INV4502/4503/4504'), ['INV4502', 'INV4503', 'INV4504']);
  const spelled = identifiersIn('Invoices 1001, 1002 and 1003');
  for (const number of ['INV-1001', 'INV-1002', 'INV-1003'])
    assert.ok(
      spelled.some((one) => sameIdentifier(one, first(number))),
      number,
    );
});

test('dates, amounts, years, short numbers, placeholders and what is denied are none', () => {
  for (const text of [
    '2026-03-15',
    '15.03.2026',
    '03/2026',
    '1,234.50',
    '75.00',
    'in 2026',
    'No 12',
    'NOTPROVIDED',
  ])
    assert.deepEqual(keys(text), [], text);
  assert.deepEqual(keys('NOT FOR INV-88011, for INV-88019'), ['INV88019']);
});

test('numbers that stand on every payment are marked as such', () => {
  for (const text of [
    'KNR 7712048',
    'Our VAT GB123456789',
    'DE89370400440532013000',
    'TERMINAL 44710093',
    'ACC-44770',
  ])
    assert.ok(
      identifiersIn(text).every(({ standing }) => standing),
      text,
    );
  assert.ok(!first('INV-44770').standing);
});

test('a word that ends as another does names the same only where that is no register of its own', () => {
  assert.ok(sameIdentifier(first('RECON/batch_8917'), first('batch_8917')));
  assert.ok(!sameIdentifier(first('PROINV-10442'), first('INV-10442')));
});

test('behind the last four digits of a card, and before what a number is for, the number is a document’s', () => {
  const events = (text: string) =>
    identifiersIn(text).flatMap(({ key, standing }) => (standing ? [] : [key]));
  assert.deepEqual(events('CARD 7312 482913'), ['482913']);
  assert.deepEqual(events('CARD 4111 1111 1111 1111'), []);
  assert.deepEqual(keys('KESTREL SECURITY/INV 1042/MARCH'), ['1042']);
  assert.deepEqual(keys('TO CLG/000262/UTIB').includes('000262'), true);
});

test('a column’s number is of the kind that the text calls it', () => {
  const received = {
    reference: '456527',
    description: 'GR 5001059 PO 456527 20 EA',
    counterparty: 'Midland',
  };
  const invoiced = { description: 'Invoice 724775', counterparty: 'MIDLAND' };
  assert.deepEqual(found([{ ...received, amount: '82.20' }], [{ ...invoiced, amount: '82.20' }]), [
    'amount_date_text fuzzy_match L1 S1',
  ]);
});

test('the year of a number is the one that stands first where both could be', () => {
  assert.equal(first('INV-2026-2019').year, '2026');
  assert.equal(first('INV-2026-2019').digits, '2019');
});
