import assert from 'node:assert/strict';
import test from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type CsvRecord, RecordSplitter } from './csv-records.ts';
import { StatementError } from './statement.ts';

/** Cuts a text at the given places and reads it piece by piece. */
function read(text: string, cuts: readonly number[] = []): CsvRecord[] {
  const splitter = new RecordSplitter('f.csv', ',');
  const places = [0, ...[...cuts].map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
  return [...pieces.flatMap((piece) => splitter.push(piece, false)), ...splitter.push('', true)];
}

/** What another parser makes of it; null when it refuses the text. */
function oracle(text: string): string[][] | null {
  try {
    const records: string[][] = parse(text, {
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    });
    return records.filter((cells) => cells.some((cell) => cell.trim() !== ''));
  } catch {
    return null;
  }
}

const anyText = fc
  .array(
    fc.constantFrom('a', 'b c', ',', ',', '"', '""', '\n', '\r\n', '\r', ' ', 'é', '"x"', '"y,z"', '"1\n2"'),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(''));

test('any text gives the records that another parser gives, or is refused by both, wherever it is cut', () => {
  let [read1, refused] = [0, 0];
  fc.assert(
    fc.property(anyText, fc.array(fc.nat(60), { maxLength: 4 }), (text, cuts) => {
      const expected = oracle(text);
      if (expected === null) {
        refused += 1;
        assert.throws(() => read(text, cuts), StatementError);
        return;
      }
      read1 += 1;
      assert.deepEqual(
        read(text, cuts).map((record) => record.cells),
        expected,
      );
    }),
    { numRuns: 4000 },
  );
  assert.ok(read1 > 300 && refused > 300, `${read1} were read and ${refused} refused`);
});

test('every record has the line on which it begins, wherever the text is cut', () => {
  const text = 'h,i\r\n"a\nb",1\n\n"c""\r\nd",2\re,3\n';
  for (let cut = 0; cut <= text.length; cut += 1)
    assert.deepEqual(
      read(text, [cut]).map(({ line, cells }) => [line, cells[0]]),
      [
        [1, 'h'],
        [2, 'a\nb'],
        [5, 'c"\r\nd'],
        [7, 'e'],
      ],
    );
});

test('a quote that is never closed is refused after a megabyte, and not read to the end', () => {
  const splitter = new RecordSplitter('f.csv', ',');
  splitter.push('a,b\n1,"', false);
  let pieces = 0;
  assert.throws(
    () => {
      for (; pieces < 100; pieces += 1) splitter.push('x'.repeat(100_000), false);
    },
    (error) => error instanceof StatementError && error.line === 2 && /longer than 1 MB/.test(error.what),
  );
  assert.ok(pieces < 20);
});
