import { Client } from 'pg';
import { migrate } from '../../migrations/migrate.ts';
import type { Secrets } from './secrets.ts';

/** The addresses of the books: the engine's for the processes, the auditor's for reading, the sealer's for checkpoints. */
export interface DatabaseAddresses {
  readonly engine: string;
  readonly auditor: string;
  readonly sealer: string;
}

const DATABASE = 'closegate';

/** Makes the database on an embedded server, migrates it as its owner and sets the roles' passwords. */
export async function prepareDatabase(port: number, secrets: Secrets): Promise<DatabaseAddresses> {
  const address = (user: string, password: string, database: string) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  await withClient(address('postgres', secrets.postgresPassword, 'postgres'), async (client) => {
    const known = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (known.rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
  await withClient(address('postgres', secrets.postgresPassword, DATABASE), async (client) => {
    await migrate(client);
    for (const [role, password] of [
      ['closegate_engine', secrets.enginePassword],
      ['closegate_auditor', secrets.auditorPassword],
      ['closegate_sealer', secrets.sealerPassword],
    ] as const) {
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
    }
  });
  return {
    engine: address('closegate_engine', secrets.enginePassword, DATABASE),
    auditor: address('closegate_auditor', secrets.auditorPassword, DATABASE),
    sealer: address('closegate_sealer', secrets.sealerPassword, DATABASE),
  };
}

/** Migrates a database that somebody else runs, connected as its administrator. */
export async function migrateExternal(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    await migrate(client);
  });
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  // A server that ends under us fails the query that waits for it; without a query nobody needs to know.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
