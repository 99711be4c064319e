import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SignJWT, importPKCS8 } from 'jose';
import { smallBooks } from '../tests/harness/books.ts';
import { changeActorsForTests } from '../tests/harness/registry.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { keySetOf } from './key-set.ts';
import { type AccessRow, lastAccess, postTo } from './posting.ts';
import { type TestServer, startTestServer } from './testing.ts';
import { type SigningKeyPair, generateKeyPair, mintToken } from './tokens.ts';

let database: TestDatabase;
let server: TestServer;
const MODEL = 'llm:recon-operator';
const PERSON = 'human:mei.tan';

before(async () => {
  database = await freshDatabase();
  await smallBooks(database.door);
  await changeActorsForTests(database.door, { what: 'deactivate', id: 'human:jonas.weber' });
  server = await startTestServer(database.door);
});

after(async () => {
  await server.close();
  await database.close();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const post = (headers: Record<string, string>, body?: string) => postTo(server.url, headers, body);

type Claims = Parameters<typeof mintToken>[0];
const person = (more: Partial<Claims> = {}) =>
  mintToken({ ...server.keys.people, sub: PERSON, sid: 's', ttlSeconds: 60, ...more });
const model = (more: Partial<Claims> = {}) =>
  mintToken({ ...server.keys.agent, sub: MODEL, sid: 's', ttlSeconds: 60, ...more });

/** A well-signed token whose claims are otherwise good; `claims` replaces some of them. */
async function tokenWith(key: SigningKeyPair, claims: Record<string, unknown>): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: 'closegate', aud: 'closegate-mcp', sub: PERSON, sid: 's', iat: now, exp: now + 60 };
  return await new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
    .sign(await importPKCS8(key.privateKeyPem, 'EdDSA'));
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The same signature under another payload. */
function tampered(token: string, change: Record<string, unknown>): string {
  const [header, payload, signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as Record<string, unknown>;
  return `${header}.${encoded({ ...claims, ...change })}.${signature}`;
}

const toolCall = (args: unknown, meta?: unknown) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'list_open_items', arguments: args, ...(meta ? { _meta: meta } : {}) },
  });

test('lets in the bearer of a good token', async () => {
  for (const token of [await model(), await person()]) {
    const reply = await post(bearer(token));
    assert.equal(reply.status, 200, reply.body);
    assert.match(reply.body, /confirm_match/);
  }
});

/** What is sent, how it is answered, and what the audit log says afterwards. */
interface Refusal {
  readonly what: string;
  readonly send: () => Promise<{ headers: Record<string, string>; body?: string }>;
  readonly status: number;
  readonly event: AccessRow['type'];
  readonly reason: string;
  /** Who the row says it was; null where nobody was identified. */
  readonly actor?: string;
  readonly claimed?: string;
}

const token = (make: () => Promise<string>) => async () => ({ headers: bearer(await make()) });
const seconds = () => Math.floor(Date.now() / 1000);
const login = { status: 401, event: 'LOGIN_FAILED' } as const;
const asModel = (body: () => string) => async () => ({ headers: bearer(await model()), body: body() });
const RECONCILIATION = { reconciliation: 'US/2026-03/1010' };

