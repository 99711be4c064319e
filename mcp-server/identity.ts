import { readFileSync } from 'node:fs';
import {
  type CryptoKey,
  type JWK,
  type JWTPayload,
  decodeProtectedHeader,
  errors,
  importJWK,
  jwtVerify,
} from 'jose';
import { z } from 'zod';

/** Who calls, as a verified token says it. */
export interface Caller {
  readonly actorId: string;
  readonly sessionId: string;
  /** The only reconciliation that this session may touch; null when the token does not narrow it. */
  readonly reconciliation: string | null;
}

/** A public key and whom it may sign for. */
export interface SigningKey {
  readonly key: CryptoKey | Uint8Array;
  readonly algorithm: string;
  /** Actor ids, or prefixes that end in a colon (`llm:`). */
  readonly subjects: readonly string[];
}

/** What tokens must look like to be believed. */
export interface IdentityConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: ReadonlyMap<string, SigningKey>;
}

/** A token that is not believed. `reason` is fixed text, safe to send and to log. */
export class LoginRefused extends Error {
  override name = 'LoginRefused';
  /** Whom the token claims to be; unverified. */
  readonly claimed: string | null;

  constructor(reason: string, claimed: string | null = null) {
    super(reason);
    this.claimed = claimed;
  }
}

/** A call about books that the session's token does not cover. */
export class OutOfScope extends Error {
  override name = 'OutOfScope';
  readonly asked: string;
  readonly allowed: string;

  constructor(asked: string, allowed: string) {
    super("outside this session's reconciliation; nothing was done, and the attempt was recorded");
    this.asked = asked;
    this.allowed = allowed;
  }
}

/** @throws {OutOfScope} when the session is bound to another reconciliation. */
export function requireScope(caller: Caller, reconciliation: string): void {
  if (caller.reconciliation !== null && caller.reconciliation !== reconciliation) {
    throw new OutOfScope(reconciliation, caller.reconciliation);
  }
}

export const ISSUER = 'closegate';
export const AUDIENCE = 'closegate-mcp';

const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'] as const;
const CLOCK_TOLERANCE_SECONDS = 5;
// A stolen machine token is useful for minutes; a person signs in once a working day.
const MAX_LIFETIME_SECONDS = { machine: 300, human: 43_200 };

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

const claimsSchema = z.object({
  sub: z.string().regex(/^(human|llm|engine):[a-z0-9._-]{1,100}$/),
  sid: z.string().regex(/^[\x21-\x7e]{1,300}$/),
  rec: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional(),
  iat: z.int(),
  exp: z.int(),
});

/**
 * Reads the keys that may sign tokens.
 * @param path a JWK set; every key needs `kid`, `alg` and `closegate_subjects`, the actors that it may sign for.
 * @throws when the file cannot be read, holds a private or symmetric key, or a key says not for whom it signs.
 */
export async function loadIdentity(path: string, issuer: string = ISSUER): Promise<IdentityConfig> {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path}: the key set cannot be read; name a JWK set in CLOSEGATE_JWKS_FILE`, { cause });
  }
  return await identityOf(raw, path, issuer);
}

/** The same from a parsed JWK set; `where` is for messages. */
export async function identityOf(
  jwks: unknown,
  where: string,
  issuer: string = ISSUER,
): Promise<IdentityConfig> {
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
  return { issuer, audience: AUDIENCE, keys };
}

/**
 * Who signed in with this token.
 * @throws {LoginRefused} when it is forged, expired, too long-lived, meant for others, or signed by a key that may not
 *   sign for that actor.
 */
export async function verifyToken(
  config: IdentityConfig,
  token: string,
): Promise<Caller & { expiresAt: number }> {
  const signing = signingKeyOf(config, token);
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, signing.key, {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: [signing.algorithm],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'iat', 'sub', 'sid'],
    }));
  } catch (error) {
    throw new LoginRefused(reasonOf(error));
  }
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) {
    throw new LoginRefused('the token lacks a valid sub, sid, rec, iat or exp claim');
  }
  const { sub, sid, rec, iat, exp } = claims.data;
  if (
    !signing.subjects.some((allowed) => (allowed.endsWith(':') ? sub.startsWith(allowed) : sub === allowed))
  ) {
    throw new LoginRefused('the key may not sign for this actor', sub);
  }
  const longest = MAX_LIFETIME_SECONDS[sub.startsWith('human:') ? 'human' : 'machine'];
  if (exp - iat > longest) throw new LoginRefused(`the token lives longer than ${longest} seconds`, sub);
  if (iat > Math.floor(Date.now() / 1000) + CLOCK_TOLERANCE_SECONDS) {
    throw new LoginRefused('the token was issued in the future', sub);
  }
  return { actorId: sub, sessionId: sid, reconciliation: rec ?? null, expiresAt: exp };
}

function signingKeyOf(config: IdentityConfig, token: string): SigningKey {
  let kid: string | undefined;
  try {
    kid = decodeProtectedHeader(token).kid;
  } catch {
    throw new LoginRefused('the token is not a signed JWT');
  }
  const signing = kid === undefined ? undefined : config.keys.get(kid);
  if (!signing) throw new LoginRefused('the token names no known signing key');
  return signing;
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `the claim ${error.claim} is missing or wrong`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is wrong';
  if (error instanceof errors.JOSEError) return 'the token is malformed or its algorithm is not accepted';
  throw error;
}
