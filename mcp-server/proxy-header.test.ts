import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { createApp } from './app.ts';
import type { Trust } from './login.ts';
import { lastAccess, postTo } from './posting.ts';
import { type ProxyTrust, proxyTrustOf } from './proxy-header.ts';
import { startMcpServer } from './server.ts';
import { Strangers } from './strangers.ts';
import { type TestServer, startTestServer } from './testing.ts';

const SECRET = 'a-secret-of-the-proxy-and-of-us-0123456789';
const PERSON = 'human:mei.tan';
const AWAY = '192.0.2.7';
let database: TestDatabase;
const opened: { close(): Promise<void> | Server }[] = [];

before(async () => {
  database = await freshDatabase();
  await smallBooks(database.door);
});

after(async () => {
  for (const server of opened) await server.close();
  await database.close();
});

function trust(env: Record<string, string>): ProxyTrust {
  const proxy = proxyTrustOf(env);
  assert.ok(proxy);
  return proxy;
}

const byLoopback = () => trust({ CLOSEGATE_TRUSTED_HEADER: 'loopback' });
const bySecret = () => trust({ CLOSEGATE_TRUSTED_HEADER: 'secret', CLOSEGATE_PROXY_SECRET: SECRET });

/** The real routes behind a socket that says it comes from elsewhere; no test machine has a peer for certain. */
async function serverFor(proxy: ProxyTrust | null, peer: string | null, identity: Trust['identity'] = null) {
  const app = createApp({
    door: database.door,
    trust: { identity, proxy },
    strangers: new Strangers(database.door),
    claims: null,
    hosts: ['127.0.0.1'],
    wake: () => undefined,
  });
  const server = createServer((request, response) => {
    if (peer) Object.defineProperty(request.socket, 'remoteAddress', { value: peer, configurable: true });
    app(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}

/** A call whose refusal by the tool shows, in the audit log, under which actor and session it ran. */
const PROBE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'list_open_items', arguments: { reconciliation: 'US/2026-03/1010', probe: 1 } },
});

async function sessionOf(url: URL, headers: Record<string, string>): Promise<(string | null)[]> {
  const reply = await postTo(url, headers, PROBE);
  assert.equal(reply.status, 200, reply.body);
  const row = await database.db
    .selectFrom('audit_events')
    .select(['actor_id', 'session_id'])
    .where('stream', '=', 'access')
    .orderBy('seq', 'desc')
    .executeTakeFirstOrThrow();
  return [row.actor_id, row.session_id];
}

test('believes the header from this machine, in a session of the person’s own', async () => {
  for (const peer of [null, '::1', '::ffff:127.0.0.1']) {
    const url = await serverFor(byLoopback(), peer);
    assert.deepEqual(await sessionOf(url, { 'x-actor-id': PERSON }), [PERSON, `proxy/${PERSON}`]);
    assert.deepEqual(await sessionOf(url, { 'x-actor-id': PERSON, 'x-session-id': 'investigate/p#v1' }), [
      PERSON,
      `proxy/${PERSON}/investigate/p#v1`,
    ]);
  }
});

test('believes the header from anywhere with the proxy’s secret, under the names that are set', async () => {
  const names = { CLOSEGATE_ACTOR_HEADER: 'X-Signed-In', CLOSEGATE_SESSION_HEADER: 'X-Visit' };
  const proxy = trust({
    ...names,
    CLOSEGATE_TRUSTED_HEADER: 'secret',
    CLOSEGATE_PROXY_SECRET: SECRET,
  });
  const headers = { 'x-signed-in': PERSON, 'x-visit': 'v1', 'x-closegate-proxy-secret': SECRET };
  const url = await serverFor(proxy, AWAY);
  assert.deepEqual(await sessionOf(url, headers), [PERSON, `proxy/${PERSON}/v1`]);
});

interface Case {
  readonly what: string;
  readonly proxy: ProxyTrust | null;
  readonly peer: string | null;
  readonly headers: Record<string, string>;
  readonly reason: string;
}

