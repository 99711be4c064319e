import assert from 'node:assert/strict';
import test from 'node:test';
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
  PROPOSAL,
  SETTLEMENT,
  RECONCILIATION,
  OPEN_EXCEPTION,
  codesOf,
  table,
  PREPARER,
} from './testing.ts';

const BEFORE = '2026-03-25T03:59:59.999Z';
const BIG = { amountUsd: usd('100000.01') } as const;
table('the ordinary month', [
  ['a reviewer confirms a rule match', {}, 'allow'],
  ['a model proposes a small match', PROPOSAL, 'allow'],
  [
    'the engine proposes a small match without a rationale',
    { ...PROPOSAL, actor: MATCHER, rationale: null },
    'allow',
  ],
  ['the engine settles by an approved rule', { ...SETTLEMENT, rationale: null }, 'allow'],
  [
    'a model reads a locked period',
    { action: 'READ', actor: OPERATOR, periodLocked: true, subject: null },
    'allow',
  ],
  [
    'a model flags an exception',
    { action: 'FLAG', actor: OPERATOR, subject: { ...OPEN_EXCEPTION, state: 'NEW' } },
    'allow',
  ],
  [
    'a model withdraws its own proposal',
    { action: 'REJECT', actor: OPERATOR, subject: subject({ proposer: OPERATOR }) },
    'allow',
  ],
  ['a person resolves what a model flagged', { action: 'RESOLVE', subject: OPEN_EXCEPTION }, 'allow'],
  ['a controller certifies what another prepared', { action: 'CERTIFY', subject: RECONCILIATION }, 'allow'],
  ['the engine imports a file', { action: 'IMPORT', actor: MATCHER, subject: null }, 'allow'],
]);

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
