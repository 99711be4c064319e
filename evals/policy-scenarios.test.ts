import assert from 'node:assert/strict';
import test from 'node:test';
import { POLICY_SCENARIOS, runScenario } from './policy-scenarios.ts';

const [scenario] = POLICY_SCENARIOS;
assert.ok(scenario);

test('a scenario whose answer, clauses or changes are others than expected is reported with what differs', async () => {
  const kept = await runScenario(scenario);
  assert.deepEqual(kept.wrong, []);
  const expect = { ...scenario.expect, outcome: 'done', codes: [], changes: ['matches'] as const };
  const { wrong } = await runScenario({ ...scenario, expect });
  assert.deepEqual(
    wrong.map((one) => one.split(':')[0]),
    ['answer', 'clauses in the audit log', 'clauses in the answer', 'tables changed'],
  );
});

test('every scenario has a name of its own', () => {
  assert.equal(new Set(POLICY_SCENARIOS.map(({ name }) => name)).size, POLICY_SCENARIOS.length);
});
