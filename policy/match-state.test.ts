import assert from 'node:assert/strict';
import test from 'node:test';
import { ACTIONS, type Action, type SubjectKind } from './contract.ts';
import {
  ACTOR_STATES,
  DOCUMENT_STATES,
  EXCEPTION_STATES,
  MATCH_STATES,
  POLICY_STATES,
  RECONCILIATION_STATES,
  RUN_STATES,
  fits,
} from './match-state.ts';

const permitted = (kind: SubjectKind, state: string): Action[] =>
  ACTIONS.filter((action) => action !== 'READ' && fits(action, kind, state));

test('a confirmed, rejected or superseded match is final', () => {
  for (const state of ['CONFIRMED', 'REJECTED', 'SUPERSEDED'])
    assert.deepEqual(permitted('match', state), []);
});

test('only a proposed match is confirmed, and only a new one settles by rule', () => {
  assert.deepEqual(
    MATCH_STATES.filter((state) => fits('CONFIRM', 'match', state)),
    ['PROPOSED'],
  );
  assert.deepEqual(
    MATCH_STATES.filter((state) => fits('SETTLE_BY_RULE', 'match', state)),
    ['NEW'],
  );
});

test('a resolved exception is final', () => {
  assert.deepEqual(permitted('exception', 'RESOLVED'), []);
});

test('a late import reaches a certified reconciliation, and nobody certifies it twice', () => {
  assert.deepEqual(permitted('reconciliation', 'CERTIFIED'), ['IMPORT', 'DECERTIFY', 'LOCK']);
});

test('a locked run can only be reopened, and a reopened one is locked again or reopened anew', () => {
  assert.deepEqual(permitted('run', 'LOCKED'), ['REOPEN']);
  assert.deepEqual(permitted('run', 'REOPENED'), ['IMPORT', 'LOCK', 'REOPEN']);
});

test('a policy version is approved unless it is in force', () => {
  assert.deepEqual(permitted('policy', 'PROPOSED'), ['APPROVE_POLICY']);
  assert.deepEqual(permitted('policy', 'APPROVED'), []);
});

test('reading fits every state, and an unknown state fits nothing else', () => {
  const kinds: readonly (readonly [SubjectKind, readonly string[]])[] = [
    ['match', MATCH_STATES],
    ['exception', EXCEPTION_STATES],
    ['reconciliation', RECONCILIATION_STATES],
    ['run', RUN_STATES],
    ['policy', POLICY_STATES],
    ['actor', ACTOR_STATES],
    ['document', DOCUMENT_STATES],
  ];
  for (const [kind, states] of kinds) {
    for (const state of [...states, 'nonsense']) assert.ok(fits('READ', kind, state));
    for (const state of ['nonsense', '', 'toString', '__proto__'])
      assert.deepEqual(permitted(kind, state), []);
  }
});
