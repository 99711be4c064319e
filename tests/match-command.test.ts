import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { parse } from 'csv-parse/sync';
import { closegate } from './harness/command.ts';

const dir = mkdtempSync(join(tmpdir(), 'closegate-match-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const HEADER = 'id,date,amount,currency,reference,counterparty,description,group';
const LEDGER = [
  HEADER,
  'L1,2026-03-02,1042.10,USD,INV-1042,Acme Instruments Inc.,Receipt,',
  'L2,2026-03-03,75.00,USD,INV-1043,Borealis Foods,,',
  'L3,2026-03-03,10.00,USD,,Shop,,PO-77',
  'L4,2026-03-03,20.00,USD,,Shop,,PO-77',
  'L5,2026-03-09,55.30,USD,R-1001,Quartz Dental,,',
  'L6,2026-03-10,-55.30,USD,R-1001,Quartz Dental,Reversal,',
  'L7,2026-03-11,999.99,USD,INV-1050,Nobody Paid,,',
].join('\n');
const STATEMENT = [
  HEADER,
  'S1,2026-03-04,1042.10,USD,inv 1042,ACME INSTRUM,,',
  'S2,2026-03-05,75.00,USD,88123311,BOREALIS FOODS LTD,ACH CREDIT,',
  'S3,2026-03-05,30.00,USD,,PAYOUT,PO-77,PO-77',
  'S4,2026-03-06,-12.00,USD,,,Account fee,',
].join('\n');

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
const [ledger, statement] = [file('ledger.csv', LEDGER), file('statement.csv', STATEMENT)];
const match = (...more: string[]) =>
  closegate(['match', '--ledger', ledger, '--statement', statement, ...more]);

test('writes one row a match and one an open line, every line once, without a server', async () => {
  const out = join(dir, 'matches.csv');
  const ran = await match('--out', out);
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.stdout, '');
  assert.match(ran.stderr, /2 settled, 2 proposed, 2 lines open/);
  const text = readFileSync(out, 'utf8');
  assert.equal(
    text.split('\n')[0],
    'match_id,match_type,status,score,rule,alternatives,ledger_ids,statement_ids,difference,reasons',
  );
  const rows: Record<string, string>[] = parse(text, { columns: true });
  const short = rows.map((row) =>
    [row['match_type'], row['status'], row['rule'], row['ledger_ids'], row['statement_ids']].join('|'),
  );
  assert.deepEqual(short, [
    'exact_match|settled|exact_reference|L1|S1',
    'multi_to_one|settled|group_key|L3 L4|S3',
    'same_side_offset|proposed|same_side_offset|L5 L6|',
    'fuzzy_match|proposed|amount_date_text|L2|S2',
    'exception|open|||S4',
    'exception|open||L7|',
  ]);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.endsWith('.new')),
    [],
  );
});

test('the same lines in another order give the same bytes', async () => {
  const turned = (text: string) => [HEADER, ...text.split('\n').slice(1).reverse()].join('\r\n');
  const [first, second] = [
    await match(),
    await closegate([
      ...['match', '--ledger', file('turned-ledger.csv', turned(LEDGER))],
      ...['--statement', file('turned-statement.csv', `\uFEFF${turned(STATEMENT)}`)],
    ]),
  ];
  assert.equal(second.code, 0, second.stderr);
  assert.equal(second.stdout, first.stdout);
});

test('--json has the lines with all their columns, also those that the matcher does not know', async () => {
  const kept = LEDGER.split('\n').map((line, at) => `${line},${at === 0 ? 'cost_center' : `C${at}`}`);
  const ran = await closegate([
    'match',
    '--ledger',
    file('kept.csv', kept.join('\n')),
    '--statement',
    statement,
    '--json',
  ]);
  const [first] = JSON.parse(ran.stdout) as { ledger_lines: Record<string, string>[]; difference: string }[];
  assert.equal(first?.ledger_lines[0]?.['cost_center'], 'C1');
  assert.equal(first?.ledger_lines[0]?.['amount'], '1042.10');
  assert.equal(first?.difference, '0.00');
});

test('rules.yaml says which rules run and settle; a key that it does not know is an error', async () => {
  const none = await match('--rules', file('rules.yaml', 'settle: [group_key]\noff: [amount_date_text]\n'));
  assert.match(none.stderr, /1 settled, 2 proposed, 4 lines open/);
  const wrong = await match('--rules', file('wrong.yaml', 'setle: [group_key]\n'));
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /wrong\.yaml: .*setle/);
});

