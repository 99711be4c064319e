import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { sql } from 'kysely';
import { type TestDatabase, TEST_AUDIT_KEY, freshDatabase } from '../tests/harness/database.ts';
import { append, lockHead, record } from './audit.ts';
import { copied } from './copy-out.ts';
import { lastly } from './last-statement.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
});
after(() => base.close());

const seqs = async (stream: string) =>
  (
    await base.db
      .selectFrom('audit_events')
      .select('seq')
      .where('stream', '=', stream)
      .orderBy('seq')
      .execute()
  ).map(({ seq }) => seq);

test('a last statement is there once its transaction is, and on the same connection time and again', async () => {
  for (let turn = 0; turn < 3; turn += 1)
    await base.db
      .transaction()
      .execute((tx) => record(tx, TEST_AUDIT_KEY, 'time and again', { event_type: 'TRIED' }));
  assert.deepEqual(await seqs('time and again'), ['1', '2', '3']);
});

test('what comes behind it finds it done, another last statement too', async () => {
  await base.db.transaction().execute(async (tx) => {
    const head = await lockHead(tx, 'in turn');
    const first = await append(tx, TEST_AUDIT_KEY, head, { event_type: 'FIRST' });
    await append(tx, TEST_AUDIT_KEY, first.head, { event_type: 'SECOND' });
    const { rows } = await sql<{
      seq: string;
    }>`select max(seq) as seq from audit_events where stream = 'in turn'`.execute(tx);
    assert.equal(rows[0]?.seq, '2');
  });
  assert.deepEqual(await seqs('in turn'), ['1', '2']);
});

test('what is wrong with it is told at the commit, and then nothing is committed', async () => {
  await assert.rejects(
    base.db.transaction().execute(async (tx) => {
      await append(tx, TEST_AUDIT_KEY, await lockHead(tx, 'wrong'), { event_type: 'RIGHT' });
      await lastly(tx, 'select audit_append($1, $2, $3, $4, $5)', [
        ...['wrong', 7n, Buffer.from('{}'), 'test', Buffer.alloc(32)],
      ]);
    }),
    /wrong expects seq 2, not 7/,
  );
  assert.deepEqual(await seqs('wrong'), []);
  // The connection is as good as before.
  await base.db.transaction().execute((tx) => record(tx, TEST_AUDIT_KEY, 'wrong', { event_type: 'RIGHT' }));
  assert.deepEqual(await seqs('wrong'), ['1']);
});

test('a commit that is refused is an error like any other', async () => {
  // A change of state behind which no audit row stands; see migration 0005.
  await assert.rejects(
    base.db
      .transaction()
      .execute((tx) => lastly(tx, `insert into entities values ($1, 'Nobody', 'USD')`, ['XX'])),
    /without an audit row/,
  );
  assert.deepEqual(await base.db.selectFrom('entities').select('id').where('id', '=', 'XX').execute(), []);
});

test('a transaction that fails takes it along', async () => {
  await assert.rejects(
    base.db.transaction().execute(async (tx) => {
      await record(tx, TEST_AUDIT_KEY, 'taken along', { event_type: 'TRIED' });
      throw new Error('after all not');
    }),
    /after all not/,
  );
  assert.deepEqual(await seqs('taken along'), []);
});

test('nothing is copied out behind it, and its values are plain', async () => {
  const first = async (query: AsyncIterable<unknown>) => {
    for await (const batch of query) return batch;
    return null;
  };
  await assert.rejects(
    base.db.transaction().execute(async (tx) => {
      await record(tx, TEST_AUDIT_KEY, 'copied', { event_type: 'TRIED' });
      await first(copied(tx, sql`select 1`, (row) => row.text()));
    }),
    /behind the last statement/,
  );
  await assert.rejects(
    base.db.transaction().execute((tx) => lastly(tx, 'select $1::numeric', [1.5])),
    /not a number/,
  );
});
