// Format, lint, types, tests, in that order; ends with the count of tests. Stops at the first step that fails.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string, script: string) =>
  fileURLToPath(new URL(`../node_modules/${name}/${script}`, import.meta.url));

const STEPS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['format', [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['lint', [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.']],
  ['types', [bin('typescript', 'bin/tsc'), '--noEmit']],
  ['tests', [fileURLToPath(new URL('test-files.ts', import.meta.url))]],
];

for (const [name, args] of STEPS) {
  const began = performance.now();
  process.stdout.write(`${name} ...\n`);
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (status !== 0) {
    process.stdout.write(`${name} FAILED after ${seconds} s\n`);
    // The count is printed by the tests themselves; a step before them fails as one.
    if (name !== 'tests') process.stdout.write('0 passed, 1 failed\n');
    process.exit(1);
  }
  if (name !== 'tests') process.stdout.write(`${name} ok (${seconds} s)\n`);
}
