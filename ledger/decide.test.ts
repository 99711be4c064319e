import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { sql } from 'kysely';
import { decimal } from '../policy/money.ts';
import { matchByRules } from '../matching/matcher.ts';
import { type TestDatabase, asAdmin, freshDatabase, TEST_AUDIT_KEY } from '../tests/harness/database.ts';
import { callBy, smallBooks } from '../tests/harness/books.ts';
import { record } from './audit.ts';
import { certify } from './certify.ts';
import { escalate } from './escalations.ts';
import { carryForward, flagException, resolveException } from './exceptions.ts';
import { resultText } from './door.ts';
import { openItems } from './items.ts';
import { confirmMatch, proposeMatch, rejectMatch } from './matches.ts';
import { settleByRules } from './settle.ts';
import { tieOut } from './tie-out.ts';
import { verifyAudit } from './verify-audit.ts';

let base: TestDatabase;
let reconciliation: string;
before(async () => {
  base = await freshDatabase();
  reconciliation = await smallBooks(base.door);
});
after(() => base.close());

const open = async () => (await openItems(base.db, reconciliation, { limit: 100 })).items;
const byId = async (...externalIds: string[]) =>
  (await open()).filter((item) => externalIds.includes(item.external_id)).map((item) => item.id);

test('the matcher settles a unique pair with one reference, under the name of the policy and its approver', async () => {
  const answer = await settleByRules(base.door, callBy('engine:matcher', 'm1'), {
    reconciliation,
    matcher: matchByRules,
  });
  assert.equal(answer.outcome, 'done');
  assert.deepEqual(answer.outcome === 'done' && answer.result, { settled: '1', proposed: '1', denied: '0' });
  const settled = await base.db.selectFrom('matches').selectAll().where('state', '=', 'CONFIRMED').execute();
  assert.deepEqual(
    settled.map(({ rule, decided_by }) => ({ rule, decided_by })),
    [{ rule: 'exact_reference', decided_by: 'human:tomas.lindqvist' }],
  );
});

test('settling again under the same key gives the same answer and settles nothing twice', async () => {
  const call = callBy('engine:matcher', 'again');
  const first = await settleByRules(base.door, call, { reconciliation, matcher: matchByRules });
  assert.deepEqual(await settleByRules(base.door, call, { reconciliation, matcher: matchByRules }), first);
});

test('a model proposes, and cannot confirm what a model proposed', async () => {
  const proposed = await proposeMatch(base.door, callBy('llm:recon-operator'), {
    reconciliation,
    itemIds: await byId('L3', 'S3'),
    rationale: 'Cleaning, paid short by the fee.',
  });
  assert.equal(proposed.outcome, 'done');
  const matchId = resultText(proposed, 'match_id');
  const confirmed = await confirmMatch(base.door, callBy('llm:recon-operator'), {
    matchId,
    rationale: 'Looks right.',
  });
  assert.equal(confirmed.outcome, 'denied');
  assert.ok(
    confirmed.outcome === 'denied' && confirmed.clauses.some(({ code }) => code === 'SOD_LLM_CONFIRM'),
  );
});

test('the person a model acts for cannot confirm its proposal; a reviewer can reject it and its lines are open again', async () => {
  const [pending] = await base.db
    .selectFrom('matches')
    .select('id')
    .where('proposed_by', '=', 'llm:recon-operator')
    .where('state', '=', 'PROPOSED')
    .execute();
  assert.ok(pending);
  const own = await confirmMatch(base.door, callBy('human:ana.ruiz'), {
    matchId: pending.id,
    rationale: 'I agree.',
  });
  assert.ok(own.outcome === 'denied' && own.clauses.some(({ code }) => code === 'SOD_SAME_ACTOR'));
  const rejected = await rejectMatch(base.door, callBy('human:jonas.weber'), {
    matchId: pending.id,
    rationale: 'Not the same payment.',
  });
  assert.equal(rejected.outcome, 'done');
  assert.equal((await byId('L3', 'S3')).length, 2);
});

test('a confirmation by the model of an engine proposal becomes an escalation that carries the clauses', async () => {
  const [fuzzy] = await base.db
    .selectFrom('matches')
    .select('id')
    .where('rule', '=', 'amount_date_text')
    .execute();
  assert.ok(fuzzy);
  const answer = await confirmMatch(base.door, callBy('llm:recon-operator'), {
    matchId: fuzzy.id,
    rationale: 'Same amount.',
  });
  assert.equal(answer.outcome, 'escalated');
  assert.ok(answer.outcome === 'escalated' && answer.clauses.some(({ code }) => code === 'TIER_EXCEEDED'));
  const confirmed = await confirmMatch(base.door, callBy('human:jonas.weber'), {
    matchId: fuzzy.id,
    rationale: 'Agreed to the remittance.',
  });
  assert.equal(confirmed.outcome, 'done');
});

test('fifty calls with one key have one effect and fifty equal answers', async () => {
  const items = await byId('L3', 'S3');
  const call = callBy('llm:recon-operator', 'race');
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      proposeMatch(base.door, call, { reconciliation, itemIds: items, rationale: 'Tried fifty times.' }),
    ),
  );
  assert.equal(new Set(answers.map((answer) => JSON.stringify(sortedKeys(answer)))).size, 1);
  const other = await proposeMatch(base.door, call, {
    reconciliation,
    itemIds: items,
    rationale: 'Something else.',
  });
  assert.equal(other.outcome, 'refused');
  const matchId = resultText(answers[0] ?? other, 'match_id');
  await rejectMatch(base.door, callBy('human:jonas.weber'), { matchId, rationale: 'Clearing the table.' });
});

