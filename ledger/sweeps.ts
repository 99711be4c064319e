import { sql } from 'kysely';
import { type AuditEvent, type Receipt, append, lockHead } from './audit.ts';
import { type Json, type JsonObject, canonicalBytes } from './canonical.ts';
import type { Door } from './door.ts';
import { SWEEPER_STREAM } from './streams.ts';

/** What made somebody look. */
export type SweepTrigger = 'start' | 'timer' | 'command';

/** What a recovery sweep looked at and found. */
export interface Sweep {
  readonly trigger: SweepTrigger;
  /** Whose sweep it was: a worker, or a person at the command line. */
  readonly actorId: string;
  /** How many running runs were compared with what Temporal knows. */
  readonly runs: number;
  /** Runs that Postgres calls running and Temporal does not. */
  readonly orphans: readonly { readonly run: string; readonly finding: string }[];
}

/**
 * Records a sweep as an event. One by the timer that found what the sweep before it found is not recorded again: the log
 * would fill with the same words, and say no more than it does.
 * @returns the receipt, or null when there was nothing new to record.
 */
export async function recordSweep(door: Door, sweep: Sweep): Promise<Receipt | null> {
  const { trigger, actorId, runs } = sweep;
  const orphans = sweep.orphans.map(({ run, finding }) => ({ run, finding }));
  return await door.db.transaction().execute(async (tx) => {
    // Under the stream's lock, so that two workers' timers do not both record the same.
    const head = await lockHead(tx, SWEEPER_STREAM);
    if (trigger === 'timer') {
      const { rows } = await sql<{ bytes: Buffer }>`
        select bytes from audit_events where stream = ${SWEEPER_STREAM} order by seq desc limit 1`.execute(
        tx,
      );
      if (sameFindings(rows[0]?.bytes, orphans)) return null;
    }
    const event: AuditEvent = {
      event_type: 'SWEEP',
      action: 'SWEEP',
      actor_id: actorId,
      decision: orphans.length === 0 ? 'nothing found' : 'orphans found',
      detail: { trigger, runs, orphans },
    };
    return (await append(tx, door.auditKey, head, event)).receipt;
  });
}

function sameFindings(last: Buffer | undefined, orphans: Json): boolean {
  if (!last) return false;
  const { detail } = JSON.parse(last.toString('utf8')) as { detail?: JsonObject };
  return canonicalBytes(detail?.['orphans'] ?? null).equals(canonicalBytes(orphans));
}
