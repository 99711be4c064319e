import { type Kysely, sql } from 'kysely';
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

/** A period that two people reopened and nobody has locked since. */
export interface ReopenedPeriod {
  readonly entity: string;
  readonly period: string;
  /** ISO 8601 in UTC, like `at`. */
  readonly until: string;
  readonly at: string;
  readonly by: readonly string[];
  readonly because: string;
  /** True when it counts as locked again, as it then does for every decision. */
  readonly expired: boolean;
}

/** A certification that was withdrawn, of an account that has not been certified since. */
export interface WithdrawnCertification {
  readonly reconciliation: string;
  readonly by: string;
  readonly at: string;
  readonly because: string;
}

/** What nobody should overlook. */
export interface OutOfTheOrdinary {
  readonly reopened: readonly ReopenedPeriod[];
  readonly decertified: readonly WithdrawnCertification[];
}

/** Periods that stand reopened and certifications that stand withdrawn. */
export async function outOfTheOrdinary(db: Kysely<Database>): Promise<OutOfTheOrdinary> {
  const runs = await db
    .selectFrom('runs')
    .select(['entity', 'period', 'reopened_until', 'reopened_at', 'reopened_by', 'reopened_because'])
    .select(sql<boolean>`run_locked(state, reopened_until)`.as('expired'))
    .where('state', '=', 'REOPENED')
    .orderBy('id')
    .execute();
  const withdrawn = await db
    .selectFrom('certifications as c')
    .innerJoin('reconciliations as r', 'r.id', 'c.reconciliation_id')
    .select(['c.reconciliation_id', 'c.withdrawn_by', 'c.withdrawn_at', 'c.withdrawn_because'])
    .where('c.state', '=', 'WITHDRAWN')
    .where('r.state', '!=', 'CERTIFIED')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('certifications as later')
            .select('later.id')
            .whereRef('later.reconciliation_id', '=', 'c.reconciliation_id')
            .whereRef('later.id', '>', 'c.id'),
        ),
      ),
    )
    .orderBy('c.id')
    .execute();
  return {
    reopened: runs.map((run) => ({
      entity: run.entity,
      period: run.period,
      until: run.reopened_until?.toISOString() ?? '',
      at: run.reopened_at?.toISOString() ?? '',
      by: run.reopened_by ?? [],
      because: run.reopened_because ?? '',
      expired: run.expired,
    })),
    decertified: withdrawn.map((one) => ({
      reconciliation: one.reconciliation_id,
      by: one.withdrawn_by ?? '',
      at: one.withdrawn_at?.toISOString() ?? '',
      because: one.withdrawn_because ?? '',
    })),
  };
}
