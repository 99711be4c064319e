import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { generateKeyPair } from '../mcp-server/tokens.ts';
import { smallBooks } from '../tests/harness/books.ts';
import { start } from '../tests/harness/command.ts';
import { type TestDatabase, asAdmin, freshDatabase } from '../tests/harness/database.ts';

type Started = ReturnType<typeof start>;

const NAMESPACE = `process-actors-${process.pid}`;
let database: TestDatabase;
let folder: string;
let temporal: Record<string, string>;
let books: Record<string, string>;
let agent: Record<string, string>;
const running: Started[] = [];

before(async () => {
  database = await freshDatabase();
  await smallBooks(database.door);
  folder = mkdtempSync(join(tmpdir(), 'closegate-process-'));
  const key = await generateKeyPair('agent', ['llm:']);
  writeFileSync(join(folder, 'agent.pem'), key.privateKeyPem);
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify({ keys: [key.publicJwk] }));
  const address = process.env['CLOSEGATE_TEST_TEMPORAL'] ?? '';
  // A namespace of our own: these workers must not take the jobs of other tests.
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace: NAMESPACE,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await connection.close();
  temporal = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: NAMESPACE };
  const audit = { CLOSEGATE_AUDIT_KEY_ID: 'test', CLOSEGATE_AUDIT_KEY: '07'.repeat(32) };
  books = { ...audit, DATABASE_URL: database.url, CLOSEGATE_DIR: folder };
  agent = {
    ...temporal,
    ANTHROPIC_API_KEY: 'none',
    CLOSEGATE_AGENT_KEY_FILE: join(folder, 'agent.pem'),
    CLOSEGATE_AGENT_KEY_ID: 'agent',
    CLOSEGATE_ACTOR_ID: 'llm:recon-operator',
  };
});

afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

after(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

function run(entry: string, env: Record<string, string>): Started {
  const started = start(entry, [], env);
  running.push(started);
  return started;
}

/** Waits for words in what a process prints; fails when it ends without them. */
async function until(started: Started, words: RegExp): Promise<string> {
  for (;;) {
    const found = words.exec(started.output());
    if (found) return found[0];
    if (started.child.exitCode !== null) throw new Error(`it ended: ${started.output()}`);
    await Promise.race([
      once(started.child.stdout, 'data'),
      once(started.child.stderr, 'data'),
      once(started.child, 'close'),
    ]);
  }
}

const closeWorker = (id: string) =>
  run('workers/close.ts', { ...books, ...temporal, CLOSEGATE_ACTOR_ID: id });

async function mcpServer(id: string): Promise<{ server: Started; agentEnv: Record<string, string> }> {
  const server = run('cli/processes/mcp-server.ts', {
    ...books,
    CLOSEGATE_ACTOR_ID: id,
    CLOSEGATE_MCP_PORT: '0',
    CLOSEGATE_JWKS_FILE: join(folder, 'jwks.json'),
  });
  const port = (await until(server, /"port":\d+/)).replace(/\D/g, '');
  return { server, agentEnv: { ...agent, CLOSEGATE_MCP_URL: `http://127.0.0.1:${port}/mcp` } };
}

test('a second close worker with the name of a live one does not start; with another name it does', async () => {
  const first = closeWorker('engine:close-1');
  await until(first, /"ready":true/);
  const { code, stderr } = await closeWorker('engine:close-1').ended;
  assert.equal(code, 1);
  assert.match(stderr, /another live process is engine:close-1.*CLOSEGATE_ACTOR_ID/);
  await until(closeWorker('engine:close-2'), /"ready":true/);
  assert.equal(first.child.exitCode, null, 'the first one is left alone');
});

test('a name is free as soon as its process was killed, for a process of another kind too', async () => {
  const { server } = await mcpServer('engine:one');
  const refused = await closeWorker('engine:one').ended;
  assert.match(refused.stderr, /another live process is engine:one/);
  server.child.kill('SIGKILL');
  await mcpServer('engine:one');
});

test('a process whose lock’s connection is cut takes its name again, and says so', async () => {
  const { server } = await mcpServer('engine:cut');
  await asAdmin(database.adminUrl, async (admin) => {
    const cut = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'closegate engine:cut'`,
    );
    assert.equal(cut.rowCount, 1);
  });
  await until(server, /lost the connection that holds this name[^]*holds its name again/);
  assert.match((await closeWorker('engine:cut').ended).stderr, /another live process is engine:cut/);
});

test('a process that finds its name taken when it comes back ends', async () => {
  const { server } = await mcpServer('engine:late');
  await asAdmin(database.adminUrl, async (admin) => {
    // Waits behind the server's lock, and so gets it the moment that the connection is cut.
    const taking = admin.query(
      `select pg_advisory_lock(hashtextextended('closegate/process/engine:late', 0))`,
    );
    await asAdmin(database.adminUrl, async (other) => {
      const waits = `select from pg_locks where locktype = 'advisory' and not granted`;
      while ((await other.query(waits)).rowCount === 0);
      await other.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'closegate engine:late'`,
      );
    });
    await taking;
    const { code, stderr } = await server.ended;
    assert.equal(code, 1);
    assert.match(stderr, /another live process is engine:late/);
  });
});

test('a second agent worker with the name of a live one does not start, and the attempt is audited', async () => {
  const { agentEnv } = await mcpServer('engine:mcp-1');
  const first = run('workers/agent.ts', agentEnv);
  await until(first, /"ready":true/);
  // Another server of the same books knows it too.
  const { agentEnv: elsewhere } = await mcpServer('engine:mcp-2');
  const { code, stderr } = await run('workers/agent.ts', elsewhere).ended;
  assert.equal(code, 1);
  assert.match(stderr, /refuses this process \(409\).*another live process is llm:recon-operator/);
  const row = await database.db
    .selectFrom('audit_events')
    .select(['event_type', 'actor_id'])
    .where('stream', '=', 'access')
    .orderBy('seq', 'desc')
    .executeTakeFirstOrThrow();
  assert.deepEqual(row, { event_type: 'IDENTITY_CONFUSION', actor_id: 'llm:recon-operator' });
  first.child.kill('SIGKILL');
  await first.ended;
  await until(run('workers/agent.ts', elsewhere), /"ready":true/);
});

test('a person is no process', async () => {
  const { code, stderr } = await closeWorker('human:mei.tan').ended;
  assert.equal(code, 1);
  assert.match(stderr, /a process is an engine: or an llm:/);
});
