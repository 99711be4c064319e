import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { currencyCode, roundTo } from './currency.ts';
import { parseEcbCsv } from './ecb-csv.ts';
import { FxError, convert, convertToUsd, rateAt, rateTable } from './fx.ts';
import { decimal } from './money.ts';

const EUR = currencyCode('EUR');
const USD = currencyCode('USD');
const SGD = currencyCode('SGD');
const JPY = currencyCode('JPY');

const CSV = [
  'Date,USD,JPY,CYP,SGD,',
  '2026-04-07,1.1000,160.00,N/A,1.4500,',
  '2026-04-02,1.0900,N/A,N/A,1.4400,',
  '2026-04-01,1.0800,158.50,N/A,1.4300,',
].join('\r\n');
const TABLE = rateTable(parseEcbCsv(CSV, 'eurofxref-hist.csv'));

test('gives the rate of its day', () => {
  const found = rateAt(TABLE, USD, '2026-04-02', 5);
  assert.ok(found.status === 'fresh');
  assert.deepEqual(
    [found.rate.toFixed(), found.date, found.ageDays, found.source],
    ['1.09', '2026-04-02', 0, 'ECB'],
  );
});

test('carries a rate forward over Easter, then calls it stale, and never looks ahead', () => {
  const monday = rateAt(TABLE, USD, '2026-04-06', 5);
  assert.ok(monday.status === 'fresh');
  assert.deepEqual([monday.date, monday.ageDays], ['2026-04-02', 4]);
  assert.equal(rateAt(TABLE, USD, '2026-04-06', 3).status, 'stale');
  assert.equal(rateAt(TABLE, USD, '2026-03-31', 31).status, 'missing');
  assert.equal(rateAt(TABLE, currencyCode('CHF'), '2026-04-06', 5).status, 'missing');
});

test('a cell without a rate is carried forward per currency', () => {
  const yen = rateAt(TABLE, JPY, '2026-04-02', 5);
  assert.ok(yen.status === 'fresh');
  assert.deepEqual([yen.rate.toFixed(), yen.date], ['158.5', '2026-04-01']);
});

test('crosses through the euro at a rate from which the amount can be recomputed', () => {
  const result = convert(TABLE, decimal('1000.00'), SGD, USD, '2026-04-02', 5);
  assert.ok(result.status === 'fresh');
  assert.equal(result.rate.toFixed(), '0.75694444444444');
  assert.equal(result.amount.toFixed(), '756.94444444444');
  assert.equal(roundTo(USD, result.amount).toFixed(2), '756.94');
});

test('a cross is as old as its older side', () => {
  const result = convert(TABLE, decimal('1'), JPY, USD, '2026-04-02', 0);
  assert.ok(result.status === 'stale');
  assert.deepEqual([result.date, result.ageDays], ['2026-04-01', 1]);
  assert.deepEqual(convert(TABLE, decimal('1'), USD, currencyCode('CHF'), '2026-04-02', 5), {
    status: 'missing',
    currency: 'CHF',
  });
});

test('the same currency needs no rate', () => {
  const result = convertToUsd(rateTable([]), decimal('12.34'), USD, '2026-04-02', 0);
  assert.ok(result.status === 'fresh');
  assert.equal(result.amount.toFixed(), '12.34');
});

test('there and back again is right to the cent', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }), (cents) => {
      const amount = decimal(cents).times(decimal('0.01'));
      const there = convert(TABLE, amount, EUR, SGD, '2026-04-02', 5);
      assert.ok(there.status === 'fresh');
      const back = convert(TABLE, there.amount, SGD, EUR, '2026-04-02', 5);
      assert.ok(back.status === 'fresh');
      assert.ok(roundTo(EUR, back.amount).eq(amount));
    }),
  );
});

test('refuses rates that contradict each other or are none', () => {
  const row = { date: '2026-04-01', quote: USD, rate: decimal('1.1'), source: 'ECB' };
  assert.doesNotThrow(() => rateTable([row, row]));
  assert.throws(() => rateTable([row, { ...row, rate: decimal('1.2') }]), FxError);
  assert.throws(() => rateTable([{ ...row, rate: decimal('0') }]), FxError);
  assert.throws(() => rateTable([{ ...row, quote: EUR }]), FxError);
});

test("reads the ECB's daily file too", () => {
  const rows = parseEcbCsv('Date, USD, JPY, \n02 April 2026, 1.0900, 158.7, \n', 'eurofxref.csv');
  assert.deepEqual(
    rows.map((row) => [row.date, row.quote, row.rate.toFixed()]),
    [
      ['2026-04-02', 'USD', '1.09'],
      ['2026-04-02', 'JPY', '158.7'],
    ],
  );
});

const broken: readonly (readonly [why: string, text: string, message: RegExp])[] = [
  ['an empty file', '', /^f\.csv:1 does not begin with the column "Date"/],
  ['another file', 'id,amount\n1,2', /does not begin/],
  ['an unknown currency', 'Date,USD,ZZZ\n2026-04-01,1,1', /^f\.csv:1 column 3: "ZZZ" is not a currency/],
  ['a currency twice', 'Date,USD,USD\n2026-04-01,1,1', /two columns USD/],
  ['a decimal comma', 'Date,USD\n2026-04-01,"1,08"', /^f\.csv:2 USD: "1,08" is not a rate/],
  ['an exponent', 'Date,USD\n2026-04-01,1e5', /is not a rate/],
  ['a rate of nothing', 'Date,USD\n2026-04-01,0.000', /is not a rate/],
  ['a formula', 'Date,USD\n2026-04-01,=1+1', /is not a rate/],
  ['a day that does not exist', 'Date,USD\n2026-04-31,1.1', /^f\.csv:2 "2026-04-31" is not a date/],
  [
    'a day twice',
    'Date,USD\n2026-04-01,1.1\n2026-04-01,1.2',
    /^f\.csv:3 repeats 2026-04-01, which stands on line 2/,
  ],
  ['a short line', 'Date,USD,JPY\n2026-04-01,1.1', /fewer than the header/],
  ['a long line', 'Date,USD\n2026-04-01,1.1,2', /more than the header/],
  ['an open quote', 'Date,USD\n2026-04-01,"1.1', /not readable as CSV/],
  ['no rates', 'Date,USD\n2026-04-01,N/A', /holds no rates/],
];
for (const [why, text, message] of broken) {
  test(`refuses a rate file with ${why}`, () => {
    assert.throws(() => parseEcbCsv(text, 'f.csv'), { name: 'EcbCsvError', message });
  });
}
