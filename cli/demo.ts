// One month-end close of the example company, from an empty database to certified accounts. Ends by itself.
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Door } from '../ledger/door.ts';
import { decisionCounts } from '../ledger/standing.ts';
import { verifyAudit } from '../ledger/verify-audit.ts';
import { loadCompany } from '../statements/company.ts';
import { closeWorkflowId } from '../workflows/ids.ts';
import { runClose } from './close.ts';
import { down, up } from './commands/stack.ts';
import { withDoor, withTemporal } from './context.ts';
import { AnswerKey, namedMatches } from './demo/answer-key.ts';
import { attemptToSign } from './demo/attempts.ts';
import { playThePeople } from './demo/people.ts';
import { Failed, table } from './output.ts';
import { type Home, PROGRAM, type RunFile, homeOf } from './stack/home.ts';
import { Stack } from './stack/stack.ts';
import { standingTable } from './standing-table.ts';
import { wakeOver } from './wake.ts';

const PERIOD = '2026-03';
const say = (line = '') => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    dir: { type: 'string', default: join(PROGRAM, 'examples', 'halden') },
  },
});
const home = homeOf(values.dir);
const began = performance.now();
let stack: Stack | undefined;
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupted) return;
    interrupted = true;
    say(`\n${signal}: ending everything ...`);
    void endAll().then(() => process.exit(130));
  });
}

// Also what nobody awaits (a connection that breaks while its server is being ended): nothing may be left running.
process.on('uncaughtException', (error) => void fail(error));
await demo().catch(fail);

async function fail(error: unknown): Promise<void> {
  if (interrupted) return;
  interrupted = true;
  process.stderr.write(`closegate demo: ${error instanceof Error ? error.message : String(error)}\n`);
  await endAll();
  process.exit(1);
}

async function endAll(): Promise<void> {
  if (stack) await stack.stop();
  else await down(home);
}

async function demo(): Promise<void> {
  if (await down(home)) say('ended what an earlier run had left');
  rmSync(home.stateDir, { recursive: true, force: true });
  const run = await start();
  const company = loadCompany(home.companyDir);
  say(`\nClosing ${PERIOD} for ${company.name}: ${company.entities.map((entity) => entity.code).join(', ')}`);
  const reports = await runClose(
    { home, run },
    company.entities.map((entity) => entity.code),
    PERIOD,
    say,
  );
  const failed = reports.find((report) => report.failure !== null);
  if (failed) throw new Failed(`the close of ${failed.entity} failed: ${failed.failure ?? ''}`);

  await withDoor({ home, run }, async (door) => {
    await showSettlement(door);
    await showAttempts(door, home, run);
    await showPeople(
      door,
      run,
      company.entities.map((entity) => entity.code),
    );
    await showResult(door);
  });
  say(`\nTook ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  if (values.keep) {
    say('The stack stays up:');
    say(`  Temporal UI  ${run.addresses['temporal_ui'] ?? ''}`);
    say(`  MCP server   ${run.addresses['mcp'] ?? ''}`);
    const dir = relative(process.cwd(), home.companyDir);
    say(`  npx closegate status --dir ${dir}    and    npx closegate down --dir ${dir}`);
    return;
  }
  await endAll();
  say('All processes have ended. `npm run demo -- --keep` leaves them up to look at.');
}

async function start(): Promise<RunFile> {
  if (values.keep) return await up(home, say);
  stack = new Stack(home, say);
  return await stack.start();
}

async function showSettlement(door: Door): Promise<void> {
  const key = new AnswerKey(join(home.companyDir, 'truth.csv'));
  const matches = await namedMatches(door.db, PERIOD);
  const right = (some: typeof matches) =>
    some.filter((match) => key.isMatch(match.entity, match.account, match.ledger, match.statement)).length;
  const settled = matches.filter((match) => match.state === 'CONFIRMED');
  const proposed = matches.filter((match) => match.state === 'PROPOSED');
  say(
    `\nSettled by rules: ${settled.length}, of which wrong by truth.csv: ${settled.length - right(settled)}`,
  );
  say(`Proposed for review: ${proposed.length}, of which right by truth.csv: ${right(proposed)}`);
  if (right(settled) !== settled.length) throw new Failed('a match that settled by itself is wrong');
}

async function showAttempts(door: Door, at: Home, run: RunFile): Promise<void> {
  say('\nThe model tries to sign:');
  for (const attempt of await attemptToSign(door.db, at, run)) {
    say(`\n  ${attempt.what}`);
    say(`  -> ${attempt.outcome.toUpperCase()}`);
    for (const clause of attempt.clauses) {
      say(`     ${clause.code}  policy.yaml#${clause.pointer}`);
      say(`       "${clause.text}"`);
    }
  }
}

async function showPeople(door: Door, run: RunFile, entities: readonly string[]): Promise<void> {
  say('\nThe people review (played by the demo; they go by the documents, which here is truth.csv):');
  const done = await playThePeople(door, home.companyDir, PERIOD);
  say(
    `  ${done.confirmed} matches confirmed, ${done.rejected} rejected, ${done.flagged} lines flagged, ` +
      `${done.resolved} exceptions resolved, ${done.carriedForward} carried forward, ${done.certified} accounts certified, ` +
      `${done.secondSignatures} second signatures`,
  );
  await withTemporal({ home, run }, async (client) => {
    const wake = wakeOver(client);
    const rows = await door.db.selectFrom('reconciliations').select('id').execute();
    await Promise.all(rows.map((row) => wake(row.id)));
    for (const entity of entities) {
      const locked = client.workflow.getHandle(closeWorkflowId(entity, PERIOD)).result();
      const late = sleep(30_000, null, { ref: false }).then(() => {
        throw new Failed(`the close of ${entity} did not end`);
      });
      await Promise.race([locked, late]);
    }
  });
  say(`  ${entities.join(', ')}: ${PERIOD} locked`);
}

async function showResult(door: Door): Promise<void> {
  const { rows, words } = await standingTable(door.db, { period: PERIOD });
  const imported = rows.reduce((count, row) => count + BigInt(row.lines), 0n);
  const accounted = rows.reduce((count, row) => count + BigInt(row.matched) + BigInt(row.exceptions), 0n);
  say(`\n${words} (examples/halden/fx)`);
  say(`\nlines imported: ${imported}, lines accounted for: ${accounted}`);
  const counts = await decisionCounts(door.db);
  say(
    `\n${table(
      ['action', 'outcome', 'count'],
      counts.map((one) => [one.action, one.decision, one.count]),
      ['count'],
    )}`,
  );
  const audit = await verifyAudit(door.db, door.auditKey);
  say(`\naudit verify: ${audit.verdict} (${audit.events} events in ${audit.streams} streams)`);
  const uncertified = rows.filter((row) => row.state !== 'CERTIFIED');
  if (uncertified.length > 0)
    throw new Failed(`not certified: ${uncertified.map((row) => row.account).join(', ')}`);
  if (imported !== accounted) throw new Failed('not every imported line is accounted for');
  if (audit.verdict !== 'intact') throw new Failed(`the audit log is ${audit.verdict}`);
}
