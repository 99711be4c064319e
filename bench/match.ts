// From two CSV files to settled, audited matches through the product's own import, gate and settlement on a durable
// Postgres; beside it, in the same run, the floor: raw COPY of both files into plain tables and one exact hash join with
// insert. `match-files.ts` makes the files, says at which rates, and writes what truly belongs together; what settled is
// compared with that. Prints what it measured; nothing is assumed.
import { spawnSync } from 'node:child_process';
import { copyFileSync, createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { from } from 'pg-copy-streams';
import { readPeriod } from '../activities/close/files.ts';
import { memoryEnvironmentOf, nodeFlagsOf } from '../cli/node-flags.ts';
import { registerCompany } from '../cli/register-company.ts';
import { connect } from '../ledger/connect.ts';
import type { Door } from '../ledger/door.ts';
import { importDocument, importKey } from '../ledger/import.ts';
import { openRun } from '../ledger/runs.ts';
import { settleByRules } from '../ledger/settle.ts';
import { reconciliationId } from '../ledger/streams.ts';
import { tieOut } from '../ledger/tie-out.ts';
import { matchInThread } from '../matching/in-thread.ts';
import { loadCompany } from '../statements/company.ts';
import { least } from './match-least.ts';
import { startBenchServer } from './server.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rows: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    // Leaves out the matcher: what the database finds by itself, and how long that takes.
    'bulk-only': { type: 'boolean', default: false },
    // Also measures the least that Postgres needs for what was recorded (`match-least.ts`).
    least: { type: 'boolean', default: false },
    // Prints a line to stderr at every step.
    verbose: { type: 'boolean', default: false },
  },
});
// As the close worker's own process is started.
const flags = nodeFlagsOf('workers/close.ts');
if (flags.some((flag) => !process.execArgv.includes(flag))) {
  const self = fileURLToPath(import.meta.url);
  const { status } = spawnSync(process.execPath, [...flags, self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ...memoryEnvironmentOf('workers/close.ts') },
  });
  process.exit(status ?? 1);
}
const ROWS = Number.parseInt(values.rows, 10);
const PERIOD = '2026-03';
const RECONCILIATION = reconciliationId('US', PERIOD, '1010');
const SESSION = `close/US/${PERIOD}`;
const { folder, engine, admin: adminUrl, stop } = await startBenchServer();
const company = join(folder, 'company');
const inbox = join(company, 'inbox', PERIOD);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

try {
  makeCompany();
  const admin = new Client({ connectionString: adminUrl });
  // The server ends before this connection does when something failed; the failure is what to tell.
  admin.on('error', () => undefined);
  await admin.connect();
  const door: Door = { db: connect(engine, 4), auditKey: { id: 'bench', secret: Buffer.alloc(32, 9) } };
  await registerCompany(door, company);
  await openRun(door, { actorId: 'engine:close', sessionId: SESSION, toolCallId: 'open-run' }, 'US', PERIOD);

  const floorBefore = await floor(admin);
  say('peak after floor ' + Math.round(process.resourceUsage().maxRSS / 1024));
  await admin.query('checkpoint');
  const began = performance.now();
  await importMonth(door);
  const imported = performance.now();
  say('peak after import ' + Math.round(process.resourceUsage().maxRSS / 1024));
  const settlement = await settleByRules(
    door,
    { actorId: 'engine:matcher', sessionId: SESSION, toolCallId: 'match' },
    { reconciliation: RECONCILIATION, matcher: values['bulk-only'] ? () => [] : matchInThread },
  );
  const matched = performance.now();
  const peak = process.resourceUsage().maxRSS / 1024;
  if (settlement.outcome !== 'done') throw new Error(`not settled: ${JSON.stringify(settlement)}`);
  const tie = await tieOut(door.db, RECONCILIATION);
  const tied = performance.now();
  if (tie.difference === null || !/^-?0(\.0+)?$/.test(tie.difference))
    throw new Error(`does not tie out: ${JSON.stringify(tie)}`);
  const floorAfter = await floor(admin);
  const floorSeconds = (floorBefore + floorAfter) / 2;
  const leastOf = values.least ? await leastFigures(admin, floorSeconds) : {};
  const truth = await compare(admin);
  const seconds = (from: number, to: number) => round((to - from) / 1000);
  const total = (matched - began) / 1000;
  report({
    rows: ROWS,
    import_s: seconds(began, imported),
    match_s: seconds(imported, matched),
    total_s: round(total),
    rows_per_s: Math.round((2 * ROWS) / total),
    peak_rss_mb: Math.round(peak),
    settled: truth.settled,
    settled_wrong: truth.wrong,
    floor_s: round(floorSeconds),
    times_floor: round(total / floorSeconds),
    floor_before_s: round(floorBefore),
    floor_after_s: round(floorAfter),
    ...leastOf,
    ...truth.more,
    lines_open: Number.parseInt(tie.open, 10),
    tie_out_s: seconds(matched, tied),
  });
  await admin.end();
  await door.db.destroy();
} finally {
  await stop();
}

