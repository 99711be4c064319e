import assert from 'node:assert/strict';
import test from 'node:test';
import type { Item } from '../ledger/items.ts';
import type { Reconciliation } from '../ledger/reconciliations.ts';
import { POLICY } from '../policy/testing.ts';
import { matchByRules } from './matcher.ts';

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

test('items come back as the legs of what the rules found among them', () => {
  const pair = [
    item('ledger', '10.00', { reference: 'INV-1001' }),
    item('statement', '10.00', { reference: 'inv 1001', date: '2026-03-12' }),
  ];
  const open = [...pair, item('ledger', '99.00')];
  const [match, ...more] = matchByRules(open, DOLLARS, POLICY);
  assert.deepEqual(more, []);
  assert.deepEqual([match?.rule, match?.type, match?.alternatives], ['exact_reference', 'exact_match', 0]);
  assert.deepEqual(match?.legs, pair);
  assert.equal(match?.reasons, 'same reference INV-1001 and same amount 10.00 USD, 2 days apart');
});

test('a fee stated on a payout is part of its gross', () => {
  const sales = ['10.00', '20.00', '30.00'].map((amount) => item('ledger', amount, { group_key: 'PO-1' }));
  const payout = item('statement', '58.20', { group_key: 'PO-1', fee: '1.80' });
  assert.equal(matchByRules([...sales, payout], DOLLARS, POLICY)[0]?.rule, 'group_key');
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
