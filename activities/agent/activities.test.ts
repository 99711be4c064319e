import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import {
  type Fault,
  type MessagesRequest,
  type RunningMessagesApi,
  startMessagesApi,
} from '../../evals/models/messages-api.ts';
import { standInOperator } from '../../evals/models/stand-in-operator.ts';
import { type TestServer, startTestServer } from '../../mcp-server/testing.ts';
import { smallBooks } from '../../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../../tests/harness/database.ts';
import { createAgentActivities } from './index.ts';
import type { AgentActivities, ModelTurnInput } from './contract.ts';
import { agentTokens } from './token.ts';

let database: TestDatabase;
let server: TestServer;
let api: RunningMessagesApi;
let reconciliation: string;
let itemIds: string[];
let fault: Fault | null = null;
let asked: MessagesRequest | null = null;

before(async () => {
  database = await freshDatabase();
  reconciliation = await smallBooks(database.door);
  const rows = await database.db.selectFrom('items').select('id').orderBy('id').execute();
  itemIds = rows.map((row) => row.id);
  server = await startTestServer(database.door);
  api = await startMessagesApi({
    model: standInOperator,
    fault(_nth, request) {
      asked = request;
      return fault;
    },
  });
});

after(async () => {
  await api.close();
  await server.close();
  await database.close();
});

function activities(more: { mcpUrl?: string; signal?: AbortSignal } = {}): AgentActivities {
  const { privateKeyPem, kid } = server.keys.agent;
  return createAgentActivities({
    anthropic: { apiKey: 'test', baseURL: api.baseURL },
    mcpUrl: more.mcpUrl ?? server.url.href,
    token: agentTokens({ privateKeyPem, kid, actorId: 'llm:recon-operator' }),
    running: () => ({ cancellationSignal: more.signal ?? new AbortController().signal, heartbeat() {} }),
  });
}

function turn(): ModelTurnInput {
  const content = `Reconciliation: ${reconciliation}\nPacket: p1\nOpen items: ${itemIds.join(', ')}`;
  return { model: 'some-model', messages: [{ role: 'user', content }], maxTokens: 1000 };
}

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ApplicationFailure, String(error));
    return error;
  }
  return assert.fail('it did not fail');
}

test('gives the model its prompt and the seven tools, and returns its turn', async () => {
  const result = await activities().modelTurn(turn());
  assert.equal(result.stopReason, 'tool_use');
  assert.equal(result.content.filter((block) => block.type === 'tool_use').length, itemIds.length);
  assert.ok(result.usage.inputTokens > 0 && result.usage.outputTokens > 0);
  assert.equal(asked?.tools?.length, 7);
  assert.match(JSON.stringify(asked.system), /You prepare, you never sign/);
});

test('tells refusals from overload, and takes the delay that the provider asks for', async () => {
  const cases: [Fault, string, boolean, number | undefined][] = [
    [{ status: 400 }, 'ModelRefused', true, undefined],
    [{ status: 401 }, 'ModelRefused', true, undefined],
    [{ status: 413 }, 'ModelRefused', true, undefined],
    [{ status: 529 }, 'ModelUnavailable', false, undefined],
    [{ status: 429, headers: { 'retry-after': '7' } }, 'ModelUnavailable', false, 7000],
    [
      { status: 503, headers: { 'retry-after-ms': '250', 'retry-after': '9' } },
      'ModelUnavailable',
      false,
      250,
    ],
    [{ status: 500, headers: { 'x-should-retry': 'false' } }, 'ModelRefused', true, undefined],
    [{ status: 400, headers: { 'x-should-retry': 'true' } }, 'ModelUnavailable', false, undefined],
    [{ status: 529, headers: { 'retry-after': 'soon' } }, 'ModelUnavailable', false, undefined],
    ['reset', 'ModelUnavailable', false, undefined],
  ];
  for (const [injected, type, nonRetryable, delay] of cases) {
    fault = injected;
    const before = api.served();
    const failure = await failureOf(activities().modelTurn(turn()));
    const about = JSON.stringify(injected);
    assert.equal(failure.type, type, about);
    assert.equal(failure.nonRetryable, nonRetryable, about);
    assert.equal(failure.nextRetryDelay, delay, about);
    assert.equal(api.served(), before + 1, 'the client itself must not retry');
  }
  fault = { status: 429, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } };
  const dated = await failureOf(activities().modelTurn(turn()));
  assert.ok(
    typeof dated.nextRetryDelay === 'number' && dated.nextRetryDelay > 55_000,
    String(dated.nextRetryDelay),
  );
  fault = null;
});

