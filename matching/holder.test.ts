// Names that tell nothing, and events that both sides have twice.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Told, found } from './testing.ts';

const on = (day: number, amount: string, more: Partial<Told> = {}): Told => ({
  ...{ amount, date: `2026-03-${String(day).padStart(2, '0')}` },
  ...more,
});

test('a name that one side calls everybody by, and the other side never says, is nobody else', () => {
  const subsidiaries = ['UK', 'France', 'Iberia', 'Nordics'];
  const amounts = Array.from({ length: 14 }, (_, at) => `${String(1871 + at * 977)}.${String(13 + at)}`);
  const ledger = amounts.map((amount, at) =>
    on(2 + at, amount, {
      reference: `ICI-10${at + 10}`,
      counterparty: `Halberd ${subsidiaries[at % 4] ?? ''} Ltd`,
    }),
  );
  const statement = (holder: (at: number) => string) =>
    amounts.map((amount, at) =>
      on(4 + at, amount, {
        reference: `AP88${String(at * 731).padStart(4, '0')}`,
        counterparty: holder(at),
        description: 'RECHARGE',
      }),
    );
  assert.equal(
    found(
      ledger,
      statement(() => 'Northgate Holding plc'),
    ).length,
    amounts.length,
  );
  // Where it is one name of several it is somebody.
  assert.deepEqual(
    found(
      ledger,
      statement((at) => ['Northgate Holding', 'Calder Rail', 'Pym Foods'][at % 3] ?? ''),
    ),
    [],
  );
});

test('a purchase and its refund that both sides have are two pairs, and no offset', () => {
  const report = { reference: 'ER-105', counterparty: 'Staples' };
  const ledger = [
    on(11, '-13.37', { ...report, description: 'supplies' }),
    on(16, '13.37', { ...report, description: 'Refund Staples' }),
  ];
  const card = { description: 'STAPLES 00114272 NEWARK NJ' };
  assert.deepEqual(found(ledger, [on(11, '-13.37', card), on(17, '13.37', card)]), [
    'amount_date_text fuzzy_match L1 S1',
    'amount_date_text fuzzy_match L2 S2',
  ]);
  assert.deepEqual(found(ledger, []), ['same_side_offset same_side_offset L1 L2']);
});

test('a settlement that names one trade, but for a commission on no list', () => {
  const trade = on(25, '-29542.40', { reference: 'T9183558', description: 'Buy 80 HD' });
  const settled = on(27, '-29549.35', { description: 'TRADE SETTLEMENT T9183558' });
  assert.deepEqual(found([trade], [settled]), ['amount_mismatch fuzzy_match L1 S1']);
  // A settlement of much more is of several trades.
  assert.deepEqual(found([trade], [{ ...settled, amount: '-34549.35' }]), []);
});

test('amounts that nothing else comes near, where both texts have a word that few say', () => {
  const others = Array.from({ length: 12 }, (_, at) =>
    on(1 + at, `-${String(120 + 1377 * at)}.55`, {
      description: `Buy ${['NVDA', 'AAPL', 'MSFT'][at % 3] ?? ''}`,
    }),
  );
  const bought = on(17, '-83574.40', { description: 'Buy 20 TSLA' });
  const settled = on(19, '-83579.35', { description: 'BOUGHT 20 TSLA' });
  assert.deepEqual(found([...others, bought], [settled]), ['amount_near fuzzy_match L13 S1']);
  assert.deepEqual(found([...others, bought], [{ ...settled, description: 'BOUGHT 20 COST' }]), []);
  // But for a rounding it is the same, whatever is said.
  assert.deepEqual(
    found([...others, bought], [{ ...settled, amount: '-83574.43', description: 'SECURITIES DESK' }]),
    ['amount_near fuzzy_match L13 S1'],
  );
});

test('amounts of one counterparty that are within a hundredth of each other, and no others near', () => {
  const books = (day: number, amount: string) =>
    on(day, amount, { counterparty: 'CloudHost Services', description: 'Monthly' });
  const bank = (day: number, amount: string) => on(day, amount, { description: 'Payment to CloudHost Svcs' });
  const ledger = [books(3, '-4128.31'), books(9, '-1877.05'), books(16, '-6920.44')];
  const statement = [bank(4, '-4152.77'), bank(10, '-812.19'), bank(18, '-9377.60')];
  assert.deepEqual(found(ledger, statement), ['amount_slip fuzzy_match L1 S1']);
  const other = [bank(4, '-4179.77'), ...statement.slice(1)];
  assert.deepEqual(found(ledger, other), ['amount_slip fuzzy_match L1 S1'], 'another rate, of the next day');
  // Two that are as near, a date that is not, and more than three hundredths.
  assert.deepEqual(found([...ledger, books(4, '-4171.02')], statement), []);
  assert.deepEqual(found(ledger, [bank(20, '-4152.77'), ...statement.slice(1)]), []);
  assert.deepEqual(found(ledger, [bank(4, '-4279.77'), ...statement.slice(1)]), []);
});
