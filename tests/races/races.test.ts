import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CompiledQuery, sql } from 'kysely';
import { readFileSync } from 'node:fs';
import { certify } from '../../ledger/certify.ts';
import { type Answer, resultText } from '../../ledger/door.ts';
import { lockPeriod } from '../../ledger/lock.ts';
import { confirmMatch, proposeMatch, rejectMatch } from '../../ledger/matches.ts';
import { asAdmin, type TestDatabase, freshDatabase } from '../harness/database.ts';
import { callBy } from '../harness/books.ts';
import { type Month, importLines, openMonth, raceCompany } from './books.ts';

const TIMES = 10;
const WHY = 'As the evidence says.';
const oracle = readFileSync(new URL('oracle.sql', import.meta.url), 'utf8');

let base: TestDatabase;
let months = 0;
before(async () => {
  base = await freshDatabase();
  await raceCompany(base.door);
});
after(() => base.close());
const oracleSays = async () => (await base.db.executeQuery(CompiledQuery.raw(oracle))).rows;

/** A month of its own with the ordinary account's first pair proposed. */
async function proposedPair(): Promise<{ month: Month; reconciliation: string; matchId: string }> {
  const month = await openMonth(base.door, nextPeriod());
  const reconciliation = month.reconciliations[0] ?? '';
  return { month, reconciliation, matchId: await propose(reconciliation, '100.00') };
}

async function propose(reconciliation: string, amount: string): Promise<string> {
  const items = await base.db
    .selectFrom('items')
    .select('id')
    .where('reconciliation_id', '=', reconciliation)
    .where('amount', '=', amount)
    .execute();
  const answer = await proposeMatch(base.door, callBy('llm:recon-operator'), {
    reconciliation,
    itemIds: items.map((item) => item.id),
    rationale: WHY,
  });
  return resultText(answer, 'match_id');
}

