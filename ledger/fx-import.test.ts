import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { currencyCode } from '../policy/currency.ts';
import { parseEcbCsv } from '../policy/ecb-csv.ts';
import { FxError, rateAt } from '../policy/fx.ts';
import { readRateFile } from '../statements/rate-files.ts';
import { callBy, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, freshDatabase } from '../tests/harness/database.ts';
import type { Answer } from './door.ts';
import { type RateFile, importRates } from './fx-import.ts';
import { publishedRates, ratesFor } from './rates.ts';
import { register } from './register.ts';
import { POLICY } from '../policy/testing.ts';
import { SMALL_ACTORS } from '../tests/harness/books.ts';

const [MEI, USD, SGD] = ['human:mei.tan', currencyCode('USD'), currencyCode('SGD')];
let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
  // One rate stands in the books already: USD 1.1498 for 2026-03-31.
  await smallBooks(base.door);
});
after(() => base.close());

const file = (text: string, fileName = 'eurofxref.csv'): RateFile => ({
  fileName,
  sha256: `sha of ${fileName} ${text}`,
  rates: parseEcbCsv(text, fileName),
});
const MARCH = file(
  'Date,USD,SGD,\n2026-03-31,1.1498,1.4811,\n2026-03-30,1.1484,1.4812,\n2026-02-27,1.1805,N/A,\n',
);
const importing = (
  files: readonly RateFile[],
  { by = MEI, correct = false, rationale = null as string | null } = {},
) => importRates(base.door, callBy(by), { files, correct, rationale });
const counts = (answer: Answer) =>
  answer.outcome === 'done'
    ? ['imported', 'already_there', 'corrected'].map((name) => answer.result[name])
    : answer;
const stored = async () =>
  (
    await publishedRates(base.db, { source: 'ECB', currency: 'USD', from: '2026-01-01', to: '2026-12-31' })
  ).map(({ date, rate }) => `${date} ${rate.toFixed()}`);
const lastEvent = async () => {
  const row = await base.db
    .selectFrom('audit_events')
    .selectAll()
    .where('stream', '=', 'registry')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  const { detail } = JSON.parse(row.bytes.toString()) as { detail: Record<string, Record<string, unknown>> };
  return { ...row, detail };
};

test('neither a model, nor the engine, nor somebody unknown imports rates, and a denial keeps none', async () => {
  for (const [by, code] of [
    ['llm:recon-operator', 'OUTSIDE_CLOSE_WINDOW'],
    ['engine:close', 'OUTSIDE_CLOSE_WINDOW'],
    ['human:nobody', 'ACTOR_UNKNOWN'],
  ] as const) {
    const answer = await importing([MARCH], { by });
    assert.ok(answer.outcome === 'denied' && answer.clauses.some((clause) => clause.code === code), by);
  }
  assert.deepEqual(await stored(), ['2026-03-31 1.1498']);
});

test('imports what is new, counts what is there already, and the audit event says which rates and from which bytes', async () => {
  assert.deepEqual(counts(await importing([MARCH])), ['4', '1', '0']);
  assert.deepEqual(await stored(), ['2026-02-27 1.1805', '2026-03-30 1.1484', '2026-03-31 1.1498']);
  const { event_type, action, subject, actor_id, detail } = await lastEvent();
  assert.deepEqual([event_type, action, actor_id], ['DECISION', 'IMPORT', MEI]);
  assert.equal(subject, `document:${MARCH.sha256}`);
  const { args } = detail;
  assert.deepEqual(args?.['files'], [{ file: 'eurofxref.csv', sha256: MARCH.sha256 }]);
  assert.deepEqual(
    ['rates', 'first', 'last', 'currencies'].map((name) => args?.[name]),
    ['5', '2026-02-27', '2026-03-31', ['SGD', 'USD']],
  );
  assert.match(String(args?.['digest']), /^[0-9a-f]{64}$/);
});

test('the same call gives the same answer; the same file once more changes nothing', async () => {
  const call = callBy(MEI);
  const args = { files: [MARCH], correct: false, rationale: null };
  const first = await importRates(base.door, call, args);
  assert.deepEqual(await importRates(base.door, call, args), first);
  assert.deepEqual(counts(first), ['0', '5', '0']);
});

