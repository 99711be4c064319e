import { type RawBuilder, type Transaction, sql } from 'kysely';
import type { Database } from './database.ts';
import { leafHash } from './merkle.ts';
import { batches } from './snapshot.ts';
import type { ChainEnd } from './verify/chains.ts';
import { type AuditRow, COLUMNS } from './verify/rows.ts';
import type { KeptNote, Leaf } from './verify/tree.ts';

type EventRow = Omit<AuditRow, 'columns'> & Record<string, string | null>;

const TIME = sql`to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The log's rows by stream and number, each with its place in the tree. @param where about `e`; null for all. */
export async function* eventRows(
  tx: Transaction<Database>,
  where: RawBuilder<boolean> | null,
): AsyncGenerator<readonly AuditRow[]> {
  const columns = sql.join(COLUMNS.map((column) => sql.ref(`e.${column}`)));
  const query = sql<EventRow>`
    select e.stream, e.seq, ${TIME} as at, e.bytes, e.prev_hash, e.row_hash, e.key_id, e.hmac, l.leaf_index,
           ${columns}, array_to_string(e.codes, ' ') as codes
      from audit_events e left join audit_leaves l on l.event_id = e.id
     ${where === null ? sql`` : sql`where ${where}`}
     order by e.stream, e.seq, l.leaf_index`;
  for await (const rows of batches(tx, query)) yield rows.map((row) => ({ ...row, columns: row }));
}

/** Where each stream ends, as the database keeps it for the next append. */
export async function chainEnds(
  tx: Transaction<Database>,
  where: RawBuilder<boolean> | null,
): Promise<readonly ChainEnd[]> {
  const { rows } = await sql<ChainEnd>`
    select e.stream, e.seq, e.row_hash from audit_heads e
     ${where === null ? sql`` : sql`where ${where}`} order by e.stream`.execute(tx);
  return rows;
}

/** True once anything was sealed. */
export async function hasCheckpoints(tx: Transaction<Database>): Promise<boolean> {
  return (await tx.selectFrom('audit_checkpoints').select('size').limit(1).executeTakeFirst()) !== undefined;
}

/** The leaves in the order of sealing. */
export async function* sealedLeaves(tx: Transaction<Database>): AsyncGenerator<readonly Leaf[]> {
  const query = sql<{ leaf_index: string; event_id: string; row_hash: Buffer | null }>`
    select l.leaf_index, l.event_id, e.row_hash
      from audit_leaves l left join audit_events e on e.id = l.event_id order by l.leaf_index`;
  for await (const rows of batches(tx, query, 20_000))
    yield rows.map(({ leaf_index: index, event_id: event, row_hash: hash }) => ({
      index: BigInt(index),
      hash: hash && leafHash(hash),
      event,
    }));
}

/** The database's own checkpoints, by size. */
export async function* ownNotes(tx: Transaction<Database>): AsyncGenerator<KeptNote> {
  const query = sql<{ size: string; note: string }>`select size, note from audit_checkpoints order by size`;
  for await (const rows of batches(tx, query))
    for (const { size, note } of rows)
      yield { size: BigInt(size), note, place: 'the database', outside: false };
}
