import { readFileSync } from 'node:fs';
import { type CryptoKey, type JWK, importJWK } from 'jose';
import { z } from 'zod';

/** A public key and whom it may sign for. */
export interface SigningKey {
  readonly key: CryptoKey | Uint8Array;
  readonly algorithm: string;
  /** Actor ids, or prefixes that end in a colon (`llm:`). */
  readonly subjects: readonly string[];
}

/** Where signing keys are looked up. */
export interface KeySource {
  /**
   * The key of that id, or undefined when no such key may sign.
   * @throws {KeysUnavailable} when that cannot be told now.
   */
  find(kid: string): Promise<SigningKey | undefined>;
}

/** The key set cannot be had now, so nobody can be believed and nobody be refused for good. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
}

/** The algorithms that a key may sign with. */
export const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'] as const;

const jwksSchema = z.object({
  keys: z
    .array(
      z.looseObject({
        kid: z.string().min(1),
        kty: z.enum(['OKP', 'EC', 'RSA']),
        alg: z.enum(ALGORITHMS),
        closegate_subjects: z.array(z.string().regex(/^(human|llm|engine):[a-z0-9._-]*$/)).min(1),
      }),
    )
    .min(1),
});

/**
 * Reads the keys that may sign tokens, once.
 * @param path a JWK set; every key needs `kid`, `alg` and `closegate_subjects`, the actors that it may sign for.
 * @throws when the file cannot be read, holds a private or symmetric key, or a key says not for whom it signs.
 */
export async function keysFromFile(path: string): Promise<KeySource> {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path}: the key set cannot be read; name a JWK set in CLOSEGATE_JWKS_FILE`, { cause });
  }
  return fixedKeys(await keySetOf(raw, path));
}

/** A source whose keys never change. */
export function fixedKeys(keys: ReadonlyMap<string, SigningKey>): KeySource {
  return { find: async (kid) => keys.get(kid) };
}

/**
 * The keys of a parsed JWK set, by id.
 * @param where for messages
 * @throws as {@link keysFromFile} does.
 */
export async function keySetOf(jwks: unknown, where: string): Promise<ReadonlyMap<string, SigningKey>> {
  const parsed = jwksSchema.safeParse(jwks);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new Error(`${where}: not a key set for closegate (${issues})`);
  }
  const keys = new Map<string, SigningKey>();
  for (const jwk of parsed.data.keys) {
    if ('d' in jwk)
      throw new Error(`${where}: key ${jwk.kid} is a private key; only public keys belong here`);
    if (keys.has(jwk.kid)) throw new Error(`${where}: two keys are called ${jwk.kid}`);
    keys.set(jwk.kid, {
      key: await importJWK(jwk as JWK, jwk.alg),
      algorithm: jwk.alg,
      subjects: jwk.closegate_subjects,
    });
  }
  return keys;
}
