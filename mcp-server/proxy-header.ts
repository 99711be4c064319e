import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACTOR_ID, type Caller, LoginRefused } from './identity.ts';
import { isLoopbackAddress } from './loopback.ts';

/** Where a proxy that has signed people in says who they are. */
export const ACTOR_HEADER = 'x-actor-id';
const SESSION_HEADER = 'x-session-id';
const SECRET_HEADER = 'x-closegate-proxy-secret';

const SHORTEST_SECRET = 32;
const HEADER_NAME = /^[a-z][a-z0-9-]{0,59}$/;
// They mean something already; a proxy passes them on as the caller sent them.
const TAKEN = ['authorization', 'cookie', 'host', 'origin', SECRET_HEADER];
const GIVEN_SESSION = /^[\x21-\x7e]{1,150}$/;

/** Which proxy is believed, and where it writes. */
export interface ProxyTrust {
  /** SHA-256 of the secret that the proxy sends; null when instead every peer on this machine is believed. */
  readonly secretHash: Buffer | null;
  readonly actorHeader: string;
  readonly sessionHeader: string;
}

/**
 * Reads `CLOSEGATE_TRUSTED_HEADER` (`loopback` or `secret`), `CLOSEGATE_PROXY_SECRET`, `CLOSEGATE_ACTOR_HEADER` and
 * `CLOSEGATE_SESSION_HEADER`.
 * @returns null when no header is trusted.
 * @throws when the settings say something else than one of the two modes.
 */
export function proxyTrustOf(env: Readonly<Record<string, string | undefined>>): ProxyTrust | null {
  const mode = env['CLOSEGATE_TRUSTED_HEADER'];
  const secret = env['CLOSEGATE_PROXY_SECRET'];
  if (!mode) return null;
  const names = {
    actorHeader: headerName(env, 'CLOSEGATE_ACTOR_HEADER', ACTOR_HEADER),
    sessionHeader: headerName(env, 'CLOSEGATE_SESSION_HEADER', SESSION_HEADER),
  };
  if (names.actorHeader === names.sessionHeader)
    throw new Error(`CLOSEGATE_ACTOR_HEADER and CLOSEGATE_SESSION_HEADER are both ${names.actorHeader}`);
  if (mode === 'loopback') {
    if (secret)
      throw new Error(
        'CLOSEGATE_PROXY_SECRET is set, but CLOSEGATE_TRUSTED_HEADER=loopback asks for none; set it to secret',
      );
    return { secretHash: null, ...names };
  }
  if (mode !== 'secret')
    throw new Error(`CLOSEGATE_TRUSTED_HEADER is "${mode.slice(0, 20)}", not loopback or secret`);
  if (!secret || secret.length < SHORTEST_SECRET || !/^[\x21-\x7e]+$/.test(secret))
    throw new Error(
      `CLOSEGATE_PROXY_SECRET must be at least ${SHORTEST_SECRET} printable characters; \`openssl rand -hex 32\` makes one`,
    );
  return { secretHash: sha256(secret), ...names };
}

/**
 * Whom the proxy has signed in. Only people come this way: a program holds a key of its own, and one that could reach
 * the proxy's side must not become anybody by naming them.
 * @throws {LoginRefused} when the peer is not the proxy, or the name is no person's.
 */
export function believeProxy(trust: ProxyTrust, request: IncomingMessage): Caller {
  const named = request.headers[trust.actorHeader];
  const claimed = printable(named);
  if (trust.secretHash === null) {
    if (!isLoopbackAddress(request.socket.remoteAddress))
      throw new LoginRefused('the actor header is believed from this machine only', claimed);
  } else {
    const sent = request.headers[SECRET_HEADER];
    if (typeof sent !== 'string')
      throw new LoginRefused('the actor header came without the proxy secret', claimed);
    // Hashes have one length, so the comparison takes one time whatever was sent.
    if (!timingSafeEqual(sha256(sent), trust.secretHash))
      throw new LoginRefused('the proxy secret is wrong', claimed);
  }
  if (typeof named !== 'string' || !ACTOR_ID.test(named))
    throw new LoginRefused('the actor header names no actor', claimed);
  if (!named.startsWith('human:'))
    throw new LoginRefused('the actor header names a program; programs need a token', claimed);
  const session = request.headers[trust.sessionHeader];
  if (session !== undefined && (typeof session !== 'string' || !GIVEN_SESSION.test(session)))
    throw new LoginRefused('the session header is not 1 to 150 printable characters', claimed);
  return {
    actorId: named,
    // Its own corner of the sessions: no header can name the session of a model's investigation or of somebody else.
    sessionId: session === undefined ? `proxy/${named}` : `proxy/${named}/${session}`,
    agent: null,
    reconciliation: null,
  };
}

/** An actor that a header names although somebody else has signed in; null when every name agrees. */
export function otherActorNamed(
  trust: ProxyTrust | null,
  request: IncomingMessage,
  actorId: string,
): string | null {
  const names = new Set([ACTOR_HEADER, trust?.actorHeader ?? ACTOR_HEADER]);
  for (const name of names) {
    const named = request.headers[name];
    if (named !== undefined && named !== actorId) return printable(named);
  }
  return null;
}

/** A header's value, fit for the audit log. */
export function printable(value: string | readonly string[] | undefined): string | null {
  if (value === undefined) return null;
  return String(value)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 120);
}

function headerName(
  env: Readonly<Record<string, string | undefined>>,
  setting: string,
  usual: string,
): string {
  const name = (env[setting] || usual).toLowerCase();
  if (!HEADER_NAME.test(name) || TAKEN.includes(name))
    throw new Error(`${setting} is "${name.slice(0, 60)}", not a header that can be used for it`);
  return name;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
