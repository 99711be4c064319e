import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What may stand in a recorded document. Whole numbers only: amounts are decimal strings. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The one byte form of a JSON value, by RFC 8785 (sorted keys, shortest numbers, no space). */
export function canonicalBytes(value: Json): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only JSON values have canonical bytes');
  return Buffer.from(text, 'utf8');
}

/** SHA-256 over the canonical bytes, in hex. */
export function hashOf(value: Json): string {
  return createHash('sha256').update(canonicalBytes(value)).digest('hex');
}
