import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Db, connect } from '../../ledger/connect.ts';
import type { Door } from '../../ledger/door.ts';
import { registerCompany } from '../register-company.ts';
import { type ChildOptions, type KeptProcess, keepRunning } from './child.ts';
import { migrateExternal, prepareDatabase } from './database.ts';
import { BIN_DIR, type Home, type RunFile, readRunFile, removeRunFile, writeRunFile } from './home.ts';
import { freePort } from './ports.ts';
import { startPostgres, stopPostgres } from './postgres.ts';
import { type ProcessMark, endProcess, isAlive, markOf } from './processes.ts';
import { type Secrets, keyFiles, logOrigin, secretsOf } from './secrets.ts';
import { findTemporalCli } from './temporal-cli.ts';
import { startTemporal, stopTemporal } from './temporal-server.ts';

export type Say = (line: string) => void;

/** Ends what a run file names, in order: used on a stack whose supervisor is gone. */
export async function endLeftovers(home: Home): Promise<void> {
  const run = readRunFile(home);
  if (!run) return;
  await Promise.all(Object.values(run.processes).map((mark) => endProcess(mark, 'SIGTERM', 15_000)));
  await Promise.all([stopPostgres(run.postgres?.mark), stopTemporal(run.temporal?.mark)]);
  removeRunFile(home);
}

/** Everything that a close needs, running as processes of their own under this one. */
export class Stack {
  readonly #home: Home;
  readonly #say: Say;
  readonly #kept: KeptProcess[] = [];
  #run: RunFile;
  readonly #late: Promise<void>[] = [];
  #stopped: Promise<void> | undefined;

