import assert from 'node:assert/strict';
import test, { after, beforeEach } from 'node:test';
import { currencyCode } from '../policy/currency.ts';
import { decimal, sum } from '../policy/money.ts';
import { callBy, line, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import { type DocumentInput, type ImportLine, importDocument } from './import.ts';

const USD = currencyCode('USD');
let base: TestDatabase;
let reconciliation: string;
beforeEach(async () => {
  await (base as TestDatabase | undefined)?.close();
  base = await freshDatabase();
  reconciliation = await smallBooks(base.door, { ledger: [line('L1', '1.00')], statement: [] });
});
after(() => base.close());

/** A file whose lines come in batches of ten, and go wrong where it is told. */
function source(lines: readonly ImportLine[], wrongAt = Infinity) {
  let readings = 0;
  return {
    readings: () => readings,
    async *read() {
      readings += 1;
      for (let from = 0; from < lines.length; from += 10) {
        if (from >= wrongAt) throw new Error(`late.csv:${from}: wrong`);
        yield lines.slice(from, from + 10);
      }
    },
  };
}

async function late(
  lines: DocumentInput['lines'],
  amounts: readonly ImportLine[],
  over: Partial<DocumentInput> = {},
) {
  const opening = decimal('1000.00');
  return await importDocument(base.door, callBy('engine:close'), {
    ...{ reconciliation, side: 'statement', fileName: 'late.csv', sha256: 'late', currency: USD, lines },
    totals: { opening, closing: opening.plus(sum(amounts.map((one) => one.amount))) },
    ...over,
  });
}

const many = Array.from({ length: 95 }, (_, index) =>
  line(`S${index}`, '2.00', {
    reference: index === 3 ? 'tab\there, back\\slash, line\nbreak, \\N' : `INV-${index}`,
    counterparty: index === 4 ? null : 'Müller & Söhne GmbH',
    fee: index === 5 ? '0.50' : null,
  }),
);
const count = async () => (await base.db.selectFrom('items').select('id').execute()).length;
const lastEvent = async () => {
  const { bytes } = await base.db
    .selectFrom('audit_events')
    .select('bytes')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  return JSON.parse(bytes.toString('utf8')) as { decision: string; detail: Record<string, unknown> };
};

test('lines that stream in are recorded as they are, with their document and its totals', async () => {
  const lines = source(many);
  const answer = await late(lines, many);
  assert.ok(answer.outcome === 'done');
  assert.deepEqual(answer.result, { file: 'late.csv', side: 'statement', lines: '95', total: '190' });
  assert.equal(lines.readings(), 1);
  const items = await base.db
    .selectFrom('items')
    .selectAll()
    .where('side', '=', 'statement')
    .orderBy('id')
    .execute();
  assert.deepEqual(
    items.map((item) => [
      item.external_id,
      item.reference,
      item.counterparty,
      item.fee,
      item.amount,
      item.amount_usd,
    ]),
    many.map((one) => [one.externalId, one.reference, one.counterparty, one.fee, '2.00', '2.00']),
  );
  assert.deepEqual([items[4]?.counterparty_key, items[5]?.counterparty_key], [null, 'muller sohne']);
  const document = await base.db
    .selectFrom('documents')
    .selectAll()
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  assert.deepEqual(
    [document.line_count, document.base_opening, document.base_closing],
    ['95', '1000', '1190'],
  );
  assert.equal((await lastEvent()).detail['rates'], undefined);
});

test('what is wrong in the middle leaves no line, no document, no event and no answer', async () => {
  const [items, event] = [await count(), await lastEvent()];
  await assert.rejects(late(source(many, 50), many), /late.csv:50: wrong/);
  assert.equal(await count(), items);
  assert.deepEqual(await lastEvent(), event);
  // Corrected, it is a first attempt.
  assert.equal((await late(source(many), many)).outcome, 'done');
});

test('what the gate denies leaves no line: a line of an earlier file, a gap between two files, a locked period', async () => {
  assert.equal((await late(source(many.slice(0, 20)), many.slice(0, 20))).outcome, 'done');
  const items = await count();
  const denied = async (lines: readonly ImportLine[], why: RegExp, opening = '1040.00') => {
    const answer = await late(source(lines), lines, {
      ...{ sha256: String(lines.length) },
      totals: {
        opening: decimal(opening),
        closing: decimal(opening).plus(sum(lines.map((one) => one.amount))),
      },
    });
    assert.ok(answer.outcome === 'denied');
    assert.match(answer.detail ?? answer.clauses.map(({ code }) => code).join(), why);
    assert.equal(await count(), items);
  };
  await denied(many.slice(15, 40), /lines S15, S16, S17, S18, S19 were imported already/);
  await denied(many.slice(20, 41), /a file is missing between them/, '1041.00');
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query('alter table runs disable trigger all');
    await admin.query(`update runs set state = 'LOCKED'`);
  });
  await denied(many.slice(20, 42), /PERIOD_LOCKED/);
});

test('an import tells the rates that it used, and is denied when one is missing', async () => {
  const euro = (date: string) => line(`E${date}`, '10.00', { currency: currencyCode('EUR'), date });
  const inEuro = (lines: readonly ImportLine[], sha256: string) =>
    late(source(lines), lines, { currency: currencyCode('EUR'), sha256 });
  // Rates are known of the last day of the month only, and of no day before the opening.
  const missing = await inEuro([euro('2026-03-10')], 'a');
  assert.ok(missing.outcome === 'denied');
  assert.deepEqual(
    missing.clauses.map(({ code }) => code),
    ['FX_RATE_MISSING'],
  );
  await asAdmin(base.adminUrl, async (admin) => {
    await admin.query('alter table fx_rates disable trigger all');
    await admin.query(
      `insert into fx_rates (source, date, quote, rate) values ('ECB', '2026-02-27', 'USD', 1.1), ('ECB', '2026-03-09', 'USD', 1.2)`,
    );
  });
  const answer = await inEuro([euro('2026-03-10'), euro('2026-03-09'), euro('2026-03-31')], 'b');
  assert.ok(answer.outcome === 'done', JSON.stringify(answer));
  const rate = (date: string, value: string, age: number) => ({
    ...{ from: 'EUR', to: 'USD', source: 'ECB', date, rate: value, age_days: age },
  });
  assert.deepEqual((await lastEvent()).detail['rates'], [
    rate('2026-02-27', '1.1', 1),
    rate('2026-03-09', '1.2', 1),
    rate('2026-03-31', '1.1498', 0),
  ]);
  const document = await base.db
    .selectFrom('documents')
    .selectAll()
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  assert.deepEqual([document.base_opening, document.base_closing], ['1100', '1135.5']);
});
