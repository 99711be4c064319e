import { Client, Connection } from '@temporalio/client';
import { reconcileWorkflowId } from '../workflows/ids.ts';

/** Tells a reconciliation's workflow to look again. Losing the message loses nothing: it also looks on a timer. */
export type Wake = (reconciliation: string) => Promise<void>;

/** A wake-up over one lasting connection; a failure is swallowed by design, see {@link Wake}. */
export function wakeOver(client: Client): Wake {
  return async (reconciliation) => {
    try {
      // Accepted is enough: waiting for the workflow's answer would make every decision as slow as its worker.
      await client.workflow
        .getHandle(reconcileWorkflowId(reconciliation))
        .startUpdate('reviewed', { waitForStage: 'ACCEPTED' });
    } catch {
      // The workflow has ended, or Temporal is away: the timer finds the decision in Postgres.
    }
  };
}

/** A client of a Temporal server. */
export async function temporalClient(address: string): Promise<Client> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '5 seconds' });
    return new Client({ connection });
  } catch (error) {
    throw new Error(
      `no Temporal server answers at ${address}; \`closegate up\` starts one, \`closegate doctor\` says what is wrong`,
      { cause: error },
    );
  }
}
