import type { AddressInfo } from 'node:net';
import { hostHeaderValidation } from '@modelcontextprotocol/sdk/server/middleware/hostHeaderValidation.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Door } from '../ledger/door.ts';
import { createProtocolServer } from './call-tool.ts';
import type { IdentityConfig } from './identity.ts';
import { nestsDeeperThan } from './json-depth.ts';
import { login } from './login.ts';

/** How to start the tools' server. */
export interface McpServerOptions {
  readonly door: Door;
  /** 0 takes any free port. */
  readonly port: number;
  /** `127.0.0.1` unless told; whatever it is, only this name, `127.0.0.1` and `localhost` are answered to. */
  readonly host?: string;
  readonly identity: IdentityConfig;
  /** Told after a change has committed, so that the reconciliation's workflow looks again. Its failure loses nothing. */
  readonly wake?: (reconciliation: string) => void;
}

/** A running server. */
export interface RunningMcpServer {
  readonly port: number;
  /** Ends it: running requests finish, new ones are refused. */
  close(): Promise<void>;
}

const LARGEST_BODY = 256 * 1024;
const DEEPEST_JSON = 64;
// No client of ours sends slowly; whoever does holds a connection for nothing.
const REQUEST_TIMEOUT_MS = 30_000;
const RESPONSE_TIMEOUT_MS = 60_000;

/**
 * Serves the seven tools over Streamable HTTP at `/mcp`, without sessions of its own: every request stands alone, so
 * any number of these servers may run side by side.
 * @throws when the port is taken.
 */
export async function startMcpServer(options: McpServerOptions): Promise<RunningMcpServer> {
  const { door, port, host = '127.0.0.1', identity } = options;
  const app = express();
  app.disable('x-powered-by');
  // A web page that resolves its own name to this machine still sends its own name.
  app.use(hostHeaderValidation([host, '127.0.0.1', 'localhost']));
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.post('/mcp', ...login(door, identity), jsonBody(), handleMessage(door, safely(options.wake)));
  app.all(
    '/mcp',
    (_request, response) => void response.status(405).set('Allow', 'POST').json(fault('only POST')),
  );
  app.use((_request, response) => void response.status(404).json(fault('there is only /mcp here')));
  app.use(reportFault);

  const server = app.listen(port, host);
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS / 2;
  server.setTimeout(RESPONSE_TIMEOUT_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause) => {
      reject(new Error(`the tools' server cannot listen on ${host}:${port}: ${cause.message}`, { cause }));
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
    },
  };
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

function safely(wake: McpServerOptions['wake']): (reconciliation: string) => void {
  return (reconciliation) => {
    try {
      wake?.(reconciliation);
    } catch (error) {
      process.stderr.write(`mcp-server: could not wake ${reconciliation}: ${String(error)}\n`);
    }
  };
}

const reportFault: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = statusOf(error);
  // Not the error's own text: it may quote the body, or the database.
  response
    .status(status)
    .json(
      fault(
        status === 413
          ? `more than ${LARGEST_BODY} bytes`
          : status < 500
            ? 'not acceptable JSON'
            : 'internal error',
      ),
    );
  if (status >= 500)
    process.stderr.write(`mcp-server: ${error instanceof Error ? error.stack : String(error)}\n`);
};

function statusOf(error: unknown): number {
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (type === 'entity.verify.failed') return 400;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

function fault(message: string) {
  return { jsonrpc: '2.0', id: null, error: { code: -32600, message } };
}
