import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createAgentActivities } from '../activities/agent/index.ts';
import { createCloseActivities } from '../activities/close/index.ts';
import { registerCompany } from '../cli/register-company.ts';
import { inbox } from '../ledger/inbox.ts';
import { type RunningMessagesApi, startMessagesApi } from '../evals/models/messages-api.ts';
import { standInOperator } from '../evals/models/stand-in-operator.ts';
import { type TestServer, startTestServer } from '../mcp-server/testing.ts';
import { lastDay, previousPeriod } from '../policy/period.ts';
import { loadCompany } from '../statements/company.ts';
import { pause, resume, reviewed, status } from '../workflows/contract.ts';
import { QUEUES } from '../workflows/queues.ts';
import { findOrphans } from '../workers/sweep.ts';
import { ensureSearchAttributes } from '../workers/search-attributes.ts';
import { type TestDatabase, freshDatabase } from './harness/database.ts';

const PERIOD = '2026-03';
let base: TestDatabase;
let client: Client;
let native: NativeConnection;
let messages: RunningMessagesApi;
let tools: TestServer;
let workers: Worker[];
let running: Promise<void[]>;
let modelIsDown = false;
const folder = mkdtempSync(join(tmpdir(), 'closegate-workflows-'));

before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  cpSync(fileURLToPath(new URL('../examples/halden', import.meta.url)), folder, {
    recursive: true,
    filter: (source) => !source.includes('.closegate'),
  });
  addEmptyMonth(lastMonth());
  base = await freshDatabase();
  await registerCompany(base.door, folder);
  const address = process.env['CLOSEGATE_TEST_TEMPORAL'] ?? '';
  const connection = await Connection.connect({ address });
  await ensureSearchAttributes(connection);
  client = new Client({ connection });
  native = await NativeConnection.connect({ address });
  tools = await startTestServer(base.door);
  messages = await startMessagesApi({
    model: standInOperator,
    fault: () => (modelIsDown ? { status: 400 } : null),
  });
  workers = await Promise.all([
    Worker.create({
      connection: native,
      taskQueue: QUEUES.close,
      workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
      activities: createCloseActivities({ door: base.door, company: () => loadCompany(folder) }),
    }),
    Worker.create({
      connection: native,
      taskQueue: QUEUES.agent,
      activities: createAgentActivities({
        anthropic: { apiKey: 'none', baseURL: messages.baseURL },
        mcpUrl: tools.url.href,
        token: ({ session, reconciliation }) =>
          tools.token('llm:recon-operator', { sid: session, rec: reconciliation }),
      }),
    }),
  ]);
  running = Promise.all(workers.map((worker) => worker.run()));
});

after(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await native.close();
  await client.connection.close();
  await messages.close();
  await tools.close();
  await base.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The month before the one that Singapore is in. */
function lastMonth(): string {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Singapore' }).format(new Date());
  return previousPeriod(today.slice(0, 7));
}

/** A month in which nothing happened in Singapore, with a rate for its end. */
function addEmptyMonth(period: string): void {
  const [march, inbox] = ['2026-03', period].map((month) => join(folder, 'inbox', month)) as [string, string];
  mkdirSync(inbox);
  for (const file of ['sg-ledger.csv', 'sg-1110-statement.csv']) {
    const [header = ''] = readFileSync(join(march, file), 'utf8').split('\n');
    writeFileSync(join(inbox, file), `${header}\n`);
  }
  const balances = ['ledger', 'statement'].map((side) => `SG,1110,${side},SGD,5.00,5.00`);
  writeFileSync(
    join(inbox, 'balances.csv'),
    ['entity,account,side,currency,opening,closing', ...balances, ''].join('\n'),
  );
  writeFileSync(join(folder, 'fx', 'later.csv'), `Date,USD,SGD,\n${lastDay(period)},1.1498,1.4800,\n`);
  const company = join(folder, 'company.yaml');
  const text = readFileSync(company, 'utf8').replace(
    'fx: [fx/ecb-2026-03.csv]',
    'fx: [fx/ecb-2026-03.csv, fx/later.csv]',
  );
  writeFileSync(company, text);
}

const start = (workflowType: string, workflowId: string, input: unknown) =>
  client.workflow.start(workflowType, { workflowId, taskQueue: QUEUES.close, args: [input] });

test('a bad input fails the run once, with every issue listed', async () => {
  const handle = await start('closePeriod', 'bad-input', { entity: 'us', period: '2026-13', approve: true });
  const failure = await handle.result().then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof WorkflowFailedError);
  const cause = failure.cause as ApplicationFailure;
  assert.equal(cause.type, 'InvalidInput');
  assert.equal(cause.nonRetryable, true);
  for (const issue of [/entity: must be an entity code/, /period: must be a month/, /approve/]) {
    assert.match(cause.message, issue);
  }
  const { events } = await handle.fetchHistory();
  assert.deepEqual(
    (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes),
    [],
    'the workflow task itself did not fail',
  );
});