test('lines of two currencies under one reference are compared at the rates that are given', async () => {
  const rates = file('rates.csv', 'Date,USD,SGD\n2026-03-10,1.1500,1.4800\n2026-03-09,1.1510,1.4790\n');
  const euro = file('euro.csv', `${HEADER}\nE1,2026-03-10,100.00,EUR,IC-2026-01,Halden GmbH,,\n`);
  const dollar = file('dollar.csv', `${HEADER}\nD1,2026-03-10,114.80,USD,IC-2026-01,Halden Inc.,,\n`);
  const args = ['match', '--ledger', dollar, '--statement', euro];
  assert.match((await closegate(args)).stderr, /0 settled, 0 proposed, 2 lines open/);
  const ran = await closegate([...args, '--rates', rates]);
  assert.match(
    ran.stdout,
    /fuzzy_match,proposed,0\.95,intercompany_reference,0,D1,E1,,.*exchange difference of -0\.20 USD/,
  );
});

const bad: readonly (readonly [what: string, line: string, error: RegExp])[] = [
  ['an id a second time', 'L1,2026-03-02,1.00,USD,,,,', /bad\.csv:3: the id "L1" stands on line 2 too/],
  ['a currency that does not exist', 'L9,2026-03-02,1.00,XYZ,,,,', /bad\.csv:3: "XYZ" is not an ISO 4217/],
  [
    'an amount with a decimal comma',
    'L9,2026-03-02,"1.234,56",USD,,,,',
    /bad\.csv:3: the amount "1\.234,56"/,
  ],
  ['an amount with an exponent', 'L9,2026-03-02,1e5,USD,,,,', /bad\.csv:3: the amount "1e5"/],
  ['no number', 'L9,2026-03-02,NaN,USD,,,,', /bad\.csv:3: the amount "NaN"/],
  [
    'too many decimals',
    'L9,2026-03-02,1.000,USD,,,,',
    /bad\.csv:3: the amount "1\.000" has more decimals than USD/,
  ],
  ['a day that does not exist', 'L9,2026-02-30,1.00,USD,,,,', /bad\.csv:3: the date "2026-02-30"/],
  ['a second header', HEADER, /bad\.csv:3: is the header row a second time/],
  ['a formula as an amount', 'L9,2026-03-02,=1+1,USD,,,,', /bad\.csv:3: the amount "=1\+1" is a formula/],
  [
    'a formula as a text',
    'L9,2026-03-02,1.00,USD,,,"=HYPERLINK(""http://x"")",',
    /bad\.csv:3: the description .* is a formula/,
  ],
  ['a row that is too short', 'L9,2026-03-02,1.00', /bad\.csv:3: /],
  [
    'ten megabytes in one cell',
    `L9,2026-03-02,1.00,USD,,,${'x'.repeat(10_000_000)},`,
    /bad\.csv:3: one row is longer/,
  ],
  ['a quote that is never closed', 'L9,2026-03-02,1.00,USD,,,"open,', /bad\.csv:3: /],
];

test('what cannot be used is named by file and line, and nothing is written', async () => {
  const first = LEDGER.split('\n').slice(0, 2).join('\n');
  for (const [what, line, error] of bad) {
    const out = join(dir, 'not-written.csv');
    const ran = await closegate([
      ...['match', '--ledger', file('bad.csv', `${first}\n${line}\n`)],
      ...['--statement', statement, '--out', out],
    ]);
    assert.equal(ran.code, 1, what);
    assert.match(ran.stderr, error, what);
    assert.equal(readdirSync(dir).includes('not-written.csv'), false, what);
  }
});

test('dates outside --period, and lines without any currency, are refused', async () => {
  assert.match(
    (await match('--period', '2026-02')).stderr,
    /ledger\.csv:2: the line is dated 2026-03-02, outside 2026-02/,
  );
  const bare = file('bare.csv', 'id,date,amount\nB1,2026-03-02,1.00\n');
  const args = ['match', '--ledger', bare, '--statement', bare];
  assert.match((await closegate(args)).stderr, /bare\.csv:2: no currency is named; .*--currency USD/);
  assert.equal((await closegate([...args, '--currency', 'USD'])).code, 0);
});

test('a statement that counts the other way round is told, and turned when it is said so', async () => {
  const amounts = Array.from({ length: 12 }, (_, at) => `${41 + 7 * at}.${13 + at}`);
  const rows = (sign: string, name: string) =>
    [
      'id,date,amount',
      ...amounts.map((amount, at) => `${name}${at},2026-03-0${(at % 9) + 1},${sign}${amount}`),
    ].join('\n');
  const card = ['match', '--currency', 'USD', '--ledger', file('books.csv', rows('-', 'L'))];
  card.push('--statement', file('card.csv', rows('', 'S')));
  const asItIs = await closegate(card);
  assert.match(
    asItIs.stderr,
    /note: nearly all amounts have the other sign in card\.csv; .*--statement-sign inverted/,
  );
  const turned = await closegate([...card, '--statement-sign', 'inverted']);
  assert.doesNotMatch(turned.stderr, /other sign/);
  assert.match(turned.stderr, /0 settled, 12 proposed, 0 lines open/);
  assert.equal(turned.stdout.includes('sign is turned'), false);
});