const REFUSALS: readonly Refusal[] = [
  { what: 'no token', send: async () => ({ headers: {} }), ...login, reason: 'no token' },
  {
    what: 'only a name',
    send: async () => ({ headers: { 'x-actor-id': PERSON } }),
    ...login,
    reason: 'no token; the actor header is not believed here',
    claimed: PERSON,
  },
  {
    what: 'a password',
    send: async () => ({ headers: { authorization: 'Basic aHVtYW46bWVpLnRhbjo=' } }),
    ...login,
    reason: 'the authorization is not a bearer token',
  },
  {
    what: 'garbage',
    send: token(async () => 'garbage'),
    ...login,
    reason: 'the token is not a signed JWT',
  },
  {
    what: 'alg none',
    send: token(
      async () =>
        `${encoded({ alg: 'none', kid: server.keys.people.kid })}.${encoded({ sub: PERSON, sid: 's' })}.`,
    ),
    ...login,
    reason: 'the token is not signed with an accepted algorithm',
  },
  {
    what: 'a symmetric algorithm over the public key',
    send: token(async () =>
      new SignJWT({ sub: PERSON, sid: 's' })
        .setProtectedHeader({ alg: 'HS256', kid: server.keys.people.kid })
        .sign(Buffer.from(JSON.stringify(server.keys.people.publicJwk))),
    ),
    ...login,
    reason: 'the token is not signed with an accepted algorithm',
  },
  {
    what: 'another accepted algorithm than the key’s own',
    send: token(async () => {
      const [, payload, signature] = (await person()).split('.');
      return `${encoded({ alg: 'ES256', kid: server.keys.people.kid })}.${payload}.${signature}`;
    }),
    ...login,
    reason: 'the token is malformed or its algorithm is not accepted',
  },
  {
    what: 'a wrong key under a known name',
    send: token(async () => person(await generateKeyPair('people', ['human:']))),
    ...login,
    reason: 'the signature is wrong',
  },
  {
    what: 'an unknown key',
    send: token(() => person({ kid: 'other' })),
    ...login,
    reason: 'the token names no known signing key',
  },
  {
    what: 'a wrong audience',
    send: token(() => tokenWith(server.keys.people, { aud: 'payroll' })),
    ...login,
    reason: 'the claim aud is missing or wrong',
  },
  {
    what: 'a wrong issuer',
    send: token(() => person({ issuer: 'elsewhere' })),
    ...login,
    reason: 'the claim iss is missing or wrong',
  },
  {
    what: 'no session',
    send: token(() => tokenWith(server.keys.people, { sid: undefined })),
    ...login,
    reason: 'the claim sid is missing or wrong',
  },
  {
    what: 'expired',
    send: token(() => person({ ttlSeconds: -6 })),
    ...login,
    reason: 'the token has expired',
  },
  {
    what: 'issued in the future',
    send: token(() => tokenWith(server.keys.people, { iat: seconds() + 20 })),
    ...login,
    reason: 'the token was issued in the future',
    claimed: PERSON,
  },
  {
    what: 'not valid yet',
    send: token(() => tokenWith(server.keys.people, { nbf: seconds() + 20 })),
    ...login,
    reason: 'the token is not valid yet',
  },
  {
    what: 'a machine token that lives too long',
    send: token(() => model({ ttlSeconds: 301 })),
    ...login,
    reason: 'the token lives longer than 300 seconds',
    claimed: MODEL,
  },
  {
    what: 'a person’s token that lives too long',
    send: token(() => person({ ttlSeconds: 43_201 })),
    ...login,
    reason: 'the token lives longer than 43200 seconds',
    claimed: PERSON,
  },
  {
    what: 'an unknown actor',
    send: token(() => person({ sub: 'human:nobody' })),
    ...login,
    reason: 'the actor is not registered',
    claimed: 'human:nobody',
  },
  {
    what: 'an inactive actor',
    send: token(() => person({ sub: 'human:jonas.weber' })),
    ...login,
    reason: 'the actor is not active',
    claimed: 'human:jonas.weber',
  },
  {
    what: 'the model’s key over a person’s sub',
    send: token(() => model({ sub: PERSON })),
    ...login,
    reason: 'the key may not sign for this actor',
    claimed: PERSON,
  },
  {
    what: 'a person’s sub with the model as acting agent',
    send: token(() => person({ act: MODEL })),
    ...login,
    reason: 'the token lets a program act as a person; a program signs in as itself',
    claimed: PERSON,
  },
  {
    what: 'a person as acting agent of another',
    send: token(() => person({ act: 'human:ana.ruiz' })),
    ...login,
    reason: 'the token lets one person act as another',
    claimed: PERSON,
  },
  {
    what: 'a person behind a program’s name',
    send: token(() => model({ act: PERSON })),
    ...login,
    reason: 'the token lets a person act as a program',
    claimed: MODEL,
  },
  {
    what: 'an agent that the key may not sign for',
    send: token(() => model({ act: 'engine:close' })),
    ...login,
    reason: 'the key may not sign for this agent',
    claimed: MODEL,
  },
  {
    what: 'a sid that was put in afterwards',
    send: token(async () => tampered(await model(), { sid: 'another-session' })),
    ...login,
    reason: 'the signature is wrong',
  },
  {
    what: 'a sid of a form that is not allowed',
    send: token(() => model({ sid: 'a\nb' })),
    ...login,
    reason: 'the token lacks a valid sub, sid, rec, act, iat or exp claim',
  },
  {
    what: 'a name in the header that is not the token’s',
    send: async () => ({ headers: { ...bearer(await model()), 'x-actor-id': PERSON } }),
    status: 401,
    event: 'IDENTITY_CONFUSION',
    reason: 'a header names another actor than the one who signed in',
    actor: MODEL,
    claimed: PERSON,
  },
  {
    what: 'an actor as a tool’s argument',
    send: asModel(() => toolCall({ ...RECONCILIATION, actor_id: PERSON })),
    status: 200,
    event: 'FORBIDDEN_ARGUMENT',
    reason: 'an argument names an identity',
    actor: MODEL,
  },
  {
    what: 'an actor in _meta',
    send: asModel(() => toolCall(RECONCILIATION, { 'closegate/actor-id': PERSON })),
    status: 200,
    event: 'FORBIDDEN_ARGUMENT',
    reason: '_meta names an identity',
    actor: MODEL,
  },
  {
    what: 'an actor deep in _meta',
    send: asModel(() => toolCall(RECONCILIATION, { closegate: { actorId: PERSON } })),
    status: 200,
    event: 'FORBIDDEN_ARGUMENT',
    reason: '_meta names an identity',
    actor: MODEL,
  },
  {
    what: 'a foreign Host (DNS rebinding)',
    send: async () => ({ headers: { ...bearer(await model()), host: 'evil.example' } }),
    status: 403,
    event: 'FOREIGN_HOST',
    reason: 'the request is for another host',
    claimed: 'evil.example',
  },
  {
    what: 'an oversized body',
    send: asModel(() => JSON.stringify({ a: 'x'.repeat(300_000) })),
    status: 413,
    event: 'MALFORMED_REQUEST',
    reason: 'more than 262144 bytes',
    actor: MODEL,
  },
  {
    what: '10,000 nested arrays',
    send: asModel(() => toolCall('@').replace('"@"', '['.repeat(10_000) + ']'.repeat(10_000))),
    status: 400,
    event: 'MALFORMED_REQUEST',
    reason: 'JSON nested deeper than 64',
    actor: MODEL,
  },
  {
    what: 'half a body',
    send: asModel(() => '{"jsonrpc":'),
    status: 400,
    event: 'MALFORMED_REQUEST',
    reason: 'not acceptable JSON',
    actor: MODEL,
  },
];

