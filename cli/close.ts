import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../ledger/connect.ts';
import { type Standing, standings } from '../ledger/standing.ts';
import { closePeriod } from '../workflows/close-period.ts';
import { type CloseStatus, status } from '../workflows/contract.ts';
import { closeWorkflowId } from '../workflows/ids.ts';
import { QUEUES } from '../workflows/queues.ts';
import { type Context, withDoor, withTemporal } from './context.ts';
import type { Say } from './stack/stack.ts';

/** How the machine's part of one entity's close ended; `failure` is null when people can begin. */
export interface CloseReport {
  readonly entity: string;
  readonly workflowId: string;
  readonly failure: string | null;
}

const LOOK_EVERY_MS = 400;

/** Starts the close of each entity (or finds it running) and tells its progress until every account is in review. */
export async function runClose(
  context: Context,
  entities: readonly string[],
  period: string,
  say: Say,
): Promise<CloseReport[]> {
  return await withTemporal(context, async (client) =>
    withDoor(context, async ({ db }) => {
      for (const entity of entities) await startClose(client, entity, period);
      const progress = new Progress(db, period, say);
      const reports = Promise.all(entities.map((entity) => untilReview(client, entity, period)));
      // Also awaited below; a failure while progress is being told must not go unhandled until then.
      reports.catch(() => undefined);
      const done = reports.then(
        () => true,
        () => true,
      );
      while (!(await Promise.race([done, sleep(LOOK_EVERY_MS, false)]))) await progress.tell();
      await progress.tell();
      return await reports;
    }),
  );
}

async function startClose(client: Client, entity: string, period: string): Promise<void> {
  try {
    await client.workflow.start(closePeriod, {
      workflowId: closeWorkflowId(entity, period),
      taskQueue: QUEUES.close,
      args: [{ entity, period }],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: `close ${entity} ${period}`,
    });
  } catch (error) {
    // It is being closed already, or was: then there is nothing to start.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function untilReview(client: Client, entity: string, period: string): Promise<CloseReport> {
  const workflowId = closeWorkflowId(entity, period);
  const handle = client.workflow.getHandle(workflowId);
  for (;;) {
    const { status: execution } = await handle.describe();
    if (execution.name === 'COMPLETED') return { entity, workflowId, failure: null };
    if (execution.name !== 'RUNNING') return { entity, workflowId, failure: await failureOf(handle) };
    const now = (await handle.query(status)) as CloseStatus;
    if (
      now.accounts.length > 0 &&
      now.accounts.every(({ phase }) => ['in review', 'certified'].includes(phase))
    ) {
      return { entity, workflowId, failure: null };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function failureOf(handle: ReturnType<Client['workflow']['getHandle']>): Promise<string> {
  try {
    await handle.result();
    return 'ended without a result';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    let cause: Error | undefined = error.cause;
    while (cause?.cause instanceof Error) cause = cause.cause;
    return cause?.message ?? error.message;
  }
}

/** Tells one line per account whenever its figures change: readable in a terminal and in a log. */
class Progress {
  readonly #db: Db;
  readonly #period: string;
  readonly #say: Say;
  readonly #told = new Map<string, string>();

  constructor(db: Db, period: string, say: Say) {
    this.#db = db;
    this.#period = period;
    this.#say = say;
  }

  async tell(): Promise<void> {
    for (const standing of await standings(this.#db, { period: this.#period })) {
      const words = lineOf(standing);
      if (this.#told.get(standing.reconciliation.id) === words) continue;
      this.#told.set(standing.reconciliation.id, words);
      this.#say(words);
    }
  }
}

function lineOf({ reconciliation: { id, state }, tie }: Standing): string {
  const total = BigInt(tie.lines);
  const explained = total - BigInt(tie.open);
  const filled = total === 0n ? 0 : Number.parseInt(((explained * 20n) / total).toString(), 10);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(20 - filled)}`;
  const exceptions =
    BigInt(tie.open_exceptions) + BigInt(tie.resolved_exceptions) + BigInt(tie.carried_forward);
  return (
    `${id.padEnd(16)} [${bar}] ${tie.lines} imported, ${tie.matched} settled, ${tie.awaiting_review} proposed, ` +
    `${exceptions} exceptions, ${tie.open} in investigation  ${state}`
  );
}
