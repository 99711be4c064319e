import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { AUDIENCE, ISSUER } from './identity.ts';
import { KeysUnavailable } from './key-set.ts';
import { lastAccess, postTo } from './posting.ts';
import { keysFromUrl } from './remote-keys.ts';
import { startTestServer } from './testing.ts';
import { type SigningKeyPair, generateKeyPair, mintToken } from './tokens.ts';

let [first, second]: SigningKeyPair[] = [];
let [keyServer, url]: [Server | undefined, string] = [undefined, ''];
/** What the key server answers, and how often it was asked. */
let answer: { status: number; body: string; location?: string };
let asked: number;
let database: TestDatabase;

before(async () => {
  [first, second] = [await generateKeyPair('first', ['human:']), await generateKeyPair('second', ['human:'])];
  database = await freshDatabase();
  await smallBooks(database.door);
});

after(() => database.close());

beforeEach(async () => {
  [answer, asked] = [setOf(first), 0];
  keyServer = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answer.status, answer.location ? { location: answer.location } : {}).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(keyServer, 'listening');
  url = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/jwks.json`;
});

afterEach(() => keyServer?.close());

function setOf(...keys: (SigningKeyPair | undefined)[]): { status: number; body: string } {
  return { status: 200, body: JSON.stringify({ keys: keys.map((key) => key?.publicJwk) }) };
}

test('fetches the set once, and again when a token names a key that was added', async () => {
  const keys = keysFromUrl(url, { coolDownMs: 0 });
  assert.deepEqual((await keys.find('first'))?.subjects, ['human:']);
  await keys.find('first');
  assert.equal(asked, 1);
  answer = setOf(first, second);
  assert.ok(await keys.find('second'));
  assert.equal(asked, 2);
});

test('asks once for calls at one time, and not again before the cool-down is over', async () => {
  const keys = keysFromUrl(url, { coolDownMs: 60_000 });
  await Promise.all([keys.find('first'), keys.find('first'), keys.find('nobody')]);
  assert.equal(await keys.find('nobody'), undefined);
  assert.equal(asked, 1);
});

test('believes no set beyond its age, even when the address is gone', async () => {
  const keys = keysFromUrl(url, { coolDownMs: 0, maxAgeMs: 100 });
  assert.ok(await keys.find('first'));
  answer = { status: 500, body: '' };
  const old = performance.now() + 100;
  while (performance.now() < old) await keys.find('first').catch(() => undefined);
  await assert.rejects(keys.find('first'), KeysUnavailable);
});

test('cannot tell, and lets nobody in, while the address does not answer with a good set', async () => {
  const { closegate_subjects: _, ...anybody } = first?.publicJwk ?? {};
  for (const bad of [
    { status: 500, body: '' },
    { status: 200, body: 'not JSON' },
    { status: 200, body: JSON.stringify({ keys: [anybody] }) },
    { status: 200, body: `{"keys":[],"padding":"${'x'.repeat(300_000)}"}` },
    { status: 302, body: '', location: url },
  ]) {
    answer = bad;
    await assert.rejects(keysFromUrl(url).find('first'), KeysUnavailable, JSON.stringify(bad).slice(0, 80));
  }
  keyServer?.close();
  keyServer?.closeAllConnections();
  await assert.rejects(keysFromUrl(url).find('first'), KeysUnavailable);
});

test('takes https, or http on this machine, and nothing else', () => {
  for (const good of ['https://id.example/jwks', 'http://localhost:1/', 'http://[::1]:1/']) keysFromUrl(good);
  for (const bad of ['http://id.example/jwks', 'file:///etc/passwd', 'http://127.0.0.1.example/', 'jwks'])
    assert.throws(() => keysFromUrl(bad), /CLOSEGATE_JWKS_URL/, bad);
});

test('answers 503 while the keys cannot be had, audits it, and lets the bearer in when they can', async () => {
  answer = { status: 500, body: '' };
  const keys = keysFromUrl(url, { coolDownMs: 0 });
  const server = await startTestServer(database.door, {
    identity: { issuer: ISSUER, audience: AUDIENCE, keys },
  });
  try {
    assert.ok(first);
    const token = await mintToken({ ...first, sub: 'human:mei.tan', sid: 's', ttlSeconds: 60 });
    const headers = { authorization: `Bearer ${token}` };
    const reply = await postTo(server.url, headers);
    assert.equal(reply.status, 503, reply.body);
    assert.match(reply.body, /signing keys cannot be fetched/);
    const row = await lastAccess(database.db);
    assert.deepEqual(
      [row?.type, row?.detail['reason']],
      ['LOGIN_FAILED', 'the signing keys cannot be fetched; try again later'],
    );
    answer = setOf(first);
    assert.equal((await postTo(server.url, headers)).status, 200);
    // The provider turned the key over: tokens of the new one are good at once.
    answer = setOf(second);
    assert.ok(second);
    const turned = await mintToken({ ...second, sub: 'human:mei.tan', sid: 's', ttlSeconds: 60 });
    assert.equal((await postTo(server.url, { authorization: `Bearer ${turned}` })).status, 200);
    assert.equal((await postTo(server.url, headers)).status, 401, 'and the old one is out');
  } finally {
    await server.close();
  }
});
