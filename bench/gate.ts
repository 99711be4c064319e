// Guarded decisions per second through decide(), beside bare single-row commits on the same connections in the same run,
// and tool calls over MCP. Prints what it measured; nothing is assumed.
import { once } from 'node:events';
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Kysely, sql } from 'kysely';
import { connect } from '../ledger/connect.ts';
import type { Database } from '../ledger/database.ts';
import type { Door } from '../ledger/door.ts';
import { proposeMatch } from '../ledger/matches.ts';
import { connectClient } from '../mcp-server/testing.ts';
import { generateKeyPair, mintToken } from '../mcp-server/tokens.ts';
import { type Books, makeBooks } from './books.ts';
import { startBenchServer } from './server.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, decisions: { type: 'string', default: '1600' } },
});
const COUNT = Number.parseInt(values.decisions, 10);
const OPERATOR = 'llm:recon-operator';
const auditKey = { id: 'bench', secret: Buffer.alloc(32, 9) };

const { folder, engine, admin: adminUrl, stop } = await startBenchServer();
try {
  const db = connect(engine, 8);
  const door: Door = { db, auditKey };
  const books = await makeBooks(door, 8, COUNT);
  const admin = connect(adminUrl, 1);
  await sql`create table bench_bare (id bigint generated always as identity primary key, line text not null)`.execute(
    admin,
  );
  await sql`grant insert on bench_bare to closegate_engine`.execute(admin);
  await admin.destroy();

  const rate = async (connections: number, work: (lane: number) => Promise<void>, count: number) => {
    const began = performance.now();
    let left = count;
    const lane = async (number: number) => {
      while (left > 0) {
        left -= 1;
        await work(number);
      }
    };
    await Promise.all(Array.from({ length: connections }, (_, number) => lane(number)));
    return count / ((performance.now() - began) / 1000);
  };
  const decision = async (lane: number) => {
    const [reconciliation, itemIds] = books.take(lane);
    const answer = await proposeMatch(
      door,
      { actorId: OPERATOR, sessionId: 'bench', toolCallId: `${itemIds.join('-')}` },
      {
        reconciliation,
        itemIds,
        rationale: 'Same amount on the same day.',
      },
    );
    if (answer.outcome !== 'done') throw new Error(`a decision was ${answer.outcome}`);
  };
  const bare = () => bareCommit(db);

  await rate(8, decision, 80); // Warm: plans, pools, compiled code.
  await rate(8, bare, 80);
  const part = Math.floor((COUNT - 160) / 4);
  const figures = {
    decisions_per_s_1: await rate(1, decision, part),
    bare_commits_per_s_1: await rate(1, bare, part),
    decisions_per_s_8: await rate(8, decision, part),
    bare_commits_per_s_8: await rate(8, bare, part * 2),
    ...(await overMcp(engine, books, part)),
  };
  await db.destroy();
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, Math.round(figure * 10) / 10]),
  );
  if (values.json) process.stdout.write(`${JSON.stringify(rounded)}\n`);
  else
    for (const [name, figure] of Object.entries(rounded))
      process.stdout.write(`${name.padEnd(24)} ${figure}\n`);
} finally {
  await stop();
}

async function bareCommit(db: Kysely<Database>): Promise<void> {
  await sql`insert into bench_bare (line) values ('a single row')`.execute(db);
}

async function overMcp(engine: string, books: Books, count: number) {
  const key = await generateKeyPair('agent', ['llm:']);
  const jwks = join(folder, 'jwks.json');
  writeFileSync(jwks, JSON.stringify({ keys: [key.publicJwk] }));
  const server = fork(fileURLToPath(new URL('../cli/processes/mcp-server.ts', import.meta.url)), {
    env: {
      DATABASE_URL: engine,
      CLOSEGATE_MCP_PORT: '0',
      CLOSEGATE_AUDIT_KEY_ID: auditKey.id,
      CLOSEGATE_AUDIT_KEY: auditKey.secret.toString('hex'),
      CLOSEGATE_JWKS_FILE: jwks,
    },
    silent: true,
  });
  try {
    const [ready] = (await once(server, 'message')) as [{ port: number }];
    const url = new URL(`http://127.0.0.1:${ready.port}/mcp`);
    const bearer = () => mintToken({ ...key, sub: OPERATOR, sid: 'bench-mcp', ttlSeconds: 300 });
    const clients = await Promise.all(
      Array.from({ length: 8 }, async () => connectClient(url, await bearer())),
    );
    const calls = async (total: number) => {
      const times: number[] = [];
      let left = total;
      await Promise.all(
        clients.map(async (client, lane) => {
          while (left > 0) {
            left -= 1;
            const [reconciliation, itemIds] = books.take(lane);
            const started = performance.now();
            const result = await client.callTool({
              name: 'propose_match',
              arguments: { reconciliation, item_ids: itemIds, rationale: 'Same amount on the same day.' },
              _meta: { 'closegate/tool-call-id': itemIds.join('-') },
            });
            times.push(performance.now() - started);
            if (result.isError) throw new Error(JSON.stringify(result.content));
          }
        }),
      );
      return times;
    };
    await calls(80); // Warm, like the door above.
    const began = performance.now();
    const times = await calls(count);
    const seconds = (performance.now() - began) / 1000;
    await Promise.all(clients.map((client) => client.close()));
    times.sort((a, b) => a - b);
    return {
      mcp_calls_per_s_8: times.length / seconds,
      mcp_p95_ms_8: times[Math.floor(times.length * 0.95)] ?? 0,
    };
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}
