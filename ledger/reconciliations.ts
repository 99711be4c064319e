import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Database, ReconciliationState, ReconciliationsTable } from './database.ts';
import type { Scope } from './door.ts';

export type Reconciliation = Selectable<ReconciliationsTable>;

/** Something a caller named does not exist. Says what was looked for and what to do. */
export class NotFound extends Error {
  override name = 'NotFound';
}

/**
 * A reconciliation by id.
 * @throws {NotFound} when there is none.
 */
export async function getReconciliation(db: Kysely<Database>, id: string): Promise<Reconciliation> {
  const row = await db.selectFrom('reconciliations').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row)
    throw new NotFound(
      `there is no reconciliation "${id.slice(0, 80)}"; ids look like US/2026-03/1010, and \`closegate inbox\` lists them`,
    );
  return row;
}

/** The scope that the gate and the audit log know a reconciliation by. */
export function scopeOf(reconciliation: Pick<Reconciliation, 'entity' | 'period' | 'account'>): Scope {
  const { entity, period, account } = reconciliation;
  return { entity, period, account };
}

/** Moves a reconciliation to a state; the caller holds its stream's lock. */
export async function setReconciliationState(
  tx: Transaction<Database>,
  id: string,
  state: ReconciliationState,
): Promise<void> {
  await tx.updateTable('reconciliations').set({ state }).where('id', '=', id).execute();
}
