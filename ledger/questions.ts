import type { Kysely } from 'kysely';
import type { JsonObject } from './canonical.ts';
import type { Database, EscalationSubject } from './database.ts';
import { approvalsOf } from './escalations.ts';

/** A question to people that is not about a match or an exception: to certify, reopen, approve a policy, change an actor. */
export interface Question {
  readonly escalation: string;
  readonly kind: EscalationSubject;
  /** The subject's: `close/US/2026-03`, a policy's hash, an actor's id, a reconciliation's id. */
  readonly id: string;
  readonly action: string;
  readonly requestedBy: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** The arguments of the call that asked. */
  readonly asked: JsonObject;
  readonly clauses: readonly string[];
  /** What an answer binds to. */
  readonly contentHash: string | null;
  readonly policyHash: string;
  /** Who has agreed to exactly this so far. */
  readonly approvedBy: readonly string[];
}

/** What waits for people beside matches and exceptions, oldest first. The company's own questions belong to every period. */
export async function questionsToPeople(
  db: Kysely<Database>,
  only: { entity?: string; period?: string; reconciliation?: string; escalation?: string },
): Promise<Question[]> {
  const rows = await db
    .selectFrom('escalations')
    .selectAll()
    .where('state', '=', 'PENDING')
    .where('subject_kind', 'in', ['reconciliation', 'run', 'policy', 'actor'])
    .$if(only.escalation !== undefined, (query) => query.where('id', '=', only.escalation ?? ''))
    .$if(only.reconciliation !== undefined, (query) =>
      query.where('reconciliation_id', '=', only.reconciliation ?? ''),
    )
    .$if(only.entity !== undefined, (query) =>
      query.where((or) => or.or([or('entity', '=', only.entity ?? ''), or('entity', 'is', null)])),
    )
    .$if(only.period !== undefined, (query) =>
      query.where((or) => or.or([or('period', '=', only.period ?? ''), or('period', 'is', null)])),
    )
    .orderBy('id')
    .execute();
  const questions: Question[] = [];
  for (const row of rows) {
    const approvals = await approvalsOf(db, { kind: row.subject_kind, id: row.subject_id }, row.action);
    questions.push({
      escalation: row.id,
      kind: row.subject_kind,
      id: row.subject_id,
      action: row.action,
      requestedBy: row.requested_by,
      at: row.created_at.toISOString(),
      asked: row.asked,
      clauses: row.clauses.map((clause) => clause.code),
      contentHash: row.content_hash,
      policyHash: row.policy_hash,
      approvedBy: approvals
        .filter((one) => one.contentHash === row.content_hash && one.policyHash === row.policy_hash)
        .map((one) => one.actor.id),
    });
  }
  return questions;
}
