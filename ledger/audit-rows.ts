import { type RawBuilder, type Transaction, sql } from 'kysely';
import { type CopiedRow, copied } from './copy-out.ts';
import type { Database } from './database.ts';
import { Instants } from './instants.ts';
import { leafDigest } from './merkle.ts';
import { batches } from './snapshot.ts';
import type { ChainEnd } from './verify/chains.ts';
import { type AuditRow, COLUMNS } from './verify/rows.ts';
import type { KeptNote, Leaf } from './verify/tree.ts';

/** A row with the names of its columns, for whoever writes them down. */
export interface NamedRow {
  readonly stream: string;
  readonly seq: string;
  readonly at: string;
  readonly bytes: Buffer;
  readonly prev_hash: Buffer;
  readonly row_hash: Buffer;
  readonly key_id: string;
  readonly hmac: Buffer;
  readonly leaf_index: string | null;
  readonly columns: Readonly<Record<string, string | null>>;
}

type EventRow = Omit<NamedRow, 'columns'> & Record<string, string | null>;

const TIME = sql`to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The log's rows by stream and number, each with its place in the tree. @param where about `e`; null for all. */
export async function* eventRows(
  tx: Transaction<Database>,
  where: RawBuilder<boolean> | null,
): AsyncGenerator<readonly NamedRow[]> {
  const columns = sql.join(COLUMNS.map((column) => sql.ref(`e.${column}`)));
  const query = sql<EventRow>`
    select e.stream, e.seq, ${TIME} as at, e.bytes, e.prev_hash, e.row_hash, e.key_id, e.hmac, l.leaf_index,
           ${columns}, array_to_string(e.codes, ' ') as codes
      from audit_events e left join audit_leaves l on l.event_id = e.id
     ${where === null ? sql`` : sql`where ${where}`}
     order by e.stream, e.seq, l.leaf_index`;
  for await (const rows of batches(tx, query)) yield rows.map((row) => ({ ...row, columns: row }));
}

/**
 * The same rows for the verifier, which needs them fast: in the order of recording, which is how they lie on the disk, so
 * that nothing is sorted. A stream is locked while it is appended to, so its numbers grow with the ids.
 * @param where about `e`, with every value written into it; null for all.
 */
export function rowsToVerify(
  tx: Transaction<Database>,
  where: RawBuilder<boolean> | null,
): AsyncGenerator<readonly AuditRow[]> {
  const columns = sql.join(COLUMNS.map((column) => sql`${sql.ref(`e.${column}`)}::text`));
  const query = sql`
    select e.stream, e.seq, e.at, e.bytes, e.prev_hash, e.row_hash, e.key_id, e.hmac, l.leaf_index,
           ${columns}, array_to_string(e.codes, ' ')
      from audit_events e left join audit_leaves l on l.event_id = e.id
     ${where === null ? sql`` : sql`where ${where}`}
     order by e.id, l.leaf_index`;
  const instants = new Instants();
  // Nothing is null where the table says so; without its constraints it may be, and is then no row of ours.
  return copied(tx, query, (row) => ({
    stream: row.text() ?? '',
    seq: row.int8() ?? 0n,
    at: instants.text(row.micros()),
    bytes: row.bytes() ?? NOTHING,
    prev_hash: row.hex() ?? '',
    row_hash: row.hex() ?? '',
    key_id: row.text() ?? '',
    hmac: row.hex() ?? '',
    leaf_index: row.int8(),
    columns: readColumns(row),
  }));
}

const NOTHING = Buffer.alloc(0);

function readColumns(row: CopiedRow): (string | null)[] {
  const said: (string | null)[] = [];
  for (let count = COLUMNS.length + 1; count > 0; count -= 1) said.push(row.text());
  return said;
}

/** Where each stream ends, as the database keeps it for the next append. */
export async function chainEnds(
  tx: Transaction<Database>,
  where: RawBuilder<boolean> | null,
): Promise<readonly ChainEnd[]> {
  const { rows } = await sql<ChainEnd>`
    select e.stream, e.seq, encode(e.row_hash, 'hex') as row_hash from audit_heads e
     ${where === null ? sql`` : sql`where ${where}`} order by e.stream`.execute(tx);
  return rows;
}

/** True once anything was sealed. */
export async function hasCheckpoints(tx: Transaction<Database>): Promise<boolean> {
  return (await tx.selectFrom('audit_checkpoints').select('size').limit(1).executeTakeFirst()) !== undefined;
}

/** The leaves in the order of sealing. */
export function sealedLeaves(tx: Transaction<Database>): AsyncGenerator<readonly Leaf[]> {
  const query = sql`
    select l.leaf_index, l.event_id, e.row_hash
      from audit_leaves l left join audit_events e on e.id = l.event_id order by l.leaf_index`;
  return copied(tx, query, (row) => {
    const [index, event, hash] = [row.int8() ?? -1n, row.int8() ?? -1n, row.bytes()];
    return { index, hash: hash && leafDigest(hash), event };
  });
}

/** The database's own checkpoints, by size. */
export async function* ownNotes(tx: Transaction<Database>): AsyncGenerator<KeptNote> {
  const query = sql<{ size: string; note: string }>`select size, note from audit_checkpoints order by size`;
  for await (const rows of batches(tx, query))
    for (const { size, note } of rows)
      yield { size: BigInt(size), note, place: 'the database', outside: false };
}
