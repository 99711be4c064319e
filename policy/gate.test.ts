import assert from 'node:assert/strict';
import test from 'node:test';
import { CASES } from './cases.ts';
import { ACTIONS, CODES, type Code } from './contract.ts';
import { evaluate } from './gate.ts';
import { usd } from './money.ts';
import {
  POLICY,
  MEI,
  OPERATOR,
  MATCHER,
  subject,
  request,
  NEW,
  SETTLEMENT,
  assertRow,
  codesOf,
  PREPARER,
} from './testing.ts';

const BEFORE = '2026-03-25T03:59:59.999Z';
const BIG = { amountUsd: usd('100000.01') } as const;
for (const table of CASES) {
  for (const row of table.rows) {
    test(`${table.title}: ${row[0]}`, () => assertRow(evaluate, table, row));
  }
}

test('every clause quotes the policy word for word, and its pointer leads there', () => {
  const outcome = evaluate(
    request({ subject: subject({ proposer: MEI, state: 'CONFIRMED' }), fx: 'stale' }),
    POLICY,
  );
  assert.deepEqual(codesOf(outcome), ['STATE_INVALID', 'SOD_SAME_ACTOR', 'FX_RATE_STALE']);
  for (const { pointer, text } of outcome.clauses) {
    let value: unknown = POLICY.content;
    for (const step of pointer.split('/').slice(1)) value = (value as Record<string, unknown>)[step];
    assert.equal(value, text);
  }
  assert.equal(outcome.clauses[1]?.pointer, '/rules/segregation_of_duties/text');
});

test('every code can fire', () => {
  const seen = new Set<Code>();
  const llmBoth = subject({ proposer: OPERATOR, state: 'X' });
  const everything = {
    periodLocked: true,
    at: BEFORE,
    approvedPolicyHash: 'x',
    adjustment: [],
    rationale: null,
    ...BIG,
  } as const;
  for (const by of [OPERATOR, MATCHER, PREPARER, null]) {
    for (const action of ACTIONS) {
      for (const fx of ['missing', 'stale'] as const) {
        const over = { ...everything, action, actor: by, fx, subject: llmBoth, account: '1030' };
        for (const code of codesOf(evaluate(request(over), POLICY))) seen.add(code);
      }
    }
  }
  const settling = { ...SETTLEMENT, subject: { ...NEW, ambiguous: true } };
  for (const code of codesOf(evaluate(request(settling), POLICY))) seen.add(code);
  assert.deepEqual([...seen].sort(), [...CODES].sort());
});
