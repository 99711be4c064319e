import { hash } from 'node:crypto';
import type { AuditKey } from '../audit.ts';
import type { AuditRow } from './rows.ts';

const ROW = Buffer.from('closegate/audit/row/v1\0');
const HMAC = Buffer.from('closegate/audit/hmac/v1\0');
const DIGEST = 32;
const POSITION = 8;
// RFC 2104 over SHA-256: the key fills a block, masked once for the inner and once for the outer hash.
const BLOCK = 64;
const [INNER, OUTER] = [0x36, 0x5c];

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
 * Recomputes row hashes and HMACs, in hex. The same digests as `rowHash` and `rowHmac`. The
 * message is laid out in one buffer that is used again and hashed in one call; an HMAC is two such calls, which cost a
 * tenth of what the library's HMAC object does (measured on Node 24: 1 against 14 µs).
 */
export class RowHasher {
  #scratch = Buffer.alloc(16_384);
  #key: AuditKey | null = null;
  #inner = Buffer.alloc(BLOCK);
  readonly #outer = Buffer.alloc(BLOCK + DIGEST);

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
    this.#take(key);
    const length = BLOCK + HMAC.length + framed.length + POSITION + DIGEST + bytes.length;
    const message = this.#room(length);
    let at = this.#inner.copy(message);
    at += HMAC.copy(message, at);
    at += framed.copy(message, at);
    at = message.writeBigUInt64BE(BigInt.asUintN(64, seq), at);
    at = this.#digest(message, prev, at);
    bytes.copy(message, at);
    this.#outer.write(hash('sha256', message.subarray(0, length), 'binary'), BLOCK, 'binary');
    return hash('sha256', this.#outer, 'hex');
  }

  // What is not 32 bytes in hex leaves zeros, so that it hashes to something else than it says.
  #digest(message: Buffer, hex: string, at: number): number {
    if (hex.length !== 2 * DIGEST) message.fill(0, at, at + DIGEST);
    message.write(hex, at, DIGEST, 'hex');
    return at + DIGEST;
  }

  #take(key: AuditKey): void {
    if (key === this.#key) return;
    this.#key = key;
    const { secret } = key;
    const block = Buffer.alloc(BLOCK);
    (secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret).copy(block);
    this.#inner = Buffer.from(block.map((byte) => byte ^ INNER));
    Buffer.from(block.map((byte) => byte ^ OUTER)).copy(this.#outer);
  }

  #room(length: number): Buffer {
    if (length > this.#scratch.length) this.#scratch = Buffer.alloc(2 * length);
    return this.#scratch;
  }
}
