import type { Selectable } from 'kysely';
import type { Db } from './connect.ts';
import type { AuditEventsTable } from './database.ts';
import { type AuditKey, genesisHash, rowHash, rowHmac, sameDigest } from './audit.ts';

/** A row that is not what it was, and what kind of change that looks like. */
export interface Breach {
  readonly stream: string;
  readonly seq: string;
  readonly finding: string;
}

export interface Verification {
  readonly verdict: 'intact' | 'broken' | 'cannot tell';
  readonly events: bigint;
  readonly streams: bigint;
  readonly breaches: readonly Breach[];
  /** Why nothing can be told, when the verdict says so. */
  readonly reason: string | null;
}

const BATCH = 5_000;
const MAX_BREACHES = 100;

/**
 * Recomputes every chain from its first row: order, links, hashes, HMACs, and that the stored head is the last row.
 * Reads in batches, so memory stays flat however long the log is.
 * @param key the HMAC key, or null when it is not at hand: chains are then checked, but a forger could have made them.
 * @param onlyStream one stream, or null for all.
 */
export async function verifyAudit(
  db: Db,
  key: AuditKey | null,
  onlyStream: string | null = null,
): Promise<Verification> {
  const breaches: Breach[] = [];
  const heads = await db
    .selectFrom('audit_heads')
    .select(['stream', 'seq', 'row_hash'])
    .$if(onlyStream !== null, (query) => query.where('stream', '=', onlyStream ?? ''))
    .execute();
  const expected = new Map(heads.map((head) => [head.stream, head]));
  const seen = new Map<string, { seq: bigint; hash: Buffer }>();
  let events = 0n;
  let unknownKey = false;

  for await (const row of rows(db, onlyStream)) {
    events += 1n;
    const last = seen.get(row.stream) ?? { seq: 0n, hash: genesisHash(row.stream) };
    const seq = BigInt(row.seq);
    const breach = (finding: string) => breaches.push({ stream: row.stream, seq: row.seq, finding });
    if (seq !== last.seq + 1n)
      breach(`expected seq ${last.seq + 1n}: rows were deleted, inserted or reordered`);
    if (!sameDigest(row.prev_hash, last.hash))
      breach('does not build on the row before it: history was cut or rewritten');
    if (!sameDigest(row.row_hash, rowHash(row.stream, seq, row.prev_hash, row.bytes))) {
      breach('its bytes are not the ones that were hashed: the event was edited');
    }
    if (key?.id === row.key_id) {
      const hmac = rowHmac(key.secret, row.stream, seq, row.prev_hash, row.bytes);
      if (!sameDigest(row.hmac, hmac))
        breach('was not written by a holder of the audit key: forged or edited');
    } else unknownKey = true;
    const difference = columnDifference(row);
    if (difference) breach(`column ${difference} says something else than the recorded bytes`);
    seen.set(row.stream, { seq, hash: row.row_hash });
    if (breaches.length >= MAX_BREACHES) break;
  }
  for (const [stream, head] of expected) {
    const last = seen.get(stream);
    if (head.seq !== String(last?.seq ?? 0n) && breaches.length < MAX_BREACHES) {
      breaches.push({
        stream,
        seq: head.seq,
        finding: `the chain ends at ${last?.seq ?? 0n}: its tail was cut off`,
      });
    }
  }
  const reason =
    events === 0n
      ? 'there are no events'
      : unknownKey
        ? 'rows are signed with a key that is not at hand'
        : null;
  const verdict = breaches.length > 0 ? 'broken' : reason ? 'cannot tell' : 'intact';
  return {
    verdict,
    events,
    streams: BigInt(seen.size),
    breaches,
    reason: breaches.length > 0 ? null : reason,
  };
}

async function* rows(db: Db, onlyStream: string | null): AsyncGenerator<Selectable<AuditEventsTable>> {
  let after: { stream: string; seq: string } | null = null;
  for (;;) {
    const from: { stream: string; seq: string } | null = after;
    const batch: Selectable<AuditEventsTable>[] = await db
      .selectFrom('audit_events')
      .selectAll()
      .$if(onlyStream !== null, (query) => query.where('stream', '=', onlyStream ?? ''))
      .$if(from !== null, (query) =>
        query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('stream', 'seq'), '>', tuple(from?.stream ?? '', from?.seq ?? '0')),
        ),
      )
      .orderBy('stream')
      .orderBy('seq')
      .limit(BATCH)
      .execute();
    yield* batch;
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    after = { stream: last.stream, seq: last.seq };
  }
}

const COLUMNS = [
  ...[
    'event_type',
    'actor_id',
    'principal',
    'session_id',
    'tool_call_id',
    'action',
    'decision',
    'policy_hash',
  ],
  ...['subject', 'entity', 'period', 'account', 'amount_usd', 'stream'],
] as const;

function columnDifference(row: { bytes: Buffer; at: Date } & Record<string, unknown>): string | null {
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(row.bytes.toString('utf8')) as Record<string, unknown>;
  } catch {
    return 'bytes (not JSON)';
  }
  for (const column of COLUMNS) if ((row[column] ?? null) !== (event[column] ?? null)) return column;
  // The driver's Date has milliseconds, the bytes have microseconds.
  if (typeof event['at'] !== 'string' || !event['at'].startsWith(row.at.toISOString().slice(0, -1)))
    return 'at';
  return null;
}
