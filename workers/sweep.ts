import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Db } from '../ledger/connect.ts';
import type { Door } from '../ledger/door.ts';
import { type SweepTrigger, recordSweep } from '../ledger/sweeps.ts';

/** A run that Postgres calls running and Temporal does not. */
export interface Orphan {
  readonly run: string;
  readonly finding: string;
}

/**
 * Compares the running runs in Postgres with what Temporal knows, and records what was found as an audit event. Changes
 * nothing else: a person decides what to do.
 */
export async function sweep(
  door: Door,
  client: Client,
  by: { readonly actorId: string; readonly trigger: SweepTrigger },
): Promise<Orphan[]> {
  const { runs, orphans } = await compared(door.db, client);
  await recordSweep(door, { ...by, runs, orphans });
  return orphans;
}

/** What a sweep would find, without recording it. */
export async function findOrphans(db: Db, client: Client): Promise<Orphan[]> {
  return (await compared(db, client)).orphans;
}

async function compared(db: Db, client: Client): Promise<{ runs: number; orphans: Orphan[] }> {
  const runs = await db
    .selectFrom('runs')
    .select('id')
    .where('state', '=', 'RUNNING')
    .orderBy('id')
    .execute();
  const orphans: Orphan[] = [];
  for (const { id } of runs) {
    const finding = await findingAbout(client, id);
    if (finding) orphans.push({ run: id, finding });
  }
  return { runs: runs.length, orphans };
}

async function findingAbout(client: Client, run: string): Promise<string | null> {
  const [, entity, period] = run.split('/');
  const again = `start it again: closegate close --entity ${entity ?? ''} --period ${period ?? ''} (what is done stays done)`;
  try {
    const { status } = await client.workflow.getHandle(run).describe();
    return status.name === 'RUNNING' ? null : `Temporal says ${status.name}, Postgres says RUNNING; ${again}`;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return `Temporal knows no such workflow; ${again}`;
    throw error;
  }
}
