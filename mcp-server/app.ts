import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Door } from '../ledger/door.ts';
import { recordAccess } from './access.ts';
import { createProtocolServer } from './call-tool.ts';
import { guardHost } from './host-guard.ts';
import { nestsDeeperThan } from './json-depth.ts';
import { type Trust, callerOf, login, peerOf } from './login.ts';
import type { ProcessClaims } from './process-claims.ts';
import type { Strangers } from './strangers.ts';

const LARGEST_BODY = 256 * 1024;
const DEEPEST_JSON = 64;

/** What the routes are made of. */
export interface AppParts {
  readonly door: Door;
  readonly trust: Trust;
  readonly strangers: Strangers;
  /** Null where no process may hold its name through this server. */
  readonly claims: ProcessClaims | null;
  /** The host names that are answered to. */
  readonly hosts: readonly string[];
  readonly wake: (reconciliation: string) => void;
}

/** The routes: `/mcp` for tools, `/process` for the names of processes, `/healthz`. */
export function createApp({ door, trust, strangers, claims, hosts, wake }: AppParts): Express {
  const app = express();
  const signedIn = login(door, trust, strangers);
  app.disable('x-powered-by');
  app.use(guardHost(hosts, strangers));
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.post('/mcp', signedIn, jsonBody(), handleMessage(door, wake));
  if (claims) app.post('/process', signedIn, claims.handler);
  app.all(
    '/mcp',
    (_request, response) => void response.status(405).set('Allow', 'POST').json(fault('only POST')),
  );
  app.use((_request, response) => void response.status(404).json(fault('there is only /mcp here')));
  app.use(reportFault(door));
  return app;
}

function jsonBody(): RequestHandler {
  return express.json({
    limit: LARGEST_BODY,
    verify(_request, _response, body) {
      if (nestsDeeperThan(DEEPEST_JSON, body)) throw new Error('nested too deep');
    },
  });
}

function handleMessage(door: Door, wake: (reconciliation: string) => void): RequestHandler {
  return async (request, response) => {
    const protocol = createProtocolServer(door, wake);
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.on('close', () => {
      void transport.close();
      void protocol.close();
    });
    await protocol.connect(transport);
    await transport.handleRequest(request, response, request.body);
  };
}

// What the body's reader calls its faults.
const MALFORMED: Readonly<Record<string, { status: number; reason: string }>> = {
  'entity.too.large': { status: 413, reason: `more than ${LARGEST_BODY} bytes` },
  'entity.verify.failed': { status: 400, reason: `JSON nested deeper than ${DEEPEST_JSON}` },
};

function reportFault(door: Door): ErrorRequestHandler {
  return async (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const malformed = malformedBy(error);
    // Not the error's own text: it may quote the body, or the database.
    if (!malformed) {
      process.stderr.write(`mcp-server: ${error instanceof Error ? error.stack : String(error)}\n`);
      return void response.status(500).json(fault('internal error'));
    }
    if (request.auth) {
      const detail = { reason: malformed.reason, peer: peerOf(request) };
      await recordAccess(door, 'MALFORMED_REQUEST', { caller: callerOf(request.auth), detail });
    }
    response.status(malformed.status).json(fault(malformed.reason));
  };
}

function malformedBy(error: unknown): { status: number; reason: string } | null {
  const { status, type } = error as { status?: unknown; type?: unknown };
  const known = typeof type === 'string' ? MALFORMED[type] : undefined;
  if (known) return known;
  return typeof status === 'number' && status >= 400 && status < 500
    ? { status, reason: 'not acceptable JSON' }
    : null;
}

function fault(message: string) {
  return { jsonrpc: '2.0', id: null, error: { code: -32600, message } };
}