test('a model that rejects a proposal withdraws the question to people, and does not answer it', async () => {
  const itemIds = await byId('L3', 'S3');
  const proposed = await proposeMatch(base.door, callBy('llm:recon-operator'), {
    reconciliation,
    itemIds,
    rationale: 'A try.',
  });
  const matchId = resultText(proposed, 'match_id');
  const asked = await base.door.db.transaction().execute(async (tx) => {
    const id = await escalate(
      tx,
      { kind: 'match', id: matchId },
      {
        scope: { entity: 'US', period: '2026-03', account: '1010' },
        action: 'CONFIRM',
        requestedBy: 'llm:recon-operator',
        clauses: [],
        policyHash: 'any',
        contentHash: null,
        asked: {},
      },
    );
    await record(tx, TEST_AUDIT_KEY, 'test', { event_type: 'TEST' });
    return id;
  });
  assert.equal(
    (await rejectMatch(base.door, callBy('llm:recon-operator'), { matchId, rationale: 'Wrong.' })).outcome,
    'done',
  );
  const question = await base.db
    .selectFrom('escalations')
    .select(['state', 'decided_by'])
    .where('id', '=', asked)
    .executeTakeFirstOrThrow();
  assert.deepEqual(question, { state: 'EXPIRED', decided_by: null });
});

test('an account with open lines cannot be certified; with all explained it ties out to the cent and can', async () => {
  const early = await certify(base.door, callBy('human:mei.tan'), { reconciliation, rationale: null });
  assert.ok(early.outcome === 'denied' && early.clauses.some(({ code }) => code === 'STATE_INVALID'));
  const [cleaning, fee] = [await byId('L3'), await byId('S3')];
  const flagged = await flagException(base.door, callBy('llm:recon-operator'), {
    reconciliation,
    itemIds: cleaning,
    reasonCode: 'TIMING_DIFFERENCE',
    narrative: 'Paid on the last day, not yet on the statement.',
  });
  const unbooked = await flagException(base.door, callBy('llm:recon-operator'), {
    reconciliation,
    itemIds: fee,
    reasonCode: 'UNBOOKED_FEE',
    narrative: 'Bank fee that the ledger does not have.',
    adjustingEntry: [
      { account: '6800', debit: '12.00', credit: '0' },
      { account: '1010', debit: '0', credit: '12.00' },
    ],
  });
  assert.ok(flagged.outcome === 'done' && unbooked.outcome === 'done');
  const carried = await carryForward(base.door, callBy('human:jonas.weber'), {
    exceptionId: resultText(flagged, 'exception_id'),
    rationale: 'Cleared on 1 April.',
  });
  assert.equal(carried.outcome, 'done');
  const unbalanced = await resolveException(base.door, callBy('human:jonas.weber'), {
    exceptionId: resultText(unbooked, 'exception_id'),
    rationale: 'Book it.',
    adjustingEntry: [{ account: '6800', debit: '12.00', credit: '0' }],
  });
  assert.ok(
    unbalanced.outcome === 'denied' &&
      unbalanced.clauses.some(({ code }) => code === 'ADJUSTMENT_UNBALANCED'),
  );
  const resolved = await resolveException(base.door, callBy('human:jonas.weber'), {
    exceptionId: resultText(unbooked, 'exception_id'),
    rationale: 'Book it.',
  });
  assert.equal(resolved.outcome, 'done');
  const tie = await tieOut(base.db, reconciliation);
  assert.ok(decimal(tie.difference ?? '1').isZero());
  assert.ok(decimal(tie.reconciling_items).eq(decimal('-63.50')));
  const certified = await certify(base.door, callBy('human:mei.tan'), {
    reconciliation,
    rationale: 'Tied out.',
  });
  assert.equal(certified.outcome, 'done');
});

test('the audit log verifies, and an edited event is found', async () => {
  const intact = await verifyAudit(base.db, TEST_AUDIT_KEY);
  assert.deepEqual([intact.verdict, intact.breaches], ['intact', []]);
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query('alter event trigger audit_protect_ddl disable');
    await admin.query('alter table audit_events disable trigger user');
    await admin.query('alter table audit_events disable rule audit_no_update');
    await admin.query(
      `update audit_events set bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'human:jonas.weber', 'human:ana.ruiz'), 'UTF8')
        where decision = 'allow' and action = 'CONFIRM'`,
    );
  });
  const broken = await verifyAudit(base.db, TEST_AUDIT_KEY);
  assert.equal(broken.verdict, 'broken');
  assert.match(broken.breaches[0]?.finding ?? '', /edited/);
});

test('the engine role may neither insert, update, delete nor truncate audit events', async () => {
  for (const statement of [
    `insert into audit_events (stream) values ('x')`,
    `update audit_events set actor_id = 'human:mei.tan'`,
    `delete from audit_events`,
    `truncate audit_events`,
    `alter table audit_events disable trigger all`,
  ]) {
    await assert.rejects(
      sql.raw(statement).execute(base.db),
      /append-only|permission denied|must be owner/,
      statement,
    );
  }
});

function sortedKeys(value: object): unknown {
  return JSON.parse(JSON.stringify(value, Object.keys(value).sort()));
}
