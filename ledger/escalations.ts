import type { Kysely, Transaction } from 'kysely';
import type { Approval, Clause } from '../policy/contract.ts';
import { findActors } from './actors.ts';
import type { Database, EscalationState, EscalationSubject } from './database.ts';

/** Which subject an escalation or approval is about. */
export interface SubjectRef {
  readonly kind: EscalationSubject;
  readonly id: string;
}

/** Opens an escalation, or gives the pending one: asking twice for the same thing is one question to people. */
export async function escalate(
  tx: Transaction<Database>,
  ref: SubjectRef,
  about: {
    reconciliation: string;
    action: string;
    requestedBy: string;
    clauses: readonly Clause[];
    policyHash: string;
  },
): Promise<string> {
  const pending = await tx
    .selectFrom('escalations')
    .select('id')
    .where('reconciliation_id', '=', about.reconciliation)
    .where('subject_kind', '=', ref.kind)
    .where('subject_id', '=', ref.id)
    .where('action', '=', about.action)
    .where('state', '=', 'PENDING')
    .executeTakeFirst();
  if (pending) return pending.id;
  const made = await tx
    .insertInto('escalations')
    .values({
      reconciliation_id: about.reconciliation,
      subject_kind: ref.kind,
      subject_id: ref.id,
      action: about.action,
      state: 'PENDING',
      requested_by: about.requestedBy,
      clauses: JSON.stringify(about.clauses),
      policy_hash: about.policyHash,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return made.id;
}

/** Closes what is pending about a subject; `EXPIRED` when it was withdrawn before people answered. */
export async function settleEscalations(
  tx: Transaction<Database>,
  ref: SubjectRef,
  state: Exclude<EscalationState, 'PENDING'>,
  decidedBy: string,
): Promise<void> {
  await tx
    .updateTable('escalations')
    .set({ state, decided_by: state === 'EXPIRED' ? null : decidedBy, decided_at: new Date() })
    .where('subject_kind', '=', ref.kind)
    .where('subject_id', '=', ref.id)
    .where('state', '=', 'PENDING')
    .execute();
}

/** Records one person's approval of one version of a subject. The same person approving it twice is one approval. */
export async function approve(
  tx: Transaction<Database>,
  ref: SubjectRef,
  approval: { action: string; actorId: string; contentHash: string; policyHash: string },
): Promise<void> {
  await tx
    .insertInto('approvals')
    .values({
      subject_kind: ref.kind,
      subject_id: ref.id,
      action: approval.action,
      actor_id: approval.actorId,
      content_hash: approval.contentHash,
      policy_hash: approval.policyHash,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The approvals that stand for a subject and an action, oldest first. */
export async function approvalsOf(
  db: Kysely<Database>,
  ref: SubjectRef,
  action: string,
): Promise<Approval[]> {
  const rows = await db
    .selectFrom('approvals')
    .select(['actor_id', 'content_hash', 'policy_hash'])
    .where('subject_kind', '=', ref.kind)
    .where('subject_id', '=', ref.id)
    .where('action', '=', action)
    .orderBy('id')
    .execute();
  const actors = await findActors(
    db,
    rows.map((row) => row.actor_id),
  );
  return rows.flatMap((row) => {
    const actor = actors.get(row.actor_id);
    return actor ? [{ actor, contentHash: row.content_hash, policyHash: row.policy_hash }] : [];
  });
}
