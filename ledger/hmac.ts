import { hash } from 'node:crypto';

// RFC 2104 over SHA-256: the key fills a block, masked once for the inner and once for the outer hash.
const BLOCK = 64;
const [INNER, OUTER] = [0x36, 0x5c];
const DIGEST = 32;

/** A key as HMAC-SHA256 puts it before what it signs. */
export interface MaskedKey {
  readonly inner: Buffer;
  /** With room for the inner digest behind it. */
  readonly outer: Buffer;
}

const masked = new WeakMap<Buffer, MaskedKey>();

/** The key's masks, made once a key. */
export function maskedKey(secret: Buffer): MaskedKey {
  const known = masked.get(secret);
  if (known) return known;
  const block = Buffer.alloc(BLOCK);
  (secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret).copy(block);
  const inner = Buffer.from(block.map((byte) => byte ^ INNER));
  const outer = Buffer.concat([Buffer.from(block.map((byte) => byte ^ OUTER)), Buffer.alloc(DIGEST)]);
  masked.set(secret, { inner, outer });
  return { inner, outer };
}

/**
 * HMAC-SHA256, in hex, of a message that begins with the key's inner mask. Two hash calls cost a tenth of the library's
 * HMAC object (measured on Node 24: 1 against 14 µs), which an append and every row of a verification would pay.
 */
export function hmacOfMasked({ outer }: MaskedKey, message: Buffer): string {
  outer.write(hash('sha256', message, 'binary'), BLOCK, 'binary');
  return hash('sha256', outer, 'hex');
}
