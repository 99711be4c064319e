import type { AddressInfo } from 'node:net';
import type { Door } from '../ledger/door.ts';
import { createApp } from './app.ts';
import type { Trust } from './login.ts';
import { isLoopbackName } from './loopback.ts';
import { type HoldName, ProcessClaims } from './process-claims.ts';
import { Strangers } from './strangers.ts';

/** How to start the tools' server. */
export interface McpServerOptions {
  readonly door: Door;
  /** 0 takes any free port. */
  readonly port: number;
  /** `127.0.0.1` unless told; whatever it is, only this name and those of this machine are answered to. */
  readonly host?: string;
  readonly trust: Trust;
  /** Holds the names of processes that have no database; without it there is no `/process`. */
  readonly holdName?: HoldName;
  /** Told after a change has committed, so that the reconciliation's workflow looks again. Its failure loses nothing. */
  readonly wake?: (reconciliation: string) => void;
}

/** A running server. */
export interface RunningMcpServer {
  readonly port: number;
  /** Ends it: running requests finish, new ones are refused. */
  close(): Promise<void>;
}

// No client of ours sends slowly; whoever does holds a connection for nothing.
const REQUEST_TIMEOUT_MS = 30_000;
const RESPONSE_TIMEOUT_MS = 60_000;

/**
 * Serves the seven tools over Streamable HTTP at `/mcp`, without sessions of its own: every request stands alone, so
 * any number of these servers may run side by side.
 * @throws when the port is taken, or when it would listen beyond this machine and believe nobody.
 */
export async function startMcpServer(options: McpServerOptions): Promise<RunningMcpServer> {
  const { door, port, host = '127.0.0.1', trust, holdName } = options;
  if (!trust.identity && !trust.proxy && !isLoopbackName(host)) {
    throw new Error(
      `the tools' server does not listen on ${host} without a way to know its callers: set CLOSEGATE_JWKS_FILE or ` +
        'CLOSEGATE_JWKS_URL for tokens, or CLOSEGATE_TRUSTED_HEADER for a proxy',
    );
  }
  const strangers = new Strangers(door);
  const claims = holdName ? new ProcessClaims(door, holdName) : null;
  const hosts = [host.includes(':') ? `[${host}]` : host, '127.0.0.1', 'localhost', '[::1]'];
  const app = createApp({ door, trust, strangers, claims, hosts, wake: safely(options.wake) });
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
        claims?.close();
        server.closeIdleConnections();
      });
      await strangers.close();
    },
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
