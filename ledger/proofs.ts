import type { Db } from './connect.ts';
import { consistencyProof, inclusionProof, leafHash } from './merkle.ts';
import { NotFound } from './reconciliations.ts';

/** That a row is in the tree of a checkpoint, for somebody who has the note and the row and nothing else. Hashes in hex. */
export type InclusionProof = {
  readonly stream: string;
  readonly seq: string;
  readonly row_hash: string;
  readonly leaf_index: string;
  readonly size: string;
  readonly proof: readonly string[];
  readonly checkpoint: string;
};

/** That a checkpoint's tree is the beginning of a later one's. Hashes in hex. */
export type ConsistencyProof = {
  readonly from: string;
  readonly to: string;
  readonly proof: readonly string[];
  readonly checkpoints: readonly [string, string];
};

/**
 * Proves that a row is in the last checkpoint's tree.
 * @throws {NotFound} when there is no such row, or no checkpoint covers it yet.
 */
export async function proveInclusion(db: Db, stream: string, seq: string): Promise<InclusionProof> {
  const row = await db
    .selectFrom('audit_events')
    .leftJoin('audit_leaves', 'audit_leaves.event_id', 'audit_events.id')
    .select(['row_hash', 'leaf_index'])
    .where('stream', '=', stream)
    .where('seq', '=', seq)
    .executeTakeFirst();
  if (!row) throw new NotFound(`there is no event ${seq} in the audit stream "${stream.slice(0, 120)}"`);
  if (row.leaf_index === null)
    throw new NotFound(`no checkpoint covers ${stream} #${seq} yet; \`closegate audit seal\` asks for one`);
  const { size, note } = await checkpointOf(db);
  const proof = await inclusionProof(BigInt(row.leaf_index), BigInt(size), leavesOf(db));
  return {
    stream,
    seq,
    row_hash: row.row_hash.toString('hex'),
    leaf_index: row.leaf_index,
    size,
    proof: proof.map((hash) => hash.toString('hex')),
    checkpoint: note,
  };
}

/**
 * Proves that one checkpoint's tree is the beginning of another's.
 * @throws {NotFound} when there is no checkpoint of that size.
 */
export async function proveConsistency(db: Db, from: string, to: string | null): Promise<ConsistencyProof> {
  const [first, second] = [await checkpointOf(db, from), await checkpointOf(db, to)];
  const proof = await consistencyProof(BigInt(first.size), BigInt(second.size), leavesOf(db));
  return {
    from: first.size,
    to: second.size,
    proof: proof.map((hash) => hash.toString('hex')),
    checkpoints: [first.note, second.note],
  };
}

/** A checkpoint of the database by its size, or the last one. @throws {NotFound} when there is none. */
export async function checkpointOf(
  db: Db,
  size: string | null = null,
): Promise<{ readonly size: string; readonly note: string }> {
  const row = await db
    .selectFrom('audit_checkpoints')
    .select(['size', 'note'])
    .$if(size !== null, (query) => query.where('size', '=', size ?? '0'))
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row) return row;
  throw new NotFound(
    size === null
      ? 'the audit log has no checkpoint yet; `closegate audit seal` asks the sealer for one'
      : `there is no checkpoint over ${size} rows`,
  );
}

const BATCH = 20_000;

/** The leaves in their order, as they stand in the database; read in batches. */
export async function* leavesOf(db: Db): AsyncGenerator<Buffer> {
  let from = '0';
  for (;;) {
    const rows = await db
      .selectFrom('audit_leaves')
      .innerJoin('audit_events', 'audit_events.id', 'audit_leaves.event_id')
      .select(['leaf_index', 'row_hash'])
      .where('leaf_index', '>=', from)
      .orderBy('leaf_index')
      .limit(BATCH)
      .execute();
    for (const { row_hash: hash } of rows) yield leafHash(hash);
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    from = String(BigInt(last.leaf_index) + 1n);
  }
}
