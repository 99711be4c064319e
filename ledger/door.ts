import type { Transaction } from 'kysely';
import type { Action, Actor, Clause, GateRequest } from '../policy/contract.ts';
import type { Policy } from '../policy/load.ts';
import type { AuditKey, Receipt } from './audit.ts';
import type { JsonObject } from './canonical.ts';
import type { Db } from './connect.ts';
import type { Database, EscalationSubject } from './database.ts';

/** What a process needs to change anything. */
export interface Door {
  readonly db: Db;
  readonly auditKey: AuditKey;
}

/** Who calls, as the transport bound it. Nothing of it comes from the caller's arguments. */
export interface Call {
  readonly actorId: string;
  /** The agent that the transport says acts for the actor; for the record, it lends no authority. */
  readonly actingAgent?: string | null;
  readonly sessionId: string;
  readonly toolCallId: string;
}

/** Which reconciliation, or which run when `account` is null, an action is about; {@link COMPANY} for neither. */
export interface Scope {
  readonly entity: string;
  readonly period: string;
  readonly account: string | null;
}

/** What concerns the whole company: its policy and its actor register. */
export const COMPANY: Scope = { entity: '', period: '', account: null };

/** What the gate must know about the subject, read under the lock. Everything else `decide` fills in. */
export type SubjectFacts = Pick<GateRequest, 'subject'> &
  Partial<Omit<GateRequest, 'subject' | 'action' | 'actor'>> & {
    /** The rates behind amounts that were converted; for the record, the gate is told how fresh they are. */
    readonly rates?: readonly JsonObject[];
  };

/** The circumstances under which a change is applied. */
export interface Applying {
  readonly actor: Actor;
  readonly call: Call;
  readonly policy: Policy;
  /** True when people still have to agree: record the proposal, settle nothing. */
  readonly escalated: boolean;
  /** Whoever agrees: those whose approvals count, then the actor. One name where one person is enough. */
  readonly approvedBy: readonly string[];
}

/** What a change did: the subject's id and what the caller is told. */
export interface Effect {
  readonly subjectId: string;
  readonly result: JsonObject;
  /** Fields of its own in the audit event's detail. */
  readonly detail?: JsonObject;
}

/** One kind of state change, to be put through the door. */
export interface Decision<Facts extends SubjectFacts> {
  readonly action: Action;
  readonly scope: Scope;
  readonly stream: string;
  /** The caller's arguments: the same idempotency key with others is refused. */
  readonly args: JsonObject;
  /** Nobody is asked about a `document`: whoever may import it sends it again. */
  readonly subjectKind: EscalationSubject | 'document';
  /** The subject's id where it exists already; null where the action makes it. */
  readonly subjectId: string | null;
  /** True when an escalated action is still recorded (a proposal is), false when it leaves the subject as it was. */
  readonly recordsWhenEscalated: boolean;
  load(tx: Transaction<Database>, actor: Actor | null): Promise<Facts>;
  apply(tx: Transaction<Database>, facts: Facts, applying: Applying): Promise<Effect>;
}

/** The version and the policy that a caller saw, as arguments: left out where none is named. */
export function seenVersion(seen: { contentHash?: string | null; policyHash?: string | null }): JsonObject {
  return {
    ...(seen.contentHash ? { content_hash: seen.contentHash } : {}),
    ...(seen.policyHash ? { policy_hash: seen.policyHash } : {}),
  };
}

/** What the caller is told, word for word the same on every retry of the same call. */
export type Answer =
  | { readonly outcome: 'done'; readonly result: JsonObject; readonly receipt: Receipt }
  | {
      readonly outcome: 'escalated';
      readonly clauses: readonly Clause[];
      readonly escalation_id: string;
      readonly result: JsonObject;
      readonly receipt: Receipt;
    }
  | {
      readonly outcome: 'denied';
      readonly clauses: readonly Clause[];
      readonly detail: string | null;
      readonly receipt: Receipt;
    }
  | { readonly outcome: 'refused'; readonly reason: string; readonly receipt: Receipt };

/**
 * A text of what an answer says was done, such as the `match_id` of a proposal.
 * @throws when the answer has none by that name: the call was refused, or does something else.
 */
export function resultText(answer: Answer, name: string): string {
  const value = 'result' in answer ? answer.result[name] : undefined;
  if (typeof value !== 'string') throw new Error(`the answer (${answer.outcome}) has no ${name}`);
  return value;
}
