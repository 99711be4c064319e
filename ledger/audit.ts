import { createHash, hash } from 'node:crypto';
import { CompiledQuery, type Transaction } from 'kysely';
import type { Clause } from '../policy/contract.ts';
import { type JsonObject, canonicalBytes } from './canonical.ts';
import type { Database } from './database.ts';
import { hmacOfMasked, maskedKey } from './hmac.ts';
import { lastly } from './last-statement.ts';

/** The key of the audit log's HMAC. It lives outside the database, so that its owner cannot forge a row. */
export interface AuditKey {
  readonly id: string;
  readonly secret: Buffer;
}

/** What happened, before it has a place in a chain. Unknown or meaningless fields are left out. */
export interface AuditEvent {
  readonly event_type: string;
  readonly actor_id?: string;
  /** The agent that acted for the actor, where the transport names one. */
  readonly acting_agent?: string;
  readonly principal?: string;
  readonly session_id?: string;
  readonly tool_call_id?: string;
  readonly action?: string;
  readonly decision?: string;
  readonly clauses?: readonly Clause[];
  readonly policy_hash?: string;
  readonly subject?: string;
  readonly entity?: string;
  readonly period?: string;
  readonly account?: string;
  /** US dollars, a decimal string. */
  readonly amount_usd?: string;
  readonly detail?: JsonObject;
}

/** Where an event stands; it travels into the workflow's history, which makes that a second copy. */
export type Receipt = { readonly stream: string; readonly seq: string; readonly row_hash: string };

/** A stream's end, locked for the rest of the transaction. */
export interface Head {
  readonly stream: string;
  readonly seq: bigint;
  readonly rowHash: Buffer;
  /** This transaction's instant as the database tells it: UTC, microseconds. */
  readonly at: string;
}

/** Locks the stream until the transaction ends. Whoever decides about a reconciliation holds its stream. */
export async function lockHead(tx: Transaction<Database>, stream: string): Promise<Head> {
  const query = CompiledQuery.raw('select seq, row_hash, at from audit_head($1)', [stream]);
  const answer = await tx.executeQuery<{ seq: string; row_hash: Buffer; at: string }>(query);
  const row = answer.rows[0];
  if (!row) throw new Error(`audit_head(${stream}) gave no row`);
  return { stream, seq: BigInt(row.seq), rowHash: row.row_hash, at: row.at };
}

/** An event with its place in the chain, ready for `audit_append`. */
export interface Prepared {
  readonly receipt: Receipt;
  readonly seq: bigint;
  readonly bytes: Buffer;
  readonly hmac: Buffer;
  /** The head behind it, for a transaction that appends more. */
  readonly head: Head;
}

/** Puts an event behind a locked head: its canonical bytes, its HMAC, and the receipt that the database will agree with. */
export function prepareAppend(key: AuditKey, head: Head, event: AuditEvent): Prepared {
  const seq = head.seq + 1n;
  const bytes = canonicalBytes({ ...event, stream: head.stream, at: head.at } as unknown as JsonObject);
  const hash = rowHash(head.stream, seq, head.rowHash, bytes);
  return {
    receipt: { stream: head.stream, seq: seq.toString(), row_hash: hash.toString('hex') },
    seq,
    bytes,
    hmac: rowHmac(key.secret, head.stream, seq, head.rowHash, bytes),
    head: { ...head, seq, rowHash: hash },
  };
}

/** Appends one event behind a locked head. A transaction that appends more uses the head it gives back. */
export async function append(
  tx: Transaction<Database>,
  key: AuditKey,
  head: Head,
  event: AuditEvent,
): Promise<{ receipt: Receipt; head: Head }> {
  const prepared = prepareAppend(key, head, event);
  const { seq, bytes, hmac } = prepared;
  await lastly(tx, 'select audit_append($1, $2, $3, $4, $5)', [head.stream, seq, bytes, key.id, hmac]);
  return prepared;
}

/** Locks a stream and appends a single event. */
export async function record(
  tx: Transaction<Database>,
  key: AuditKey,
  stream: string,
  event: AuditEvent,
): Promise<Receipt> {
  return (await append(tx, key, await lockHead(tx, stream), event)).receipt;
}

const [ROW_DOMAIN, HMAC_DOMAIN] = [
  Buffer.from('closegate/audit/row/v1\0'),
  Buffer.from('closegate/audit/hmac/v1\0'),
];

/** The hash before a stream's first row. */
export function genesisHash(stream: string): Buffer {
  return createHash('sha256').update(stream, 'utf8').digest();
}

/** SHA-256 over domain, previous hash, position, stream and bytes; the same as `audit_append` computes. */
export function rowHash(stream: string, seq: bigint, prevHash: Buffer, bytes: Buffer): Buffer {
  const message = [ROW_DOMAIN, prevHash, bigEndian64(seq), framed(stream), bytes];
  return Buffer.from(hash('sha256', Buffer.concat(message), 'hex'), 'hex');
}

/** HMAC-SHA256 over domain, stream, position, previous hash and bytes. */
export function rowHmac(
  secret: Buffer,
  stream: string,
  seq: bigint,
  prevHash: Buffer,
  bytes: Buffer,
): Buffer {
  const key = maskedKey(secret);
  const message = [key.inner, HMAC_DOMAIN, framed(stream), bigEndian64(seq), prevHash, bytes];
  return Buffer.from(hmacOfMasked(key, Buffer.concat(message)), 'hex');
}

function bigEndian64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function framed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
