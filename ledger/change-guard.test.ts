import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { sql } from 'kysely';
import { callBy, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, TEST_AUDIT_KEY, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import { record } from './audit.ts';
import { settleByRules } from './settle.ts';
import { matchByRules } from '../matching/matcher.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
  const reconciliation = await smallBooks(base.door);
  await settleByRules(base.door, callBy('engine:matcher'), { reconciliation, matcher: matchByRules });
});
after(() => base.close());

const CHANGES = [
  `update matches set state = 'CONFIRMED', decided_by = 'human:mei.tan'`,
  `update reconciliations set state = 'CERTIFIED'`,
  `update runs set state = 'LOCKED'`,
  `update actors set kind = kind`,
  `update policy_versions set in_force_since = now()`,
  `insert into certifications (reconciliation_id, state, certified_by, ledger_balance, statement_balance, reconciling_items, content_hash)
     values ('US/2026-03/1010', 'ACTIVE', '{human:mei.tan}', 0, 0, 0, '')`,
  `insert into approvals (subject_kind, subject_id, action, actor_id, content_hash, policy_hash)
     values ('match', '1', 'CONFIRM', 'human:mei.tan', 'x', 'y')`,
];

test('a raw change of state as closegate_engine does not commit without an audit row', async () => {
  for (const change of CHANGES)
    await assert.rejects(sql.raw(change).execute(base.db), /without an audit row/, change);
  const matches = await base.db
    .selectFrom('matches')
    .select('id')
    .where('decided_by', '=', 'human:mei.tan')
    .execute();
  assert.deepEqual(matches, []);
});

test('the same change commits together with an audit row, and not with one of an earlier transaction', async () => {
  const touch = sql.raw(`update actors set name = name where id = 'human:mei.tan'`);
  const event = { event_type: 'TEST', actor_id: 'engine:close' };
  await base.db.transaction().execute(async (tx) => {
    await touch.execute(tx);
    await record(tx, TEST_AUDIT_KEY, 'test', event);
  });
  await base.db.transaction().execute((tx) => record(tx, TEST_AUDIT_KEY, 'test', event));
  await assert.rejects(touch.execute(base.db), /without an audit row/);
});

test('the engine can neither clear the guard, nor forge a transaction id, nor take the triggers off', async () => {
  for (const attempt of [
    `delete from change_guard`,
    `alter table matches disable trigger change_must_be_audited`,
    `drop trigger change_must_be_audited on matches`,
    `set session_replication_role = replica`,
    `insert into audit_events (stream, xid) values ('x', pg_current_xact_id())`,
  ]) {
    await assert.rejects(sql.raw(attempt).execute(base.db), /permission denied|must be owner/, attempt);
  }
  const left = await asAdmin(base.adminUrl, (admin) => admin.query('select * from change_guard'));
  assert.equal(left.rowCount, 0, 'nothing is left behind');
});
