import { isUtf8 } from 'node:buffer';
import canonicalize from 'canonicalize';

/** An audit row as a source gives it: the database, or an export. */
export interface AuditRow {
  readonly stream: string;
  readonly seq: string;
  /** ISO 8601 in UTC with microseconds. */
  readonly at: string;
  readonly bytes: Buffer;
  readonly prev_hash: Buffer;
  readonly row_hash: Buffer;
  readonly key_id: string;
  readonly hmac: Buffer;
  /** Its place in the tree; null when no seal has come by yet. */
  readonly leaf_index: string | null;
  /** What the table's columns say, where the source has columns. */
  readonly columns: Readonly<Record<string, string | null>> | null;
}

/** The columns that repeat what the bytes say. */
export const COLUMNS = [
  'event_type',
  'actor_id',
  'acting_agent',
  'principal',
  'session_id',
  'tool_call_id',
  'action',
  'decision',
  'policy_hash',
  'subject',
  'entity',
  'period',
  'account',
  'amount_usd',
] as const;

/** Reads recorded bytes. @returns the event, or null when they are not the canonical form of a JSON object. */
export function parseRecorded(bytes: Buffer): Record<string, unknown> | null {
  if (!isUtf8(bytes)) return null;
  const text = bytes.toString('utf8');
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return null;
  // Writing back what was read shows duplicate keys, other spacing and other escapes. Keys that look like numbers come
  // back in another order, so that only the slow way can tell.
  const canonical =
    JSON.stringify(event) === text
      ? isSorted(event) || canonicalize(event) === text
      : canonicalize(event) === text;
  return canonical ? (event as Record<string, unknown>) : null;
}

/** The first thing that a row's place or columns say otherwise than its bytes; null when nothing does. */
export function columnDifference(row: AuditRow, event: Readonly<Record<string, unknown>>): string | null {
  if (event['stream'] !== row.stream) return 'stream';
  if (event['at'] !== row.at) return 'at';
  const { columns } = row;
  if (columns === null) return null;
  for (const column of COLUMNS) if ((columns[column] ?? null) !== (event[column] ?? null)) return column;
  return columns['codes'] === codesOf(event['clauses']) ? null : 'codes';
}

function codesOf(clauses: unknown): string {
  if (!Array.isArray(clauses)) return '';
  return clauses.map((clause: { code?: unknown }) => String(clause.code)).join(' ');
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let before: string | null = null;
  for (const [key, inner] of Object.entries(value)) {
    // RFC 8785 sorts by UTF-16 code units, which is how JavaScript compares strings.
    if ((before !== null && before >= key) || !isSorted(inner)) return false;
    before = key;
  }
  return true;
}
