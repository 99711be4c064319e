import type { Client } from 'pg';
import { createHmac } from 'node:crypto';
import { genesisHash, rowHash } from '../../ledger/audit.ts';

/** Something that somebody with database access tries, so that the log says something else than what happened. */
export interface Attack {
  readonly name: string;
  /** Throws where the database refuses. */
  run(db: Client): Promise<void>;
}

/** The stream that is attacked: its rows are under both checkpoints but for the last few. */
export const VICTIM = 'reconciliation/US/2026-03/1010';
const K = 4;

const edit = (name: string, from: string, to: string): Attack => ({
  name,
  async run(db) {
    // The bytes as they are stored: the same length, another word.
    await must(
      db,
      `update audit_events set bytes = convert_to(replace(convert_from(bytes, 'UTF8'), $1, $2), 'UTF8')
        where stream = $3 and seq = ${K} and convert_from(bytes, 'UTF8') like '%' || $1 || '%'`,
      [from, to, VICTIM],
    );
  },
});

/** What is tried, in the order of the table in docs/safety.md. */
export const ATTACKS: readonly Attack[] = [
  edit('flip a byte of the payload', '"decision":"allow"', '"decision":"axlow"'),
  {
    name: 'change the time of an event',
    async run(db) {
      await must(db, `update audit_events set at = at - interval '1 day' where stream = $1 and seq = ${K}`, [
        VICTIM,
      ]);
    },
  },
  {
    name: 'change the actor of an event',
    async run(db) {
      await must(
        db,
        `update audit_events set actor_id = 'human:nobody',
                bytes = convert_to(regexp_replace(convert_from(bytes, 'UTF8'), '"actor_id":"[^"]*"', '"actor_id":"human:nobody"'), 'UTF8')
          where stream = $1 and seq = ${K}`,
        [VICTIM],
      );
    },
  },
  {
    name: 'delete a row in the middle',
    async run(db) {
      await must(db, `delete from audit_events where stream = $1 and seq = ${K}`, [VICTIM]);
    },
  },
  {
    name: 'cut a tail that is sealed, with its head',
    async run(db) {
      await cutFrom(db, K);
    },
  },
  {
    name: 'reorder two rows',
    async run(db) {
      await must(db, `update audit_events set seq = 999999 where stream = $1 and seq = ${K}`, [VICTIM]);
      await must(db, `update audit_events set seq = ${K} where stream = $1 and seq = ${K + 1}`, [VICTIM]);
      await must(db, `update audit_events set seq = ${K + 1} where stream = $1 and seq = 999999`, [VICTIM]);
    },
  },
  {
    name: 'append a forged row with a right chain hash, without the HMAC key',
    run: (db) => forge(db, '"2026-04-01T00:00:00.000000Z"'),
  },
  {
    name: 'delete a whole stream, with its head',
    async run(db) {
      await must(db, `delete from audit_events where stream = $1`, [VICTIM]);
      await must(db, `delete from audit_heads where stream = $1`, [VICTIM]);
    },
  },
  { name: 'rewrite from row k with a recomputed chain', run: (db) => rewrite(db, null) },
  {
    name: 'rewrite from row k with a recomputed chain and a stolen HMAC key',
    run: (db) => rewrite(db, STOLEN),
  },
  {
    name: 'fork: rewrite with the stolen key, and take the tree and its checkpoints away',
    async run(db) {
      await rewrite(db, STOLEN);
      await must(db, `delete from audit_checkpoints`);
      await must(db, `delete from audit_leaves`);
    },
  },
  {
    name: 'roll back to an old checkpoint: rows, tree and checkpoints after it gone',
    async run(db) {
      const { rows } = await db.query<{ size: string }>(`select min(size) as size from audit_checkpoints`);
      const size = rows[0]?.size ?? '0';
      await must(db, `delete from audit_checkpoints where size > $1`, [size]);
      await must(
        db,
        `with gone as (delete from audit_leaves where leaf_index >= $1 returning event_id)
         delete from audit_events where id in (select event_id from gone) or id not in (select event_id from audit_leaves)`,
        [size],
      );
      await db.query(
        `delete from audit_heads h where not exists (select from audit_events e where e.stream = h.stream)`,
      );
      await must(
        db,
        `update audit_heads h set (seq, row_hash) = (select e.seq, e.row_hash from audit_events e where e.stream = h.stream order by e.seq desc limit 1)`,
      );
    },
  },
  {
    name: 'swap the key: sign a forged row with a key of one’s own, under a new key id',
    async run(db) {
      await rewrite(db, { id: 'mine', secret: Buffer.alloc(32, 1) });
    },
  },
  {
    name: 'backdate: append a row through audit_append with another time',
    async run(db) {
      const { rows } = await db.query<{ seq: string }>(`select seq from audit_head($1)`, [VICTIM]);
      const bytes = Buffer.from(
        `{"at":"2026-03-31T12:00:00.000000Z","event_type":"DECISION","stream":"${VICTIM}"}`,
      );
      await db.query(`select audit_append($1, $2, $3, 'test', $4)`, [
        VICTIM,
        String(BigInt(rows[0]?.seq ?? '0') + 1n),
        bytes,
        Buffer.alloc(32),
      ]);
    },
  },
  {
    name: 'duplicate JSON keys: bytes that two readers read differently',
    async run(db) {
      await rewrite(db, STOLEN, (text) => text.replace('{', '{"decision":"allow",'));
    },
  },
  {
    name: 'disable the triggers and rules, then edit',
    async run(db) {
      await db.query(`alter table audit_events disable trigger all`);
      await db.query(`alter table audit_events disable rule audit_no_update`);
      await must(db, `update audit_events set decision = 'deny' where stream = $1 and seq = ${K}`, [VICTIM]);
    },
  },
  {
    name: 'session_replication_role = replica, then edit',
    async run(db) {
      await db.query(`set session_replication_role = replica`);
      await must(db, `update audit_events set decision = 'deny' where stream = $1 and seq = ${K}`, [VICTIM]);
    },
  },
  {
    name: 'TRUNCATE',
    async run(db) {
      await db.query(`truncate audit_events, audit_heads`);
    },
  },
  {
    name: 'drop the table and make it again, empty',
    async run(db) {
      await db.query(`create table copy_of_events (like audit_events including all)`);
      await db.query(`drop table audit_events cascade`);
      await db.query(`alter table copy_of_events rename to audit_events`);
      await db.query(`delete from audit_heads`);
      await db.query(`grant select on audit_events to closegate_engine, closegate_auditor`);
    },
  },
  {
    name: 'cut the tail that no checkpoint covers yet, with its head',
    async run(db) {
      const { rows } = await db.query<{ seq: string }>(
        `select min(e.seq) as seq from audit_events e
          where e.stream = $1 and not exists (select from audit_leaves l where l.event_id = e.id)`,
        [VICTIM],
      );
      await cutFrom(db, Number.parseInt(rows[0]?.seq ?? '', 10));
    },
  },
];

