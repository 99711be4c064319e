import type { RequestHandler } from 'express';
import { peerOf } from './login.ts';
import { printable } from './proxy-header.ts';
import type { Strangers } from './strangers.ts';

/**
 * Answers to the given host names only: a web page that resolves its own name to this machine (DNS rebinding) still
 * sends its own name. The SDK's `hostHeaderValidation` does the same and leaves no trace.
 * @param names without ports; IPv6 in brackets
 */
export function guardHost(names: readonly string[], strangers: Strangers): RequestHandler {
  return async (request, response, next) => {
    const { host } = request.headers;
    const address = `http://${host ?? ''}`;
    if (URL.canParse(address) && names.includes(new URL(address).hostname)) return next();
    const reason = 'the request is for another host';
    await strangers.refused({
      event: 'FOREIGN_HOST',
      reason,
      claimed: printable(host),
      peer: peerOf(request),
    });
    response.status(403).json({ jsonrpc: '2.0', id: null, error: { code: -32000, message: reason } });
  };
}
