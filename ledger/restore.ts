import { type Kysely, sql } from 'kysely';
import { findActor } from './actors.ts';
import { type Receipt, append, lockHead } from './audit.ts';
import { restoredOrigin, restoresOf } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Database } from './database.ts';
import type { Door } from './door.ts';
import { SEAL_STREAM } from './streams.ts';

/** What somebody says who goes on with books that were restored from a backup. */
export interface Restore {
  readonly actorId: string;
  readonly rationale: string;
  /** The last checkpoint that copies outside the database know: of the history that the backup does not have. */
  readonly lost: Checkpoint & { readonly note: string };
}

/** That the log was restored is recorded; under this name it goes on. */
export interface Restored {
  readonly origin: string;
  readonly receipt: Receipt;
}

/** The books are not ones that were restored, or nobody may say so. */
export class NotRestored extends Error {
  override name = 'NotRestored';
}

/**
 * Records that the database was restored from a backup, with the checkpoint that shows what is missing, word for word. The
 * sealer then goes on under another name, which the event gives; the copies under the old name stay as they are.
 * Recording the same twice is one event.
 * @throws {NotRestored} when the database knows that checkpoint, or the actor is no person who is active.
 */
export async function recordRestore(door: Door, { actorId, rationale, lost }: Restore): Promise<Restored> {
  return await door.db.transaction().execute(async (tx) => {
    const head = await lockHead(tx, SEAL_STREAM);
    const actor = await findActor(tx, actorId);
    if (actor?.kind !== 'human' || !actor.active)
      throw new NotRestored(
        `${actorId} is not an active person of the register; people say what was restored`,
      );
    const known = (await restores(tx)).find(({ detail }) => detail.lost_checkpoint.note === lost.note);
    if (known) return { origin: known.detail.goes_on_as, receipt: known.receipt };
    const last = await tx
      .selectFrom('audit_checkpoints')
      .select(['size', 'root', 'note'])
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst();
    const same = await tx
      .selectFrom('audit_checkpoints')
      .select('note')
      .where('size', '=', String(lost.size))
      .executeTakeFirst();
    if (same?.note === lost.note)
      throw new NotRestored(
        `the database has the checkpoint over ${lost.size} events, the last that the copies know: nothing is missing`,
      );
    const origin = restoredOrigin(lost.origin, restoresOf(lost.origin) + 1);
    const detail: RestoreDetail = {
      rationale,
      restored_to: last ? { size: last.size, root: last.root.toString('hex') } : null,
      lost_checkpoint: {
        size: String(lost.size),
        root: lost.root.toString('hex'),
        at: lost.at,
        note: lost.note,
      },
      goes_on_as: origin,
    };
    const { receipt } = await append(tx, door.auditKey, head, {
      event_type: 'RESTORE',
      actor_id: actor.id,
      principal: actor.principal,
      decision: 'acknowledged',
      detail,
    });
    return { origin, receipt };
  });
}

/** True when an event says that the log goes on under this name. */
export async function restoredAs(db: Kysely<Database>, origin: string): Promise<boolean> {
  return (await restores(db)).some(({ detail }) => detail.goes_on_as === origin);
}

type RestoreDetail = {
  readonly rationale: string;
  readonly restored_to: { readonly size: string; readonly root: string } | null;
  readonly lost_checkpoint: {
    readonly size: string;
    readonly root: string;
    readonly at: string;
    readonly note: string;
  };
  readonly goes_on_as: string;
};

async function restores(db: Kysely<Database>): Promise<{ receipt: Receipt; detail: RestoreDetail }[]> {
  const { rows } = await sql<{ seq: string; row_hash: string; bytes: Buffer }>`
    select seq, encode(row_hash, 'hex') as row_hash, bytes from audit_events
     where stream = ${SEAL_STREAM} and event_type = 'RESTORE' order by seq`.execute(db);
  return rows.map(({ seq, row_hash, bytes }) => {
    const { detail } = JSON.parse(bytes.toString('utf8')) as { detail: RestoreDetail };
    return { receipt: { stream: SEAL_STREAM, seq, row_hash }, detail };
  });
}
