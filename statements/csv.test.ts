import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCsv } from './csv.ts';
import { type CsvMapping, mappingSchema } from './mapping.ts';
import { StatementError, checkControlTotals } from './statement.ts';
import { currencyCode } from '../policy/currency.ts';
import { decimal } from '../policy/money.ts';

const mapping = (changes: Record<string, unknown> = {}): CsvMapping =>
  mappingSchema.parse({
    date_format: 'YYYY-MM-DD',
    columns: { id: 'id', date: 'date', amount: 'amount', currency: 'ccy', description: 'memo' },
    ...changes,
  });
const HEADER = 'id,date,amount,ccy,memo\n';
const lines = (text: string, using = mapping()) => parseCsv(Buffer.from(text), 'f.csv', using);
const amounts = (text: string, using?: CsvMapping): string[] => lines(text, using).map((line) => line.amount);

function refused(text: string | Buffer, line: number, what: RegExp, using = mapping()): void {
  assert.throws(
    () => parseCsv(Buffer.from(text), 'f.csv', using),
    (error) => {
      assert.ok(error instanceof StatementError, String(error));
      assert.match(error.message, /^f\.csv:\d+: .*; .*; nothing was imported$/s);
      assert.match(error.what, what);
      assert.equal(error.line, line);
      return true;
    },
  );
}

describe('a CSV file', () => {
  test('is read exactly, with the line of the file on each line', () => {
    const [first, second] = lines(
      `${HEADER}a,2026-03-01,0.10,USD,"two\nlines"\n\nb,2026-03-02,-1234567890123456.78,USD,\n`,
    );
    assert.equal(first?.lineNo, 2);
    assert.equal(first.amount, '0.10');
    assert.equal(first.description, 'two\nlines');
    assert.equal(second?.lineNo, 5);
    assert.equal(second.amount, '-1234567890123456.78');
    assert.equal(second.description, null);
  });

  test('may begin with a byte-order mark and end lines with CR LF', () => {
    assert.deepEqual(amounts(`\ufeff${HEADER}a,2026-03-01,1.50,USD,x\r\n`.replace('memo\n', 'memo\r\n')), [
      '1.50',
    ]);
  });

  test('may write amounts with decimal comma and thousands, when the mapping says so', () => {
    const using = mapping({ delimiter: ';', decimal: ',', thousands: '.', date_format: 'DD.MM.YYYY' });
    const text = 'id;date;amount;ccy;memo\na;31.03.2026;-1.234.567,89;EUR;x\nb;1.4.2026;12,5;EUR;x\n';
    assert.deepEqual(amounts(text, using), ['-1234567.89', '12.50']);
    assert.equal(lines(text, using)[0]?.date, '2026-03-31');
  });

  test('has amounts in one form, however the file writes them', () => {
    const one = (amount: string, currency = 'USD') =>
      amounts(`${HEADER}a,2026-03-01,${amount},${currency},x\n`)[0];
    assert.deepEqual(
      ['007.5', '+5', '-0.00', '000', '-12'].map((amount) => one(amount)),
      [...['7.50', '5.00', '0.00', '0.00', '-12.00']],
    );
    assert.deepEqual([one('1200', 'JPY'), one('-1.5', 'BHD')], ['1200', '-1.500']);
    refused(`${HEADER}a,2026-03-01,${'9'.repeat(31)},USD,x\n`, 2, /more than 30 digits/);
  });

  test('takes day and month in the order that the mapping names', () => {
    const day = (date_format: string) =>
      lines(`${HEADER}a,03/04/2026,1,USD,x\n`, mapping({ date_format }))[0]?.date;
    assert.equal(day('MM/DD/YYYY'), '2026-03-04');
    assert.equal(day('DD/MM/YYYY'), '2026-04-03');
  });

  test('takes debit and credit columns, with credit raising the balance', () => {
    const columns = { date: 'd', debit: 'out', credit: 'in' };
    const text = 'd,out,in\n2026-03-01,5.00,\n2026-03-01,0.00,7.00\n2026-03-01,,0.00\n';
    assert.deepEqual(amounts(text, mapping({ currency: 'USD', columns })), ['-5.00', '7.00', '0.00']);
    const inverted = mapping({ currency: 'USD', columns, sign: 'inverted' });
    assert.deepEqual(amounts(text, inverted).slice(0, 2), ['5.00', '-7.00']);
    refused('d,out,in\n2026-03-01,5.00,7.00\n', 2, /both debit and credit/, inverted);
    refused('d,out,in\n2026-03-01,,\n', 2, /neither debit nor credit/, inverted);
    refused('d,out,in\n2026-03-01,-5.00,\n', 2, /debit is negative/, inverted);
  });

  test('keeps identical lines, with ids that are the same at every reading', () => {
    const columns = { date: 'd', amount: 'a', description: 'm' };
    const using = mapping({ currency: 'USD', columns });
    const text = 'd,a,m\n2026-03-01,49.00,visit\n2026-03-01,49.00,visit\n2026-03-02,49.00,visit\n';
    const ids = lines(text, using).map((line) => line.externalId);
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(
      lines(`${text}2026-03-03,1.00,later\n`, using)
        .slice(0, 3)
        .map((line) => line.externalId),
      ids,
    );
    assert.match(ids[1] ?? '', /-2$/);
  });

  test('keeps identical lines with different ids', () => {
    assert.equal(lines(`${HEADER}a,2026-03-01,5,USD,x\nb,2026-03-01,5,USD,x\n`).length, 2);
  });

  test('keeps text from outside as it is, also when it looks like a formula', () => {
    assert.equal(lines(`${HEADER}a,2026-03-01,5,USD,=1+1\n`)[0]?.description, '=1+1');
  });
});

