import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process as the run file remembers it: the start time tells it from a later process with the same id. */
export interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

/** When the process started, in the operating system's own words; null when there is no such process. */
export function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Fields behind the command's closing parenthesis: state first, start time the twentieth. Zombies are gone for us.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    } catch {
      return null; // No such process: /proc has no entry for it.
    }
  }
  const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return answer.stdout.trim() || null;
}

/** The mark of a live process; throws when it has ended already. */
export function markOf(pid: number | undefined, what: string): ProcessMark {
  const started = pid === undefined ? null : startTimeOf(pid);
  if (pid === undefined || started === null) throw new Error(`${what} ended as soon as it was started`);
  return { pid, started };
}

/** True while the very process that was marked is running. */
export function isAlive(mark: ProcessMark | undefined): mark is ProcessMark {
  return mark !== undefined && startTimeOf(mark.pid) === mark.started;
}

/** Ends a marked process: the gentle signal first, KILL after the grace time. Returns when it is gone. */
export async function endProcess(
  mark: ProcessMark | undefined,
  gentle: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (!isAlive(mark)) return;
  signal(mark.pid, gentle);
  const deadline = Date.now() + graceMs;
  while (isAlive(mark)) {
    if (Date.now() > deadline) signal(mark.pid, 'SIGKILL');
    await sleep(25);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // ESRCH: it ended between the look and the signal, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Starts a server in a process group of its own (a terminal's Ctrl-C must not reach it before we end it in order). */
export function spawnServer(command: string, args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(command, [...args], { stdio: ['ignore', log, log], detached: true });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Waits until `probe` answers true; throws when the process ends first or the time is over, with the log's last lines. */
export async function waitUntilReady(
  what: string,
  child: ChildProcess | ProcessMark,
  logFile: string,
  probe: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  let spawnError: Error | undefined;
  if ('once' in child) child.once('error', (error) => (spawnError = error));
  while (!(await probe())) {
    const ended = 'started' in child ? !isAlive(child) : child.exitCode !== null || child.signalCode !== null;
    if (spawnError || ended || Date.now() > deadline) {
      const why = spawnError
        ? spawnError.message
        : ended
          ? 'it ended'
          : `not ready after ${limitMs / 1000} s`;
      throw new Error(`${what} did not start: ${why}. Last lines of ${logFile}:\n${tail(logFile)}`);
    }
    await sleep(50);
  }
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
  } catch {
    return '(no log)';
  }
}
