import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { anyRequest, likelyConfirm } from './arbitraries.ts';
import { CASES } from './cases.ts';
import { CODES } from './contract.ts';
import { factsOf } from './controls/facts.ts';
import { CONTROLS, evaluate } from './gate.ts';
import { answersOf, killer, mutants } from './mutation.ts';
import { POLICY, request } from './testing.ts';

test('every control, disabled or weakened, is caught by a decision table', () => {
  const all = mutants();
  const survivors = all.filter(({ gate }) => killer(gate, CASES) === null);
  const named = survivors.map(({ code, change }) => `${code} ${change}`);
  const disabled = all.filter(({ change }) => change === 'is disabled');
  const killed = disabled.filter((mutant) => !survivors.includes(mutant));
  console.log(`controls killed ${killed.length}/${CODES.length}`);
  console.log(`mutants killed, disabled and weakened: ${all.length - survivors.length}/${all.length}`);
  assert.equal(disabled.length, CODES.length);
  assert.deepEqual(named, [], 'no decision table notices these');
});

test('the right gate survives, and without its tables a control is not caught', () => {
  assert.equal(killer(evaluate, CASES), null);
  for (const { code, change, gate } of mutants()) {
    const others = CASES.map((table) => ({
      ...table,
      rows: table.rows.filter(([, , , codes = []]) => !codes.includes(code)),
    }));
    assert.equal(killer(gate, others), null, `${code} ${change}`);
  }
});

test('controls answer only as strongly as their mutants assume', () => {
  const check = (facts: ReturnType<typeof factsOf>) => {
    for (const code of CODES) {
      const verdict = CONTROLS[code](facts);
      assert.ok(verdict === null || answersOf(code).includes(verdict), `${code} answered ${verdict}`);
    }
  };
  for (const { rows, policy } of CASES) for (const [, over] of rows) check(factsOf(request(over), policy));
  fc.assert(
    fc.property(fc.oneof(anyRequest, likelyConfirm), (random) => check(factsOf(random, POLICY))),
    { numRuns: 2000 },
  );
});