describe('a CSV file is refused with file and line', () => {
  for (const [amount, what] of [
    ['1e5', /not written like/],
    ['NaN', /not written like/],
    ['"1.234,56"', /not written like/],
    ['1.234', /more decimals than USD allows/],
    ['1.000', /more decimals/],
    ['"1,234.56"', /not written like/],
    ['(5.00)', /not written like/],
    ['5.00-', /not written like/],
    ['0x10', /not written like/],
    ['$5', /not written like/],
    ['=1+1', /formula/],
    ['@SUM(A1)', /formula/],
    ['+cmd', /formula/],
    ['', /amount is empty/],
    ['9'.repeat(40), /amount/],
  ] as const) {
    test(`for the amount ${amount.slice(0, 12) || '(none)'}`, () => {
      refused(`${HEADER}a,2026-03-01,1.00,USD,x\nb,2026-03-01,${amount},USD,x\n`, 3, what);
    });
  }

  test('for more decimals than the yen has', () =>
    refused(`${HEADER}a,2026-03-01,1.5,JPY,x\n`, 2, /JPY allows \(0\)/));
  test('for an unknown currency', () => refused(`${HEADER}a,2026-03-01,1,XXZ,x\n`, 2, /not an ISO 4217/));
  test('for a day that does not exist', () => refused(`${HEADER}a,2026-02-29,1,USD,x\n`, 2, /is no date/));
  test('for a date in another notation', () => refused(`${HEADER}a,01.03.2026,1,USD,x\n`, 2, /is no date/));
  test('for a second header row', () => refused(`${HEADER}a,2026-03-01,1,USD,x\n${HEADER}`, 3, /header row/));
  test('for a duplicate id', () =>
    refused(`${HEADER}a,2026-03-01,1,USD,x\na,2026-03-02,2,USD,y\n`, 3, /already used on line 2/));
  test('for an empty id', () => refused(`${HEADER},2026-03-01,1,USD,x\n`, 2, /id is empty/));
  test('for a missing column, saying what was expected and found', () =>
    refused(
      'id,date,betrag,ccy,memo\n',
      1,
      /expected the columns "amount" once each, found "id", "date", "betrag"/,
    ));
  test('for a column that is there twice', () =>
    refused('id,date,amount,amount,ccy,memo\n', 1, /"amount" once/));
  test('for a row that is too short', () => refused(`${HEADER}a,2026-03-01\n`, 2, /Invalid Record Length/));
  test('for a quote that is never closed', () =>
    refused(`${HEADER}a,2026-03-01,1,USD,"x\n`, 2, /Quote Not Closed/));
  test('for an empty file', () => refused('', 1, /empty/));
  test('for a huge cell', () => refused(`${HEADER}a,2026-03-01,1,USD,${'x'.repeat(100_001)}\n`, 2, /100 kB/));
  test('for a NUL', () => refused(`${HEADER}a,2026-03-01,1,USD,\0\n`, 2, /NUL/));
  test('for bytes that are not UTF-8', () =>
    refused(
      Buffer.concat([Buffer.from(`${HEADER}a,2026-03-01,1,USD,`), Buffer.from([0xe9, 10])]),
      2,
      /not UTF-8/,
    ));
  test('for a negative fee', () => {
    const columns = { date: 'd', amount: 'a', fee: 'f' };
    refused('d,a,f\n2026-03-01,1,-1\n', 2, /fee is negative/, mapping({ currency: 'USD', columns }));
  });
});

describe('a mapping', () => {
  const columns = { date: 'd', amount: 'a' };
  test('needs an amount or both debit and credit', () => {
    assert.equal(
      mappingSchema.safeParse({ date_format: 'YYYY-MM-DD', currency: 'USD', columns: { date: 'd' } }).success,
      false,
    );
  });
  test('needs one source of the currency', () => {
    assert.equal(mappingSchema.safeParse({ date_format: 'YYYY-MM-DD', columns }).success, false);
  });
  test('knows no other keys', () => {
    const typo = { date_format: 'YYYY-MM-DD', currency: 'USD', columns, delimeter: ';' };
    assert.equal(mappingSchema.safeParse(typo).success, false);
  });
});

describe('control totals', () => {
  const currency = currencyCode('USD');
  const statement = (opening: string, closing: string) => ({
    account: null,
    currency,
    opening: decimal(opening),
    closing: decimal(closing),
    lines: lines(`${HEADER}a,2026-03-01,310.55,USD,x\n`),
  });
  test('pass when opening and lines are closing', () =>
    checkControlTotals(statement('1200', '1510.55'), 'f.csv'));
  test('name all four figures when they are not', () => {
    assert.throws(() => checkControlTotals(statement('1200', '1511.55'), 'f.csv'), {
      message:
        'f.csv: opening 1,200.00 + lines 310.55 ≠ closing 1,511.55 (difference 1.00 USD); ' +
        'get the complete file or correct the balances; nothing was imported',
    });
  });
  test('refuse a statement without balances', () => {
    assert.throws(
      () => checkControlTotals({ ...statement('0', '0'), closing: null }, 'f.csv'),
      /no closing balance/,
    );
  });
});
