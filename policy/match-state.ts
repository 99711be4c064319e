import type { Action, SubjectKind } from './contract.ts';

/** States of a match. CONFIRMED is final: undoing it is a new, reversing record. */
export const MATCH_STATES = ['NEW', 'PROPOSED', 'CONFIRMED', 'REJECTED', 'SUPERSEDED'] as const;
/** States of an exception. */
export const EXCEPTION_STATES = ['NEW', 'OPEN', 'RESOLVED', 'CARRIED_FORWARD'] as const;
/** States of one account's reconciliation in one period. */
export const RECONCILIATION_STATES = [
  'NEW',
  'IMPORTED',
  'MATCHED',
  'IN_REVIEW',
  'CERTIFIED',
  'SUSPENDED',
] as const;
/** States of the close of one entity in one period. A reopening that has expired is LOCKED again. */
export const RUN_STATES = ['NEW', 'RUNNING', 'LOCKED', 'REOPENED'] as const;
/** States of a policy version: APPROVED is the one in force, and every other waits to be approved, also a former one. */
export const POLICY_STATES = ['NEW', 'PROPOSED', 'APPROVED'] as const;
/** States of a row of the actor register. */
export const ACTOR_STATES = ['NEW', 'ACTIVE', 'INACTIVE'] as const;
/** States of an imported file. */
export const DOCUMENT_STATES = ['NEW', 'IMPORTED'] as const;

export type MatchState = (typeof MATCH_STATES)[number];
export type ExceptionState = (typeof EXCEPTION_STATES)[number];
export type ReconciliationState = (typeof RECONCILIATION_STATES)[number];
export type RunState = (typeof RUN_STATES)[number];
export type PolicyState = (typeof POLICY_STATES)[number];
export type ActorState = (typeof ACTOR_STATES)[number];
export type DocumentState = (typeof DOCUMENT_STATES)[number];

type Table<State extends string> = Readonly<Partial<Record<State, readonly Action[]>>>;

const MATCH: Table<MatchState> = {
  NEW: ['PROPOSE', 'SETTLE_BY_RULE'],
  PROPOSED: ['CONFIRM', 'REJECT'],
};

const EXCEPTION: Table<ExceptionState> = {
  NEW: ['FLAG', 'CARRY_FORWARD'],
  OPEN: ['RESOLVE', 'CARRY_FORWARD'],
  CARRIED_FORWARD: ['RESOLVE'],
};

const RECONCILIATION: Table<ReconciliationState> = {
  NEW: ['IMPORT'],
  IMPORTED: ['IMPORT'],
  MATCHED: ['IMPORT', 'CERTIFY'],
  IN_REVIEW: ['IMPORT', 'CERTIFY'],
  // A late import is not refused: it suspends the certification, visibly.
  CERTIFIED: ['IMPORT', 'DECERTIFY', 'LOCK'],
  SUSPENDED: ['IMPORT', 'CERTIFY', 'DECERTIFY'],
};

const RUN: Table<RunState> = {
  NEW: ['IMPORT'],
  RUNNING: ['IMPORT', 'LOCK'],
  LOCKED: ['REOPEN'],
  // Two people may set another expiry.
  REOPENED: ['IMPORT', 'LOCK', 'REOPEN'],
};

const POLICY: Table<PolicyState> = {
  PROPOSED: ['APPROVE_POLICY'],
};

const ACTOR: Table<ActorState> = {
  NEW: ['CHANGE_ACTORS'],
  ACTIVE: ['CHANGE_ACTORS'],
  INACTIVE: ['CHANGE_ACTORS'],
};

const DOCUMENT: Table<DocumentState> = {
  NEW: ['IMPORT'],
};

const TABLES: Readonly<Record<SubjectKind, Readonly<Record<string, readonly Action[] | undefined>>>> = {
  match: MATCH,
  exception: EXCEPTION,
  reconciliation: RECONCILIATION,
  run: RUN,
  policy: POLICY,
  actor: ACTOR,
  document: DOCUMENT,
};

/** True when a subject in that state permits the action. Reading fits every state; an unknown state fits nothing else. */
export function fits(action: Action, kind: SubjectKind, state: string): boolean {
  if (action === 'READ') return true;
  const table = TABLES[kind];
  return Object.hasOwn(table, state) && (table[state] ?? []).includes(action);
}