test('stops when the activity is cancelled', async () => {
  const gone = AbortSignal.abort();
  await assert.rejects(activities({ signal: gone }).modelTurn(turn()), CancelledFailure);
});

test('calls a tool under its own session and call id: repeated, it has one effect', async () => {
  const pair = [itemIds[0] ?? '', itemIds[3] ?? ''];
  const call = {
    session: 'investigate/p1#v1',
    reconciliation,
    toolUseId: 'toolu_a',
    name: 'propose_match',
    arguments: { reconciliation, item_ids: pair, rationale: 'same invoice' },
  };
  const [first, second] = [await activities().toolCall(call), await activities().toolCall(call)];
  assert.equal(first.outcome, 'done', first.text);
  assert.deepEqual(first, second);
  const matches = await database.db.selectFrom('matches').select(['proposed_by', 'session_id']).execute();
  assert.deepEqual(matches, [{ proposed_by: 'llm:recon-operator', session_id: 'investigate/p1#v1' }]);
});

test('hands wrong calls back to the model as text', async () => {
  const call = { session: 's', reconciliation, toolUseId: 'toolu_b' };
  const cases: [string, unknown, RegExp][] = [
    ['send_email', {}, /no tool of that name/],
    ['list_open_items', { reconciliation, actor: 'human:mei.tan' }, /no argument actor/],
    ['list_open_items', { reconciliation: 'US/2026-03/1030' }, /outside this session/],
    ['list_open_items', 'not an object', /JSON object/],
    ['propose_match', { rationale: 'x'.repeat(400_000) }, /refused/],
  ];
  for (const [name, args, expected] of cases) {
    const answer = await activities().toolCall({ ...call, name, arguments: args });
    assert.equal(answer.isError, true, name);
    assert.match(answer.text, expected);
    assert.equal(answer.outcome, null);
  }
});

test('throws when the tools cannot be reached, so that the call is repeated', async () => {
  const away = activities({ mcpUrl: 'http://127.0.0.1:9/mcp' });
  const call = { session: 's', reconciliation, toolUseId: 'toolu_c', name: 'list_open_items', arguments: {} };
  await assert.rejects(away.toolCall(call), /fetch failed/);
  await assert.rejects(away.modelTurn(turn()), /fetch failed/);
});

test('settles a whole packet with the stand-in operator', async () => {
  const agent = activities();
  const { messages, ...rest } = turn();
  const said = [...messages];
  for (let at = 0; at < 8; at += 1) {
    const answer = await agent.modelTurn({ ...rest, messages: said });
    const uses = answer.content.filter((block) => block.type === 'tool_use');
    if (uses.length === 0) break;
    said.push({ role: 'assistant', content: [...answer.content] as never });
    const results = [];
    for (const use of uses) {
      const call = {
        session: 'packet',
        reconciliation,
        toolUseId: use.id,
        name: use.name,
        arguments: use.input,
      };
      const { text } = await agent.toolCall(call);
      results.push({ type: 'tool_result' as const, tool_use_id: use.id, content: text });
    }
    said.push({ role: 'user', content: results });
  }
  const open = await agent.toolCall({
    session: 'packet',
    reconciliation,
    toolUseId: 'toolu_last',
    name: 'list_open_items',
    arguments: { reconciliation },
  });
  assert.match(open.text, /"open_count":"0"/);
  const flagged = await database.db.selectFrom('exceptions').select('reason_code').orderBy('id').execute();
  assert.deepEqual(
    flagged.map((row) => row.reason_code),
    ['MISSING_DOCUMENT', 'UNBOOKED_FEE'],
  );
});