test('a rate that differs from the recorded one refuses all, with both figures, file and line', async () => {
  const other = file('Date,USD,SGD,\n2026-04-01,1.16,1.49,\n2026-03-30,1.1485,1.4812,\n', 'daily.csv');
  const answer = await importing([other]);
  assert.equal(answer.outcome, 'denied');
  assert.match(
    (answer.outcome === 'denied' && answer.detail) || '',
    /^daily\.csv:3 has USD 1\.1485 for 2026-03-30, and 1\.1484 is recorded \(ECB\); nothing was imported;.*--correct/,
  );
  assert.equal((await stored()).length, 3);
});

test('a correction needs a rationale, and is audited rate by rate with both values', async () => {
  const other = file('Date,USD,\n2026-04-01,1.16,\n2026-03-30,1.1485,\n', 'corrected.csv');
  assert.equal((await importing([other], { correct: true })).outcome, 'denied');
  const answer = await importing([other], {
    correct: true,
    rationale: 'The ECB published it anew on 1 April.',
  });
  assert.deepEqual(counts(answer), ['1', '0', '1']);
  assert.ok((await stored()).includes('2026-03-30 1.1485'));
  const { detail } = await lastEvent();
  assert.deepEqual(detail['corrected'], [
    { source: 'ECB', date: '2026-03-30', quote: 'USD', recorded: '1.1484', given: '1.1485' },
  ]);
});

test('two files that contradict each other are refused; those that agree are one import', async () => {
  const one = file('Date,USD,\n2026-05-04,1.17,\n', 'a.csv');
  await assert.rejects(
    importing([one, file('Date,USD,\n2026-05-05,1.16,\n2026-05-04,1.18,\n', 'b.csv')]),
    (error: unknown) =>
      error instanceof FxError &&
      /2026-05-04 is a\.csv:2 1\.17 and b\.csv:3 1\.18; nothing/.test(error.message),
  );
  const agreeing = file('Date,USD,\n2026-05-05,1.16,\n2026-05-04,1.17,\n', 'b.csv');
  assert.deepEqual(counts(await importing([one, agreeing])), ['2', '0', '0']);
});

test("a folder's rate that differs is told, and the recorded one stays", async () => {
  const before = await stored();
  const { changed, differences } = await register(base.door, callBy('engine:close'), {
    policy: POLICY,
    actors: SMALL_ACTORS,
    entities: [],
    accounts: [],
    rates: file('Date,USD,\n2026-03-31,1.2,\n').rates,
  });
  assert.deepEqual(changed, []);
  assert.match(
    differences.join(),
    /has USD 1\.2 for 2026-03-31, and 1\.1498 is recorded \(ECB\): the recorded rate stays/,
  );
  assert.deepEqual(await stored(), before);
});

test('loads only the days and currencies needed, and the latest rate before them', async () => {
  const table = await ratesFor(base.db, {
    source: 'ECB',
    currencies: [USD, SGD],
    from: '2026-03-31',
    to: '2026-03-31',
  });
  const days = (quote: string) => (table.byQuote.get(quote) ?? []).map(({ date }) => date);
  assert.deepEqual(
    [days('USD'), days('SGD')],
    [
      ['2026-03-30', '2026-03-31'],
      ['2026-03-30', '2026-03-31'],
    ],
  );
  const long = await ratesFor(base.db, {
    source: 'ECB',
    currencies: [USD, SGD],
    from: '2026-03-20',
    to: '2026-03-20',
  });
  assert.equal(rateAt(long, USD, '2026-03-20', 5).status, 'stale');
  assert.equal(rateAt(long, SGD, '2026-03-20', 5).status, 'missing');
});

test('the full history since 1999 is imported in seconds, and a close still reads a handful of rows', async (t) => {
  const corpus = process.env['CLOSEGATE_CORPUS'];
  if (corpus === undefined) {
    t.skip('CLOSEGATE_CORPUS is not set');
    return;
  }
  const other = await freshDatabase();
  try {
    await smallBooks(other.door);
    const started = performance.now();
    const history = readRateFile(join(corpus, 'fx/eurofxref-hist.zip'));
    const answer = await importRates(other.door, callBy(MEI), {
      files: [history],
      correct: false,
      rationale: null,
    });
    const seconds = (performance.now() - started) / 1_000;
    assert.equal(answer.outcome, 'done', JSON.stringify(answer));
    assert.ok(history.rates.length > 150_000);
    assert.ok(seconds < 30, `${seconds} s`);
    const needed = { source: 'ECB', currencies: [USD, SGD], from: '2026-02-28', to: '2026-03-31' };
    const read = [...(await ratesFor(other.db, needed)).byQuote.values()].flat();
    assert.ok(read.length < 60, `${read.length} rates`);
  } finally {
    await other.close();
  }
});