function nextPeriod(): string {
  months += 1;
  return `${2020 + Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
}

const outcomes = (answers: readonly Answer[]) => answers.map((answer) => answer.outcome).sort();
const confirm = (matchId: string, who: string) =>
  confirmMatch(base.door, callBy(who), { matchId, rationale: WHY });

/** A month whose accounts are both certified, the ordinary one first. */
async function certifiedMonth(): Promise<Month> {
  const month = await openMonth(base.door, nextPeriod());
  for (const reconciliation of month.reconciliations) {
    for (const amount of ['100.00', '250.00', '75.50', '12.25']) {
      const matchId = await propose(reconciliation, amount);
      await confirm(matchId, 'human:tomas.lindqvist');
      await confirm(matchId, 'human:priya.raman');
    }
    for (const who of ['human:tomas.lindqvist', 'human:priya.raman'])
      await certify(base.door, callBy(who), { reconciliation, rationale: WHY });
  }
  return month;
}

test('of two confirmers at once exactly one confirms; the other is told that it is confirmed already', async () => {
  for (let time = 0; time < TIMES; time += 1) {
    const { matchId } = await proposedPair();
    const answers = await Promise.all([
      confirm(matchId, 'human:jonas.weber'),
      confirm(matchId, 'human:mei.tan'),
    ]);
    assert.deepEqual(outcomes(answers), ['denied', 'done']);
    const lost = answers.find((answer) => answer.outcome === 'denied');
    assert.match(lost?.outcome === 'denied' ? (lost.detail ?? '') : '', /is CONFIRMED already/);
  }
});

test('of a confirmation and a rejection at once exactly one holds, and the books show that one', async () => {
  for (let time = 0; time < TIMES; time += 1) {
    const { matchId } = await proposedPair();
    const [yes, no] = await Promise.all([
      confirm(matchId, 'human:jonas.weber'),
      rejectMatch(base.door, callBy('human:mei.tan'), { matchId, rationale: WHY }),
    ]);
    assert.deepEqual(outcomes([yes, no]), ['denied', 'done']);
    const { state } = await base.db
      .selectFrom('matches')
      .select('state')
      .where('id', '=', matchId)
      .executeTakeFirstOrThrow();
    assert.equal(state, yes.outcome === 'done' ? 'CONFIRMED' : 'REJECTED');
  }
});

test('a certification and a late import at once: the account never stays certified over a line nobody saw', async () => {
  const month = await certifiedMonth();
  const reconciliation = month.reconciliations[0] ?? '';
  for (let time = 0; time < TIMES; time += 1) {
    const [, imported] = await Promise.all([
      certify(base.door, callBy('human:tomas.lindqvist'), { reconciliation, rationale: WHY }),
      importLines(base.door, callBy('engine:close'), reconciliation, 'ledger', ['5.00'], `late-${time}`),
    ]);
    assert.equal(imported.outcome, 'done');
    const { state } = await base.db
      .selectFrom('reconciliations')
      .select('state')
      .where('id', '=', reconciliation)
      .executeTakeFirstOrThrow();
    assert.notEqual(state, 'CERTIFIED');
  }
});

test('a lock and a late import at once: the import comes before the lock and stops it, or after it and is denied', async () => {
  for (let time = 0; time < TIMES; time += 1) {
    const { entity, period, reconciliations } = await certifiedMonth();
    const [locked, imported] = await Promise.all([
      lockPeriod(base.door, callBy('engine:close'), { entity, period }),
      importLines(base.door, callBy('engine:close'), reconciliations[1] ?? '', 'ledger', ['5.00'], 'late'),
    ]);
    assert.deepEqual(outcomes([locked, imported]), ['denied', 'done']);
  }
});

test('a process that dies after the commit and before its answer: the retry gets the stored answer, and nothing happens twice', async () => {
  const { matchId } = await proposedPair();
  const call = callBy('human:jonas.weber', 'crash');
  const child = fork(fileURLToPath(new URL('dies-after-commit.ts', import.meta.url)), [], {
    env: { DATABASE_URL: base.url, CALL: JSON.stringify(call), MATCH: matchId },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  const stored = await sql<{ answer: Answer }>`
    select answer from idempotency_keys where session_id = 'crash' and tool_call_id = ${call.toolCallId}`.execute(
    base.db,
  );
  const retried = await confirmMatch(base.door, call, { matchId, rationale: WHY });
  assert.equal(retried.outcome, 'done');
  assert.deepEqual(retried, stored.rows[0]?.answer);
  const events = await base.db
    .selectFrom('audit_events')
    .select('seq')
    .where('tool_call_id', '=', call.toolCallId)
    .where('session_id', '=', 'crash')
    .execute();
  assert.equal(events.length, 1);
});

test('after all of it the oracle finds nothing', async () => {
  assert.deepEqual(await oracleSays(), []);
});

// Each change is what a superuser could do; the transaction is rolled back before the database would refuse its commit.
const PLANTED: readonly [promise: RegExp, change: string][] = [
  [
    /decided 1 times and is PROPOSED/,
    `update matches set state = 'PROPOSED' where id = (select min(id) from matches where state = 'CONFIRMED')`,
  ],
  [/decided 0 times and is CONFIRMED/, `update matches set state = 'CONFIRMED' where state = 'PROPOSED'`],
  [
    /a live match has lost a line/,
    `update dispositions set live = false where match_id = (select min(id) from matches where state = 'CONFIRMED')`,
  ],
  [
    /other lines than it names/,
    `delete from dispositions where match_id = (select min(id) from matches where state = 'CONFIRMED')`,
  ],
  [/more or less than its live matches/, `insert into bulk_totals values ('US/2026-03/1010', 'x', 'x', 1)`],
  [
    /locked over an account that is MATCHED/,
    `update reconciliations set state = 'MATCHED' where run_id = (select min(id) from runs where state = 'LOCKED')`,
  ],
  [
    /CERTIFIED with 0 active certifications/,
    `update certifications set state = 'WITHDRAWN' where state = 'ACTIVE'`,
  ],
  [
    /does not tie out/,
    `update items set base_amount = base_amount + 0.01 where id = (select min(i.id) from items i join reconciliations r on r.id = i.reconciliation_id where r.state = 'CERTIFIED')`,
  ],
  [
    /an answer and no audit row/,
    `insert into idempotency_keys (session_id, tool_call_id, actor_id, args_hash, answer) values ('x', 'x', 'x', 'x', '{}')`,
  ],
];

for (const [promise, change] of PLANTED) {
  test(`the oracle finds what was planted: ${promise.source}`, async () => {
    await proposedPair();
    const found = await asAdmin(base.adminUrl, async (admin) => {
      await admin.query('begin');
      const { rowCount } = await admin.query(change);
      assert.ok(rowCount, 'the change hit nothing');
      const { rows } = await admin.query<{ promise: string }>(oracle);
      await admin.query('rollback');
      return rows.map((row) => row.promise);
    });
    assert.ok(
      found.some((one) => promise.test(one)),
      found.join('; '),
    );
  });
}
