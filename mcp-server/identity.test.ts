import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { register } from '../ledger/register.ts';
import { POLICY } from '../policy/testing.ts';
import { SMALL_ACTORS, callBy, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { identityOf } from './identity.ts';
import { type TestServer, startTestServer } from './testing.ts';
import { generateKeyPair, mintToken } from './tokens.ts';

let database: TestDatabase;
let server: TestServer;
const MODEL = 'llm:recon-operator';
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

before(async () => {
  database = await freshDatabase();
  await smallBooks(database.door);
  server = await startTestServer(database.door);
});

after(async () => {
  await server.close();
  await database.close();
});

interface Reply {
  readonly status: number;
  readonly body: string;
}

// fetch would not let a test choose the Host header.
function post(headers: Record<string, string>, body: string = LIST): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      server.url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    sent.on('error', reject).end(body);
  });
}

async function lastAccessEvent(): Promise<{
  type: string;
  detail: Record<string, unknown>;
  actor: string | null;
}> {
  const row = await database.db
    .selectFrom('audit_events')
    .select(['event_type', 'bytes', 'actor_id'])
    .where('stream', '=', 'access')
    .orderBy('seq', 'desc')
    .executeTakeFirstOrThrow();
  const event = JSON.parse(row.bytes.toString('utf8')) as { detail: Record<string, unknown> };
  return { type: row.event_type, detail: event.detail, actor: row.actor_id };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('lets in the bearer of a good token', async () => {
  const reply = await post(bearer(await server.token(MODEL)));
  assert.equal(reply.status, 200, reply.body);
  assert.match(reply.body, /confirm_match/);
});

test('refuses whoever is not proven, and audits why', async () => {
  const { people, agent } = server.keys;
  const stranger = await generateKeyPair('people', ['human:']);
  const unsigned = `${Buffer.from('{"alg":"none","kid":"people"}').toString('base64url')}.${Buffer.from(
    '{"sub":"human:mei.tan","iss":"closegate","aud":"closegate-mcp","sid":"s","iat":1,"exp":99999999999}',
  ).toString('base64url')}.`;
  const mint = (more: Partial<Parameters<typeof mintToken>[0]>) =>
    mintToken({ ...people, sub: 'human:mei.tan', sid: 's', ttlSeconds: 60, ...more });
  const cases: [string, Record<string, string>, RegExp][] = [
    ['nothing', {}, /no token/],
    ['only a name', { 'x-actor-id': 'human:mei.tan' }, /no token/],
    ['basic', { authorization: 'Basic aHVtYW46bWVpLnRhbjo=' }, /not a bearer token/],
    ['garbage', bearer('garbage'), /not a signed JWT/],
    ['unsigned', bearer(unsigned), /malformed or its algorithm/],
    ["a stranger's key", bearer(await mint(stranger)), /signature is wrong/],
    ['an unknown key', bearer(await mint({ kid: 'other' })), /no known signing key/],
    ['another issuer', bearer(await mint({ issuer: 'elsewhere' })), /claim iss/],
    ['expired', bearer(await mint({ ttlSeconds: -30 })), /expired/],
    ['an odd session', bearer(await mint({ sid: 'a\nb' })), /lacks a valid/],
    ['an unknown actor', bearer(await mint({ sub: 'human:nobody' })), /not registered/],
    ['the model as a person', bearer(await mint({ ...agent })), /may not sign for this actor/],
    [
      'a long machine token',
      bearer(await server.token(MODEL, { ttlSeconds: 301 })),
      /longer than 300 seconds/,
    ],
  ];
  for (const [who, headers, reason] of cases) {
    const reply = await post(headers);
    assert.equal(reply.status, 401, `${who}: ${reply.body}`);
    const event = await lastAccessEvent();
    assert.equal(event.type, 'LOGIN_FAILED', who);
    assert.match(String(event.detail['reason']), reason, who);
    assert.equal(event.actor, null, 'an unproven name is no actor');
  }
});

test('refuses an actor who was deactivated', async () => {
  const token = await server.token('human:jonas.weber');
  assert.equal((await post(bearer(token))).status, 200);
  // The folder no longer names him.
  await register(database.door, callBy('engine:close'), {
    policy: POLICY,
    actors: SMALL_ACTORS.filter((actor) => actor.id !== 'human:jonas.weber'),
    entities: [],
    accounts: [],
    rates: [],
  });
  assert.equal((await post(bearer(token))).status, 401);
});

test('refuses a token together with another name, as identity confusion', async () => {
  const token = bearer(await server.token(MODEL));
  assert.equal((await post({ ...token, 'x-actor-id': MODEL })).status, 200);
  const reply = await post({ ...token, 'x-actor-id': 'human:mei.tan' });
  assert.equal(reply.status, 401);
  const event = await lastAccessEvent();
  assert.equal(event.type, 'IDENTITY_CONFUSION');
  assert.equal(event.actor, MODEL);
  assert.equal(event.detail['claimed'], 'human:mei.tan');
});

test('refuses a foreign host, oversized and deeply nested bodies, other methods and paths', async () => {
  const token = bearer(await server.token(MODEL));
  assert.equal((await post({ ...token, host: 'evil.example' })).status, 403);
  const nested = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}}`;
  assert.equal((await post(token, nested)).status, 400);
  assert.equal((await post(token, JSON.stringify({ a: 'x'.repeat(300_000) }))).status, 413);
  const broken = await post(token, '{"jsonrpc":');
  assert.equal(broken.status, 400);
  assert.doesNotMatch(broken.body, /at |node_modules/);
  assert.equal((await fetch(server.url, { headers: token })).status, 405);
  assert.equal((await fetch(new URL('/', server.url), { headers: token })).status, 404);
});

test('accepts no key set that says not for whom a key signs, or that holds a secret', async () => {
  const { publicJwk } = server.keys.people;
  const { closegate_subjects: _, ...anybody } = publicJwk;
  await assert.rejects(identityOf({ keys: [anybody] }, 'keys.json'), /keys\.json.*closegate_subjects/);
  await assert.rejects(identityOf({ keys: [{ ...publicJwk, d: 'secret' }] }, 'keys.json'), /private key/);
  await assert.rejects(identityOf({ keys: [publicJwk, publicJwk] }, 'keys.json'), /two keys/);
});
