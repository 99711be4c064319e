import { type RawBuilder, type Transaction, sql } from 'kysely';
import type { Db } from './connect.ts';
import type { Database } from './database.ts';

/** Runs `work` on one state of the database, whatever is written meanwhile. Reading only. */
export async function onSnapshot<T>(db: Db, work: (tx: Transaction<Database>) => Promise<T>): Promise<T> {
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
}

let cursors = 0;

/** A query's rows in batches through a cursor of Postgres, so that memory stays flat. Within a transaction only. */
export async function* batches<T>(
  tx: Transaction<Database>,
  query: RawBuilder<T>,
  size = 5_000,
): AsyncGenerator<readonly T[]> {
  cursors += 1;
  const name = `batches_${cursors}`;
  await sql`declare ${sql.raw(name)} no scroll cursor for ${query}`.execute(tx);
  for (;;) {
    const { rows } = await sql.raw<T>(`fetch ${size} from ${name}`).execute(tx);
    if (rows.length > 0) yield rows;
    if (rows.length < size) break;
  }
  await sql.raw(`close ${name}`).execute(tx);
}
