import { CsvError, parse } from 'csv-parse/sync';
import { StatementError, clip } from './statement.ts';
import { decodeUtf8 } from './text.ts';

/** A row of a file whose columns we ourselves define. */
export interface Row {
  /** 1-based line of the file. */
  readonly line: number;
  /** The trimmed text of a column; null when empty. */
  readonly cell: (column: string) => string | null;
}

/**
 * Reads a comma-separated file that has exactly these columns, in any order.
 * @throws {StatementError} when a column is missing, unknown or there twice, or the file is no CSV.
 */
export function table(bytes: Uint8Array, file: string, columns: readonly string[]): Row[] {
  const [header, ...body] = records(decodeUtf8(bytes, file), file, ',');
  const names = (header?.cells ?? []).map((name) => name.trim());
  if ([...names].sort().join() !== [...columns].sort().join()) {
    throw new StatementError({
      file,
      line: header?.line ?? 1,
      what: `expected the columns ${columns.join(',')}, found ${clip(names.join(','), 400) || 'nothing'}`,
      whatNow: 'correct the header row',
    });
  }
  return body.map(({ cells, line }) => ({
    line,
    cell: (column) => {
      const text = (cells[names.indexOf(column)] ?? '').trim();
      return text === '' ? null : text;
    },
  }));
}

/**
 * Rows with the line of the file on which each begins; wholly empty rows are left out.
 * @throws {StatementError} on rows of another width than the header, and on broken quotes.
 */
export function records(text: string, file: string, delimiter: string): { cells: string[]; line: number }[] {
  try {
    const parsed = parse(text, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      // Quoted cells may hold line breaks; anything beyond this is a quote that was never closed.
      max_record_size: 1_000_000,
      record_delimiter: ['\r\n', '\n', '\r'],
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed
      .map(({ record, info }) => ({ cells: record, line: info.lines - lineBreaks(record) }))
      .filter(({ cells }) => cells.some((text) => text.trim() !== ''));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line: unknown = Reflect.get(error, 'lines');
    throw new StatementError({
      file,
      line: typeof line === 'number' ? line : 0,
      what: clip(error.message, 200),
      whatNow: 'check delimiter and quotes, and export the file again',
    });
  }
}

function lineBreaks(cells: readonly string[]): number {
  return cells.reduce((count, text) => count + (text.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}
