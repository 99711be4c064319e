import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { closegate, copyOf, start } from './harness/command.ts';

test('the agent worker of a running stack holds no database address, no audit key and nobody else’s keys', async () => {
  const { dir, remove } = copyOf('halden');
  try {
    assert.equal((await closegate(['up', '--dir', dir])).code, 0);
    const status = JSON.parse((await closegate(['status', '--dir', dir, '--json'])).stdout) as {
      processes: Record<string, string>;
    };
    const environmentOf = (name: string) => {
      const pid = /pid (\d+)/.exec(status.processes[name] ?? '')?.[1] ?? '';
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    };
    const agent = environmentOf('agent-worker');
    assert.ok(agent.some((setting) => setting.startsWith('ANTHROPIC_API_KEY=')));
    assert.deepEqual(
      agent.filter((setting) => /postgres|DATABASE|^PG|AUDIT|people\.pem|jwks/i.test(setting)),
      [],
    );
    const server = environmentOf('mcp-server');
    assert.ok(server.some((setting) => setting.startsWith('DATABASE_URL=postgres://closegate_engine:')));
    assert.deepEqual(
      server.filter((setting) => setting.startsWith('ANTHROPIC_')),
      [],
    );
    assert.deepEqual(
      environmentOf('close-worker').filter((setting) => setting.startsWith('ANTHROPIC_')),
      [],
    );
  } finally {
    await closegate(['down', '--dir', dir]);
    remove();
  }
});

test('the agent worker refuses to start with a database address', async () => {
  const { code, stderr } = await start('workers/agent.ts', [], {
    DATABASE_URL: 'postgres://closegate_engine@127.0.0.1/closegate',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  }).ended;
  assert.equal(code, 1);
  assert.match(stderr, /DATABASE_URL must not reach the agent worker/);
});
