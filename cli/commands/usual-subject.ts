import type { Action, SubjectKind } from '../../policy/contract.ts';

interface UsualSubject {
  readonly kind: SubjectKind;
  readonly state: string;
}

const USUAL: Readonly<Record<Action, UsualSubject | null>> = {
  READ: null,
  IMPORT: { kind: 'document', state: 'NEW' },
  PROPOSE: { kind: 'match', state: 'NEW' },
  SETTLE_BY_RULE: { kind: 'match', state: 'NEW' },
  CONFIRM: { kind: 'match', state: 'PROPOSED' },
  REJECT: { kind: 'match', state: 'PROPOSED' },
  FLAG: { kind: 'exception', state: 'NEW' },
  RESOLVE: { kind: 'exception', state: 'OPEN' },
  CARRY_FORWARD: { kind: 'exception', state: 'OPEN' },
  CERTIFY: { kind: 'reconciliation', state: 'IN_REVIEW' },
  DECERTIFY: { kind: 'reconciliation', state: 'CERTIFIED' },
  LOCK: { kind: 'run', state: 'RUNNING' },
  REOPEN: { kind: 'run', state: 'LOCKED' },
  APPROVE_POLICY: { kind: 'policy', state: 'PROPOSED' },
  CHANGE_ACTORS: { kind: 'actor', state: 'ACTIVE' },
};

/** What an action is usually about, in the state from which it starts; null for reading. */
export function usualSubject(action: Action): UsualSubject | null {
  return USUAL[action];
}