/** The key that the books were written with: what somebody has who broke into a process as well. */
export const STOLEN = { id: 'test', secret: Buffer.alloc(32, 7) };

async function cutFrom(db: Client, seq: number): Promise<void> {
  await must(db, `delete from audit_events where stream = $1 and seq >= $2`, [VICTIM, seq]);
  await must(
    db,
    `update audit_heads h set (seq, row_hash) = (select e.seq, e.row_hash from audit_events e where e.stream = h.stream order by e.seq desc limit 1)
      where stream = $1`,
    [VICTIM],
  );
}

async function forge(db: Client, at: string): Promise<void> {
  const { rows } = await db.query<{ seq: string; row_hash: Buffer }>(
    `select seq, row_hash from audit_heads where stream = $1`,
    [VICTIM],
  );
  const head = rows[0];
  if (!head) throw new Error('the stream is not there');
  const seq = BigInt(head.seq) + 1n;
  const bytes = Buffer.from(`{"at":${at},"decision":"allow","event_type":"DECISION","stream":"${VICTIM}"}`);
  const hash = rowHash(VICTIM, seq, head.row_hash, bytes);
  await must(
    db,
    `insert into audit_events (stream, seq, at, event_type, decision, bytes, prev_hash, row_hash, key_id, hmac)
     values ($1, $2, $3::timestamptz, 'DECISION', 'allow', $4, $5, $6, 'test', $7)`,
    [VICTIM, String(seq), JSON.parse(at), bytes, head.row_hash, hash, Buffer.alloc(32, 9)],
  );
  await must(db, `update audit_heads set seq = $2, row_hash = $3 where stream = $1`, [
    VICTIM,
    String(seq),
    hash,
  ]);
}

/** Rewrites the stream from row K on: other bytes there, and every hash behind it made anew. */
async function rewrite(
  db: Client,
  key: { id: string; secret: Buffer } | null,
  change: (text: string) => string = (text) => text.replace('"session_id":"', '"session_id":"x'),
): Promise<void> {
  const { rows } = await db.query<{
    seq: string;
    bytes: Buffer;
    prev_hash: Buffer;
    row_hash: Buffer;
    session_id: string;
  }>(`select seq, bytes, prev_hash, row_hash, session_id from audit_events where stream = $1 order by seq`, [
    VICTIM,
  ]);
  let prev = genesisHash(VICTIM);
  for (const row of rows) {
    const seq = BigInt(row.seq);
    const text = row.bytes.toString('utf8');
    const bytes = seq === BigInt(K) ? Buffer.from(change(text)) : row.bytes;
    const hash = rowHash(VICTIM, seq, prev, bytes);
    if (seq >= BigInt(K)) {
      await must(
        db,
        `update audit_events set bytes = $3, prev_hash = $4, row_hash = $5, hmac = coalesce($6, hmac), key_id = coalesce($7, key_id),
                session_id = convert_from($3, 'UTF8')::jsonb ->> 'session_id', decision = convert_from($3, 'UTF8')::jsonb ->> 'decision'
          where stream = $1 and seq = $2`,
        [VICTIM, row.seq, bytes, prev, hash, key && hmacOf(key.secret, seq, prev, bytes), key?.id ?? null],
      );
    }
    prev = hash;
  }
  await must(db, `update audit_heads set row_hash = $2 where stream = $1`, [VICTIM, prev]);
}

// As ledger/audit.ts describes it; written down a second time, as an attacker would.
function hmacOf(secret: Buffer, seq: bigint, prev: Buffer, bytes: Buffer): Buffer {
  const [length, position] = [Buffer.alloc(4), Buffer.alloc(8)];
  length.writeInt32BE(Buffer.byteLength(VICTIM));
  position.writeBigInt64BE(seq);
  return createHmac('sha256', secret)
    .update('closegate/audit/hmac/v1\0')
    .update(length)
    .update(VICTIM)
    .update(position)
    .update(prev)
    .update(bytes)
    .digest();
}

async function must(db: Client, text: string, values: unknown[] = []): Promise<void> {
  const { rowCount } = await db.query(text, values);
  if (!rowCount) throw new Error(`the attack hit nothing: ${text.slice(0, 80)}`);
}
