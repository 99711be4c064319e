import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { freshDatabase, type TestDatabase } from '../tests/harness/database.ts';
import { copyInto } from './copy-in.ts';
import { CopyRows } from './copy-rows.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
});
after(() => base.close());

interface Row {
  readonly id: number;
  readonly amount: string | null;
  readonly name: string | null;
  readonly day: string;
  readonly yes: boolean;
}

/** The rows as the database has them once they were copied in, pieces of so many rows. */
async function copied(rows: readonly Row[], piece: number): Promise<Row[]> {
  return await base.db.transaction().execute(async (tx) => {
    await sql`create temporary table told (id bigint, amount numeric, again numeric, name text, day date, yes boolean)
              on commit drop`.execute(tx);
    async function* pieces() {
      const written = new CopyRows();
      for (const [at, { id, amount, name, day, yes }] of rows.entries()) {
        written.row(6);
        written.int8(id);
        written.numeric(amount);
        written.again();
        written.text(name);
        written.date(day);
        written.bool(yes);
        if ((at + 1) % piece === 0) yield written.take();
      }
      if (written.length > 0) yield written.take();
    }
    await copyInto(tx, 'told (id, amount, again, name, day, yes)', pieces());
    const found = await sql<Row & { again: string | null }>`
      select id::int as id, amount::text, again::text, name, day::text, yes from told order by id`.execute(
      tx,
    );
    return found.rows.map(({ again, ...row }) => {
      assert.equal(again, row.amount);
      return row;
    });
  });
}

const day = (value: string) => ({ id: 0, amount: '0.00', name: '', day: value, yes: true });

test('what is copied in is what was written, to the last digit and letter', async () => {
  const digits = (most: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{0,${most}}$`));
  const amount = fc
    .tuple(fc.boolean(), fc.oneof(fc.constant('0'), digits(18)), fc.stringMatching(/^[0-9]{0,9}$/))
    .map(([negative, whole, cents]) => {
      const text = cents === '' ? whole : `${whole}.${cents}`;
      return negative && /[1-9]/.test(text) ? `-${text}` : text;
    });
  const text = fc
    .string({ unit: 'binary', maxLength: 40 })
    .map((one) => one.replaceAll('\0', '').toWellFormed());
  const row = fc.record({
    amount: fc.option(amount),
    name: fc.option(text),
    day: fc
      .date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
      .map((one) => one.toISOString().slice(0, 10)),
    yes: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 60 }),
      fc.integer({ min: 1, max: 70 }),
      async (some, piece) => {
        const rows = some.map((one, id) => ({ id, ...one }));
        assert.deepEqual(await copied(rows, piece), rows);
      },
    ),
    { numRuns: 60 },
  );
});

test('days on both sides of the database’s epoch, and cells longer than a piece', async () => {
  const rows = ['1999-12-31', '2000-01-01', '2000-02-29', '1970-01-01', '2026-03-31'].map((value, id) => ({
    ...{ ...day(value), id },
    name: 'ü'.repeat(id * 40_000),
  }));
  assert.deepEqual(await copied(rows, 2), rows);
});

test('no rows are none', async () => {
  assert.deepEqual(await copied([], 1), []);
});
