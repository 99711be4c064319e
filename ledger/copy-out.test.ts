import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { sql } from 'kysely';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import { copied } from './copy-out.ts';
import { Instants } from './instants.ts';
import { onSnapshot } from './snapshot.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
});
after(() => base.close());

test('fields of every kind come as they are, also none', async () => {
  const query = sql`select * from (values ('ü', 7::int8, '\\x00ff'::bytea), (null, null, null), ('', -1, '')) as v`;
  const rows = await onSnapshot(base.db, async (tx) => {
    const all: unknown[] = [];
    for await (const batch of copied(tx, query, (row) => [row.text(), row.int8(), row.hex()]))
      all.push(...batch);
    return all;
  });
  assert.deepEqual(rows, [
    ['ü', 7n, '00ff'],
    [null, null, null],
    ['', -1n, ''],
  ]);
});

test('many blocks, and rows larger than one, come whole and in order', async () => {
  const query = sql`select n::int8, convert_to(repeat('x', case when n % 5000 = 0 then 900000 else 100 end) || n, 'UTF8')
                      from generate_series(1, 20000) as s (n) order by n`;
  const wrong = await onSnapshot(base.db, async (tx) => {
    let [expected, differing] = [1n, 0];
    const read = copied(tx, query, (row) => [row.int8(), row.bytes()] as const);
    for await (const batch of read)
      for (const [number, bytes] of batch) {
        if (number !== expected || bytes?.toString().replaceAll('x', '') !== String(expected)) differing += 1;
        expected += 1n;
      }
    assert.equal(expected, 20_001n);
    return differing;
  });
  assert.equal(wrong, 0);
});

test('whoever stops early can go on with the transaction', async () => {
  const query = sql`select n::int8, repeat('x', 1000) from generate_series(1, 100000) as s (n)`;
  const answer = await onSnapshot(base.db, async (tx) => {
    for await (const batch of copied(tx, query, (row) => [row.int8(), row.text()]))
      if (batch.length > 0) break;
    return await sql<{ one: number }>`select 1 as one`.execute(tx);
  });
  assert.deepEqual(answer.rows, [{ one: 1 }]);
});

test('an error of the database is thrown, also one that comes after the first rows', async () => {
  for (const text of ['select 1 / 0', 'select 1 / (150000 - n) from generate_series(1, 200000) as s (n)'])
    await assert.rejects(
      onSnapshot(base.db, async (tx) => {
        for await (const batch of copied(tx, sql.raw(text), (row) => row.hex())) assert.ok(batch);
      }),
      /division by zero/,
    );
  await assert.rejects(
    onSnapshot(base.db, async (tx) => {
      for await (const batch of copied(tx, sql`select ${1}::int4`, (row) => row.hex())) assert.ok(batch);
    }),
    /COPY takes no parameters/,
  );
});

test('instants are written as audit_time in SQL writes them', async () => {
  const times = `'2026-04-02T10:00:00.000001Z', '1999-12-31T23:59:59.999999Z', '2000-01-01T00:00:00Z', 'infinity'`;
  const query = sql.raw(`select t, audit_time(t) from unnest(array[${times}]::timestamptz[]) as u (t)`);
  const instants = new Instants();
  await onSnapshot(base.db, async (tx) => {
    for await (const batch of copied(tx, query, (row) => [instants.text(row.micros()), row.text()]))
      for (const [ours, theirs] of batch) if (ours !== 'infinity') assert.equal(ours, theirs);
  });
});
