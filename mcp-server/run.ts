import { type Db, connect } from '../ledger/connect.ts';
import { ISSUER, loadIdentity } from './identity.ts';
import { type RunningMcpServer, startMcpServer } from './server.ts';

/** The environment of a process, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs the tools' server from its environment: `DATABASE_URL`, `CLOSEGATE_MCP_PORT`, `CLOSEGATE_MCP_HOST`,
 * `CLOSEGATE_AUDIT_KEY_ID`, `CLOSEGATE_AUDIT_KEY` (hex), `CLOSEGATE_JWKS_FILE`, `CLOSEGATE_TOKEN_ISSUER`.
 * Says that it is ready to its parent process and on standard output. Closing also closes the database pool.
 * @param wake told which reconciliation changed, after the change has committed
 * @throws when something is missing; the message names it.
 */
export async function runMcpServer(
  env: Environment,
  wake?: (reconciliation: string) => void,
): Promise<RunningMcpServer> {
  const auditKey = { id: required(env, 'CLOSEGATE_AUDIT_KEY_ID'), secret: secretOf(env) };
  const identity = await loadIdentity(
    required(env, 'CLOSEGATE_JWKS_FILE'),
    env['CLOSEGATE_TOKEN_ISSUER'] ?? ISSUER,
  );
  const db = connect(required(env, 'DATABASE_URL'));
  const server = await listen(env, db, { door: { db, auditKey }, identity, ...(wake ? { wake } : {}) });
  process.send?.({ ready: true, port: server.port });
  process.stdout.write(`${JSON.stringify({ process: 'mcp-server', ready: true, port: server.port })}\n`);
  return {
    port: server.port,
    async close() {
      await server.close();
      await db.destroy();
    },
  };
}

async function listen(
  env: Environment,
  db: Db,
  options: Omit<Parameters<typeof startMcpServer>[0], 'port' | 'host'>,
): Promise<RunningMcpServer> {
  const host = env['CLOSEGATE_MCP_HOST'];
  try {
    return await startMcpServer({ ...options, port: portOf(env), ...(host ? { host } : {}) });
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function portOf(env: Environment): number {
  const value = required(env, 'CLOSEGATE_MCP_PORT');
  const port = /^\d{1,5}$/.test(value) ? Number.parseInt(value, 10) : 65_536;
  if (port > 65_535)
    throw new Error(`CLOSEGATE_MCP_PORT is "${value.slice(0, 20)}", not a port from 0 to 65535`);
  return port;
}

function secretOf(env: Environment): Buffer {
  const hex = required(env, 'CLOSEGATE_AUDIT_KEY');
  if (!/^([0-9a-f]{2}){32,}$/i.test(hex))
    throw new Error('CLOSEGATE_AUDIT_KEY must be at least 32 bytes in hex');
  return Buffer.from(hex, 'hex');
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set, and the tools' server needs it`);
  return value;
}
