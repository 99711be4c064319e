import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memoryEnvironmentOf, nodeFlagsOf } from '../node-flags.ts';
import { type ProcessMark, endProcess, markOf } from './processes.ts';

/** One of our own processes, kept running until it is ended in order. */
export interface KeptProcess {
  readonly name: string;
  mark(): ProcessMark | undefined;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  /** Relative to the program's folder. */
  readonly entry: string;
  /** All that the process may know; nothing else of our environment reaches it. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Told of every start, the later ones too. */
  readonly onStart: (mark: ProcessMark) => void;
}

const READY_WITHIN_MS = 60_000;
const MAX_RESTARTS = 5;
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'NODE_COMPILE_CACHE',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'HTTPS_PROXY',
  'NO_PROXY',
];

/**
 * Starts a process and waits until it says that it is ready. If it ends by itself later it is started again, at most
 * five times. It ends itself when this process is gone (its IPC channel closes), so a killed supervisor leaves none behind.
 */
export async function keepRunning(options: ChildOptions): Promise<KeptProcess> {
  let child: ChildProcess | undefined;
  let mark: ProcessMark | undefined;
  let stopping = false;
  let restarts = 0;

  const start = async (): Promise<void> => {
    const started = launch(options);
    child = started;
    mark = markOf(started.pid, options.name);
    options.onStart(mark);
    await ready(options, started);
    started.once('exit', () => {
      if (stopping || restarts >= MAX_RESTARTS) return;
      restarts += 1;
      // Not ready again within the time: it has said why in its log, and `closegate status` shows it missing.
      start().catch(() => undefined);
    });
  };
  await start();
  return {
    name: options.name,
    mark: () => mark,
    async stop() {
      stopping = true;
      await endProcess(mark, 'SIGTERM', 15_000);
      child?.removeAllListeners();
    },
  };
}

function launch({ entry, env, logFile }: ChildOptions): ChildProcess {
  const inherited = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ) as Record<string, string>;
  const log = openSync(logFile, 'a');
  try {
    return spawn(
      process.execPath,
      [...nodeFlagsOf(entry), fileURLToPath(new URL(`../../${entry}`, import.meta.url))],
      {
        stdio: ['ignore', log, log, 'ipc'],
        env: {
          ...inherited,
          ...memoryEnvironmentOf(entry),
          TZ: 'UTC',
          NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
          ...env,
        },
        // Its own group: a terminal's Ctrl-C reaches the supervisor, which ends the processes in order.
        detached: true,
      },
    );
  } finally {
    closeSync(log);
  }
}

function ready({ name, logFile }: ChildOptions, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${name} was not ready after ${READY_WITHIN_MS / 1000} s; see ${logFile}`)),
      READY_WITHIN_MS,
    );
    const done = (error?: Error) => {
      clearTimeout(timer);
      child.removeAllListeners('message');
      if (error) reject(error);
      else resolve();
    };
    child.once('error', (error) => done(new Error(`${name} did not start: ${error.message}`)));
    child.once('exit', (code, signal) =>
      done(
        new Error(`${name} ended (${signal ?? `exit ${code ?? '?'}`}) before it was ready; see ${logFile}`),
      ),
    );
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'ready' in message) done();
    });
  });
}
