import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDatabase } from '../cli/stack/database.ts';
import { startPostgres, stopPostgres } from '../cli/stack/postgres.ts';

/** A Postgres for one run of a bench, with the product's schema and roles, and a folder beside it. */
export interface BenchServer {
  readonly folder: string;
  /** Connects as `closegate_engine`, as the processes do. */
  readonly engine: string;
  readonly sealer: string;
  /** Connects as superuser, for tables of the bench's own. */
  readonly admin: string;
  /** Ends the server; nothing is left of it or of the folder. */
  stop(): Promise<void>;
}

/** Starts one. As in a real close every commit is on the disk before it is answered. */
export async function startBenchServer(): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'closegate-bench-'));
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    password: 'bench',
    preferredPort: 5700,
    durable: true,
  });
  const stop = async () => {
    await stopPostgres(postgres.mark);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { engine, sealer } = await prepareDatabase(postgres.port, {
      postgresPassword: 'bench',
      enginePassword: 'bench',
      auditorPassword: 'bench',
      sealerPassword: 'bench',
      auditKeyId: '',
      auditKey: '',
      agentKeyId: '',
      peopleKeyId: '',
    });
    return { folder, engine, sealer, admin: engine.replace('closegate_engine', 'postgres'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
