import { approvalsOf } from './escalations.ts';
import { hashOf } from './canonical.ts';
import { decide } from './decide.ts';
import { type Answer, type Call, type Decision, type Door, type SubjectFacts, seenVersion } from './door.ts';
import { getReconciliation, scopeOf, setReconciliationState } from './reconciliations.ts';
import { runNow } from './run-state.ts';
import { reconciliationStream } from './streams.ts';
import { type TieOut, certificationObstacle, tieOut } from './tie-out.ts';

/**
 * Certifies an account: it ties out to the cent and nothing waits. Restricted accounts need two people.
 * `contentHash` and `policyHash` name the version and the policy that the certifier saw; either differing refuses.
 */
export async function certify(
  door: Door,
  call: Call,
  args: {
    reconciliation: string;
    rationale: string | null;
    contentHash?: string | null;
    policyHash?: string | null;
  },
): Promise<Answer> {
  const known = await getReconciliation(door.db, args.reconciliation);
  return await decide(door, call, {
    action: 'CERTIFY',
    scope: scopeOf(known),
    stream: reconciliationStream(known.id),
    args: { reconciliation: known.id, rationale: args.rationale, ...seenVersion(args) },
    subjectKind: 'reconciliation',
    subjectId: known.id,
    recordsWhenEscalated: false,
    async load(tx) {
      const [reconciliation, tie] = [await getReconciliation(tx, known.id), await tieOut(tx, known.id)];
      const contentHash = hashOf({
        ledger_balance: tie.ledger_balance,
        statement_balance: tie.statement_balance,
        reconciling_items: tie.reconciling_items,
        content_digest: tie.content_digest,
      });
      return {
        tie,
        subject: {
          kind: 'reconciliation',
          state: reconciliation.state,
          proposer: null,
          contentHash,
          approvals: await approvalsOf(tx, { kind: 'reconciliation', id: known.id }, 'CERTIFY'),
          rule: null,
          ambiguous: false,
          obstacle:
            reconciliation.state === 'CERTIFIED'
              ? `${known.id} is certified already`
              : certificationObstacle(tie),
        },
        rationale: args.rationale,
        approvedContentHash: args.contentHash ?? null,
        approvedPolicyHash: args.policyHash ?? null,
      };
    },
    async apply(tx, { tie, subject }, { approvedBy }) {
      await tx
        .insertInto('certifications')
        .values({
          reconciliation_id: known.id,
          state: 'ACTIVE',
          certified_by: [...approvedBy],
          ledger_balance: tie.ledger_balance ?? '0',
          statement_balance: tie.statement_balance ?? '0',
          reconciling_items: tie.reconciling_items,
          content_hash: subject?.contentHash ?? '',
        })
        .execute();
      await setReconciliationState(tx, known.id, 'CERTIFIED');
      return {
        subjectId: known.id,
        result: { reconciliation: known.id, state: 'CERTIFIED', certified_by: approvedBy },
      };
    },
  } satisfies Decision<SubjectFacts & { tie: TieOut }>);
}

/**
 * Withdraws an account's certification, with a reason; it can be certified anew. A locked period is reopened first.
 * What was certified stays on record as WITHDRAWN.
 */
export async function decertify(
  door: Door,
  call: Call,
  args: { reconciliation: string; rationale: string | null },
): Promise<Answer> {
  const known = await getReconciliation(door.db, args.reconciliation);
  return await decide(door, call, {
    action: 'DECERTIFY',
    scope: scopeOf(known),
    stream: reconciliationStream(known.id),
    args: { reconciliation: known.id, rationale: args.rationale },
    subjectKind: 'reconciliation',
    subjectId: known.id,
    recordsWhenEscalated: false,
    async load(tx) {
      const run = await runNow(tx, known.run_id);
      const { state } = await getReconciliation(tx, known.id);
      const latest = await tx
        .selectFrom('certifications')
        .select(['id', 'content_hash'])
        .where('reconciliation_id', '=', known.id)
        .where('state', 'in', ['ACTIVE', 'SUSPENDED'])
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return {
        certification: latest?.id ?? null,
        subject: {
          kind: 'reconciliation',
          state,
          proposer: null,
          contentHash: latest ? hashOf({ certification: latest.id, content: latest.content_hash }) : null,
          approvals: await approvalsOf(tx, { kind: 'reconciliation', id: known.id }, 'DECERTIFY'),
          rule: null,
          ambiguous: false,
          obstacle:
            run.state === 'LOCKED'
              ? `${known.entity} ${known.period} is locked; two people reopen it with \`closegate reopen\``
              : latest
                ? null
                : `${known.id} is not certified`,
        },
        rationale: args.rationale,
      };
    },
    async apply(tx, { certification }, { actor, approvedBy }) {
      await tx
        .updateTable('certifications')
        .set({
          state: 'WITHDRAWN',
          withdrawn_by: actor.id,
          withdrawn_at: new Date(),
          withdrawn_because: args.rationale,
        })
        .where('id', '=', certification)
        .execute();
      await setReconciliationState(tx, known.id, 'IN_REVIEW');
      return {
        subjectId: known.id,
        result: { reconciliation: known.id, state: 'IN_REVIEW', certification: 'WITHDRAWN' },
        detail: { withdrawn: { certification, by: approvedBy, because: args.rationale } },
      };
    },
  } satisfies Decision<SubjectFacts & { certification: string | null }>);
}
