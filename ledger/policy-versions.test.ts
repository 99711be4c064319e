import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { matchByRules } from '../matching/matcher.ts';
import type { Policy } from '../policy/load.ts';
import { POLICY, policyWith } from '../policy/testing.ts';
import { callBy, line, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { type Answer, resultText } from './door.ts';
import { confirmMatch, getMatch, proposeMatch } from './matches.ts';
import { policyInForce } from './policy-in-force.ts';
import { approvePolicy, policyVersions } from './policy-versions.ts';
import { questionsToPeople } from './questions.ts';
import { settleByRules } from './settle.ts';

const [AUTHOR, MEI, TOMAS] = ['human:priya.raman', 'human:mei.tan', 'human:tomas.lindqvist'];
const LOWER = policyWith("materiality_threshold_usd: '10000.00'", "materiality_threshold_usd: '9000.00'");

let base: TestDatabase;
let reconciliation: string;
before(async () => {
  base = await freshDatabase();
  const payment = { counterparty: 'Acme Inc.' };
  reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '150000.00', payment), line('L2', '10.00', { ...payment, reference: 'INV-2' })],
    statement: [line('S1', '150000.00', payment), line('S2', '10.00', { ...payment, reference: 'INV-2' })],
  });
});
after(() => base.close());

const approve = (by: string, policy: Policy) =>
  approvePolicy(base.door, callBy(by), { policy, rationale: 'Read and compared.' });
const codes = (answer: Answer) => ('clauses' in answer ? answer.clauses.map(({ code }) => code) : []);
const inForce = async () => (await policyInForce(base.db)).hash;

test('neither the author, nor a model, nor a reviewer approves a version, and a denial keeps nothing', async () => {
  for (const [by, code] of [
    [AUTHOR, 'SOD_SAME_ACTOR'],
    ['llm:recon-operator', 'OUTSIDE_CLOSE_WINDOW'],
    ['human:jonas.weber', 'ROLE_REQUIRED'],
    ['human:nobody', 'ACTOR_UNKNOWN'],
  ] as const) {
    const answer = await approve(by, LOWER);
    assert.equal(answer.outcome, 'denied', by);
    assert.ok(codes(answer).includes(code), `${by}: ${codes(answer).join()}`);
  }
  assert.equal((await policyVersions(base.db)).length, 1);
});

test('one person’s approval, even twice, puts nothing in force; the question is shown with what was asked', async () => {
  for (let times = 0; times < 2; times++) {
    const answer = await approve(MEI, LOWER);
    assert.deepEqual([answer.outcome, codes(answer)], ['escalated', ['DUAL_APPROVAL_REQUIRED']]);
  }
  assert.equal(await inForce(), POLICY.hash);
  const [question, ...more] = await questionsToPeople(base.db, {});
  assert.deepEqual([more.length, question?.kind, question?.id], [0, 'policy', LOWER.hash]);
  assert.deepEqual([question?.contentHash, question?.approvedBy], [LOWER.hash, [MEI]]);
  assert.equal(question?.asked['policy'], LOWER.hash);
});

test('an approval of a match holds under the policy it was given under only; with the second approval the version is in force', async () => {
  const ids = await base.db
    .selectFrom('items')
    .select('id')
    .where('external_id', 'in', ['L1', 'S1'])
    .execute();
  const proposed = await proposeMatch(base.door, callBy('llm:recon-operator'), {
    reconciliation,
    itemIds: ids.map(({ id }) => id),
    rationale: 'One payment.',
  });
  const matchId = resultText(proposed, 'match_id');
  const seen = { contentHash: (await getMatch(base.db, matchId)).content_hash, policyHash: POLICY.hash };
  const confirm = (by: string, bound: { contentHash?: string; policyHash?: string } = {}) =>
    confirmMatch(base.door, callBy(by), { matchId, rationale: 'Agrees to the advice.', ...bound });
  assert.equal((await confirm(MEI, seen)).outcome, 'escalated');

  const second = await approve(TOMAS, LOWER);
  assert.equal(second.outcome, 'done');
  assert.equal(await inForce(), LOWER.hash);
  const [version] = (await policyVersions(base.db)).filter(({ hash }) => hash === LOWER.hash);
  assert.deepEqual([version?.state, version?.approvers], ['in force', [MEI, TOMAS]]);
  assert.deepEqual(
    (await questionsToPeople(base.db, {})).filter(({ kind }) => kind === 'policy'),
    [],
  );

  const stale = await confirm(TOMAS, seen);
  assert.deepEqual([stale.outcome, codes(stale)], ['denied', ['DUAL_APPROVAL_REQUIRED', 'APPROVAL_STALE']]);
  const changed = await confirm(TOMAS, { contentHash: 'of another version' });
  assert.ok(codes(changed).includes('APPROVAL_STALE'));
  // Mei's approval does not count any more, so both are asked again.
  assert.equal((await confirm(TOMAS)).outcome, 'escalated');
  assert.equal((await confirm(MEI, { ...seen, policyHash: LOWER.hash })).outcome, 'done');
  const questions = await base.db
    .selectFrom('escalations')
    .select(['action', 'policy_hash', 'state'])
    .where('subject_kind', '=', 'match')
    .where('action', '=', 'CONFIRM')
    .orderBy('id')
    .execute();
  assert.deepEqual(questions, [
    { action: 'CONFIRM', policy_hash: POLICY.hash, state: 'EXPIRED' },
    { action: 'CONFIRM', policy_hash: LOWER.hash, state: 'APPROVED' },
  ]);
});

test('going back to a former version takes two people again: old approvals are spent', async () => {
  for (const [to, from] of [
    [POLICY, LOWER],
    [LOWER, POLICY],
  ] as const) {
    assert.equal(await inForce(), from.hash);
    assert.equal((await approve(TOMAS, to)).outcome, 'escalated');
    assert.equal(await inForce(), from.hash);
    assert.equal((await approve(MEI, to)).outcome, 'done');
    assert.equal(await inForce(), to.hash);
  }
  const again = await approve(MEI, LOWER);
  assert.deepEqual([again.outcome, codes(again)], ['denied', ['STATE_INVALID', 'DUAL_APPROVAL_REQUIRED']]);
});

test('the approver whom the file names must be one of the two, and only then its rules settle', async () => {
  const other = policyWith('approved_by: human:tomas.lindqvist', 'approved_by: human:mei.tan');
  const byJonas = policyWith('author: human:priya.raman', 'author: human:jonas.weber');
  assert.equal((await approve(MEI, byJonas)).outcome, 'escalated');
  const refused = await approve(AUTHOR, byJonas);
  assert.equal(refused.outcome, 'denied');
  assert.equal(
    refused.outcome === 'denied' && refused.detail,
    'policy.yaml names human:tomas.lindqvist as its approver, but human:mei.tan and human:priya.raman approved',
  );
  // The author of the version in force may approve what another wrote.
  assert.equal((await approve(TOMAS, byJonas)).outcome, 'done');
  await approve(TOMAS, other);
  assert.equal((await approve(MEI, other)).outcome, 'done');
  const settled = await settleByRules(base.door, callBy('engine:matcher'), {
    reconciliation,
    matcher: matchByRules,
  });
  assert.equal(resultText(settled, 'settled'), '1');
});
