import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { connect } from '../ledger/connect.ts';
import { smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { accessRows, postTo } from './posting.ts';
import { type StrangersCall, Strangers } from './strangers.ts';
import { startTestServer } from './testing.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await freshDatabase();
});

afterEach(() => database.close());

const call = (more: Partial<StrangersCall> = {}): StrangersCall => ({
  event: 'LOGIN_FAILED',
  reason: 'no token',
  claimed: null,
  peer: '192.0.2.1',
  ...more,
});

test('a flood of strangers leaves a few rows and one with the number of the rest', async () => {
  await smallBooks(database.door);
  const server = await startTestServer(database.door);
  for (let sent = 0; sent < 200; sent += 20) {
    const replies = Array.from({ length: 20 }, () => postTo(server.url, { 'x-actor-id': 'human:mei.tan' }));
    for (const { status } of await Promise.all(replies)) assert.equal(status, 401);
  }
  await server.close();
  const rows = await accessRows(database.db);
  assert.equal(rows.length, 11);
  const { from, to, ...last } = rows.at(-1)?.detail ?? {};
  assert.deepEqual(last, {
    reason: 'no token; the actor header is not believed here',
    calls: 190,
    claimed: { 'human:mei.tan': 190 },
    peers: { '127.0.0.1': 190 },
  });
  assert.ok(String(from) < String(to));
});

test('the calls of another reason, and those of the next minute, get rows of their own', async () => {
  const windowMs = 300;
  const strangers = new Strangers(database.door, { rows: 1, windowMs });
  for (const reason of ['a', 'a', 'b', 'a']) await strangers.refused(call({ reason }));
  const reasons = async () =>
    (await accessRows(database.db)).map(({ detail }) => [detail['reason'], detail['calls']]);
  assert.deepEqual(await reasons(), [
    ['a', undefined],
    ['b', undefined],
  ]);
  while ((await reasons()).length < 3) await new Promise(setImmediate);
  await strangers.refused(call({ reason: 'a' }));
  assert.deepEqual((await reasons()).slice(2), [
    ['a', 2],
    ['a', undefined],
  ]);
  await strangers.close();
});

test('keeps what it could not record, and tells it when it can', async () => {
  const away = connect('postgres://nobody@127.0.0.1:1/none');
  let db = away;
  const door = {
    auditKey: database.door.auditKey,
    get db() {
      return db;
    },
  };
  const strangers = new Strangers(door, { rows: 0, windowMs: 60_000 });
  await strangers.refused(call());
  await strangers.close();
  assert.deepEqual(await accessRows(database.db), []);
  await strangers.refused(call({ claimed: 'human:mei.tan' }));
  db = database.db;
  await strangers.close();
  const [row] = await accessRows(database.db);
  assert.equal(row?.detail['calls'], 2);
  assert.deepEqual(row.detail['claimed'], { 'human:mei.tan': 1 });
  await away.destroy();
});
