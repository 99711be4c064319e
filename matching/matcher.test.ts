import assert from 'node:assert/strict';
import test from 'node:test';
import type { OpenLine } from '../ledger/candidate.ts';
import { POLICY } from '../policy/testing.ts';
import { matchByRules } from './matcher.ts';
import { DOLLARS } from './testing.ts';

let ids = 0;
function item(side: OpenLine['side'], amount: string, over: Partial<OpenLine> = {}): OpenLine {
  ids += 1;
  return {
    id: String(ids),
    side,
    external_id: `${side}-${ids}`,
    date: '2026-03-10',
    currency: 'USD',
    amount,
    base_amount: amount,
    fee: null,
    reference: null,
    counterparty: null,
    description: null,
    group_key: null,
    ...over,
  };
}

const match = (open: readonly OpenLine[], reconciliation = DOLLARS) =>
  [...matchByRules(batches(open), reconciliation, POLICY)].flat();

// As the books give them: one batch after the other.
function batches(lines: readonly OpenLine[]): OpenLine[][] {
  return Array.from({ length: Math.ceil(lines.length / 2) }, (_, at) => lines.slice(2 * at, 2 * at + 2));
}

test('lines come back by their ids in what the rules found among them', () => {
  const pair = [
    item('ledger', '10.00', { reference: 'INV-1001' }),
    item('statement', '10.00', { reference: 'inv 1001', date: '2026-03-12' }),
  ];
  const open = [...pair, item('ledger', '99.00')];
  const [found, ...more] = match(open);
  assert.deepEqual(more, []);
  assert.deepEqual([found?.rule, found?.type, found?.alternatives], ['exact_reference', 'exact_match', 0]);
  assert.deepEqual(
    found?.lines,
    pair.map(({ id }) => id),
  );
  assert.equal(found?.reasons, 'same reference INV-1001 and same amount 10.00 USD, 2 days apart');
});

test('a fee stated on a payout is part of its gross', () => {
  const sales = ['10.00', '20.00', '30.00'].map((amount) => item('ledger', amount, { group_key: 'PO-1' }));
  const payout = item('statement', '58.20', { group_key: 'PO-1', fee: '1.80' });
  assert.equal(match([...sales, payout])[0]?.rule, 'group_key');
});

test('an intercompany pair may differ by what exchange rates explain, and no more', () => {
  const euro = { ...DOLLARS, statement_currency: 'EUR' };
  const pair = (base: string) => [
    item('ledger', '115.00', { reference: 'IC1' }),
    item('statement', '100.00', { reference: 'IC1', currency: 'EUR', base_amount: base }),
  ];
  assert.equal(match(pair('114.80'), euro)[0]?.rule, 'intercompany_reference');
  assert.deepEqual(match(pair('105.00'), euro), []);
});
