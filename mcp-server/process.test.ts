import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { runMcpServer } from './run.ts';
import { generateKeyPair } from './tokens.ts';

let database: TestDatabase;
let folder: string;
let env: Record<string, string>;

before(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'closegate-mcp-'));
  const { publicJwk } = await generateKeyPair('people', ['human:']);
  const keys = join(folder, 'jwks.json');
  writeFileSync(keys, JSON.stringify({ keys: [publicJwk] }));
  env = {
    DATABASE_URL: database.url,
    CLOSEGATE_MCP_PORT: '0',
    CLOSEGATE_AUDIT_KEY_ID: 'test',
    CLOSEGATE_AUDIT_KEY: '07'.repeat(32),
    CLOSEGATE_JWKS_FILE: keys,
  };
});

after(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

async function start(): Promise<{ child: ChildProcess; port: number }> {
  const path = fileURLToPath(new URL('../cli/processes/mcp-server.ts', import.meta.url));
  const child = fork(path, { env, silent: true });
  const [message] = (await once(child, 'message')) as [{ ready: boolean; port: number }];
  assert.equal(message.ready, true);
  return { child, port: message.port };
}

test('says when it is ready, answers, and ends on a signal', async () => {
  const { child, port } = await start();
  const reply = await fetch(`http://127.0.0.1:${port}/healthz`);
  assert.equal(reply.status, 200);
  await reply.text();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 0);
});

test('ends when the process that started it is gone', async () => {
  const { child } = await start();
  child.disconnect();
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 0);
});

test('names what is missing or wrong in its environment', async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ DATABASE_URL: '' }, /DATABASE_URL is not set/],
    [{ CLOSEGATE_MCP_PORT: '99999' }, /CLOSEGATE_MCP_PORT is "99999"/],
    [{ CLOSEGATE_AUDIT_KEY: 'abc' }, /32 bytes in hex/],
    [{ CLOSEGATE_JWKS_FILE: join(folder, 'none.json') }, /none\.json: the key set cannot be read/],
  ];
  for (const [wrong, expected] of cases) await assert.rejects(runMcpServer({ ...env, ...wrong }), expected);
});
