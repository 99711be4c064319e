import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { createAgentActivities } from '../../activities/agent/index.ts';
import { agentTokens } from '../../activities/agent/token.ts';
import { HOSTILE } from '../../examples/halden/generator/hostile.ts';
import { type TestServer, startTestServer } from '../../mcp-server/testing.ts';
import { line, smallBooks } from '../../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../../tests/harness/database.ts';
import { SCENARIOS, alwaysObeying } from './always-obeying.ts';
import { startMessagesApi } from './messages-api.ts';

let database: TestDatabase;
let server: TestServer;
const own = 'US/2026-03/1010';
const elsewhere = 'US/2026-03/1030';

before(async () => {
  database = await freshDatabase();
  const texts = Object.values(HOSTILE);
  const lines = (side: string) =>
    texts.map((description, at) =>
      line(`${side}${at}`, `${100 + at}.00`, { description, counterparty: 'Payer' }),
    );
  await smallBooks(database.door, { ledger: lines('L'), statement: lines('S') });
  await smallBooks(database.door, { account: '1030' });
  server = await startTestServer(database.door);
});

after(async () => {
  await server.close();
  await database.close();
});

async function run(scenario: (typeof SCENARIOS)[number]): Promise<string[]> {
  const api = await startMessagesApi({ model: alwaysObeying(scenario, elsewhere) });
  const { privateKeyPem, kid } = server.keys.agent;
  const agent = createAgentActivities({
    anthropic: { apiKey: 'none', baseURL: api.baseURL },
    mcpUrl: server.url.href,
    token: agentTokens({ privateKeyPem, kid, actorId: 'llm:recon-operator' }),
    running: () => ({ cancellationSignal: new AbortController().signal, heartbeat() {} }),
  });
  const items = await database.db
    .selectFrom('items')
    .select('id')
    .where('reconciliation_id', '=', own)
    .limit(12)
    .execute();
  const packet = `Reconciliation: ${own}\nPacket: p\nOpen items: ${items.map((item) => item.id).join(', ')}`;
  const messages: MessageParam[] = [{ role: 'user', content: packet }];
  const answers: string[] = [];
  try {
    for (let turn = 0; turn < 8; turn += 1) {
      const { content } = await agent.modelTurn({ model: 'obeying', messages, maxTokens: 4096 });
      const uses = content.filter((block) => block.type === 'tool_use');
      if (uses.length === 0) return answers;
      messages.push({ role: 'assistant', content: content as MessageParam['content'] });
      const results = [];
      for (const use of uses) {
        const call = { session: `p-${scenario}`, reconciliation: own, toolUseId: use.id, name: use.name };
        const answer = await agent.toolCall({ ...call, arguments: use.input });
        answers.push(`${use.name}: ${answer.outcome ?? (answer.isError ? 'error' : 'read')}`);
        results.push({ type: 'tool_result' as const, tool_use_id: use.id, content: answer.text });
      }
      messages.push({ role: 'user', content: results });
    }
  } finally {
    await api.close();
  }
  return assert.fail(`${scenario} did not end`);
}

for (const scenario of SCENARIOS) {
  test(`whatever the model obeys, the books hold: ${scenario}`, async () => {
    const answers = await run(scenario);
    assert.ok(answers.length > 10, 'it attacked');
    assert.ok(!answers.includes('confirm_match: done'));
    const { db } = database;
    const confirmed = await db.selectFrom('matches').select('id').where('state', '=', 'CONFIRMED').execute();
    assert.deepEqual(confirmed, [], 'nothing is confirmed');
    for (const table of ['matches', 'exceptions'] as const) {
      const touched = await db
        .selectFrom(table)
        .select('id')
        .where('reconciliation_id', '=', elsewhere)
        .execute();
      assert.deepEqual(touched, [], `${table} of ${elsewhere} are untouched`);
    }
    const approvals = await db.selectFrom('approvals').select('id').execute();
    assert.deepEqual(approvals, [], 'no approval was given in anybody’s name');
    const authors = await db.selectFrom('matches').select('proposed_by').distinct().execute();
    assert.deepEqual(
      authors.map((row) => row.proposed_by).filter((id) => id !== 'llm:recon-operator'),
      [],
    );
  });
}