/** In a process of its own, so that what it needs is not counted. */
function makeCompany(): void {
  const made = spawnSync(process.execPath, [here('match-files.ts'), company, String(ROWS), values.seed], {
    stdio: ['ignore', 2, 2],
  });
  if (made.status !== 0) throw new Error('the files were not made');
  for (const file of ['policy.yaml', 'actors.yaml'])
    copyFileSync(here(`../examples/halden/${file}`), join(company, file));
  const columns = 'id date amount currency reference counterparty description group fee'
    .split(' ')
    .map((name) => `${name}: ${name}`)
    .join(', ');
  writeFileSync(
    join(company, 'company.yaml'),
    `name: Bench\nreporting_currency: USD\nentities:\n  US:\n    name: Bench Inc.\n    currency: USD\n    accounts:\n` +
      `      '1010':\n        name: Operating bank\n        currency: USD\n        kind: bank\n` +
      `        ledger: { file: ledger.csv, mapping: plain }\n        statement: { file: statement.csv, mapping: plain }\n` +
      `mappings:\n  plain:\n    date_format: YYYY-MM-DD\n    columns: { ${columns} }\n`,
  );
}

async function importMonth(door: Door): Promise<void> {
  for (const document of await readPeriod(loadCompany(company), 'US', PERIOD)) {
    const call = { actorId: 'engine:import', sessionId: SESSION, toolCallId: importKey(document) };
    const started = performance.now();
    const answer = await importDocument(door, call, document);
    if (answer.outcome !== 'done') throw new Error(`not imported: ${JSON.stringify(answer)}`);
    say(`${document.fileName} ${round((performance.now() - started) / 1000)} s`);
  }
}

/** Raw COPY of both files, as a client sends them, and one exact hash join with insert. In seconds. */
async function floor(admin: Client): Promise<number> {
  const columns =
    'id text, date text, amount text, currency text, reference text, counterparty text, description text, "group" text, fee text';
  await admin.query(
    `create table floor_ledger (${columns}); create table floor_statement (${columns}); create table floor_matches (ledger text, statement text)`,
  );
  await admin.query('checkpoint');
  const began = performance.now();
  for (const side of ['ledger', 'statement'])
    await pipeline(
      createReadStream(join(inbox, `${side}.csv`), { highWaterMark: 1 << 18 }),
      admin.query(from(`copy floor_${side} from stdin csv header`)),
    );
  const copied = performance.now();
  await admin.query(
    'insert into floor_matches select l.id, s.id from floor_ledger l join floor_statement s using (reference, amount)',
  );
  const joined = performance.now();
  await admin.query('drop table floor_ledger, floor_statement, floor_matches');
  say(`floor: copy ${round((copied - began) / 1000)} s, join ${round((joined - copied) / 1000)} s`);
  return (joined - began) / 1000;
}

/** What Postgres alone needs, all of it one behind the other, and how many floors that is. */
async function leastFigures(admin: Client, floorSeconds: number): Promise<Record<string, number>> {
  const { lines, find, matches, legs } = await least(admin, folder);
  const total = lines + find + matches + legs;
  return {
    least_lines_s: round(lines),
    least_find_s: round(find),
    least_matches_s: round(matches),
    least_legs_s: round(legs),
    least_s: round(total),
    least_times_floor: round(total / floorSeconds),
  };
}

/** What settled, and what of it is wrong: its lines are not exactly those of one event. */
async function compare(
  admin: Client,
): Promise<{ settled: number; wrong: number; more: Record<string, number> }> {
  await admin.query('create table truth (side text, id text, event bigint)');
  await pipeline(
    createReadStream(join(company, 'truth.csv')),
    admin.query(from('copy truth from stdin csv')),
  );
  await admin.query('set work_mem = $$512MB$$');
  const { rows } = await admin.query<{ state: string; rule: string; matches: string; wrong: string }>(`
    with sizes as (select event, count(*) as size from truth group by event),
    legs as (
      select d.match_id, t.event from dispositions d
        join items i on i.id = d.item_id
        join truth t on t.side = i.side and t.id = i.external_id
       where d.live),
    found as (select match_id, min(event) as event, max(event) as other, count(*) as legs from legs group by match_id)
    select m.state, m.rule, count(*) as matches,
           count(*) filter (where f.event <> f.other or f.legs <> s.size) as wrong
      from found f join matches m on m.id = f.match_id join sizes s on s.event = f.event
     group by m.state, m.rule order by 1, 2`);
  const count = (state: string, of: 'matches' | 'wrong') =>
    rows.filter((row) => row.state === state).reduce((total, row) => total + Number.parseInt(row[of], 10), 0);
  for (const row of rows) say(`${row.state} ${row.rule}: ${row.matches}, wrong ${row.wrong}`);
  return {
    settled: count('CONFIRMED', 'matches'),
    wrong: count('CONFIRMED', 'wrong'),
    more: { proposed: count('PROPOSED', 'matches'), proposed_wrong: count('PROPOSED', 'wrong') },
  };
}

function report(figures: Readonly<Record<string, number>>): void {
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else
    for (const [name, figure] of Object.entries(figures))
      process.stdout.write(`${name.padEnd(16)} ${figure}\n`);
}

function round(figure: number): number {
  return Math.round(figure * 100) / 100;
}

function say(line: string): void {
  if (values.verbose) process.stderr.write(`${line}\n`);
}
