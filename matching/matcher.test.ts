import assert from 'node:assert/strict';
import test from 'node:test';
import type { Item } from '../ledger/items.ts';
import type { Reconciliation } from '../ledger/reconciliations.ts';
import { POLICY } from '../policy/testing.ts';
import { matchByRules } from './matcher.ts';
import { similarity } from './similarity.ts';

const DOLLARS: Reconciliation = {
  id: 'US/2026-03/1010',
  run_id: 'close/US/2026-03',
  entity: 'US',
  period: '2026-03',
  account: '1010',
  currency: 'USD',
  statement_currency: 'USD',
  state: 'IMPORTED',
};

let ids = 0;
function item(side: Item['side'], amount: string, over: Partial<Item> = {}): Item {
  ids += 1;
  const reference = over.reference ?? null;
  return {
    id: String(ids),
    reconciliation_id: DOLLARS.id,
    side,
    document_id: '1',
    line_no: '1',
    external_id: `${side}-${ids}`,
    date: '2026-03-10',
    currency: 'USD',
    amount,
    base_amount: amount,
    amount_usd: amount,
    fee: null,
    reference,
    counterparty: null,
    description: null,
    group_key: null,
    reference_key: reference,
    counterparty_key: over.counterparty?.toLowerCase() ?? null,
    carried_in: false,
    ...over,
  };
}

const found = (...items: Item[]) => matchByRules(items, DOLLARS, POLICY);

test('one reference and one amount on each side is a unique exact match', () => {
  const [match] = found(
    item('ledger', '10.00', { reference: 'A1' }),
    item('statement', '10.00', { reference: 'A1' }),
  );
  assert.deepEqual([match?.rule, match?.type, match?.alternatives], ['exact_reference', 'exact_match', 0]);
});

test('two equal pairs under one reference are ambiguous, and say so', () => {
  const matches = found(
    ...['ledger', 'ledger', 'statement', 'statement'].map((side) =>
      item(side as Item['side'], '10.00', { reference: 'A1' }),
    ),
  );
  assert.deepEqual(
    matches.map((match) => match.alternatives),
    [1, 1],
  );
  assert.match(matches[0]?.reasons ?? '', /ambiguous: 1 other pairing is as good/);
});

test('the same reference with another amount, or a month apart, matches nothing', () => {
  assert.deepEqual(
    found(item('ledger', '10.00', { reference: 'A1' }), item('statement', '10.10', { reference: 'A1' })),
    [],
  );
  const late = item('statement', '10.00', { reference: 'A1', date: '2026-04-09' });
  assert.deepEqual(found(item('ledger', '10.00', { reference: 'A1' }), late), []);
});

test('a payout adds up to the cent with the fee stated on it, or is no match', () => {
  const sales = ['10.00', '20.00', '30.00'].map((amount) => item('ledger', amount, { group_key: 'PO-1' }));
  const payout = (net: string) => item('statement', net, { group_key: 'PO-1', fee: '1.80' });
  assert.deepEqual(
    found(...sales, payout('58.20')).map((match) => [match.rule, match.type]),
    [['group_key', 'multi_to_one']],
  );
  assert.deepEqual(found(...sales, payout('58.21')), []);
});

test('a posting and its reversal on one side cancel each other', () => {
  const [match] = found(
    item('ledger', '55.00', { reference: 'R1' }),
    item('ledger', '-55.00', { reference: 'R1', date: '2026-03-12' }),
  );
  assert.deepEqual([match?.rule, match?.type], ['same_side_offset', 'same_side_offset']);
});

test('an intercompany pair may differ by what exchange rates explain, and no more', () => {
  const euro = { ...DOLLARS, statement_currency: 'EUR' };
  const pair = (base: string) => [
    item('ledger', '115.00', { reference: 'IC1' }),
    item('statement', '100.00', { reference: 'IC1', currency: 'EUR', base_amount: base }),
  ];
  assert.equal(matchByRules(pair('114.80'), euro, POLICY)[0]?.rule, 'intercompany_reference');
  assert.deepEqual(matchByRules(pair('105.00'), euro, POLICY), []);
});

test('amount and date with a similar name is found when nothing else is as good, and nothing without a name', () => {
  const names = (ledger: string, statement: string) =>
    found(
      item('ledger', '99.00', { counterparty: ledger }),
      item('statement', '99.00', { counterparty: statement }),
    );
  assert.equal(names('borealis instruments', 'borealis instrum')[0]?.rule, 'amount_date_text');
  assert.deepEqual(names('borealis', 'granite peak'), []);
  assert.deepEqual(found(item('ledger', '99.00'), item('statement', '99.00')), []);
  const rivals = found(
    item('ledger', '99.00', { counterparty: 'acme tools' }),
    item('statement', '99.00', { counterparty: 'acme tools' }),
    item('statement', '99.00', { counterparty: 'acme tools' }),
  );
  assert.deepEqual(rivals, []);
});

test('the result is the same for any order of the lines, and no line stands in two matches', () => {
  const items = Array.from({ length: 60 }, (_, index) =>
    item(index % 2 === 0 ? 'ledger' : 'statement', `${10 + (Math.floor(index / 2) % 9)}.00`, {
      reference: index % 3 === 0 ? null : `R${Math.floor(index / 2) % 12}`,
      counterparty: `customer ${Math.floor(index / 2) % 4}`,
    }),
  );
  const shape = (some: readonly Item[]) =>
    matchByRules(some, DOLLARS, POLICY)
      .map((match) => `${match.rule} ${match.legs.map((leg) => leg.id).join()}`)
      .sort();
  const expected = shape(items);
  assert.ok(expected.length > 5);
  assert.deepEqual(shape([...items].reverse()), expected);
  const legs = matchByRules(items, DOLLARS, POLICY).flatMap((match) => match.legs.map((leg) => leg.id));
  assert.equal(new Set(legs).size, legs.length);
});

test('a name as long as a book takes no time', () => {
  const key = (letter: string) => ({ counterparty_key: letter.repeat(100_000) });
  const began = performance.now();
  similarity(key('a'), key('b'));
  assert.ok(performance.now() - began < 200);
});
