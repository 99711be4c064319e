import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { createCloseActivities } from '../activities/close/index.ts';
import { connect } from '../ledger/connect.ts';
import { holdProcessActor, processActorId } from '../ledger/process-actor.ts';
import { loadCompany } from '../statements/company.ts';
import { QUEUES } from '../workflows/queues.ts';
import { auditKeyFromEnvironment, required } from './environment.ts';
import { runWorker } from './run-worker.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { sweep } from './sweep.ts';

const SWEEP_EVERY_MS = 10 * 60_000;

// The close worker: import, match, packets, review state. Holds the database (role closegate_engine) and no model key.
try {
  const actorId = processActorId(process.env, 'close-worker');
  const name = await holdProcessActor(required('DATABASE_URL'), actorId, (reason) => {
    process.stderr.write(`close-worker: ${reason}\n`);
    process.exit(1);
  });
  const db = connect(required('DATABASE_URL'));
  const door = { db, auditKey: auditKeyFromEnvironment() };
  const folder = required('CLOSEGATE_DIR');
  const connection = await Connection.connect({ address: required('TEMPORAL_ADDRESS') });
  await ensureSearchAttributes(connection);
  const client = new Client({ connection });
  const look = async (trigger: 'start' | 'timer') => {
    const orphans = await sweep(door, client, { actorId, trigger });
    for (const orphan of orphans) process.stderr.write(`sweep: ${orphan.run}: ${orphan.finding}\n`);
  };
  await look('start');
  // A run may lose its workflow while workers live: terminated by hand, or its history gone.
  const timer = setInterval(() => {
    look('timer').catch((error: unknown) =>
      process.stderr.write(`sweep: could not look: ${String(error)}\n`),
    );
  }, SWEEP_EVERY_MS);
  await runWorker(
    'close-worker',
    {
      taskQueue: QUEUES.close,
      workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
      activities: createCloseActivities({ door, company: () => loadCompany(folder) }),
      // Each cached workflow holds its own zod schemas: a few hundred fit well into the memory of a small machine.
      maxCachedWorkflows: 200,
      maxConcurrentActivityTaskExecutions: 8,
    },
    async () => {
      clearInterval(timer);
      await connection.close();
      await Promise.all([db.destroy(), name.release()]);
    },
  );
} catch (error) {
  process.stderr.write(`close-worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
