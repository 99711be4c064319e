import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CompiledQuery, type Transaction, sql } from 'kysely';
import type { PoolClient } from 'pg';
import { from } from 'pg-copy-streams';
import type { Database } from './database.ts';

/** Rows on their way into a table, in COPY's text form; the driver's wrapper runs it instead of a statement. */
export class CopyIn {
  readonly #rows: AsyncIterable<Buffer>;

  constructor(rows: AsyncIterable<Buffer>) {
    this.#rows = rows;
  }

  async run(client: PoolClient, text: string): Promise<{ command: 'COPY'; rowCount: number; rows: [] }> {
    const copy = client.query(from(text));
    await pipeline(this.#rows, copy);
    return { command: 'COPY', rowCount: copy.rowCount, rows: [] };
  }
}

// What is checked once a statement is kept until then: in memory, for so much of it.
const STATEMENT_BYTES = 4_000_000;
const STATEMENT_MEMORY = '32MB';
// So many pieces are made while the database is at those before.
const AHEAD = 8;

/**
 * Copies rows into a table: the fastest way in, and one that holds no more than a few pieces in memory. Very many rows
 * are several statements.
 * @param target a table and its columns, as in `items (id, amount)`. Not from outside.
 * @param rows pieces of whole rows: cells by {@link copyCell} with tabs between, each row ended by a line feed.
 */
export async function copyInto(
  tx: Transaction<Database>,
  target: string,
  rows: AsyncIterable<Buffer>,
): Promise<void> {
  await sql`select set_config('work_mem', ${STATEMENT_MEMORY}, true)`.execute(tx);
  const source = Readable.from(rows, { highWaterMark: AHEAD })[
    Symbol.asyncIterator
  ]() as AsyncIterator<Buffer>;
  let more = true;
  async function* statement() {
    for (let bytes = 0; bytes < STATEMENT_BYTES;) {
      const next = await source.next();
      if (next.done === true) {
        more = false;
        return;
      }
      bytes += next.value.length;
      yield next.value;
    }
  }
  try {
    while (more)
      await tx.executeQuery(CompiledQuery.raw(`copy ${target} from stdin`, [new CopyIn(statement())]));
  } finally {
    await source.return?.();
  }
}

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

/** A cell in COPY's text form; null is null. */
export function copyCell(text: string | null): string {
  if (text === null) return '\\N';
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (one) => ESCAPES.get(one) ?? one) : text;
}