test('an entity or a file that is wrong fails the close for good, and nothing was imported', async () => {
  const unknown = await start('closePeriod', 'close/FR/2026-03', { entity: 'FR', period: PERIOD });
  await assert.rejects(unknown.result(), (error: WorkflowFailedError) =>
    /there is no entity "FR"/.test(String(error.cause?.cause)),
  );
  const missing = await start('closePeriod', 'close/SG/2026-02', { entity: 'SG', period: '2026-02' });
  await assert.rejects(missing.result(), (error: WorkflowFailedError) =>
    /is missing in/.test(String(error.cause?.cause)),
  );
  const documents = await base.db.selectFrom('documents').select('id').execute();
  assert.deepEqual(documents, []);
});

test('a close goes through to the review, and no message of anybody settles or certifies anything', async () => {
  const handle = await start('closePeriod', 'close/SG/2026-03', { entity: 'SG', period: PERIOD });
  await inReview('reconcile/SG/2026-03/1110');
  const before = await inbox(base.db, ['SG/2026-03/1110']);
  assert.ok(before.length > 0);
  const account = client.workflow.getHandle('reconcile/SG/2026-03/1110');
  assert.equal(await account.executeUpdate(reviewed), 'will look again');
  await account.signal(pause);
  await account.signal(resume);
  await handle.signal('progressed', '1110', 'certified');
  await sleep(500);
  assert.deepEqual(await inbox(base.db, ['SG/2026-03/1110']), before);
  assert.equal((await handle.describe()).status.name, 'RUNNING');
  const { state } = await base.db
    .selectFrom('runs')
    .select('state')
    .where('id', '=', 'close/SG/2026-03')
    .executeTakeFirstOrThrow();
  assert.equal(state, 'RUNNING');
  const query =
    'CloseEntity = "SG" AND ClosePeriod = "2026-03" AND CloseState = "in review" AND WorkflowType = "closePeriod"';
  // Visibility follows the history with a short delay.
  for (let tries = 0; (await client.workflow.count(query)).count === 0; tries += 1) {
    assert.ok(tries < 50, 'found by its search attributes');
    await sleep(100);
  }
});

test('the scheduled close starts the month before, and not twice', async () => {
  const first: unknown = await (await start('monthEndClose', 'month-end/SG-1', { entity: 'SG' })).result();
  assert.equal(first, `started close/SG/${lastMonth()}`);
  await inReview(`reconcile/SG/${lastMonth()}/1110`);
  const second: unknown = await (await start('monthEndClose', 'month-end/SG-2', { entity: 'SG' })).result();
  assert.equal(second, `close/SG/${lastMonth()} was started before`);
});

test('when the model declines for good, its lines are left for people and the close goes on', async () => {
  modelIsDown = true;
  try {
    await start('closePeriod', 'close/DE/2026-03', { entity: 'DE', period: PERIOD });
    await inReview('reconcile/DE/2026-03/1210');
    const packets = await base.db
      .selectFrom('packets')
      .select(['state', 'outcome'])
      .where('reconciliation_id', '=', 'DE/2026-03/1210')
      .execute();
    assert.ok(packets.length > 0);
    for (const packet of packets) {
      assert.equal(packet.state, 'LEFT_FOR_HUMAN');
      assert.match(packet.outcome ?? '', /the agent failed/);
    }
  } finally {
    modelIsDown = false;
  }
});

test('a reset of an account repeats no effect', async () => {
  const account = client.workflow.getHandle('reconcile/SG/2026-03/1110');
  const { runId } = await account.describe();
  const before = await counts();
  // As an engineer would: the messages so far are applied again.
  const cli = process.env['CLOSEGATE_TEST_TEMPORAL_CLI'] ?? '';
  const reset = [
    'workflow',
    'reset',
    '-w',
    'reconcile/SG/2026-03/1110',
    '--event-id',
    '4',
    '--reason',
    'test',
  ];
  const address = process.env['CLOSEGATE_TEST_TEMPORAL'] ?? '';
  const { status: code, stderr } = spawnSync(cli, [...reset, '--address', address], { encoding: 'utf8' });
  assert.equal(code, 0, stderr);
  const { runId: after } = await account.describe();
  assert.notEqual(after, runId);
  await inReview('reconcile/SG/2026-03/1110');
  assert.deepEqual(await counts(), before);
});

test('the sweeper finds a run that Temporal does not know', async () => {
  assert.ok(!(await findOrphans(base.db, client)).some((orphan) => orphan.run === 'close/SG/2026-03'));
  await client.workflow.getHandle('close/SG/2026-03').terminate('test');
  const orphans = await findOrphans(base.db, client);
  const mine = orphans.find((orphan) => orphan.run === 'close/SG/2026-03');
  assert.match(mine?.finding ?? '', /Temporal says TERMINATED, Postgres says RUNNING; start it again/);
});

async function inReview(workflowId: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const phase = await client.workflow
      .getHandle(workflowId)
      .query(status)
      .then(
        (now) => ('phase' in now ? now.phase : null),
        () => null,
      );
    if (phase === 'in review') return;
    if (Date.now() > deadline) throw new Error(`${workflowId} did not come to its review`);
    await sleep(100);
  }
}

async function counts() {
  return {
    matches: (await base.db.selectFrom('matches').select('id').execute()).length,
    exceptions: (await base.db.selectFrom('exceptions').select('id').execute()).length,
    items: (await base.db.selectFrom('items').select('id').execute()).length,
  };
}
