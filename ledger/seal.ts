import { type Transaction, sql } from 'kysely';
import { type AuditEvent, type AuditKey, record } from './audit.ts';
import {
  type Checkpoint,
  CheckpointError,
  type Signer,
  openCheckpoint,
  restoresOf,
  signCheckpoint,
  verifierOf,
} from './checkpoint.ts';
import type { CheckpointCopies } from './checkpoint-copies.ts';
import type { Db } from './connect.ts';
import type { Database } from './database.ts';
import { Frontier, leafHash } from './merkle.ts';
import { restoredAs } from './restore.ts';
import { SEAL_STREAM } from './streams.ts';

/** What a sealer has: its own role's database, the keys, and where copies go. */
export interface Sealer {
  readonly db: Db;
  readonly auditKey: AuditKey;
  readonly signer: Signer;
  readonly copies: readonly CheckpointCopies[];
}

/** The log is not the one that was sealed before: somebody must look before anything is signed again. */
export class SealRefused extends Error {
  override name = 'SealRefused';
  /** What it looks like, as the audit event's type. */
  readonly eventType: 'SEAL_REFUSED' | 'RESTORE_DETECTED';

  constructor(message: string, eventType: SealRefused['eventType'] = 'SEAL_REFUSED') {
    super(message);
    this.eventType = eventType;
  }
}

interface Sealed {
  readonly origin: string;
  readonly size: bigint;
  readonly note: string;
  readonly frontier: Frontier;
}

// So many rows are read into memory at a time.
const BATCH = 20_000;

/**
 * Puts every row that is in no tree yet into the tree, signs its root, keeps the checkpoint and copies it out. Before
 * that the last checkpoint is checked, in the database and in every copy: a log that was rolled back, forked or edited
 * is not sealed over.
 * @returns the new checkpoint, or null when no row waited.
 * @throws {SealRefused} when the log is not the one that was sealed before; nothing is signed.
 */
export async function seal(sealer: Sealer): Promise<Checkpoint | null> {
  const { db, signer, auditKey } = sealer;
  const last = await lastSealed(db, signer);
  await checkName(sealer, last);
  await compareCopies(sealer, last);
  const sealed = await db.transaction().execute(async (tx) => {
    const waiting = await sql<{ waiting: string }>`select waiting from audit_unsealed(1)`.execute(tx);
    if (waiting.rows[0]?.waiting === '0') return null;
    const tree = await grow(tx, last?.frontier ?? new Frontier());
    const { rows } = await sql<{ at: string }>`select audit_time(now()) as at`.execute(tx);
    const checkpoint = { size: tree.size, root: tree.root(), at: rows[0]?.at ?? '' };
    const note = signCheckpoint(signer, checkpoint);
    await sql`select audit_add_checkpoint(${tree.size}, ${checkpoint.root}, ${tree.roots}::bytea[], ${note})`.execute(
      tx,
    );
    await record(tx, auditKey, SEAL_STREAM, {
      event_type: 'SEALED',
      actor_id: SEALER,
      detail: { origin: signer.origin, size: String(tree.size), root: checkpoint.root.toString('hex') },
    });
    return { note, checkpoint: { origin: signer.origin, ...checkpoint } };
  });
  if (!sealed) return null;
  // After the commit: a copy of a checkpoint that the database never had would look like a rollback for ever.
  for (const copies of sealer.copies) await copies.put(sealed.checkpoint.size, sealed.note);
  return sealed.checkpoint;
}

/** The actor of the sealer's own events. */
export const SEALER = 'engine:sealer';

/** Records that sealing was refused, loudly: an event of its own type. */
export async function recordRefusal({ db, auditKey }: Sealer, refused: SealRefused): Promise<void> {
  const event: AuditEvent = {
    event_type: refused.eventType,
    actor_id: SEALER,
    decision: 'refused',
    detail: { reason: refused.message },
  };
  await db.transaction().execute((tx) => record(tx, auditKey, SEAL_STREAM, event));
}

/** The database's last checkpoint, checked: its signature, and that its subtrees give its root. */
async function lastSealed(db: Db, signer: Signer): Promise<Sealed | null> {
  const row = await db
    .selectFrom('audit_checkpoints')
    .select(['size', 'root', 'frontier', 'note'])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const said = refusing(
    () => openCheckpoint(verifierOf(signer), row.note),
    `checkpoint ${row.size} of the database`,
  );
  const frontier = new Frontier(BigInt(row.size), row.frontier);
  if (said.size !== frontier.size || !said.root.equals(row.root) || !frontier.root().equals(said.root))
    throw new SealRefused(
      `checkpoint ${row.size} of the database does not say what was signed: it was edited`,
    );
  return { origin: said.origin, size: said.size, note: row.note, frontier };
}

// Under a restored log's name only what a person said was restored is sealed, and never again under a name before it.
async function checkName({ db, signer }: Sealer, last: Sealed | null): Promise<void> {
  const [mine, before] = [restoresOf(signer.origin), restoresOf(last?.origin ?? '')];
  if (mine < before)
    throw new SealRefused(
      `the log goes on as ${last?.origin ?? ''} since it was restored: set CLOSEGATE_LOG_ORIGIN to that`,
    );
  if (mine > before && !(await restoredAs(db, signer.origin)))
    throw new SealRefused(
      `no RESTORE event says that the log goes on as ${signer.origin}: \`closegate audit restored\` records it`,
    );
}

async function compareCopies({ db, signer, copies }: Sealer, last: Sealed | null): Promise<void> {
  for (const place of copies) {
    const copy = await place.latest();
    if (!copy) continue;
    const said = refusing(
      () => openCheckpoint(verifierOf(signer), copy.note),
      `the copy of checkpoint ${copy.size} in ${place.name}`,
    );
    if (said.size > (last?.size ?? 0n)) {
      throw new SealRefused(
        `${place.name} holds a checkpoint over ${said.size} rows, the database's last one covers ${last?.size ?? 0n}: an older state of it was restored`,
        'RESTORE_DETECTED',
      );
    }
    const kept = await db
      .selectFrom('audit_checkpoints')
      .select('note')
      .where('size', '=', String(said.size))
      .executeTakeFirst();
    if (kept?.note !== copy.note)
      throw new SealRefused(
        `${place.name} holds another checkpoint over ${said.size} rows than the database: there are two histories`,
      );
  }
  if (last) await catchUp(db, copies);
}

/** Copies what an earlier seal kept and did not get to copy. */
async function catchUp(db: Db, copies: readonly CheckpointCopies[]): Promise<void> {
  for (const place of copies) {
    const copy = await place.latest();
    const missing = await db
      .selectFrom('audit_checkpoints')
      .select(['size', 'note'])
      .where('size', '>', String(copy?.size ?? 0n))
      .orderBy('size')
      .execute();
    for (const { size, note } of missing) await place.put(BigInt(size), note);
  }
}

async function grow(tx: Transaction<Database>, tree: Frontier): Promise<Frontier> {
  for (;;) {
    const { rows } = await sql<{ leaf_index: string; row_hash: Buffer }>`
      select leaf_index, row_hash from audit_next_leaves(${BATCH})`.execute(tx);
    for (const { leaf_index: index, row_hash: hash } of rows) {
      if (BigInt(index) !== tree.size)
        throw new SealRefused(
          `the next leaf is ${index}, the last checkpoint covers ${tree.size}: leaves were removed or added`,
        );
      tree.append(leafHash(hash));
    }
    if (rows.length < BATCH) return tree;
  }
}

function refusing(open: () => Checkpoint, what: string): Checkpoint {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new SealRefused(`${what}: ${error.message}`);
  }
}
