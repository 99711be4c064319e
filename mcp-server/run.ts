import { connect } from '../ledger/connect.ts';
import { holdProcessActor, processActorId } from '../ledger/process-actor.ts';
import { AUDIENCE, ISSUER, type IdentityConfig } from './identity.ts';
import { keysFromFile } from './key-set.ts';
import { proxyTrustOf } from './proxy-header.ts';
import { keysFromUrl } from './remote-keys.ts';
import { type RunningMcpServer, startMcpServer } from './server.ts';

/** The environment of a process, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs the tools' server from its environment: `DATABASE_URL`, `CLOSEGATE_MCP_PORT`, `CLOSEGATE_MCP_HOST`,
 * `CLOSEGATE_AUDIT_KEY_ID`, `CLOSEGATE_AUDIT_KEY` (hex), `CLOSEGATE_ACTOR_ID`; whom it believes is in `CLOSEGATE_JWKS_FILE`
 * or `CLOSEGATE_JWKS_URL`, `CLOSEGATE_TOKEN_ISSUER`, and what `proxyTrustOf` reads.
 * Says that it is ready to its parent process and on standard output. Closing also closes the database pool.
 * @param wake told which reconciliation changed, after the change has committed
 * @throws when something is missing, or another live process has its name; the message says what.
 */
export async function runMcpServer(
  env: Environment,
  wake?: (reconciliation: string) => void,
): Promise<RunningMcpServer> {
  const auditKey = { id: required(env, 'CLOSEGATE_AUDIT_KEY_ID'), secret: secretOf(env) };
  const trust = { identity: await identityFrom(env), proxy: proxyTrustOf(env) };
  if (trust.identity && trust.proxy && !trust.proxy.secretHash) {
    process.stderr.write(
      'mcp-server: CLOSEGATE_TRUSTED_HEADER=loopback believes every process on this machine, an agent worker too; ' +
        'use secret where one runs here\n',
    );
  }
  const url = required(env, 'DATABASE_URL');
  const port = portOf(env);
  const host = env['CLOSEGATE_MCP_HOST'];
  const name = await holdProcessActor(url, processActorId(env, 'mcp-server'), (reason) => {
    process.stderr.write(`mcp-server: ${reason}\n`);
    process.exit(1);
  });
  const db = connect(url);
  const end = async () => {
    await Promise.all([db.destroy(), name.release()]);
  };
  let server: RunningMcpServer;
  try {
    server = await startMcpServer({
      door: { db, auditKey },
      trust,
      port,
      ...(host ? { host } : {}),
      ...(wake ? { wake } : {}),
      holdName: (actorId, onLost) => holdProcessActor(url, actorId, onLost),
    });
  } catch (error) {
    await end();
    throw error;
  }
  process.send?.({ ready: true, port: server.port });
  process.stdout.write(`${JSON.stringify({ process: 'mcp-server', ready: true, port: server.port })}\n`);
  return {
    port: server.port,
    async close() {
      await server.close();
      await end();
    },
  };
}

async function identityFrom(env: Environment): Promise<IdentityConfig | null> {
  const [file, url] = [env['CLOSEGATE_JWKS_FILE'], env['CLOSEGATE_JWKS_URL']];
  if (file && url) throw new Error('CLOSEGATE_JWKS_FILE and CLOSEGATE_JWKS_URL are both set; keep one');
  if (!file && !url) return null;
  const keys = url ? keysFromUrl(url) : await keysFromFile(file ?? '');
  return { issuer: env['CLOSEGATE_TOKEN_ISSUER'] ?? ISSUER, audience: AUDIENCE, keys };
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