const named = { 'x-actor-id': PERSON };
const CASES: readonly Case[] = [
  {
    what: 'a header from another machine',
    proxy: byLoopback(),
    peer: AWAY,
    headers: named,
    reason: 'the actor header is believed from this machine only',
  },
  {
    what: 'a header without the secret, even from this machine',
    proxy: bySecret(),
    peer: null,
    headers: named,
    reason: 'the actor header came without the proxy secret',
  },
  {
    what: 'a wrong secret',
    proxy: bySecret(),
    peer: AWAY,
    headers: { ...named, 'x-closegate-proxy-secret': `${SECRET.slice(0, -1)}x` },
    reason: 'the proxy secret is wrong',
  },
  {
    what: 'a program’s name in the header',
    proxy: byLoopback(),
    peer: null,
    headers: { 'x-actor-id': 'llm:recon-operator' },
    reason: 'the actor header names a program; programs need a token',
  },
  {
    what: 'two names in the header',
    proxy: byLoopback(),
    peer: null,
    headers: { 'x-actor-id': `${PERSON}, human:ana.ruiz` },
    reason: 'the actor header names no actor',
  },
  {
    what: 'a person whom nobody registered',
    proxy: byLoopback(),
    peer: null,
    headers: { 'x-actor-id': 'human:nobody' },
    reason: 'the actor is not registered',
  },
  {
    what: 'a session that cannot be one',
    proxy: byLoopback(),
    peer: null,
    headers: { ...named, 'x-session-id': 'a b' },
    reason: 'the session header is not 1 to 150 printable characters',
  },
  {
    what: 'a call without a name',
    proxy: byLoopback(),
    peer: null,
    headers: {},
    reason: 'no token and no actor header',
  },
  {
    what: 'a token where there are no keys',
    proxy: byLoopback(),
    peer: null,
    headers: { ...named, authorization: 'Bearer x.y.z' },
    reason: 'the server has no keys to check tokens with',
  },
  {
    what: 'anybody where there is neither',
    proxy: null,
    peer: null,
    headers: named,
    reason: 'the server has no way to know anybody',
  },
];

for (const { what, proxy, peer, headers, reason } of CASES) {
  test(`refuses ${what}, and audits why`, async () => {
    const before = (await lastAccess(database.db))?.seq ?? 0n;
    const reply = await postTo(await serverFor(proxy, peer), headers);
    assert.equal(reply.status, 401, reply.body.slice(0, 500));
    const row = await lastAccess(database.db);
    assert.equal(row?.seq, before + 1n);
    assert.deepEqual([row.type, row.detail['reason'], row.actor], ['LOGIN_FAILED', reason, null]);
    assert.equal(row.detail['claimed'] ?? undefined, headers['x-actor-id']);
    assert.ok(row.detail['peer'], 'where it came from');
  });
}

test('a token goes before the header, and another name beside it is identity confusion', async () => {
  const proxy = trust({ CLOSEGATE_TRUSTED_HEADER: 'loopback', CLOSEGATE_ACTOR_HEADER: 'X-Signed-In' });
  const server: TestServer = await startTestServer(database.door, { proxy });
  opened.push(server);
  const authorization = `Bearer ${await server.token('llm:recon-operator')}`;
  assert.equal(
    (await postTo(server.url, { authorization, 'x-signed-in': 'llm:recon-operator' })).status,
    200,
  );
  for (const header of ['x-signed-in', 'x-actor-id']) {
    assert.equal((await postTo(server.url, { authorization, [header]: PERSON })).status, 401, header);
    const row = await lastAccess(database.db);
    assert.deepEqual([row?.type, row?.actor], ['IDENTITY_CONFUSION', 'llm:recon-operator']);
  }
  assert.equal(
    (await postTo(server.url, { 'x-signed-in': PERSON, 'x-actor-id': 'human:ana.ruiz' })).status,
    401,
  );
});

test('listens beyond this machine only with a way to know its callers', async () => {
  const nobody = { door: database.door, port: 0, trust: { identity: null, proxy: null } };
  for (const host of ['0.0.0.0', '::', '']) {
    await assert.rejects(
      startMcpServer({ ...nobody, host }),
      /CLOSEGATE_JWKS_FILE.*CLOSEGATE_TRUSTED_HEADER/,
    );
  }
  opened.push(await startMcpServer({ ...nobody, host: 'localhost' }));
  opened.push(
    await startMcpServer({ ...nobody, host: '0.0.0.0', trust: { identity: null, proxy: bySecret() } }),
  );
});

test('takes no half-set mode', () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ CLOSEGATE_TRUSTED_HEADER: 'yes' }, /"yes", not loopback or secret/],
    [{ CLOSEGATE_TRUSTED_HEADER: 'secret' }, /at least 32/],
    [{ CLOSEGATE_TRUSTED_HEADER: 'secret', CLOSEGATE_PROXY_SECRET: 'x'.repeat(31) }, /at least 32/],
    [{ CLOSEGATE_TRUSTED_HEADER: 'loopback', CLOSEGATE_PROXY_SECRET: SECRET }, /asks for none/],
    [{ CLOSEGATE_TRUSTED_HEADER: 'loopback', CLOSEGATE_ACTOR_HEADER: 'Host' }, /"host", not a header/],
    [{ CLOSEGATE_TRUSTED_HEADER: 'loopback', CLOSEGATE_ACTOR_HEADER: 'x-session-id' }, /are both/],
  ];
  for (const [env, expected] of wrong) assert.throws(() => proxyTrustOf(env), expected);
  assert.equal(proxyTrustOf({ CLOSEGATE_PROXY_SECRET: SECRET }), null);
});
