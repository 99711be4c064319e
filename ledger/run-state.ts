import { type Transaction, sql } from 'kysely';
import type { Database, RunState } from './database.ts';
import { NotFound } from './reconciliations.ts';

/** A run as it stands now. */
export interface RunNow {
  /** A reopening that has expired counts as LOCKED, as `run_locked` in migration 0009 says. */
  readonly state: RunState;
  readonly lockedAt: Date | null;
  readonly reopenedUntil: Date | null;
  /** The database's clock. */
  readonly now: Date;
}

/**
 * A run under the period's lock, which every decision holds: shared by those about an account, alone by those about the
 * run itself (migration 0011).
 * @throws {NotFound} when the close was never opened.
 */
export async function runNow(tx: Transaction<Database>, run: string): Promise<RunNow> {
  const { rows } = await sql<{
    state: RunState;
    locked: boolean;
    locked_at: Date | null;
    reopened_until: Date | null;
    now: Date;
  }>`
    select state, run_locked(state, reopened_until) as locked, locked_at, reopened_until, clock_timestamp() as now
      from runs where id = ${run}`.execute(tx);
  const row = rows[0];
  if (!row)
    throw new NotFound(`there is no run "${run.slice(0, 80)}"; \`closegate close\` opens a month's close`);
  return {
    state: row.locked ? 'LOCKED' : row.state,
    lockedAt: row.locked_at,
    reopenedUntil: row.reopened_until,
    now: row.now,
  };
}
