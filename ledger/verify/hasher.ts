import { createHmac, hash } from 'node:crypto';

const ROW = Buffer.from('closegate/audit/row/v1\0');
const HMAC = Buffer.from('closegate/audit/hmac/v1\0');
const DIGEST = 32;
const POSITION = 8;

/**
 * Recomputes row hashes and HMACs of one stream after another. The same digests as `rowHash` and `rowHmac`, with the
 * message laid out in one buffer that is used again, which is what makes a long log fast to check.
 */
export class RowHasher {
  #scratch = Buffer.alloc(16_384);
  #stream: string | null = null;
  #framed = Buffer.alloc(0);

  /** SHA-256 over domain, previous hash, position, stream and bytes. */
  row(stream: string, seq: bigint, prevHash: Buffer, bytes: Buffer): Buffer {
    const framed = this.#frame(stream);
    const length = ROW.length + DIGEST + POSITION + framed.length + bytes.length;
    const message = this.#room(length);
    let at = ROW.copy(message);
    at += prevHash.copy(message, at, 0, DIGEST);
    at = message.writeBigUInt64BE(seq, at);
    at += framed.copy(message, at);
    bytes.copy(message, at);
    return hash('sha256', message.subarray(0, length), 'buffer');
  }

  /** HMAC-SHA256 over domain, stream, position, previous hash and bytes. */
  hmac(secret: Buffer, stream: string, seq: bigint, prevHash: Buffer, bytes: Buffer): Buffer {
    const framed = this.#frame(stream);
    const length = HMAC.length + framed.length + POSITION + DIGEST + bytes.length;
    const message = this.#room(length);
    let at = HMAC.copy(message);
    at += framed.copy(message, at);
    at = message.writeBigUInt64BE(seq, at);
    at += prevHash.copy(message, at, 0, DIGEST);
    bytes.copy(message, at);
    return createHmac('sha256', secret).update(message.subarray(0, length)).digest();
  }

  #frame(stream: string): Buffer {
    if (stream !== this.#stream) {
      const name = Buffer.from(stream, 'utf8');
      const length = Buffer.alloc(4);
      length.writeInt32BE(name.length);
      this.#framed = Buffer.concat([length, name]);
      this.#stream = stream;
    }
    return this.#framed;
  }

  #room(length: number): Buffer {
    if (length > this.#scratch.length) this.#scratch = Buffer.alloc(2 * length);
    return this.#scratch;
  }
}
