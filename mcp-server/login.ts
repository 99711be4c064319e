// For its types: the SDK tells Express that a request may carry `auth`.
import type {} from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { Request, RequestHandler, Response } from 'express';
import { findActors } from '../ledger/actors.ts';
import type { Door } from '../ledger/door.ts';
import { recordAccess } from './access.ts';
import { type Caller, type IdentityConfig, LoginRefused, verifyToken } from './identity.ts';
import { KeysUnavailable } from './key-set.ts';
import { type ProxyTrust, ACTOR_HEADER, believeProxy, otherActorNamed, printable } from './proxy-header.ts';
import type { Strangers } from './strangers.ts';

/** Whom the server believes. With neither it serves nobody. */
export interface Trust {
  /** Tokens signed by these keys; null: no token is accepted. */
  readonly identity: IdentityConfig | null;
  /** A proxy that names people; null: no header is believed. */
  readonly proxy: ProxyTrust | null;
}

/**
 * Who may speak to the server: the bearer of a good token as the actor that it names, and a person whom a trusted proxy
 * names. Every refusal is 401 (503 when the keys cannot be had) and leaves an audit row. The SDK's `requireBearerAuth`
 * is not used: it refuses calls without a token before they can be audited, and knows neither the proxy nor 503.
 */
export function login(door: Door, trust: Trust, strangers: Strangers): RequestHandler {
  return async (request, response, next) => {
    let auth: AuthInfo & { extra: { caller: Caller } };
    try {
      auth = await signIn(door, trust, request);
    } catch (error) {
      if (!(error instanceof LoginRefused || error instanceof KeysUnavailable)) throw error;
      const claimed = error instanceof LoginRefused ? error.claimed : null;
      await strangers.refused({
        event: 'LOGIN_FAILED',
        reason: error.message,
        claimed: claimed ?? namedIn(trust.proxy, request),
        peer: peerOf(request),
      });
      if (error instanceof LoginRefused) refuse(response, 'invalid_token', error.message);
      else unavailable(response, error.message);
      return;
    }
    const { caller } = auth.extra;
    const claimed = otherActorNamed(trust.proxy, request, caller.actorId);
    if (claimed !== null) {
      // A proxy that names another actor than the token does is misconfigured or being misused; neither may go on.
      const reason = 'a header names another actor than the one who signed in';
      await recordAccess(door, 'IDENTITY_CONFUSION', {
        caller,
        detail: { reason, claimed, peer: peerOf(request) },
      });
      return refuse(response, 'identity_confusion', reason);
    }
    request.auth = auth;
    next();
  };
}

/** Who signed in. Only behind {@link login}. */
export function callerOf(auth: AuthInfo | undefined): Caller {
  const caller = auth?.extra?.['caller'] as Caller | undefined;
  if (!caller) throw new Error('a request came through without a login');
  return caller;
}

/** The address at the other end of the connection, for the audit log. */
export function peerOf(request: Request): string {
  return request.socket.remoteAddress ?? 'gone';
}

async function signIn(door: Door, { identity, proxy }: Trust, request: Request) {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    if (proxy && request.headers[proxy.actorHeader] !== undefined) {
      const caller = believeProxy(proxy, request);
      await requireActive(door, caller);
      return { token: '', clientId: caller.actorId, scopes: [], extra: { caller } };
    }
    throw new LoginRefused(
      identity || proxy ? missing(identity, request) : 'the server has no way to know anybody',
    );
  }
  const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw new LoginRefused('the authorization is not a bearer token');
  if (!identity) {
    throw new LoginRefused(
      proxy ? 'the server has no keys to check tokens with' : 'the server has no way to know anybody',
    );
  }
  const { expiresAt, ...caller } = await verifyToken(identity, token);
  await requireActive(door, caller);
  return { token, clientId: caller.actorId, scopes: [], expiresAt, extra: { caller } };
}

function missing(identity: IdentityConfig | null, request: Request): string {
  if (request.headers[ACTOR_HEADER] !== undefined) return 'no token; the actor header is not believed here';
  return identity ? 'no token' : 'no token and no actor header';
}

async function requireActive(door: Door, { actorId, agent }: Caller): Promise<void> {
  const actors = await findActors(door.db, agent === null ? [actorId] : [actorId, agent]);
  const actor = actors.get(actorId);
  if (!actor) throw new LoginRefused('the actor is not registered', actorId);
  if (!actor.active) throw new LoginRefused('the actor is not active', actorId);
  // An agent is the name of a process and need not be registered; one that was deactivated is out, under any name.
  if (agent !== null && actors.get(agent)?.active === false)
    throw new LoginRefused('the acting agent is not active', actorId);
}

function namedIn(proxy: ProxyTrust | null, request: Request): string | null {
  return printable(request.headers[proxy?.actorHeader ?? ACTOR_HEADER] ?? request.headers[ACTOR_HEADER]);
}

function refuse(response: Response, error: string, reason: string): void {
  response
    .status(401)
    .set('WWW-Authenticate', `Bearer error="${error}", error_description="${reason}"`)
    .json({ error, error_description: reason });
}

function unavailable(response: Response, reason: string): void {
  response
    .status(503)
    .set('Retry-After', '30')
    .json({ error: 'temporarily_unavailable', error_description: reason });
}
