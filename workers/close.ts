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
import { findOrphans } from './sweep.ts';

// The close worker: import, match, packets, review state. Holds the database (role closegate_engine) and no model key.
try {
  const name = await holdProcessActor(
    required('DATABASE_URL'),
    processActorId(process.env, 'close-worker'),
    (reason) => {
      process.stderr.write(`close-worker: ${reason}\n`);
      process.exit(1);
    },
  );
  const db = connect(required('DATABASE_URL'));
  const door = { db, auditKey: auditKeyFromEnvironment() };
  const folder = required('CLOSEGATE_DIR');
  const connection = await Connection.connect({ address: required('TEMPORAL_ADDRESS') });
  await ensureSearchAttributes(connection);
  const orphans = await findOrphans(db, new Client({ connection }));
  for (const orphan of orphans) process.stderr.write(`sweep: ${orphan.run}: ${orphan.finding}\n`);
  await connection.close();
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
      await Promise.all([db.destroy(), name.release()]);
    },
  );
} catch (error) {
  process.stderr.write(`close-worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
