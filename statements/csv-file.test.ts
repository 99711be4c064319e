import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { readCsvFile } from './csv-file.ts';
import { type CsvLine, parseCsv } from './csv.ts';
import { mappingSchema } from './mapping.ts';
import { SeenIds } from './seen-ids.ts';
import { StatementError } from './statement.ts';

const mapping = mappingSchema.parse({
  date_format: 'YYYY-MM-DD',
  columns: { id: 'id', date: 'date', amount: 'amount', currency: 'ccy', description: 'memo' },
});
const HEADER = 'id,date,amount,ccy,memo\n';
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'closegate-csv-'));
});
after(() => {
  rmSync(folder, { recursive: true });
});

async function read(bytes: string | Buffer, digest?: string): Promise<CsvLine[]> {
  const path = join(folder, 'f.csv');
  writeFileSync(path, bytes);
  const sha256 = digest ?? createHash('sha256').update(bytes).digest('hex');
  const lines: CsvLine[] = [];
  for await (const batch of readCsvFile(path, 'f.csv', mapping, sha256)) lines.push(...batch);
  return lines;
}

// Several pieces long, with characters of several bytes and line breaks in cells on every cut.
const rows = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `r${index},2026-03-01,${index}.50,USD,"Müller 株式会社\n“${index}”"\n`,
  );

async function refused(bytes: string | Buffer, line: number, what: RegExp): Promise<void> {
  await assert.rejects(read(bytes), (error) => {
    assert.ok(error instanceof StatementError, String(error));
    assert.match(error.what, what);
    assert.equal(error.line, line);
    return true;
  });
}

test('a file that is read in pieces gives the lines of one that is read whole', async () => {
  for (const ending of ['\n', '\r\n', '\r']) {
    const text = `\ufeff${HEADER}${rows(9_000).join('')}`.replaceAll('\n', ending);
    const lines = await read(text);
    assert.equal(lines.length, 9_000);
    assert.deepEqual(lines, parseCsv(Buffer.from(text), 'f.csv', mapping));
  }
});

test('what is wrong far behind the first piece is named with its line', async () => {
  const many = rows(9_000);
  const bad = (row: string) => `${HEADER}${many.join('')}${row}`;
  const line = 2 + 2 * 9_000;
  await refused(bad('x,2026-03-01,1e5,USD,\n'), line, /not written like/);
  await refused(bad('x,2026-03-01,=1+1,USD,\n'), line, /formula/);
  await refused(bad(HEADER), line, /header row/);
  await refused(bad('r17,2026-03-01,1,USD,\n'), line, /"r17" was already used on line 36/);
  await refused(bad('x,2026-03-01\n'), line, /Invalid Record Length/);
  await refused(bad('x,2026-03-01,1,USD,\0\n'), line, /NUL/);
  const latin = Buffer.concat([Buffer.from(bad('x,2026-03-01,1,USD,')), Buffer.from([0xe9, 10])]);
  await refused(latin, line, /not UTF-8/);
  await refused(bad(`x,2026-03-01,1,USD,"${'y\n'.repeat(5_000_000)}"\n`), line, /longer than 1 MB/);
  await refused(bad(`x,2026-03-01,1,USD,${'y'.repeat(10_000_000)}\n`), line, /longer than 1 MB/);
});

test('a file that is not the one that was looked at is refused', async () => {
  await assert.rejects(read(`${HEADER}a,2026-03-01,1,USD,\n`, '0'.repeat(64)), /changed while it was read/);
});

test('an empty file and one without its header row are refused', async () => {
  await refused('', 1, /empty/);
  await refused('a,2026-03-01,1,USD,\n', 1, /expected the columns/);
});

test('ids are told apart by account and by every character, and remembered with their lines', () => {
  const seen = new SeenIds();
  for (let number = 1; number <= 200_000; number += 1)
    assert.equal(seen.add('1010', `A-${number}`, number), null);
  for (const number of [1, 77_777, 200_000]) assert.equal(seen.add('1010', `A-${number}`, 999_999), number);
  assert.equal(seen.add('1020', 'A-1', 5), null);
  assert.equal(seen.add('', '1010A-1', 6), null);
  assert.equal(seen.add('1010A-', '1', 7), null);
});
