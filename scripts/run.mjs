// Runs one TypeScript file on the project's own Node 24, after installing the dependencies if they are missing or
// older than the lockfile. Plain JavaScript without dependencies, because it runs before any is there (Node >= 20).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const marker = join(root, 'node_modules', '.closegate-lockfile');

function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(node) && existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  process.stderr.write('closegate: installing dependencies (npm ci) ...\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const done = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (done.status !== 0) {
    process.stderr.write(
      'closegate: npm ci failed (above is why). Nothing was started; repeat the command once it is mended.\n',
    );
    process.exit(1);
  }
  if (!existsSync(node)) {
    process.stderr.write(
      `closegate: the npm package "node" left no ${node}: its install script did not run. ` +
        'Allow install scripts (npm config get ignore-scripts) and repeat the command.\n',
    );
    process.exit(1);
  }
  writeFileSync(marker, wanted);
}

install();
// What was made ready to run once, its types left out and compiled, is not made ready again: half the time until a command
// answers, and a sixth of its memory. Only who may change the code may write there.
const { NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'compiled') } = process.env;
const child = spawn(node, [...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, NODE_COMPILE_CACHE, TZ: 'UTC' },
});
// The terminal sends Ctrl-C to the whole group; the child decides how to end. A kill is passed on.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
