import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parse } from 'yaml';
import { closegate } from './harness/command.ts';

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly build?: string;
}

const text = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };

test('the compose file has every part of the topology', () => {
  assert.deepEqual(Object.keys(services).sort(), [
    'agent-worker',
    'close-worker',
    'mcp-server',
    'postgres',
    'prepare',
    'sealer',
    'temporal',
    'temporal-ui',
  ]);
});

test('the agent worker gets no database and no audit key; no other process gets the model key', () => {
  const agent = JSON.stringify(services['agent-worker']);
  assert.doesNotMatch(agent, /DATABASE|postgres:|AUDIT|people-key|server-keys/);
  for (const [name, service] of Object.entries(services)) {
    if (name !== 'agent-worker') assert.doesNotMatch(JSON.stringify(service), /ANTHROPIC/, name);
    if (!['postgres', 'prepare', 'temporal'].includes(name)) {
      assert.doesNotMatch(
        JSON.stringify(service),
        /POSTGRES_PASSWORD/,
        `${name} has no administrator's password`,
      );
    }
  }
});

test('every command in it is one that closegate knows', async () => {
  for (const [name, { command, build }] of Object.entries(services)) {
    if (build === undefined) continue;
    const words = (command ?? []).filter((word) => !word.startsWith('-') && !word.startsWith('/'));
    const { code } = await closegate([...words.slice(0, words[0] === 'mcp' ? 2 : 1), '--help']);
    assert.equal(code, 0, name);
  }
});
