import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { type Db, connect } from '../../ledger/connect.ts';
import type { Door } from '../../ledger/door.ts';

/** A database of its own for one test file, with every migration applied. */
export interface TestDatabase {
  readonly name: string;
  readonly db: Db;
  readonly door: Door;
  /** Connects as `closegate_engine`, as the processes do. */
  readonly url: string;
  /** Connects as `closegate_sealer`. */
  readonly sealerUrl: string;
  /** Connects as superuser, for what an attacker with the machine could do. */
  readonly adminUrl: string;
  close(): Promise<void>;
}

/** The template that `tests/harness/servers.ts` migrates once a run. */
export const TEMPLATE = 'closegate_template';

export const TEST_AUDIT_KEY = { id: 'test', secret: Buffer.alloc(32, 7) };

/**
 * Clones the migrated template, or another database that nobody is connected to.
 * @throws when the servers are not up: tests run through `npm test`, or `npm run test:files -- FILE`.
 */
export async function freshDatabase(template = TEMPLATE): Promise<TestDatabase> {
  const server = process.env['CLOSEGATE_TEST_POSTGRES'];
  if (!server)
    throw new Error(
      'no test servers: run tests with `npm test`, or some with `npm run test:files -- FILE ...`',
    );
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, async (admin) => {
    await admin.query(`create database ${name} template ${template}`);
  });
  const adminUrl = databaseUrl(server, name);
  const url = databaseUrl(server, name, 'closegate_engine');
  const db = connect(url);
  return {
    name,
    db,
    door: { db, auditKey: TEST_AUDIT_KEY },
    url,
    sealerUrl: databaseUrl(server, name, 'closegate_sealer'),
    adminUrl,
    async close() {
      await db.destroy();
      await asAdmin(server, async (admin) => {
        await admin.query(`drop database if exists ${name} with (force)`);
      });
    },
  };
}

/** Runs something as superuser on a database. */
export async function asAdmin<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, database: string, user?: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  if (user) {
    url.username = user;
    url.password = TEST_ENGINE_PASSWORD;
  }
  return url.href;
}

/** The test cluster's password of `closegate_engine`, and of the other roles. */
export const TEST_ENGINE_PASSWORD = 'engine';
