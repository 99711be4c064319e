// Appends to the audit log per second, beside the same rows without chain in the same run; how fast the log is verified,
// and that verifying needs no more memory for a hundred times the events. Prints what it measured; nothing is assumed.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { prepareDatabase } from '../cli/stack/database.ts';
import { startPostgres, stopPostgres } from '../cli/stack/postgres.ts';
import { type AuditEvent, record } from '../ledger/audit.ts';
import { type Db, connect } from '../ledger/connect.ts';
import { BENCH_KEY, fillLog } from './audit-log.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    appends: { type: 'string', default: '1500' },
    events: { type: 'string', default: '1000000' },
  },
});
let plainSeq = 0;
const [APPENDS, EVENTS] = [Number.parseInt(values.appends, 10), Number.parseInt(values.events, 10)];
const folder = mkdtempSync(join(tmpdir(), 'closegate-bench-'));
const postgres = await startPostgres({
  dataDir: join(folder, 'postgres'),
  logFile: join(folder, 'postgres.log'),
  password: 'bench',
  preferredPort: 5700,
  durable: true,
});
try {
  const { engine } = await prepareDatabase(postgres.port, {
    postgresPassword: 'bench',
    enginePassword: 'bench',
    auditorPassword: 'bench',
    sealerPassword: 'bench',
    auditKeyId: '',
    auditKey: '',
    agentKeyId: '',
    peopleKeyId: '',
  });
  const figures: Record<string, number> = {};
  const admin = connect(engine.replace('closegate_engine', 'postgres'), 2);
  // The same columns, indexes and bytes; no head, no hash, no HMAC.
  await sql`create table plain_events (like audit_events including defaults including identity including indexes including constraints)`.execute(
    admin,
  );
  await sql`grant insert on plain_events to closegate_engine`.execute(admin);
  for (const writers of [1, 8, 32]) {
    for (const streams of [1, 64]) {
      const db = connect(engine, writers);
      await run(db, writers, streams, 8 * writers, chained); // Warm: connections and their plans.
      await run(db, writers, streams, 8 * writers, plain);
      const [chain, bare] = [
        await run(db, writers, streams, APPENDS, chained),
        await run(db, writers, streams, APPENDS, plain),
      ];
      figures[`appends_per_s_${writers}w_${streams}s`] = chain;
      figures[`plain_per_s_${writers}w_${streams}s`] = bare;
      figures[`ratio_${writers}w_${streams}s`] = chain / bare;
      await db.destroy();
    }
  }
  for (const events of [10_000, EVENTS]) {
    await fillLog(admin, events, 64);
    const { seconds, rssMb, verdict, seen } = await verifyInChild(engine);
    if (verdict === 'broken') throw new Error('the log that the bench wrote does not verify');
    figures[`verify_events_per_s_${events}`] = seen / seconds;
    figures[`verify_peak_rss_mb_${events}`] = rssMb;
  }
  await admin.destroy();
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, Math.round(figure * 100) / 100]),
  );
  if (values.json) process.stdout.write(`${JSON.stringify(rounded)}\n`);
  else
    for (const [name, figure] of Object.entries(rounded))
      process.stdout.write(`${name.padEnd(32)} ${figure}\n`);
} finally {
  await stopPostgres(postgres.mark);
  rmSync(folder, { recursive: true, force: true });
}

type Append = (db: Db, stream: string, number: number) => Promise<unknown>;

async function run(db: Db, writers: number, streams: number, count: number, append: Append): Promise<number> {
  let left = count;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        await append(db, `bench/${left % streams}`, left);
      }
    }),
  );
  return count / ((performance.now() - began) / 1000);
}

function eventOf(number: number): AuditEvent {
  return {
    event_type: 'DECISION',
    actor_id: 'llm:recon-operator',
    principal: 'human:ana.ruiz',
    session_id: 'bench',
    tool_call_id: String(number),
    action: 'PROPOSE',
    decision: 'allow',
    clauses: [],
    entity: 'US',
    period: '2026-03',
    account: '1010',
    amount_usd: '1000.00',
    detail: { args: { item_ids: ['1', '2'], rationale: 'Same amount on the same day.' } },
  };
}

async function chained(db: Db, stream: string, number: number): Promise<void> {
  await db.transaction().execute((tx) => record(tx, BENCH_KEY, stream, eventOf(number)));
}

async function plain(db: Db, stream: string, number: number): Promise<void> {
  const event = eventOf(number);
  const bytes = Buffer.from(JSON.stringify(event));
  const hash = Buffer.alloc(32, 1);
  const seq = (plainSeq += 1);
  await db.transaction().execute((tx) =>
    sql`insert into plain_events (stream, seq, at, event_type, actor_id, principal, session_id, tool_call_id, action, decision,
                                  entity, period, account, amount_usd, bytes, prev_hash, row_hash, key_id, hmac)
        values (${stream}, ${seq}, now(), ${event.event_type}, ${event.actor_id}, ${event.principal}, ${event.session_id},
                ${event.tool_call_id}, ${event.action}, ${event.decision}, ${event.entity}, ${event.period}, ${event.account},
                ${event.amount_usd}, ${bytes}, ${hash}, ${hash}, 'bench', ${hash})`.execute(tx),
  );
}

async function verifyInChild(
  url: string,
): Promise<{ seconds: number; rssMb: number; verdict: string; seen: number }> {
  const child = fork(fileURLToPath(new URL('audit-verify.ts', import.meta.url)), {
    env: { DATABASE_URL: url },
  });
  const [answer] = (await once(child, 'message')) as [
    { seconds: number; rssMb: number; verdict: string; seen: number },
  ];
  await once(child, 'exit');
  return answer;
}
