import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { amount, anyApproval, anyRequest, likelyConfirm } from './arbitraries.ts';
import type { Outcome } from './contract.ts';
import { evaluate } from './gate.ts';
import { samePerson } from './lookups.ts';
import { POLICY } from './testing.ts';

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

test('no input lets anybody approve their own policy, or change a row of the register that is theirs', () => {
  let same = 0;
  fc.assert(
    fc.property(either, fc.constantFrom('APPROVE_POLICY', 'CHANGE_ACTORS'), (request, action) => {
      const { actor, subject } = request;
      if (actor === null || !subject?.proposer || !samePerson(actor, subject.proposer)) return;
      same += 1;
      assert.equal(evaluate({ ...request, action }, POLICY).kind, 'deny');
    }),
    RUNS,
  );
  assert.ok(same > 300, `only ${same} inputs were about the same person`);
});

test('no input lets one person alone reopen, approve a policy or change the register', () => {
  fc.assert(
    fc.property(either, fc.constantFrom('REOPEN', 'APPROVE_POLICY', 'CHANGE_ACTORS'), (request, action) => {
      const { actor, subject } = request;
      const others =
        subject?.approvals.filter((one) => actor !== null && !samePerson(one.actor, actor)) ?? [];
      if (others.length > 0) return;
      assert.notEqual(evaluate({ ...request, action }, POLICY).kind, 'allow');
    }),
    RUNS,
  );
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