for (const { what, send, status, event, reason, actor, claimed } of REFUSALS) {
  test(`refuses ${what}, and audits why`, async () => {
    const before = await lastAccess(database.db);
    const { headers, body } = await send();
    const reply = await post(headers, body);
    assert.equal(reply.status, status, reply.body.slice(0, 500));
    if (status === 200) assert.match(reply.body, /"isError":true/);
    assert.doesNotMatch(reply.body, /node_modules|\bat /);
    const row = await lastAccess(database.db);
    assert.equal(row?.seq, (before?.seq ?? 0n) + 1n, 'one row more');
    assert.equal(row.type, event);
    assert.equal(row.detail['reason'], reason);
    assert.equal(row.actor, actor ?? null, 'an unproven name is no actor');
    assert.equal(row.detail['claimed'] ?? null, claimed ?? null);
  });
}

test('lets the agent’s name pass beside its own, and audits which agent acted', async () => {
  const act = 'llm:recon-operator.worker-2';
  assert.equal((await post({ ...bearer(await model({ act })), 'x-actor-id': MODEL })).status, 200);
  await post(bearer(await model({ act })), toolCall({ ...RECONCILIATION, actor: PERSON }));
  const row = await lastAccess(database.db);
  assert.deepEqual([row?.actor, row?.actingAgent], [MODEL, act]);
});

test('takes what clients of other vendors put into _meta about their own matters', async () => {
  const reply = await post(
    bearer(await person()),
    toolCall(RECONCILIATION, { 'openai/subject': 'x', progressToken: 1 }),
  );
  assert.equal(reply.status, 200);
  assert.doesNotMatch(reply.body, /"isError":true/);
});

test('answers on its own paths and methods only', async () => {
  const headers = bearer(await model());
  assert.equal((await fetch(server.url, { headers })).status, 405);
  assert.equal((await fetch(new URL('/', server.url), { headers })).status, 404);
});

test('accepts no key set that says not for whom a key signs, or that holds a secret', async () => {
  const { publicJwk } = server.keys.people;
  const { closegate_subjects: _, ...anybody } = publicJwk;
  await assert.rejects(keySetOf({ keys: [anybody] }, 'keys.json'), /keys\.json.*closegate_subjects/);
  await assert.rejects(keySetOf({ keys: [{ ...publicJwk, d: 'secret' }] }, 'keys.json'), /private key/);
  await assert.rejects(keySetOf({ keys: [publicJwk, publicJwk] }, 'keys.json'), /two keys/);
});
