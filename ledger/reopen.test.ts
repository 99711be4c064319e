import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { matchByRules } from '../matching/matcher.ts';
import { callBy, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, TEST_AUDIT_KEY, freshDatabase } from '../tests/harness/database.ts';
import { changeActorsForTests } from '../tests/harness/registry.ts';
import { certify, decertify } from './certify.ts';
import type { Answer } from './door.ts';
import { lockPeriod } from './lock.ts';
import { questionsToPeople } from './questions.ts';
import { reopenPeriod } from './reopen.ts';
import { settleByRules } from './settle.ts';
import { outOfTheOrdinary } from './standing.ts';
import { verifyAudit } from './verify-audit.ts';

const [MEI, TOMAS, PRIYA] = ['human:mei.tan', 'human:tomas.lindqvist', 'human:priya.raman'];
const CLOSE = { entity: 'US', period: '2026-03' };
const REASON = 'A supplier sent a credit note.';
const DAY = 86_400_000;

let base: TestDatabase;
let ordinary: string;
let restricted: string;
before(async () => {
  base = await freshDatabase();
  ordinary = await smallBooks(base.door, { ledger: [], statement: [] });
  restricted = await smallBooks(base.door, { account: '1030', ledger: [], statement: [] });
  for (const reconciliation of [ordinary, restricted])
    await settleByRules(base.door, callBy('engine:matcher'), { reconciliation, matcher: matchByRules });
});
after(() => base.close());

const codes = (answer: Answer) => ('clauses' in answer ? answer.clauses.map(({ code }) => code) : []);
const certified = (by: string, reconciliation: string) =>
  certify(base.door, callBy(by), { reconciliation, rationale: 'Ties out.' });
const withdrawn = (by: string, reconciliation: string, rationale: string | null = 'A late invoice.') =>
  decertify(base.door, callBy(by), { reconciliation, rationale });
const lock = () => lockPeriod(base.door, callBy('engine:close'), CLOSE);
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const reopen = (by: string, until: string, reason = REASON) =>
  reopenPeriod(base.door, callBy(by), { ...CLOSE, reason, until });
const runState = async () =>
  (await base.db.selectFrom('runs').select('state').executeTakeFirstOrThrow()).state;

test('withdraws a certification with a reason only, by somebody with the role, and says so', async () => {
  await certified(MEI, ordinary);
  assert.deepEqual(codes(await withdrawn(MEI, ordinary, null)), ['MISSING_RATIONALE']);
  assert.deepEqual(codes(await withdrawn('human:nobody', ordinary)), ['ACTOR_UNKNOWN']);
  assert.deepEqual(codes(await withdrawn('engine:close', ordinary)), ['TIER_EXCEEDED']);
  const [question] = await questionsToPeople(base.db, { reconciliation: ordinary });
  assert.deepEqual([question?.action, question?.requestedBy], ['DECERTIFY', 'engine:close']);
  assert.equal((await withdrawn(MEI, ordinary)).outcome, 'done');
  assert.deepEqual(await questionsToPeople(base.db, {}), []);
  const rows = await base.db.selectFrom('certifications').select(['state', 'withdrawn_by']).execute();
  assert.deepEqual(rows, [{ state: 'WITHDRAWN', withdrawn_by: MEI }]);
  const { decertified } = await outOfTheOrdinary(base.db);
  assert.deepEqual(
    decertified.map(({ reconciliation, by, because }) => [reconciliation, by, because]),
    [[ordinary, MEI, 'A late invoice.']],
  );
  const again = await withdrawn(MEI, ordinary);
  assert.deepEqual([again.outcome, codes(again)], ['denied', ['STATE_INVALID']]);
});

test('an account whose certification was withdrawn takes two people again where it took two before', async () => {
  assert.equal((await certified(MEI, restricted)).outcome, 'escalated');
  assert.equal((await certified(TOMAS, restricted)).outcome, 'done');
  assert.equal((await withdrawn(TOMAS, restricted)).outcome, 'done');
  assert.equal((await certified(TOMAS, restricted)).outcome, 'escalated', 'Mei’s old approval is spent');
  assert.equal((await certified(MEI, restricted)).outcome, 'done');
  assert.equal((await certified(MEI, ordinary)).outcome, 'done');
  assert.deepEqual((await outOfTheOrdinary(base.db)).decertified, []);
});

test('certifying a version that is not the one seen is refused', async () => {
  await withdrawn(MEI, ordinary);
  const answer = await certify(base.door, callBy(MEI), {
    reconciliation: ordinary,
    rationale: 'Ties out.',
    contentHash: 'of-another-version',
  });
  assert.deepEqual([answer.outcome, codes(answer)], ['denied', ['APPROVAL_STALE']]);
  assert.equal((await certified(MEI, ordinary)).outcome, 'done');
});

