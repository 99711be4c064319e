import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Receipt } from './audit.ts';
import type { Db } from './connect.ts';

/** On this channel a sealer listens; whoever sends asks it to seal now. */
export const SEAL_CHANNEL = 'closegate_seal';

/** How far the log is sealed. */
export interface SealStanding {
  /** How many rows the last checkpoint covers; null when there is none. */
  readonly size: string | null;
  readonly sealedAt: Date | null;
  /** How many rows wait, counted up to {@link COUNTED}, and since when the oldest does. */
  readonly waiting: bigint;
  readonly since: Date | null;
}

/** More rows than this are not counted: enough to know that the sealer is behind. */
export const COUNTED = 100_000n;

/** How far the log is sealed, as the database says. */
export async function sealStanding(db: Db): Promise<SealStanding> {
  const last = await db
    .selectFrom('audit_checkpoints')
    .select(['size', 'sealed_at'])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { rows } = await sql<{ waiting: string; since: Date | null }>`
    select waiting, since from audit_unsealed(${COUNTED})`.execute(db);
  return {
    size: last?.size ?? null,
    sealedAt: last?.sealed_at ?? null,
    waiting: BigInt(rows[0]?.waiting ?? '0'),
    since: rows[0]?.since ?? null,
  };
}

const LOOK_EVERY_MS = 50;

/**
 * Has a row sealed now, if a sealer is there: asks it and waits for the checkpoint that covers the row.
 * @returns the size of that checkpoint, or null when no sealer is connected or it takes longer.
 */
export async function sealNow(db: Db, { stream, seq }: Receipt, withinMs = 10_000): Promise<string | null> {
  return await asking(db, withinMs, async () => {
    const { rows } = await sql<{ size: string | null }>`
      select min(c.size) as size
        from audit_checkpoints c
        join audit_events e on e.stream = ${stream} and e.seq = ${seq}
        join audit_leaves l on l.event_id = e.id
       where c.size > l.leaf_index`.execute(db);
    const size = rows[0]?.size ?? null;
    return { answer: size, done: size !== null };
  });
}

/** Asks for a checkpoint over everything that waits, and says how far the log is sealed then. */
export async function requestSeal(db: Db, withinMs = 10_000): Promise<SealStanding> {
  return await asking(db, withinMs, async () => {
    const standing = await sealStanding(db);
    return { answer: standing, done: standing.waiting === 0n };
  });
}

async function asking<T>(
  db: Db,
  withinMs: number,
  look: () => Promise<{ readonly answer: T; readonly done: boolean }>,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  await sql`select pg_notify(${SEAL_CHANNEL}, '')`.execute(db);
  for (;;) {
    const { answer, done } = await look();
    if (done || performance.now() > deadline || !(await sealerIsThere(db))) return answer;
    await sleep(LOOK_EVERY_MS);
  }
}

async function sealerIsThere(db: Db): Promise<boolean> {
  const { rows } = await sql`select from pg_stat_activity
     where usename = 'closegate_sealer' and datname = current_database() limit 1`.execute(db);
  return rows.length > 0;
}
