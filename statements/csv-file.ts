import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type CsvLine, CsvReader } from './csv.ts';
import type { CsvMapping } from './mapping.ts';
import { StatementError } from './statement.ts';
import { decodeUtf8 } from './text.ts';

// Small pieces: their lines are garbage while they are young, which halves the heap and saves a sixth of the time.
const PIECE = 32 * 1024;
// A record is at most a million characters; behind that many bytes without a line break there is none.
const LONGEST = 4_000_000;
const [LF, CR] = [10, 13];

/**
 * Reads a CSV file as {@link parseCsv} does, and holds no more of it than a few pieces.
 * @param sha256 what the file was when it was looked at first, in hex.
 * @throws {StatementError} with file and line on anything that does not fit.
 */
export async function* readCsvFile(
  path: string,
  fileName: string,
  mapping: CsvMapping,
  sha256: string,
): AsyncGenerator<readonly CsvLine[]> {
  const reader = new CsvReader(fileName, mapping);
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  let breaks = 0;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
    hash.update(piece);
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const cut = endOfLastLine(bytes);
    if (cut === 0 && bytes.length > LONGEST) {
      const what = 'one line is longer than 1 MB';
      throw new StatementError({
        ...{ file: fileName, line: breaks + 1, what, whatNow: 'check the quotes around this line' },
      });
    }
    rest = bytes.subarray(cut);
    if (cut === 0) continue;
    const whole = bytes.subarray(0, cut);
    yield reader.push(decoded(whole, fileName, breaks));
    breaks += count(whole, LF);
  }
  yield reader.push(decoded(rest, fileName, breaks));
  yield reader.end();
  if (hash.digest('hex') === sha256) return;
  const what = 'the file was changed while it was read';
  throw new StatementError({
    ...{ file: fileName, line: 0, what, whatNow: 'start again when nothing writes to it' },
  });
}

// Where a line ends, no character is cut in two, and a byte that is not UTF-8 has its line. A CR alone ends a line where
// something else than LF follows it.
function endOfLastLine(bytes: Buffer): number {
  const lf = bytes.lastIndexOf(LF);
  if (lf >= 0) return lf + 1;
  const cr = bytes.subarray(0, -1).lastIndexOf(CR);
  return cr + 1;
}

function decoded(bytes: Buffer, fileName: string, before: number): string {
  try {
    // A mark that is not at the beginning of the file is text.
    return before === 0 ? decodeUtf8(bytes, fileName) : decodeUtf8(bytes, fileName, true);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    const { file, line, what, whatNow } = error;
    throw new StatementError({ file, line: line + before, what, whatNow });
  }
}

function count(bytes: Buffer, one: number): number {
  let found = 0;
  for (let at = bytes.indexOf(one); at >= 0; at = bytes.indexOf(one, at + 1)) found += 1;
  return found;
}
