import { rmSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '../../migrations/migrate.ts';
import { type RunningPostgres, startPostgres, stopPostgres } from '../../cli/stack/postgres.ts';
import { findTemporalCli } from '../../cli/stack/temporal-cli.ts';
import { type RunningTemporal, startTemporal, stopTemporal } from '../../cli/stack/temporal-server.ts';
import { TEMPLATE, TEST_ENGINE_PASSWORD, asAdmin } from './database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One Postgres and one Temporal for a whole test run. */
export interface TestServers {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts both servers in a folder of their own and prepares the template database. */
export async function startTestServers(): Promise<TestServers> {
  const folder = mkdtempSync(join(tmpdir(), 'closegate-test-'));
  let postgres: RunningPostgres | undefined;
  let temporal: RunningTemporal | undefined;
  const stop = async () => {
    await Promise.all([stopPostgres(postgres?.mark), stopTemporal(temporal?.mark)]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const cli = await findTemporalCli(join(root, '.closegate', 'bin'), (line) =>
      process.stderr.write(`${line}\n`),
    );
    postgres = await startPostgres({
      dataDir: join(folder, 'postgres'),
      logFile: join(folder, 'postgres.log'),
      password: 'postgres',
      preferredPort: 5600,
      durable: false,
      onProcess: () => {},
    });
    temporal = await startTemporal({
      cli: cli.path,
      storeFile: join(folder, 'temporal.db'),
      logFile: join(folder, 'temporal.log'),
      preferredPort: 7400,
      former: undefined,
    });
    const server = `postgres://postgres:postgres@127.0.0.1:${postgres.port}/postgres`;
    await asAdmin(server, async (admin) => {
      await admin.query(`create database ${TEMPLATE}`);
    });
    await asAdmin(server.replace(/\/postgres$/, `/${TEMPLATE}`), async (admin) => {
      await migrate(admin);
      await admin.query(`alter role closegate_engine password '${TEST_ENGINE_PASSWORD}'`);
      await admin.query(`alter role closegate_auditor password '${TEST_ENGINE_PASSWORD}'`);
      await admin.query(`alter role closegate_sealer password '${TEST_ENGINE_PASSWORD}'`);
    });
    return {
      env: {
        CLOSEGATE_TEST_POSTGRES: server,
        CLOSEGATE_TEST_TEMPORAL: `127.0.0.1:${temporal.port}`,
        CLOSEGATE_TEST_TEMPORAL_CLI: cli.path,
      },
      stop,
    };
  } catch (error) {
    for (const log of ['postgres.log', 'temporal.log']) keepLog(folder, log);
    await stop();
    throw error;
  }
}

function keepLog(folder: string, log: string): void {
  try {
    writeFileSync(join(root, '.closegate', `test-${log}`), readFileSync(join(folder, log)));
  } catch {
    // The server never wrote a log; its error says what happened.
  }
}
