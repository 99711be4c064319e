// Runs test files (all of the repository's, or those named) with `node --test` on servers started for this run.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startTestServers } from '../tests/harness/servers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const named = process.argv.slice(2);
const files = named.length > 0 ? named : testFiles();

const servers = await startTestServers();
const child = spawn(
  process.execPath,
  [
    '--test',
    '--test-concurrency=2',
    '--test-timeout=240000',
    `--test-reporter=${new URL('test-reporter.ts', import.meta.url).href}`,
    ...files,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ...servers.env, TZ: 'UTC' } },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const code = await new Promise<number>((resolve) => child.once('exit', (exit) => resolve(exit ?? 1)));
await servers.stop();
process.exitCode = code;

function testFiles(): string[] {
  const found = globSync('**/*.test.ts', {
    cwd: root,
    exclude: (name) => /(^|\/)(node_modules|\.closegate)($|\/)/.test(name),
  });
  if (found.length === 0) throw new Error('no test files found');
  return found.sort();
}
