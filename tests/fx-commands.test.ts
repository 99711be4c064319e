import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { smallBooks } from './harness/books.ts';
import { closegate, copyOf } from './harness/command.ts';
import { type TestDatabase, freshDatabase } from './harness/database.ts';
import { zipOf } from './harness/zip.ts';

let base: TestDatabase;
const { dir, remove } = copyOf('starter');
const FILE = join(dir, 'eurofxref.csv');
const CSV = 'Date,USD,SGD,\n2026-03-31,1.1498,1.4811,\n2026-03-27,1.1517,1.4831,\n';
before(async () => {
  base = await freshDatabase();
  await smallBooks(base.door);
  writeFileSync(FILE, CSV);
});
after(async () => {
  await base.close();
  remove();
});

const run = (...args: string[]) => closegate(['fx', ...args, '--dir', dir], { DATABASE_URL: base.url });
const importing = (file: string, ...more: string[]) => run('import', file, '--as', 'human:mei.tan', ...more);
const written = (name: string, content: string | Buffer) => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};

test('fx import says what was new and what was there; the same file zipped brings nothing new', async () => {
  const first = await importing(FILE);
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stdout,
    /^import rates of eurofxref\.csv: 4 rates of 2 currencies, 2026-03-27 to 2026-03-31: 3 new, 1 there already, 0 corrected: done\n {2}recorded as registry #\d+/,
  );
  const zip = written('eurofxref.zip', zipOf([{ name: 'eurofxref.csv', content: Buffer.from(CSV) }]));
  const again = await importing(zip, '--json');
  const { result } = JSON.parse(again.stdout) as { result: Record<string, unknown> };
  assert.deepEqual([result['imported'], result['already_there']], ['0', '4']);
});

test('fx list shows source, day and rate of a month', async () => {
  const { code, stdout } = await run('list', '--currency', 'USD', '--period', '2026-03');
  assert.equal(code, 0);
  assert.match(stdout, /USD for 1 EUR\n[- ]+\nECB +2026-03-27 +1\.1517\nECB +2026-03-31 +1\.1498\n/);
  const none = await run('list', '--currency', 'CHF', '--period', '2026-03');
  assert.match(none.stdout, /no ECB rates of CHF for 2026-03/);
});

test('fx rate shows the cross rate, when it was published, its age, and whether the policy takes it', async () => {
  const fresh = await run('rate', '100.00', 'SGD', 'EUR', '--date', '2026-03-29');
  assert.equal(fresh.code, 0, fresh.stderr);
  assert.match(
    fresh.stdout,
    /^100\.00 SGD = 67\.43 EUR\n {2}rate +0\.67426336727126 EUR for 1 SGD\n {2}source +ECB, published for 2026-03-27\n {2}age +2 days on 2026-03-29, at most 5 by the policy: fresh\n/,
  );
  const stale = await run('rate', '-5', 'SGD', 'USD', '--date', '2026-04-10', '--json');
  assert.equal(stale.code, 1);
  const { status, published, age_days: age } = JSON.parse(stale.stdout) as Record<string, unknown>;
  assert.deepEqual([status, published, age], ['stale', '2026-03-31', 10]);
  const missing = await run('rate', '1', 'SGD', 'USD', '--date', '2026-03-01');
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /^missing: no ECB rate of SGD up to 2026-03-01/);
});

test('fx import refuses a file that is not the ECB’s, with file and line, and imports nothing', async () => {
  for (const [name, content, words] of [
    ['a.csv', 'id,amount\n1,2\n', /a\.csv:1 does not begin with the column "Date"/],
    ['b.csv', 'Date,USD\n2026-03-26,1.15\n2026-02-30,1.1\n', /b\.csv:3 "2026-02-30" is not a date/],
    ['c.csv', 'Date,USD\n2026-03-26,-1.15\n', /c\.csv:2 USD: "-1\.15" is not a rate/],
    ['d.csv', 'Date,USD\n2026-03-26,N/A\n', /d\.csv:1 holds no rates/],
    ['e.csv', Buffer.from([0x44, 0xff, 0xfe]), /e\.csv is not text in UTF-8/],
    ['f.zip', zipOf(['x', 'y'].map((name) => ({ name, content: Buffer.from(CSV) }))), /f\.zip holds 2 files/],
    [
      'g.zip',
      zipOf([{ name: 'h.csv', content: Buffer.from('Date,USD\n2026-03-26,?\n') }]),
      /g\.zip\/h\.csv:2 USD/,
    ],
  ] as const) {
    const { code, stderr } = await importing(written(name, content));
    assert.equal(code, 1, name);
    assert.match(stderr, words);
  }
  const listed = await run('list', '--currency', 'USD', '--period', '2026-03', '--json');
  assert.equal((JSON.parse(listed.stdout) as unknown[]).length, 2);
});

test('fx import: another figure is refused; --correct with a rationale takes it, without one it is wrong use', async () => {
  const other = written('other.csv', 'Date,USD,\n2026-03-27,1.1518,\n');
  const refused = await importing(other);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stdout,
    /DENIED\n {2}other\.csv:2 has USD 1\.1518 for 2026-03-27, and 1\.1517 is recorded/,
  );
  assert.equal((await importing(other, '--correct')).code, 2);
  const corrected = await importing(other, '--correct', '--rationale', 'Published anew.');
  assert.match(corrected.stdout, /0 new, 0 there already, 1 corrected: done/);
});

test('fx takes no currency, amount or day that it cannot read', async () => {
  for (const args of [
    ['rate', '1e3', 'USD', 'EUR', '--date', '2026-03-31'],
    ['rate', '1', 'USX', 'EUR', '--date', '2026-03-31'],
    ['rate', '1', 'USD', 'EUR', '--date', '2026-02-30'],
    ['list', '--currency', 'dollars', '--period', '2026-03'],
    ['list', '--currency', 'USD'],
    ['import', FILE],
  ]) {
    assert.equal((await run(...args)).code, 2, args.join(' '));
  }
});