  constructor(home: Home, say: Say) {
    this.#home = home;
    this.#say = say;
    const former = readRunFile(home);
    this.#run = {
      supervisor: markOf(process.pid, 'this process'),
      ready: false,
      companyDir: home.companyDir,
      ...(former?.postgres ? { postgres: former.postgres } : {}),
      ...(former?.temporal ? { temporal: former.temporal } : {}),
      processes: former?.processes ?? {},
      addresses: {},
    };
  }

  get run(): RunFile {
    return this.#run;
  }

  /**
   * Starts, in order: Postgres, Temporal, the mcp-server, the workers, the sealer, and without a model key
   * the stand-in operator. Servers that a crashed supervisor left are adopted. On any failure, and when `stop` is called
   * meanwhile, what was started is ended.
   */
  async start(): Promise<RunFile> {
    try {
      await this.#start();
      return this.#run;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    mkdirSync(join(this.#home.stateDir, 'log'), { recursive: true });
    // Workers of a crashed supervisor end by themselves; any that is still ending would take jobs from the new ones.
    await Promise.all(Object.values(this.#run.processes).map((mark) => endProcess(mark, 'SIGTERM', 15_000)));
    this.#write({ processes: {} });
    const secrets = await secretsOf(this.#home);
    this.#goOn();
    const [database, temporal] = await Promise.all([this.#database(secrets), this.#temporal()]);
    this.#goOn();
    const door = {
      db: connect(database.engine, 2),
      auditKey: { id: secrets.auditKeyId, secret: Buffer.from(secrets.auditKey, 'hex') },
    };
    try {
      await registerCompany(door, this.#home.companyDir, this.#say);
    } finally {
      await door.db.destroy();
    }
    this.#goOn();
    await this.#processes(secrets, database, temporal);
    this.#write({ ready: true });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#kept.map((kept) => kept.stop()));
    await Promise.all(Object.values(this.#run.processes).map((mark) => endProcess(mark, 'SIGTERM', 15_000)));
    await Promise.all([stopPostgres(this.#run.postgres?.mark), stopTemporal(this.#run.temporal?.mark)]);
    // What a start under way had begun in the meantime.
    await Promise.all(this.#late);
    removeRunFile(this.#home);
  }

  /** Remembers a process that was just started; one that comes when the stack is ending is ended at once. */
  #began(mark: ProcessMark, change: Partial<RunFile>): void {
    if (this.#stopped) this.#late.push(endProcess(mark, 'SIGTERM', 5_000));
    else this.#write(change);
  }

  /** Keeps a start under way from going on when the stack is ending. */
  #goOn(): void {
    if (this.#stopped) throw new Error('the stack was ended while it started');
  }

  async #database(secrets: Secrets): Promise<{ engine: string; sealer: string | null }> {
    const external = process.env['DATABASE_URL'];
    if (external) {
      if (process.env['DATABASE_ADMIN_URL']) await migrateExternal(process.env['DATABASE_ADMIN_URL']);
      return { engine: external, sealer: process.env['DATABASE_SEALER_URL'] ?? null };
    }
    const dataDir = join(this.#home.stateDir, 'postgres');
    if (!existsSync(dataDir)) this.#say('making the database ...');
    const server = await startPostgres({
      dataDir,
      logFile: this.#log('postgres'),
      password: secrets.postgresPassword,
      preferredPort: 5440,
      durable: true,
      onProcess: (mark) => this.#began(mark, { postgres: { mark, port: 0 } }),
    });
    this.#say(`${server.adopted ? 'adopted' : 'started'} Postgres on port ${server.port}`);
    const { engine, auditor, sealer } = await prepareDatabase(server.port, secrets);
    this.#write({ postgres: server, addresses: { ...this.#run.addresses, postgres: engine, auditor } });
    return { engine, sealer };
  }

  async #temporal(): Promise<string> {
    const external = process.env['TEMPORAL_ADDRESS'];
    if (external) {
      this.#write({ addresses: { ...this.#run.addresses, temporal: external } });
      return external;
    }
    const cli = await findTemporalCli(BIN_DIR, this.#say);
    this.#goOn();
    const former = this.#run.temporal;
    const server = await startTemporal({
      cli: cli.path,
      storeFile: join(this.#home.stateDir, 'temporal', 'temporal.db'),
      logFile: this.#log('temporal'),
      preferredPort: 7233,
      former: former && former.port > 0 ? former : undefined,
      onProcess: (mark) => this.#began(mark, { temporal: { mark, port: 0, uiPort: 0 } }),
    });
    this.#say(
      `${server.adopted ? 'adopted' : 'started'} Temporal on port ${server.port} (CLI from ${cli.from})`,
    );
    const address = `127.0.0.1:${server.port}`;
    this.#write({
      temporal: server,
      addresses: {
        ...this.#run.addresses,
        temporal: address,
        temporal_ui: `http://127.0.0.1:${server.uiPort}`,
      },
    });
    return address;
  }

  async #processes(
    secrets: Secrets,
    database: { engine: string; sealer: string | null },
    temporal: string,
  ): Promise<void> {
    const mcpPort = await freePort(7410);
    const mcpUrl = `http://127.0.0.1:${mcpPort}/mcp`;
    const standInPort = await freePort(7420, new Set([mcpPort]));
    const apiKey = process.env['ANTHROPIC_API_KEY'];
    const modelEnv = apiKey
      ? { ANTHROPIC_API_KEY: apiKey, ...given('ANTHROPIC_BASE_URL') }
      : { ANTHROPIC_API_KEY: 'stand-in', ANTHROPIC_BASE_URL: `http://127.0.0.1:${standInPort}` };
    const audit = { CLOSEGATE_AUDIT_KEY_ID: secrets.auditKeyId, CLOSEGATE_AUDIT_KEY: secrets.auditKey };
    const files = keyFiles(this.#home);
    const children: Omit<ChildOptions, 'logFile' | 'onStart'>[] = [
      {
        name: 'mcp-server',
        entry: 'cli/processes/mcp-server.ts',
        env: {
          ...audit,
          DATABASE_URL: database.engine,
          CLOSEGATE_ACTOR_ID: 'engine:mcp-server',
          CLOSEGATE_MCP_PORT: String(mcpPort),
          CLOSEGATE_JWKS_FILE: files.jwks,
          TEMPORAL_ADDRESS: temporal,
        },
      },
      {
        name: 'close-worker',
        entry: 'workers/close.ts',
        env: {
          ...audit,
          CLOSEGATE_ACTOR_ID: 'engine:close-worker',
          DATABASE_URL: database.engine,
          TEMPORAL_ADDRESS: temporal,
          CLOSEGATE_DIR: this.#home.companyDir,
        },
      },
      {
        name: 'agent-worker',
        entry: 'workers/agent.ts',
        // No database, no audit key: the agent acts through the tools only.
        env: {
          ...modelEnv,
          TEMPORAL_ADDRESS: temporal,
          CLOSEGATE_MCP_URL: mcpUrl,
          CLOSEGATE_AGENT_KEY_FILE: files.agent,
          CLOSEGATE_AGENT_KEY_ID: secrets.agentKeyId,
          CLOSEGATE_ACTOR_ID: 'llm:recon-operator',
        },
      },
      ...(database.sealer === null
        ? []
        : [
            {
              name: 'sealer',
              entry: 'workers/sealer.ts',
              env: {
                ...audit,
                DATABASE_URL: database.sealer,
                CLOSEGATE_ACTOR_ID: 'engine:sealer',
                CLOSEGATE_SEALER_KEY_FILE: files.sealer,
                CLOSEGATE_LOG_ORIGIN: logOrigin(this.#home),
                CLOSEGATE_CHECKPOINT_DIR: checkpointDir(this.#home),
                ...sealerSettings(),
              },
            },
          ]),
      ...(apiKey
        ? []
        : [
            {
              name: 'stand-in-operator',
              entry: 'evals/models/stand-in-main.ts',
              env: { CLOSEGATE_STANDIN_PORT: String(standInPort) },
            },
          ]),
    ];
    await Promise.all(
      children.map(async (child) => {
        const options = {
          ...child,
          logFile: this.#log(child.name),
          onStart: (mark: ProcessMark) => this.#started(child.name, mark),
        };
        this.#kept.push(await keepRunning(options));
      }),
    );
    if (database.sealer === null)
      this.#say('no sealer: set DATABASE_SEALER_URL (role closegate_sealer) to have the audit log sealed');
    this.#say(`started ${children.map((child) => child.name).join(', ')}`);
    if (!apiKey)
      this.#say('no ANTHROPIC_API_KEY: the stand-in operator, heuristics and not a model, answers instead');
    this.#write({ addresses: { ...this.#run.addresses, mcp: mcpUrl } });
  }

  #started(name: string, mark: ProcessMark): void {
    this.#began(mark, { processes: { ...this.#run.processes, [name]: mark } });
  }

  #write(change: Partial<RunFile>): void {
    this.#run = { ...this.#run, ...change };
    // Once the stack is ending, its file is on its way out.
    if (!this.#stopped) writeRunFile(this.#home, this.#run);
  }

  #log(name: string): string {
    return join(this.#home.stateDir, 'log', `${name}.log`);
  }
}

/** Where the embedded stack's checkpoints are copied. */
export function checkpointDir(home: Home): string {
  return process.env['CLOSEGATE_CHECKPOINT_DIR'] || join(home.stateDir, 'checkpoints');
}

// A bucket with Object Lock, when the environment names one.
function sealerSettings(): Record<string, string> {
  const ours = ['BUCKET', 'PREFIX', 'ENDPOINT'].map((name) => `CLOSEGATE_CHECKPOINT_${name}`);
  const aws = ['REGION', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN', 'PROFILE'].map(
    (name) => `AWS_${name}`,
  );
  return Object.assign({}, ...[...ours, ...aws].map(given)) as Record<string, string>;
}

function given(name: string): Record<string, string> {
  const value = process.env[name];
  return value === undefined ? {} : { [name]: value };
}

/** The stack that runs for a home, or null. One whose supervisor is gone does not count. */
export function runningStack(home: Home): RunFile | null {
  const run = readRunFile(home);
  return run && isAlive(run.supervisor) ? run : null;
}

/** A database handle and audit key for a running stack, for commands that act as a person. */
export async function doorOf(home: Home, run: RunFile | null): Promise<Door & { db: Db }> {
  const url = process.env['DATABASE_URL'] ?? run?.addresses['postgres'];
  if (!url) throw new Error('the stack is not up; start it with `closegate up`, or set DATABASE_URL');
  const secrets = await secretsOf(home);
  return {
    db: connect(url, 4),
    auditKey: { id: secrets.auditKeyId, secret: Buffer.from(secrets.auditKey, 'hex') },
  };
}
