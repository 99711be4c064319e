import { sql } from 'kysely';
import { type AuditKey, genesisHash, rowHash, rowHmac } from '../ledger/audit.ts';
import { canonicalBytes } from '../ledger/canonical.ts';
import type { Db } from '../ledger/connect.ts';

export const BENCH_KEY: AuditKey = { id: 'bench', secret: Buffer.alloc(32, 9) };

const BATCH = 5_000;

/** Fills the log up to so many events, evenly over some streams, as a superuser: through the door it would take hours. */
export async function fillLog(admin: Db, events: number, streams: number): Promise<void> {
  const known = await sql<{ count: string }>`select count(*) as count from audit_events`.execute(admin);
  const missing = events - Number.parseInt(known.rows[0]?.count ?? '0', 10);
  const heads = new Map<string, { seq: bigint; hash: Buffer }>();
  const { rows } = await sql<{
    stream: string;
    seq: string;
    row_hash: Buffer;
  }>`select * from audit_heads`.execute(admin);
  for (const row of rows) heads.set(row.stream, { seq: BigInt(row.seq), hash: row.row_hash });
  for (let done = 0; done < missing; done += BATCH) {
    const made = Array.from({ length: Math.min(BATCH, missing - done) }, (_, index) =>
      next(heads, `filled/${(done + index) % streams}`, done + index),
    );
    const column = <T>(pick: (row: Row) => T) => made.map(pick);
    await sql`
      insert into audit_events (stream, seq, at, event_type, session_id, bytes, prev_hash, row_hash, key_id, hmac)
      select stream, seq, ${AT}::timestamptz, 'FILLED', session, bytes, prev, hash, ${BENCH_KEY.id}, hmac
        from unnest(${column((row) => row.stream)}::text[], ${column((row) => String(row.seq))}::bigint[],
                    ${column((row) => row.session)}::text[], ${column((row) => row.bytes)}::bytea[],
                    ${column((row) => row.prev)}::bytea[], ${column((row) => row.hash)}::bytea[],
                    ${column((row) => row.hmac)}::bytea[]) as r (stream, seq, session, bytes, prev, hash, hmac)`.execute(
      admin,
    );
  }
  for (const [stream, { seq, hash }] of heads)
    await sql`insert into audit_heads values (${stream}, ${String(seq)}, ${hash})
              on conflict (stream) do update set seq = excluded.seq, row_hash = excluded.row_hash`.execute(
      admin,
    );
  await sql`analyze audit_events`.execute(admin);
}

const AT = '2026-04-02T10:00:00.000001Z';

interface Row {
  readonly stream: string;
  readonly seq: bigint;
  readonly session: string;
  readonly bytes: Buffer;
  readonly prev: Buffer;
  readonly hash: Buffer;
  readonly hmac: Buffer;
}

function next(heads: Map<string, { seq: bigint; hash: Buffer }>, stream: string, number: number): Row {
  const { seq: last, hash: prev } = heads.get(stream) ?? { seq: 0n, hash: genesisHash(stream) };
  const seq = last + 1n;
  const session = `session-${number}`;
  const bytes = canonicalBytes({
    at: AT,
    stream,
    event_type: 'FILLED',
    session_id: session,
    detail: { text: 'A row as long as a short decision is. '.repeat(10) },
  });
  const hash = rowHash(stream, seq, prev, bytes);
  heads.set(stream, { seq, hash });
  return {
    stream,
    seq,
    session,
    bytes,
    prev,
    hash,
    hmac: rowHmac(BENCH_KEY.secret, stream, seq, prev, bytes),
  };
}
