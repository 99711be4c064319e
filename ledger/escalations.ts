import { type Kysely, type Transaction, sql } from 'kysely';
import type { Approval, Clause } from '../policy/contract.ts';
import { findActors } from './actors.ts';
import type { JsonObject } from './canonical.ts';
import type { Database, EscalationState, EscalationSubject } from './database.ts';
import type { Scope } from './door.ts';
import { reconciliationId } from './streams.ts';

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
    scope: Scope;
    action: string;
    requestedBy: string;
    clauses: readonly Clause[];
    policyHash: string;
    /** The version of the subject that is asked about. */
    contentHash: string | null;
    /** The arguments of the call, for whoever answers. */
    asked: JsonObject;
  },
): Promise<string> {
  const { scope, contentHash, policyHash } = about;
  const pending = await tx
    .selectFrom('escalations')
    .select(['id', 'content_hash', 'policy_hash'])
    .where('subject_kind', '=', ref.kind)
    .where('subject_id', '=', ref.id)
    .where('action', '=', about.action)
    .where('state', '=', 'PENDING')
    .orderBy('id')
    .execute();
  const same = pending.find((one) => one.content_hash === contentHash && one.policy_hash === policyHash);
  if (same) return same.id;
  // Approvals under another policy are void, so what was asked under it cannot be answered any more.
  const overtaken = pending.filter((one) => one.policy_hash !== policyHash).map((one) => one.id);
  if (overtaken.length > 0) {
    await tx
      .updateTable('escalations')
      .set({ state: 'EXPIRED', decided_at: new Date() })
      .where('id', 'in', overtaken)
      .execute();
  }
  const made = await tx
    .insertInto('escalations')
    .values({
      reconciliation_id:
        scope.account === null ? null : reconciliationId(scope.entity, scope.period, scope.account),
      entity: scope.entity || null,
      period: scope.period || null,
      subject_kind: ref.kind,
      subject_id: ref.id,
      action: about.action,
      state: 'PENDING',
      requested_by: about.requestedBy,
      clauses: JSON.stringify(about.clauses),
      asked: JSON.stringify(about.asked),
      content_hash: contentHash,
      policy_hash: policyHash,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return made.id;
}

/**
 * Closes what is pending about a subject; `EXPIRED` when it was withdrawn before people answered.
 * @param only the one question that was answered, where others about the subject are overtaken and expire; null for all.
 */
export async function settleEscalations(
  tx: Transaction<Database>,
  ref: SubjectRef,
  state: Exclude<EscalationState, 'PENDING'>,
  decidedBy: string,
  only: { action: string; contentHash: string | null } | null = null,
): Promise<void> {
  await sql`
    update escalations e
       set state = case when answered then ${state} else 'EXPIRED' end,
           decided_by = case when answered and ${state} <> 'EXPIRED' then ${decidedBy}::text end,
           decided_at = now()
      from (select id, ${only?.action ?? null}::text is null
                       or (action = ${only?.action ?? null} and content_hash is not distinct from ${only?.contentHash ?? null})
                     as answered
              from escalations
             where subject_kind = ${ref.kind} and subject_id = ${ref.id} and state = 'PENDING') as p
     where e.id = p.id`.execute(tx);
}

/** Marks what was approved for a decision as used by it. */
export async function spendApprovals(
  tx: Transaction<Database>,
  ref: SubjectRef,
  action: string,
): Promise<void> {
  await tx
    .updateTable('approvals')
    .set({ spent_at: new Date() })
    .where('subject_kind', '=', ref.kind)
    .where('subject_id', '=', ref.id)
    .where('action', '=', action)
    .where('spent_at', 'is', null)
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

/** The approvals that stand for a subject and an action, those of former decisions left out, oldest first. */
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
    .where('spent_at', 'is', null)
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
