import { type RawBuilder, type Transaction, sql } from 'kysely';
import type { Database } from './database.ts';

let cursors = 0;

/**
 * A query's rows in batches, so that only one of them is held. Within its transaction; other statements may run between
 * batches.
 * @param query without parameters: a cursor takes none.
 */
export async function* inBatches<Row>(
  tx: Transaction<Database>,
  query: RawBuilder<Row>,
  size: number,
): AsyncGenerator<Row[]> {
  cursors += 1;
  const name = sql.id(`closegate_cursor_${cursors}`);
  await sql`declare ${name} no scroll cursor for ${query}`.execute(tx);
  for (;;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(size)} from ${name}`.execute(tx);
    if (rows.length > 0) yield rows;
    if (rows.length < size) break;
  }
  await sql`close ${name}`.execute(tx);
}
