import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  ACTIONS,
  type Actor,
  type Approval,
  type GateRequest,
  type Outcome,
  type Subject,
} from './contract.ts';
import { evaluate } from './gate.ts';
import { samePerson } from './lookups.ts';
import { decimal, usd } from './money.ts';
import { POLICY } from './testing.ts';

// Few names, so that people meet themselves often.
const person = fc.constantFrom('human:ana', 'human:ben', 'human:cho');
const anyActor: fc.Arbitrary<Actor> = fc
  .record({
    kind: fc.constantFrom('human' as const, 'llm' as const, 'engine' as const),
    name: fc.constantFrom('ana', 'ben', 'cho'),
    roles: fc.subarray(['preparer', 'reviewer', 'controller', 'treasury']),
    principal: person,
    active: fc.boolean(),
    honest: fc.boolean(),
  })
  .map(({ kind, name, honest, ...rest }) => ({
    id: honest ? `${kind}:${name}` : `human:${name}`,
    kind,
    ...rest,
  }));

const anyApproval: fc.Arbitrary<Approval> = fc.record({
  actor: anyActor,
  contentHash: fc.constantFrom('a', 'b'),
  policyHash: fc.constantFrom(POLICY.hash, 'other'),
});

const anySubject: fc.Arbitrary<Subject> = fc.record({
  kind: fc.constantFrom('match', 'exception', 'reconciliation', 'run', 'policy', 'document'),
  state: fc.constantFrom(
    'NEW',
    'PROPOSED',
    'OPEN',
    'IN_REVIEW',
    'RUNNING',
    'LOCKED',
    'CERTIFIED',
    '__proto__',
    '',
  ),
  proposer: fc.option(anyActor),
  contentHash: fc.option(fc.constantFrom('a', 'b')),
  approvals: fc.array(anyApproval, { maxLength: 3 }),
  rule: fc.option(fc.constantFrom('exact_reference', 'amount_date_fuzzy')),
  ambiguous: fc.boolean(),
  obstacle: fc.option(fc.constant('does not tie out'), { freq: 4 }),
});

const amount = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 30_000_000n }),
    fc.constantFrom(500_000n, 500_001n, 1_000_000n, 1_000_001n, 10_000_000n, 10_000_001n, 25_000_001n),
  )
  .map((cents) => usd(decimal(cents).times(decimal('0.01'))));

const entryLine = fc.record({
  account: fc.constantFrom('1010', '6850', ''),
  debit: fc.constantFrom(decimal('0'), decimal('5'), decimal('-5')),
  credit: fc.constantFrom(decimal('0'), decimal('5')),
});

const anyRequest: fc.Arbitrary<GateRequest> = fc
  .record({
    action: fc.constantFrom(...ACTIONS),
    at: fc.constantFrom('2026-04-01T12:00:00Z', '2026-01-01T00:00:00Z', 'never', ''),
    actor: fc.option(anyActor, { freq: 10 }),
    entity: fc.constantFrom('US', 'DE', 'SG', 'XX', 'constructor'),
    period: fc.constantFrom('2026-03', '2026-13', ''),
    account: fc.option(fc.constantFrom('1010', '1030', '1300', 'toString')),
    periodLocked: fc.boolean(),
    subject: fc.option(anySubject, { freq: 10 }),
    amountUsd: fc.option(amount),
    cumulativeUsd: fc.option(amount),
    fx: fc.constantFrom('not_needed', 'fresh', 'stale', 'missing'),
    rationale: fc.option(fc.constantFrom('because', ' ', '')),
    adjustment: fc.option(fc.array(entryLine, { maxLength: 3 })),
    closedAccounts: fc.subarray(['1010', '6850']),
    approvedPolicyHash: fc.option(fc.constantFrom(POLICY.hash, 'other')),
    approvedContentHash: fc.option(fc.constantFrom('a', 'b')),
  })
  .map((request) => ({ ...request, actorId: request.actor?.id ?? 'human:nobody' }));

// A person in good standing confirms a match: random requests rarely come this far.
const likelyConfirm: fc.Arbitrary<GateRequest> = fc
  .tuple(anyRequest, anyActor, anySubject)
  .map(([request, by, about]) => ({
    ...request,
    action: 'CONFIRM' as const,
    actor: { ...by, active: true, roles: ['reviewer', 'controller'] },
    actorId: by.id,
    periodLocked: false,
    subject: { ...about, kind: 'match' as const, state: 'PROPOSED', obstacle: null },
    fx: 'fresh' as const,
    rationale: 'because',
    adjustment: null,
    approvedPolicyHash: null,
    approvedContentHash: null,
  }));

const either = fc.oneof(anyRequest, likelyConfirm);
const RANK = { allow: 0, require_human_approval: 1, deny: 2 } as const;
const strictness = (outcome: Outcome): 0 | 1 | 2 => RANK[outcome.kind];
const RUNS = { numRuns: 3000 };

test('the gate is total and deterministic', () => {
  fc.assert(
    fc.property(either, (request) => {
      const outcome = evaluate(request, POLICY);
      assert.deepEqual(evaluate(request, POLICY), outcome);
      assert.equal(outcome.kind === 'allow', outcome.clauses.length === 0);
    }),
    RUNS,
  );
});

test('no input lets the proposer, or whoever answers for the proposer, confirm', () => {
  let same = 0;
  fc.assert(
    fc.property(either, (request) => {
      const { actor, subject } = request;
      if (request.action !== 'CONFIRM' || actor === null || !subject?.proposer) return;
      if (!samePerson(actor, subject.proposer)) return;
      same += 1;
      assert.equal(evaluate(request, POLICY).kind, 'deny');
    }),
    RUNS,
  );
  assert.ok(same > 300, `only ${same} inputs were about the same person`);
});

test('no program confirms, resolves or certifies without a human', () => {
  fc.assert(
    fc.property(either, fc.constantFrom('CONFIRM', 'RESOLVE', 'CERTIFY'), (request, action) => {
      if (request.actor?.kind === 'human') return;
      assert.notEqual(evaluate({ ...request, action }, POLICY).kind, 'allow');
    }),
    RUNS,
  );
});

test('a larger amount never loosens the answer', () => {
  fc.assert(
    fc.property(either, amount, amount, (request, one, other) => {
      const [low, high] = one.lte(other) ? [one, other] : [other, one];
      const answer = (amountUsd: typeof low) => strictness(evaluate({ ...request, amountUsd }, POLICY));
      assert.ok(answer(low) <= answer(high));
      const summed = (cumulativeUsd: typeof low) =>
        strictness(evaluate({ ...request, cumulativeUsd }, POLICY));
      assert.ok(summed(low) <= summed(high));
    }),
    RUNS,
  );
});

test('a more sensitive account never loosens the answer', () => {
  fc.assert(
    fc.property(either, (request) => {
      const answers = ['1010', '1300', '1030'].map((account) =>
        strictness(evaluate({ ...request, entity: 'US', account }, POLICY)),
      );
      assert.deepEqual(answers, answers.toSorted());
    }),
    RUNS,
  );
});

test('one more approval never removes a deny, and never tightens the answer', () => {
  fc.assert(
    fc.property(either, anyApproval, (request, extra) => {
      const { subject } = request;
      if (subject === null) return;
      const before = evaluate(request, POLICY);
      const after = evaluate(
        { ...request, subject: { ...subject, approvals: [...subject.approvals, extra] } },
        POLICY,
      );
      assert.equal(after.kind === 'deny', before.kind === 'deny');
      assert.ok(strictness(after) <= strictness(before));
    }),
    RUNS,
  );
});
