import { sql } from 'kysely';
import type { Receipt } from '../audit.ts';
import type { Db } from '../connect.ts';
import type { Breaches } from './finding.ts';

/** A receipt that somebody else kept, and where. */
export type ReceiptCopy = Receipt & { readonly place: string };

// A receipt inside a text inside a payload is as deep as ours go; more would be somebody's trick.
const DEEPEST = 40;

/**
 * All receipts in a workflow's history, wherever they stand: in payloads (bytes, or base64 as in a history written as
 * JSON), in texts that are JSON themselves.
 */
export function* receiptsIn(value: unknown, depth = 0): Generator<Receipt> {
  if (depth > DEEPEST || value === null || value === undefined) return;
  if (typeof value === 'string') {
    if (value.includes('row_hash')) yield* receiptsIn(parsed(value), depth + 1);
    return;
  }
  if (typeof value !== 'object') return;
  if (value instanceof Uint8Array) {
    yield* receiptsIn(Buffer.from(value).toString('utf8'), depth + 1);
    return;
  }
  if (isReceipt(value)) yield { stream: value.stream, seq: value.seq, row_hash: value.row_hash };
  for (const [name, inner] of Object.entries(value)) {
    const encoded = name === 'data' && typeof inner === 'string';
    yield* receiptsIn(encoded ? Buffer.from(inner, 'base64').toString('utf8') : inner, depth + 1);
  }
}

const BATCH = 1_000;

/** Compares receipts with the log. @returns how many there were. */
export async function compareReceipts(
  db: Db,
  receipts: AsyncIterable<ReceiptCopy>,
  breaches: Breaches,
): Promise<bigint> {
  let count = 0n;
  let batch: ReceiptCopy[] = [];
  const flush = async () => {
    count += BigInt(batch.length);
    await compareBatch(db, batch, breaches);
    batch = [];
  };
  for await (const receipt of receipts) if (batch.push(receipt) >= BATCH) await flush();
  await flush();
  return count;
}

interface Found {
  readonly stream: string;
  readonly seq: string;
  readonly row_hash: string;
  readonly place: string;
  readonly found: string | null;
  readonly at: string | null;
  readonly leaf_index: string | null;
  readonly last: string | null;
}

async function compareBatch(db: Db, batch: readonly ReceiptCopy[], breaches: Breaches): Promise<void> {
  const { rows } = await sql<Found>`
    select r.*, encode(e.row_hash, 'hex') as found, audit_time(e.at) as at, l.leaf_index,
           (select max(f.seq) from audit_events f where f.stream = r.stream) as last
      from jsonb_to_recordset(${JSON.stringify(batch)}::jsonb) as r (stream text, seq bigint, row_hash text, place text)
      left join audit_events e on e.stream = r.stream and e.seq = r.seq
      left join audit_leaves l on l.event_id = e.id
     where encode(e.row_hash, 'hex') is distinct from r.row_hash
     order by r.stream, r.seq`.execute(db);
  for (const { stream, seq, place, found, at, leaf_index: leaf, last } of rows) {
    const about = { stream, seq, since: at, leaf: leaf === null ? null : BigInt(leaf) };
    if (found !== null)
      breaches.add({
        ...about,
        kind: 'rewritten',
        finding: `${place} has a receipt with another hash: history was rewritten`,
      });
    else if (last === null)
      breaches.add({
        ...about,
        kind: 'stream deleted',
        finding: `${place} has a receipt of this event, and the stream has none: it was deleted`,
      });
    else {
      const kind = BigInt(seq) > BigInt(last) ? ('tail cut' as const) : ('deleted' as const);
      breaches.add({
        ...about,
        kind,
        finding: `${place} has a receipt of this event, and it is not in the log (the stream ends at ${last})`,
      });
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isReceipt(value: object): value is Receipt {
  const { stream, seq, row_hash: hash } = value as Record<string, unknown>;
  return (
    typeof stream === 'string' &&
    typeof seq === 'string' &&
    /^[1-9]\d{0,18}$/.test(seq) &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash)
  );
}
