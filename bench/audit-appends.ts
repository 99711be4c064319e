import { sql } from 'kysely';
import { type AuditEvent, record } from '../ledger/audit.ts';
import type { Db } from '../ledger/connect.ts';
import { BENCH_KEY } from './audit-log.ts';

/** One transaction that writes one event, in some way. */
export type Append = (db: Db, stream: string, number: number) => Promise<unknown>;

/** The same columns, indexes and bytes; no head, no hash, no HMAC. And a row per stream to be locked, as a head is. */
export async function preparePlain(admin: Db, streams: number): Promise<void> {
  await sql`create table plain_events (like audit_events including defaults including identity including indexes including constraints)`.execute(
    admin,
  );
  await sql`create table plain_locks as select 'bench/' || n as stream, now() as at from generate_series(0, ${streams - 1}) as s (n)`.execute(
    admin,
  );
  await sql`alter table plain_locks add primary key (stream)`.execute(admin);
  await sql`grant insert on plain_events to closegate_engine`.execute(admin);
  await sql`grant select, update on plain_locks to closegate_engine`.execute(admin);
}

/** So many appends by so many writers at once. @returns how many a second. */
export async function appendsPerSecond(
  db: Db,
  { writers, streams, count }: { writers: number; streams: number; count: number },
  append: Append,
): Promise<number> {
  let left = count;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        await append(db, `bench/${left % streams}`, left);
      }
    }),
  );
  return count / ((performance.now() - began) / 1000);
}

/** The log's own way: begin, take the head, append, commit. */
export const chained: Append = (db, stream, number) =>
  db.transaction().execute((tx) => record(tx, BENCH_KEY, stream, eventOf(number)));

/** A bare insert: begin, insert, commit. One round trip less than anybody has who must lock what they decide about. */
export const plain: Append = (db, stream, number) =>
  db.transaction().execute((tx) => insertPlain(number, stream).execute(tx));

/** The same insert by a caller who locks first, as whoever decides must: begin, lock, insert, commit. */
export const plainLocked: Append = (db, stream, number) =>
  db.transaction().execute(async (tx) => {
    await sql`select stream, at from plain_locks where stream = ${stream} for update`.execute(tx);
    await insertPlain(number, stream).execute(tx);
  });

let plainSeq = 0;

function insertPlain(number: number, stream: string) {
  const event = eventOf(number);
  const bytes = Buffer.from(JSON.stringify(event));
  const hash = Buffer.alloc(32, 1);
  const seq = (plainSeq += 1);
  return sql`
    insert into plain_events (stream, seq, at, event_type, actor_id, principal, session_id, tool_call_id, action, decision,
                              entity, period, account, amount_usd, bytes, prev_hash, row_hash, key_id, hmac)
    values (${stream}, ${seq}, now(), ${event.event_type}, ${event.actor_id}, ${event.principal}, ${event.session_id},
            ${event.tool_call_id}, ${event.action}, ${event.decision}, ${event.entity}, ${event.period}, ${event.account},
            ${event.amount_usd}, ${bytes}, ${hash}, ${hash}, 'bench', ${hash})`;
}

function eventOf(number: number): AuditEvent {
  return {
    event_type: 'DECISION',
    actor_id: 'llm:recon-operator',
    principal: 'human:ana.ruiz',
    session_id: 'bench',
    tool_call_id: String(number),
    action: 'PROPOSE',
    decision: 'allow',
    clauses: [],
    entity: 'US',
    period: '2026-03',
    account: '1010',
    amount_usd: '1000.00',
    detail: { args: { item_ids: ['1', '2'], rationale: 'Same amount on the same day.' } },
  };
}
