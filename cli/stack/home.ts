import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessMark } from './processes.ts';

/** The program's own folder. */
export const PROGRAM = fileURLToPath(new URL('../..', import.meta.url));

/** Where a downloaded Temporal CLI is kept, shared by all companies. */
export const BIN_DIR = join(PROGRAM, '.closegate', 'bin');

/** A company's folder and the folder that holds its databases, keys, logs and the run file. */
export interface Home {
  readonly companyDir: string;
  readonly stateDir: string;
}

/** What runs, as the supervisor wrote it down. */
export interface RunFile {
  readonly supervisor: ProcessMark;
  readonly ready: boolean;
  readonly companyDir: string;
  readonly postgres?: { readonly mark: ProcessMark; readonly port: number };
  readonly temporal?: { readonly mark: ProcessMark; readonly port: number; readonly uiPort: number };
  /** Our own processes by name: mcp-server, close-worker, agent-worker, sealer, stand-in-operator. */
  readonly processes: Readonly<Record<string, ProcessMark>>;
  readonly addresses: Readonly<Record<string, string>>;
}

/**
 * The home of a company: the folder given, else the current folder when it holds a `company.yaml`.
 * @throws when neither is a company's folder.
 */
export function homeOf(dir: string | undefined): Home {
  const companyDir = resolve(dir ?? '.');
  if (!existsSync(join(companyDir, 'company.yaml'))) {
    throw new Error(
      `${companyDir} holds no company.yaml; name a company's folder with --dir DIR, or make one with \`closegate init DIR\``,
    );
  }
  return { companyDir, stateDir: join(companyDir, '.closegate') };
}

/** The run file, or null when nothing was started (or it was ended in order). */
export function readRunFile(home: Home): RunFile | null {
  const file = runFilePath(home);
  if (!existsSync(file)) return null;
  return JSON.parse(readFileSync(file, 'utf8')) as RunFile;
}

/** Replaces the run file as a whole: whoever reads sees the old one or the new one. */
export function writeRunFile(home: Home, run: RunFile): void {
  const file = runFilePath(home);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function removeRunFile(home: Home): void {
  rmSync(runFilePath(home), { force: true });
}

function runFilePath(home: Home): string {
  return join(home.stateDir, 'run.json');
}
