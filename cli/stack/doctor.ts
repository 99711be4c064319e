import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicy } from '../../policy/load.ts';
import { loadActors } from '../../statements/actors.ts';
import { loadCompany } from '../../statements/company.ts';
import { BIN_DIR, PROGRAM, type Home, homeOf, readRunFile } from './home.ts';
import { isListening } from './ports.ts';
import { isAlive } from './processes.ts';
import { findTemporalCli } from './temporal-cli.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly finding: string;
}

const MIN_FREE_BYTES = 500n * 1024n * 1024n;

/** Looks at everything that keeps a stack from starting or working, and says what to do about each. */
export async function diagnose(dir: string | undefined): Promise<Finding[]> {
  const findings: Finding[] = [
    check('Node', () => `${process.version} (needs 24)`, process.version.startsWith('v24.')),
    check('dependencies', () =>
      existsSync(join(PROGRAM, 'node_modules', '.closegate-lockfile')) ? 'installed' : 'run `npm ci`',
    ),
    check('disk', () => diskIn(PROGRAM)),
    await checkAsync('Temporal CLI', async () => {
      const cli = await findTemporalCli(BIN_DIR, () => undefined);
      return `${cli.path} (${cli.from})`;
    }),
  ];
  let home: Home;
  try {
    home = homeOf(dir);
  } catch (error) {
    return dir === undefined ? findings : [...findings, bad("company's folder", error)];
  }
  findings.push(
    check('company.yaml', () => `${loadCompany(home.companyDir).entities.length} entities`),
    check('actors.yaml', () => `${loadActors(home.companyDir).length} actors`),
    check('policy.yaml', () => `version ${loadPolicy(join(home.companyDir, 'policy.yaml')).content.version}`),
  );
  const run = readRunFile(home);
  if (!run)
    return [...findings, { what: 'stack', ok: true, finding: 'not running; `closegate up` starts it' }];
  if (!isAlive(run.supervisor)) {
    const healed = 'its supervisor was killed; `closegate up` adopts its servers, `closegate down` ends them';
    return [...findings, { what: 'stack', ok: false, finding: healed }];
  }
  for (const [name, mark] of Object.entries(run.processes)) {
    const log = join(home.stateDir, 'log', `${name}.log`);
    findings.push(
      check(
        name,
        () => (isAlive(mark) ? 'running' : `not running; its last words: ${lastLine(log)}`),
        isAlive(mark),
      ),
    );
  }
  for (const [name, port] of [
    ['Postgres', run.postgres?.port],
    ['Temporal', run.temporal?.port],
  ] as const) {
    if (port === undefined) continue;
    const listening = await isListening(port);
    const finding = listening
      ? `answers on port ${port}`
      : `does not answer on port ${port}; \`closegate down\`, then \`closegate up\``;
    findings.push({ what: name, ok: listening, finding });
  }
  return findings;
}

function check(what: string, look: () => string, ok = true): Finding {
  try {
    return { what, ok, finding: look() };
  } catch (error) {
    return bad(what, error);
  }
}

async function checkAsync(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, finding: await look() };
  } catch (error) {
    return bad(what, error);
  }
}

function bad(what: string, error: unknown): Finding {
  return { what, ok: false, finding: error instanceof Error ? error.message : String(error) };
}

function diskIn(folder: string): string {
  const { bavail, bsize } = statfsSync(folder, { bigint: true });
  const free = bavail * bsize;
  const words = `${free / 1024n / 1024n} MB free in ${folder}`;
  if (free < MIN_FREE_BYTES) throw new Error(`${words}; at least 500 MB are needed`);
  return words;
}

function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '(empty log)';
  } catch {
    return '(no log)';
  }
}
