import { readFileSync, readdirSync } from 'node:fs';
import type { Client } from 'pg';

const folder = new URL('.', import.meta.url);

// Any constant: it only keeps two migrating processes apart.
const MIGRATION_LOCK = 7_262_351;

/**
 * Applies the numbered SQL files that the database has not seen, each in a transaction of its own.
 * @param client connected as a superuser (event triggers need one).
 * @returns the names of the files applied now, none when the database was up to date.
 * @throws when a file fails; that file leaves nothing behind, earlier ones stay.
 */
export async function migrate(client: Client): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await client.query(
      'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const seen = await client.query<{ name: string }>('select name from schema_migrations');
    const applied = new Set(seen.rows.map((row) => row.name));
    const pending = readdirSync(folder)
      .filter((name) => name.endsWith('.sql') && !applied.has(name))
      .sort();
    for (const name of pending) await apply(client, name);
    return pending;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

async function apply(client: Client, name: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(readFileSync(new URL(name, folder), 'utf8'));
    await client.query('insert into schema_migrations (name) values ($1)', [name]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${name} failed and left nothing behind: ${String(error)}`, { cause: error });
  }
}
