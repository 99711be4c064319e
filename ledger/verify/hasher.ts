import { hash } from 'node:crypto';
import type { AuditKey } from '../audit.ts';
import { hmacOfMasked, maskedKey } from '../hmac.ts';
import type { AuditRow } from './rows.ts';

const ROW = Buffer.from('closegate/audit/row/v1\0');
const HMAC = Buffer.from('closegate/audit/hmac/v1\0');
const DIGEST = 32;
const POSITION = 8;
type Hashed = Pick<AuditRow, 'seq' | 'prev_hash' | 'bytes'>;

/** A stream's name with its length before it, as it is hashed with each of its rows. */
export type FramedName = Buffer;

export function framedName(stream: string): FramedName {
  const name = Buffer.from(stream, 'utf8');
  const length = Buffer.alloc(4);
  length.writeInt32BE(name.length);
  return Buffer.concat([length, name]);
}

/**
 * Recomputes row hashes and HMACs, in hex. The same digests as `rowHash` and `rowHmac`, with the message laid out in one
 * buffer that is used again, which is what makes a long log fast to check.
 */
export class RowHasher {
  #scratch = Buffer.alloc(16_384);

  /** SHA-256 over domain, previous hash, position, stream and bytes. @param seq the position to suppose. */
  row(framed: FramedName, { prev_hash: prev, bytes }: Hashed, seq: bigint): string {
    const length = ROW.length + DIGEST + POSITION + framed.length + bytes.length;
    const message = this.#room(length);
    let at = ROW.copy(message);
    at = this.#digest(message, prev, at);
    at = message.writeBigUInt64BE(BigInt.asUintN(64, seq), at);
    at += framed.copy(message, at);
    bytes.copy(message, at);
    return hash('sha256', message.subarray(0, length), 'hex');
  }

  /** HMAC-SHA256 over domain, stream, position, previous hash and bytes. */
  hmac(key: AuditKey, framed: FramedName, { seq, prev_hash: prev, bytes }: Hashed): string {
    const masked = maskedKey(key.secret);
    const length = masked.inner.length + HMAC.length + framed.length + POSITION + DIGEST + bytes.length;
    const message = this.#room(length);
    let at = masked.inner.copy(message);
    at += HMAC.copy(message, at);
    at += framed.copy(message, at);
    at = message.writeBigUInt64BE(BigInt.asUintN(64, seq), at);
    at = this.#digest(message, prev, at);
    bytes.copy(message, at);
    return hmacOfMasked(masked, message.subarray(0, length));
  }

  // What is not 32 bytes in hex leaves zeros, so that it hashes to something else than it says.
  #digest(message: Buffer, hex: string, at: number): number {
    if (hex.length !== 2 * DIGEST) message.fill(0, at, at + DIGEST);
    message.write(hex, at, DIGEST, 'hex');
    return at + DIGEST;
  }

  #room(length: number): Buffer {
    if (length > this.#scratch.length) this.#scratch = Buffer.alloc(2 * length);
    return this.#scratch;
  }
}