test('only a locked period is reopened, with a reason, until an instant in the next 31 days', async () => {
  const early = await reopen(MEI, inMs(DAY));
  assert.ok(early.outcome === 'denied' && early.detail === 'US 2026-03 is not locked');
  assert.equal((await lock()).outcome, 'done');
  const locked = await withdrawn(MEI, ordinary);
  assert.deepEqual(codes(locked), ['PERIOD_LOCKED', 'STATE_INVALID']);
  for (const [until, detail] of [
    [inMs(-DAY), /not in the future/],
    [inMs(32 * DAY), /more than 31 days ahead/],
    ['soon', /no instant/],
  ] as const) {
    const answer = await reopen(MEI, until);
    assert.equal(answer.outcome, 'denied');
    assert.match((answer.outcome === 'denied' && answer.detail) || '', detail);
  }
  assert.ok(codes(await reopen(MEI, inMs(DAY), ' ')).includes('MISSING_RATIONALE'));
  assert.deepEqual(codes(await reopen('human:jonas.weber', inMs(DAY))), [
    'ROLE_REQUIRED',
    'DUAL_APPROVAL_REQUIRED',
  ]);
});

test('two people who ask for the same reopen a period; one person, or two who ask for different things, do not', async () => {
  const until = inMs(DAY);
  assert.equal((await reopen(MEI, until)).outcome, 'escalated');
  assert.equal((await reopen(MEI, until)).outcome, 'escalated');
  assert.equal((await reopen(TOMAS, inMs(2 * DAY))).outcome, 'escalated');
  assert.equal((await reopen(TOMAS, until, 'Another reason.')).outcome, 'escalated');
  assert.equal(await runState(), 'LOCKED');
  const asked = await questionsToPeople(base.db, { period: '2026-03' });
  assert.deepEqual(
    asked.map(({ asked: { until: instant, reason }, approvedBy }) => [
      instant === until,
      reason === REASON,
      approvedBy,
    ]),
    [
      [true, true, [MEI]],
      [false, true, [TOMAS]],
      [true, false, [TOMAS]],
    ],
  );
  assert.equal((await reopen(PRIYA, until)).outcome, 'done');
  assert.equal(await runState(), 'REOPENED');
  const questions = await base.db
    .selectFrom('escalations')
    .select('state')
    .where('action', '=', 'REOPEN')
    .orderBy('id')
    .execute();
  assert.deepEqual(
    questions.map(({ state }) => state),
    ['APPROVED', 'EXPIRED', 'EXPIRED'],
    'what was asked otherwise is overtaken',
  );
  const { reopened } = await outOfTheOrdinary(base.db);
  assert.deepEqual(
    reopened.map(({ by, because, until: end, expired }) => [by, because, end, expired]),
    [[[MEI, PRIYA], REASON, until, false]],
  );
});

test('a reopened period keeps its certifications, takes changes and is locked again once all is certified', async () => {
  const states = await base.db.selectFrom('reconciliations').select('state').execute();
  assert.deepEqual(new Set(states.map(({ state }) => state)), new Set(['CERTIFIED']));
  assert.equal((await withdrawn(MEI, ordinary)).outcome, 'done');
  const refused = await lock();
  assert.ok(refused.outcome === 'denied' && refused.detail === `not certified: ${ordinary}`);
  assert.equal((await certified(TOMAS, ordinary)).outcome, 'done');
  assert.equal((await lock()).outcome, 'done');
  assert.deepEqual((await outOfTheOrdinary(base.db)).reopened, []);
});

test('the same words a second time need two people again, and after its expiry a period counts as locked', async () => {
  const until = inMs(2_500);
  assert.equal((await reopen(MEI, until)).outcome, 'escalated');
  assert.equal((await reopen(TOMAS, until)).outcome, 'done');
  assert.equal((await lock()).outcome, 'done');
  assert.equal((await reopen(TOMAS, until)).outcome, 'escalated', 'Mei’s approval served once');
  assert.equal((await reopen(MEI, until)).outcome, 'done');
  while (!(await outOfTheOrdinary(base.db)).reopened.some(({ expired }) => expired)) await wait(50);
  assert.equal(await runState(), 'REOPENED');
  assert.ok(codes(await withdrawn(MEI, ordinary)).includes('PERIOD_LOCKED'));
  const locking = await lock();
  assert.ok(codes(locking).includes('PERIOD_LOCKED'));
});

test('an approval of somebody who has left since does not count', async () => {
  const until = inMs(DAY);
  assert.equal((await reopen(TOMAS, until)).outcome, 'escalated');
  await changeActorsForTests(base.door, { what: 'deactivate', id: TOMAS });
  assert.equal((await reopen(MEI, until)).outcome, 'escalated');
  assert.equal((await reopen(PRIYA, until)).outcome, 'done');
});

test('a reopening stands in the audit log with fields of its own, and the log verifies', async () => {
  const rows = await base.db
    .selectFrom('audit_events')
    .select('bytes')
    .where('action', '=', 'REOPEN')
    .where('decision', '=', 'allow')
    .orderBy('id')
    .execute();
  const [first] = rows.map(
    ({ bytes }) =>
      JSON.parse(bytes.toString()) as { detail: { reopened: { by: string[]; because: string } } },
  );
  assert.deepEqual([first?.detail.reopened.by, first?.detail.reopened.because], [[MEI, PRIYA], REASON]);
  assert.equal((await verifyAudit(base.db, TEST_AUDIT_KEY)).verdict, 'intact');
});
