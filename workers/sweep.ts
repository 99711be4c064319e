import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Db } from '../ledger/connect.ts';

/** A run that Postgres calls running and Temporal does not. */
export interface Orphan {
  readonly run: string;
  readonly finding: string;
}

/** Compares the running runs in Postgres with what Temporal knows. Changes nothing: a person decides what to do. */
export async function findOrphans(db: Db, client: Client): Promise<Orphan[]> {
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
  return orphans;
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
