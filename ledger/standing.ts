import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import type { Reconciliation } from './reconciliations.ts';
import { type TieOut, tieOut } from './tie-out.ts';

/** A reconciliation with its tie-out and who certified it. */
export interface Standing {
  readonly reconciliation: Reconciliation;
  readonly accountName: string;
  readonly tie: TieOut;
  readonly certifiedBy: readonly string[];
}

/** Where accounts stand, in the order of entity, period and account. */
export async function standings(
  db: Kysely<Database>,
  only: { entity?: string; period?: string; reconciliation?: string } = {},
): Promise<Standing[]> {
  const rows = await db
    .selectFrom('reconciliations')
    .selectAll()
    .$if(only.entity !== undefined, (query) => query.where('entity', '=', only.entity ?? ''))
    .$if(only.period !== undefined, (query) => query.where('period', '=', only.period ?? ''))
    .$if(only.reconciliation !== undefined, (query) => query.where('id', '=', only.reconciliation ?? ''))
    .orderBy('entity')
    .orderBy('period')
    .orderBy('account')
    .execute();
  const names = await db.selectFrom('accounts').select(['entity', 'code', 'name']).execute();
  const certifications = await db
    .selectFrom('certifications')
    .select(['reconciliation_id', 'certified_by'])
    .where('state', '=', 'ACTIVE')
    .execute();
  return await Promise.all(
    rows.map(async (reconciliation) => ({
      reconciliation,
      accountName:
        names.find((name) => name.entity === reconciliation.entity && name.code === reconciliation.account)
          ?.name ?? '',
      tie: await tieOut(db, reconciliation.id),
      certifiedBy:
        certifications.find((one) => one.reconciliation_id === reconciliation.id)?.certified_by ?? [],
    })),
  );
}

/** How many decisions had which outcome, by the audit log. */
export async function decisionCounts(
  db: Kysely<Database>,
): Promise<{ action: string; decision: string; count: string }[]> {
  const rows = await db
    .selectFrom('audit_events')
    .select(({ fn }) => ['action', 'decision', fn.countAll<string>().as('count')])
    .where('decision', 'is not', null)
    .groupBy(['action', 'decision'])
    .orderBy('action')
    .orderBy('decision')
    .execute();
  return rows.map((row) => ({ action: row.action ?? '', decision: row.decision ?? '', count: row.count }));
}
