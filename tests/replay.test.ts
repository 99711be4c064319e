import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { replayHistory } from '../cli/replay.ts';
import { Failed } from '../cli/output.ts';

const folder = new URL('histories/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const history = (name: string) => readFileSync(new URL(name, folder), 'utf8');

test('there is a recorded history of every kind of workflow', () => {
  for (const kind of ['close', 'reconcile', 'investigate', 'month-end']) {
    assert.ok(
      files.some((name) => name.startsWith(`${kind}-`)),
      kind,
    );
  }
});

for (const name of files) {
  test(`recorded history ${name} replays against today's code`, async () => {
    const result = await replayHistory(history(name), name);
    assert.equal(result.finding, null);
    assert.ok(result.events > 5);
  });
}

test('a history that today’s code would not have made does not replay', async () => {
  const name = files.find((file) => file.startsWith('reconcile-')) ?? '';
  const altered = history(name).replaceAll('"makePackets"', '"somethingElse"');
  assert.notEqual(altered, history(name));
  const result = await replayHistory(altered, 'altered');
  assert.equal(result.ok, false);
  assert.match(result.finding ?? '', /makePackets|somethingElse|[Nn]ondeterminism/);
});

test('what is no history is refused with a word', async () => {
  await assert.rejects(replayHistory('[1, 2', 'broken.json'), Failed);
});
