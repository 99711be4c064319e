import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../cli/context.ts';
import { type Home, PROGRAM, type RunFile, homeOf } from '../cli/stack/home.ts';
import { type Say, Stack } from '../cli/stack/stack.ts';

/** A stack that closes a copy of the example company. */
export interface StackRun extends Context {
  readonly home: Home;
  readonly run: RunFile;
  /** Milliseconds from nothing to ready. */
  readonly startMs: number;
}

export const PERIOD = '2026-03';

const cleanups = new Set<() => Promise<void>>();

/** Ends whatever an eval has running: for an interrupt. */
export async function endEverything(): Promise<void> {
  await Promise.all([...cleanups].map((cleanup) => cleanup()));
}

/** Remembers how to end something, until `forget` is called. */
export function endOnInterrupt(cleanup: () => Promise<void>): { forget: () => void } {
  cleanups.add(cleanup);
  return { forget: () => void cleanups.delete(cleanup) };
}

/**
 * Starts a whole stack on a copy of `examples/halden`, runs `work`, and leaves nothing behind.
 * @param modelUrl serves the Messages API in place of the stand-in operator or the real model; null leaves the choice to
 *   the stack.
 */
export async function onHalden<T>(
  modelUrl: string | null,
  say: Say,
  work: (at: StackRun) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'closegate-eval-'));
  cpSync(join(PROGRAM, 'examples', 'halden'), dir, {
    recursive: true,
    filter: (source) => !source.includes('.closegate'),
  });
  const home = homeOf(dir);
  const stack = new Stack(home, say);
  const end = async () => {
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  const { forget } = endOnInterrupt(end);
  const restore = modelUrl === null ? () => {} : setModel(modelUrl);
  try {
    const began = performance.now();
    const run = await stack.start();
    return await work({ home, run, startMs: performance.now() - began });
  } finally {
    restore();
    await end();
    forget();
  }
}

// The stack hands these two to its agent worker, and to nothing else.
function setModel(url: string): () => void {
  const former = { key: process.env['ANTHROPIC_API_KEY'], url: process.env['ANTHROPIC_BASE_URL'] };
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  };
  set('ANTHROPIC_API_KEY', 'scripted');
  set('ANTHROPIC_BASE_URL', url);
  return () => {
    set('ANTHROPIC_API_KEY', former.key);
    set('ANTHROPIC_BASE_URL', former.url);
  };
}
