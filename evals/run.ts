// Eval as a control: matching, accuracy, policy enforcement, resistance to hostile text and latency of a whole stack, as a report.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PROGRAM } from '../cli/stack/home.ts';
import { accuracySuite } from './accuracy.ts';
import { matchingSuite } from './accuracy/matching.ts';
import { type Ran, checksOf } from './checks.ts';
import { injectionSuite } from './injection.ts';
import { policySuite } from './policy-scenarios.ts';
import { type Report, commitOf, reportInWords } from './report.ts';
import { endEverything } from './stack-run.ts';
import { THRESHOLDS } from './thresholds.ts';

const USAGE = `usage: npm run eval [-- --json]

Measures matching, accuracy, policy enforcement, resistance to hostile text and latency, on servers of its own, and writes
evals/results/<time>/report.md and report.json. With ANTHROPIC_API_KEY the accuracy suite uses the real model.
  --json   one line of JSON at the end, progress on standard error
exit: 0 all thresholds hold, 1 one falls short, 2 wrong use`;

const { json } = readOptions();
const say = (line: string) => void (json ? process.stderr : process.stdout).write(`${line}\n`);
// Several times what a suite takes on a slow machine.
const SUITE_LIMIT_MS = 6 * 60_000;
let ending = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void end(`${signal}: ending everything ...`, 130));
// Also what nobody awaits, such as a connection that breaks: nothing may be left running.
process.on('uncaughtException', (error) => void end(`closegate eval: ${error.stack ?? error.message}`, 1));

// The evals bring their own servers: they import, attack and decide, and somebody's real books are not for that.
for (const name of ['DATABASE_URL', 'DATABASE_ADMIN_URL', 'TEMPORAL_ADDRESS'])
  Reflect.deleteProperty(process.env, name);

const began = { at: new Date(), clock: performance.now() };
const matching = await suite(
  '1/4 matching: the rules by themselves, on fixtures and generated months',
  async () => matchingSuite(say),
);
const accuracy = await suite('2/4 accuracy: the example company is closed and compared with truth.csv', () =>
  accuracySuite(() => {}),
);
const policy = await suite('3/4 policy: scenarios straight at the ledger and the tools', policySuite);
const injection = await suite('4/4 injection: a model that obeys every hostile text', () =>
  injectionSuite(() => {}),
);
if (!ending) finish();

function finish(): void {
  const checks = checksOf({ accuracy, matching, policy, injection });
  const report: Report = {
    at: began.at.toISOString(),
    commit: commitOf(),
    tookMs: performance.now() - began.clock,
    pass: checks.every(({ pass }) => pass),
    checks,
    thresholds: THRESHOLDS,
    accuracy,
    matching,
    policy,
    injection,
  };
  const folder = join(PROGRAM, 'evals', 'results', report.at.replaceAll(':', '-').replace(/\.\d+/, ''));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'report.md'), reportInWords(report));
  const file = relative(process.cwd(), join(folder, 'report.md'));
  say('');
  for (const { pass, suite: of, what, measured, required } of checks)
    say(`${pass ? 'PASS' : 'FAIL'}  ${of.padEnd(9)}  ${what}: ${measured} (required: ${required})`);
  say(`\n${report.pass ? 'PASS' : 'FAIL'} in ${(report.tookMs / 1000).toFixed(0)} s; report: ${file}`);
  if (json) {
    const { at, commit, pass, tookMs } = report;
    process.stdout.write(`${JSON.stringify({ pass, at, commit, tookMs, report: file, checks })}\n`);
  }
  process.exitCode = report.pass ? 0 : 1;
}

async function suite<T>(title: string, run: () => Promise<T>): Promise<Ran<T>> {
  const from = performance.now();
  say(`${title} ...`);
  const inTime = new AbortController();
  const late = sleep(SUITE_LIMIT_MS, null, { signal: inTime.signal }).then(async () => {
    await endEverything();
    throw new Error(`it had not ended after ${SUITE_LIMIT_MS / 60_000} minutes`);
  });
  // Also when it is called off, which is how it should go.
  late.catch(() => undefined);
  try {
    const result = await Promise.race([run(), late]);
    say(`    ${((performance.now() - from) / 1000).toFixed(0)} s`);
    return { result };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    if (!ending) say(`    did not run through: ${failure}`);
    return { failure };
  } finally {
    inTime.abort();
  }
}

async function end(why: string, code: number): Promise<void> {
  if (ending) return;
  ending = true;
  process.stderr.write(`${why}\n`);
  await endEverything();
  process.exit(code);
}

function readOptions(): { json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (!values.help) return { json: values.json };
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exit(2);
  }
}
