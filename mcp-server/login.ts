import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { RequestHandler } from 'express';
import { findActor } from '../ledger/actors.ts';
import type { Door } from '../ledger/door.ts';
import { recordAccess } from './access.ts';
import { type Caller, type IdentityConfig, LoginRefused, verifyToken } from './identity.ts';

/**
 * Who may speak to the server: only the bearer of a good token, as the actor that it names. Every refusal is 401 and
 * leaves an audit row.
 */
export function login(door: Door, identity: IdentityConfig): RequestHandler[] {
  const verifier = {
    async verifyAccessToken(token: string): Promise<AuthInfo> {
      try {
        const { expiresAt, ...caller } = await verifyToken(identity, token);
        const actor = await findActor(door.db, caller.actorId);
        if (!actor?.active)
          throw new LoginRefused('the actor is not registered or not active', caller.actorId);
        return { token, clientId: caller.actorId, scopes: [], expiresAt, extra: { caller } };
      } catch (error) {
        if (!(error instanceof LoginRefused)) throw error;
        await recordAccess(door, 'LOGIN_FAILED', {
          caller: null,
          detail: { reason: error.message, claimed: error.claimed },
        });
        throw new InvalidTokenError(error.message);
      }
    },
  };
  return [auditMissingToken(door), requireBearerAuth({ verifier }), refuseOtherName(door)];
}

/** Who signed in. Only behind {@link login}. */
export function callerOf(auth: AuthInfo | undefined): Caller {
  const caller = auth?.extra?.['caller'] as Caller | undefined;
  if (!caller) throw new Error('a request came through without a login');
  return caller;
}

// requireBearerAuth refuses these by itself, but without a trace.
function auditMissingToken(door: Door): RequestHandler {
  return async (request, _response, next) => {
    const header = request.headers.authorization;
    if (!header || !/^bearer \S/i.test(header)) {
      const detail = {
        reason: header ? 'the authorization is not a bearer token' : 'no token',
        claimed: null,
      };
      await recordAccess(door, 'LOGIN_FAILED', { caller: null, detail });
    }
    next();
  };
}

// A proxy that names another actor than the token does is misconfigured or being misused; neither may go on.
function refuseOtherName(door: Door): RequestHandler {
  return async (request, response, next) => {
    const named = request.headers['x-actor-id'];
    const caller = callerOf(request.auth);
    if (named === undefined || named === caller.actorId) return next();
    const claimed = String(named)
      .replaceAll(/[^\x20-\x7e]/g, '?')
      .slice(0, 120);
    await recordAccess(door, 'IDENTITY_CONFUSION', { caller, detail: { claimed } });
    response.status(401).json({
      error: 'identity_confusion',
      error_description: 'X-Actor-Id names another actor than the token; the token alone says who acts',
    });
  };
}
