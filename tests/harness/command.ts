import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `closegate ARGS` as its user would. */
export function closegate(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return start('cli/main.ts', args, env).ended;
}

/** Starts a program of ours; its output is there while it runs. */
export function start(entry: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(root, entry), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CLOSEGATE_ACTOR_ID: undefined, CLOSEGATE_PORT_OFFSET: portOffset(), ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended, output: () => stdout + stderr };
}

/** A copy of an example company that a test may change; its databases go with it. */
export function copyOf(example: 'halden' | 'starter'): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'closegate-company-'));
  cpSync(join(root, 'examples', example), dir, {
    recursive: true,
    filter: (source) => !source.includes('.closegate'),
  });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Processes whose command line or environment names a folder: what a stack in it left running. */
export function processesIn(dir: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return command.includes(dir) || environment.includes(dir) ? [`${pid} ${command}`] : [];
      } catch {
        return []; // It ended while we looked.
      }
    });
}

// Test files run beside each other: each command's stack, if it starts one, takes ports of its own.
function portOffset(): string {
  return String(10 * Math.floor(Math.random() * 2_000));
}
