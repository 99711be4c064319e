import {
  type JWTPayload,
  type ProtectedHeaderParameters,
  decodeProtectedHeader,
  errors,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import { ALGORITHMS, type KeySource, type SigningKey } from './key-set.ts';

/** Who calls, as a verified token or a trusted proxy says it. */
export interface Caller {
  readonly actorId: string;
  readonly sessionId: string;
  /** The program that acts for the actor (`act` of RFC 8693), when the token names one. It adds no authority. */
  readonly agent: string | null;
  /** The only reconciliation that this session may touch; null when the token does not narrow it. */
  readonly reconciliation: string | null;
}

/** What tokens must look like to be believed. */
export interface IdentityConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
}

/** A caller who is not believed. `reason` is fixed text, safe to send and to log. */
export class LoginRefused extends Error {
  override name = 'LoginRefused';
  /** Whom the caller claims to be; unverified. */
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

// How far the signer's clock and ours may differ.
const CLOCK_TOLERANCE_SECONDS = 5;
// A stolen machine token is useful for minutes; a person signs in once a working day.
const MAX_LIFETIME_SECONDS = { machine: 300, human: 43_200 };

/** The form of an actor's id. */
export const ACTOR_ID = /^(human|llm|engine):[a-z0-9._-]{1,100}$/;

/** What may stand in a session's id. */
export const SESSION_ID = /^[\x21-\x7e]{1,300}$/;

const claimsSchema = z.object({
  sub: z.string().regex(ACTOR_ID),
  sid: z.string().regex(SESSION_ID),
  rec: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional(),
  act: z.object({ sub: z.string().regex(ACTOR_ID) }).optional(),
  iat: z.int(),
  exp: z.int(),
});

/**
 * Who signed in with this token.
 * @throws {LoginRefused} when it is forged, expired, too long-lived, meant for others, or signed by a key that may not
 *   sign for that actor, or lets a program act as a person.
 * @throws {KeysUnavailable} when the key set cannot be had now.
 */
export async function verifyToken(
  config: IdentityConfig,
  token: string,
): Promise<Caller & { expiresAt: number }> {
  const signing = await signingKeyOf(config, token);
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
    throw new LoginRefused('the token lacks a valid sub, sid, rec, act, iat or exp claim');
  }
  const { sub, sid, rec, act, iat, exp } = claims.data;
  if (!maySignFor(signing, sub)) throw new LoginRefused('the key may not sign for this actor', sub);
  if (act) checkAgent(signing, sub, act.sub);
  const longest = MAX_LIFETIME_SECONDS[isPerson(sub) ? 'human' : 'machine'];
  if (exp - iat > longest) throw new LoginRefused(`the token lives longer than ${longest} seconds`, sub);
  if (iat > Math.floor(Date.now() / 1000) + CLOCK_TOLERANCE_SECONDS) {
    throw new LoginRefused('the token was issued in the future', sub);
  }
  return {
    actorId: sub,
    sessionId: sid,
    agent: act?.sub ?? null,
    reconciliation: rec ?? null,
    expiresAt: exp,
  };
}

// A person's authority is theirs alone: what a program does in their name would count as done by them. So `act` may only
// say which program is behind a program's own name.
function checkAgent(signing: SigningKey, sub: string, agent: string): void {
  if (isPerson(sub)) {
    throw new LoginRefused(
      isPerson(agent)
        ? 'the token lets one person act as another'
        : 'the token lets a program act as a person; a program signs in as itself',
      sub,
    );
  }
  if (isPerson(agent)) throw new LoginRefused('the token lets a person act as a program', sub);
  if (!maySignFor(signing, agent)) throw new LoginRefused('the key may not sign for this agent', sub);
}

function isPerson(actorId: string): boolean {
  return actorId.startsWith('human:');
}

function maySignFor(signing: SigningKey, actorId: string): boolean {
  return signing.subjects.some((allowed) =>
    allowed.endsWith(':') ? actorId.startsWith(allowed) : actorId === allowed,
  );
}

async function signingKeyOf(config: IdentityConfig, token: string): Promise<SigningKey> {
  let header: ProtectedHeaderParameters;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    throw new LoginRefused('the token is not a signed JWT');
  }
  if (!ALGORITHMS.some((accepted) => accepted === header.alg)) {
    throw new LoginRefused('the token is not signed with an accepted algorithm');
  }
  const signing = typeof header.kid === 'string' ? await config.keys.find(header.kid) : undefined;
  if (!signing) throw new LoginRefused('the token names no known signing key');
  return signing;
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') return 'the token is not valid yet';
    return `the claim ${error.claim} is missing or wrong`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is wrong';
  if (error instanceof errors.JOSEError) return 'the token is malformed or its algorithm is not accepted';
  throw error;
}
