import { approvalsOf } from './escalations.ts';
import { hashOf } from './canonical.ts';
import { decide } from './decide.ts';
import type { Answer, Call, Decision, Door, SubjectFacts } from './door.ts';
import { getReconciliation, scopeOf, setReconciliationState } from './reconciliations.ts';
import { reconciliationStream, runId, runStream } from './streams.ts';
import { type TieOut, certificationObstacle, tieOut } from './tie-out.ts';

/** Certifies an account: it ties out to the cent and nothing waits. Restricted accounts need two people. */
export async function certify(
  door: Door,
  call: Call,
  args: { reconciliation: string; rationale: string | null },
): Promise<Answer> {
  const known = await getReconciliation(door.db, args.reconciliation);
  return await decide(door, call, {
    action: 'CERTIFY',
    scope: scopeOf(known),
    stream: reconciliationStream(known.id),
    args: { reconciliation: known.id, rationale: args.rationale },
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
      };
    },
    async apply(tx, { tie, subject }, { actor }) {
      const approvers = (subject?.approvals ?? [])
        .filter((approval) => approval.contentHash === subject?.contentHash)
        .map((approval) => approval.actor.id);
      const certifiedBy = [...new Set([...approvers, actor.id])];
      await tx
        .insertInto('certifications')
        .values({
          reconciliation_id: known.id,
          state: 'ACTIVE',
          certified_by: certifiedBy,
          ledger_balance: tie.ledger_balance ?? '0',
          statement_balance: tie.statement_balance ?? '0',
          reconciling_items: tie.reconciling_items,
          content_hash: subject?.contentHash ?? '',
        })
        .execute();
      await setReconciliationState(tx, known.id, 'CERTIFIED');
      return {
        subjectId: known.id,
        result: { reconciliation: known.id, state: 'CERTIFIED', certified_by: certifiedBy },
      };
    },
  } satisfies Decision<SubjectFacts & { tie: TieOut }>);
}

/** Locks a period once every account of it is certified; after that nothing in it changes. */
export async function lockPeriod(
  door: Door,
  call: Call,
  args: { entity: string; period: string },
): Promise<Answer> {
  const run = runId(args.entity, args.period);
  return await decide(door, call, {
    action: 'LOCK',
    scope: { ...args, account: null },
    stream: runStream(args.entity, args.period),
    args,
    subjectKind: 'run',
    subjectId: run,
    recordsWhenEscalated: false,
    async load(tx) {
      const { state } = await tx
        .selectFrom('runs')
        .select('state')
        .where('id', '=', run)
        .executeTakeFirstOrThrow();
      // Locked, so that no account loses its certification between this look and the lock.
      const uncertified = await tx
        .selectFrom('reconciliations')
        .select('id')
        .where('run_id', '=', run)
        .where('state', '!=', 'CERTIFIED')
        .orderBy('id')
        .forShare()
        .execute();
      return {
        subject: {
          kind: 'run',
          state,
          proposer: null,
          contentHash: null,
          approvals: [],
          rule: null,
          ambiguous: false,
          obstacle:
            uncertified.length === 0
              ? null
              : `not certified: ${uncertified.map((account) => account.id).join(', ')}`,
        },
      };
    },
    async apply(tx) {
      await tx
        .updateTable('runs')
        .set({ state: 'LOCKED', locked_at: new Date() })
        .where('id', '=', run)
        .execute();
      return { subjectId: run, result: { run, state: 'LOCKED' } };
    },
  });
}
