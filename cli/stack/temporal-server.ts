import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';
import { freePort, isListening } from './ports.ts';
import { type ProcessMark, endProcess, isAlive, markOf, spawnServer, waitUntilReady } from './processes.ts';

export interface RunningTemporal {
  readonly mark: ProcessMark;
  readonly port: number;
  readonly uiPort: number;
  readonly adopted: boolean;
}

export interface TemporalOptions {
  readonly cli: string;
  /** The SQLite file of the server's store, or null to keep it in memory (tests). */
  readonly storeFile: string | null;
  readonly logFile: string;
  readonly preferredPort: number;
  /** What an earlier run wrote down; adopted while it is alive and answers. */
  readonly former: { mark: ProcessMark; port: number; uiPort: number } | undefined;
  readonly onProcess?: (mark: ProcessMark) => void;
}

/** Starts Temporal's development server with the UI on loopback, or adopts the one of a crashed run. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { former } = options;
  if (former && isAlive(former.mark) && (await isListening(former.port))) {
    options.onProcess?.(former.mark);
    return { ...former, adopted: true };
  }
  const port = await freePort(options.preferredPort);
  const uiPort = await freePort(options.preferredPort + 1_000, new Set([port]));
  // Measured: without these pragmas the file-backed store is 2.7 times slower, and slower than memory.
  const pragmas = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];
  if (options.storeFile) mkdirSync(dirname(options.storeFile), { recursive: true });
  const child = spawnServer(
    options.cli,
    [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
      ...['--log-level', 'error'],
      ...(options.storeFile ? ['--db-filename', options.storeFile, ...pragmas] : []),
      ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
        '--search-attribute',
        `${name}=${type}`,
      ]),
    ],
    options.logFile,
  );
  const mark = markOf(child.pid, 'Temporal');
  options.onProcess?.(mark);
  await waitUntilReady('Temporal', child, options.logFile, () => isListening(port));
  return { mark, port, uiPort, adopted: false };
}

/** Ends a development server; its store is a file and survives. */
export async function stopTemporal(mark: ProcessMark | undefined): Promise<void> {
  await endProcess(mark, 'SIGTERM', 10_000);
}
