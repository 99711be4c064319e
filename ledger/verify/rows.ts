import { isUtf8 } from 'node:buffer';
import canonicalize from 'canonicalize';

/** An audit row as a source gives it: the database, or an export. Hashes in hex. */
export interface AuditRow {
  readonly stream: string;
  readonly seq: bigint;
  /** ISO 8601 in UTC with microseconds. */
  readonly at: string;
  /** They hold while the row is looked at; a source may use their memory again. */
  readonly bytes: Buffer;
  readonly prev_hash: string;
  readonly row_hash: string;
  readonly key_id: string;
  readonly hmac: string;
  /** Its place in the tree; null when no seal has come by yet. */
  readonly leaf_index: bigint | null;
  /** What the table's {@link COLUMNS} say, then its codes with spaces between, where the source has columns. */
  readonly columns: readonly (string | null)[] | null;
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
  return isCanonical(text, event) ? (event as Record<string, unknown>) : null;
}

// Writing back what was read shows duplicate keys, other spacing and other escapes. Keys that look like numbers come back
// in another order, and half a surrogate pair as it was, so that only the slow way can tell.
function isCanonical(text: string, event: object): boolean {
  if (JSON.stringify(event) === text && isSorted(event) && !text.includes('\\ud')) return true;
  try {
    return canonicalize(event) === text;
  } catch {
    return false; // Half a surrogate pair has no canonical form.
  }
}

/** The first thing that a row's place or columns say otherwise than its bytes; null when nothing does. */
export function columnDifference(row: AuditRow, event: Readonly<Record<string, unknown>>): string | null {
  if (event['stream'] !== row.stream) return 'stream';
  if (event['at'] !== row.at) return 'at';
  const { columns } = row;
  if (columns === null) return null;
  let at = 0;
  for (const column of COLUMNS) {
    if ((columns[at] ?? null) !== (event[column] ?? null)) return column;
    at += 1;
  }
  return columns[COLUMNS.length] === codesOf(event['clauses']) ? null : 'codes';
}

function codesOf(clauses: unknown): string {
  if (!Array.isArray(clauses)) return '';
  return clauses.map((clause: { code?: unknown } | null) => String(clause?.code)).join(' ');
}

function isSorted(value: object): boolean {
  if (Array.isArray(value)) return value.every((one) => !isNested(one) || isSorted(one));
  let before: string | null = null;
  const said = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(said)) {
    // RFC 8785 sorts by UTF-16 code units, which is how JavaScript compares strings.
    if (before !== null && before >= key) return false;
    const inner = said[key];
    if (isNested(inner) && !isSorted(inner)) return false;
    before = key;
  }
  return true;
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;
