import { parse } from 'csv-parse/sync';
import { currencyCode } from './currency.ts';
import { isPlainDate } from './dates.ts';
import type { RateRow } from './fx.ts';
import { type CurrencyCode, decimal } from './money.ts';

/** A rate file that is not what the European Central Bank publishes. Nothing of it may be used. */
export class EcbCsvError extends Error {
  override name = 'EcbCsvError';
}

/** A rate with the line of the file that it stands on. */
export type EcbRate = RateRow & { readonly line: number };

// Columns of the historical file whose currencies joined the euro or were replaced before ISO 4217:2015.
const RETIRED = new Set(['CYP', 'EEK', 'LTL', 'LVL', 'MTL', 'ROL', 'SIT', 'SKK', 'TRL']);
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
// The full history since 1999 is about 1.5 MB.
const MAX_CHARACTERS = 20_000_000;

/**
 * Reads the euro reference rates as the ECB publishes them, `eurofxref-hist.csv` (dates `2026-03-31`, `N/A` for no rate,
 * trailing comma) and the daily `eurofxref.csv` (`31 March 2026`, blanks after commas). Units of each currency per 1 EUR.
 * Columns of retired currencies are left out.
 * @throws {EcbCsvError} with file, line and column on anything else.
 */
export function parseEcbCsv(text: string, fileName: string): EcbRate[] {
  const fail = (line: number, message: string) =>
    new EcbCsvError(`${fileName}:${line} ${message}; no rate was read`);
  if (text.length > MAX_CHARACTERS)
    throw fail(1, `has ${text.length} characters, more than ${MAX_CHARACTERS}`);
  const [first, ...lines] = records(text, fileName);
  const header = first && { ...first, cells: withoutTrailingBlank(first.cells) };
  if (header === undefined || header.cells[0] !== 'Date') {
    throw fail(1, 'does not begin with the column "Date" of the ECB\'s euro reference rates');
  }
  const columns = header.cells
    .slice(1)
    .map((code, index) =>
      quoteOf(code, () => fail(header.line, `column ${index + 2}: "${code.slice(0, 20)}" is not a currency`)),
    );
  const repeated = columns.find((code, index) => code !== null && columns.indexOf(code) !== index);
  if (repeated !== undefined) throw fail(header.line, `has two columns ${repeated}`);

  const rows: EcbRate[] = [];
  const seen = new Map<string, number>();
  for (const { cells, line } of lines) {
    const date = dateOf(cells[0] ?? '');
    if (date === null) throw fail(line, `"${(cells[0] ?? '').slice(0, 40)}" is not a date`);
    const before = seen.get(date);
    if (before !== undefined) throw fail(line, `repeats ${date}, which stands on line ${before} already`);
    seen.set(date, line);
    if (cells.length > header.cells.length && cells.slice(header.cells.length).some((cell) => cell !== '')) {
      throw fail(line, `has ${cells.length} cells, more than the header's ${header.cells.length}`);
    }
    columns.forEach((quote, index) => {
      const cell = cells[index + 1];
      if (cell === undefined) throw fail(line, `has ${cells.length} cells, fewer than the header`);
      if (quote === null || cell === '' || cell === 'N/A') return;
      if (!/^\d{1,12}(\.\d{1,12})?$/.test(cell) || /^[0.]+$/.test(cell)) {
        throw fail(line, `${quote}: "${cell.slice(0, 40)}" is not a rate like 1.0815`);
      }
      rows.push({ date, quote, rate: decimal(cell), source: 'ECB', line });
    });
  }
  if (rows.length === 0) throw fail(1, 'holds no rates');
  return rows;
}

interface Line {
  readonly cells: readonly string[];
  readonly line: number;
}

function records(text: string, fileName: string): Line[] {
  try {
    const options = {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      info: true,
    } as const;
    const found = parse(text, options) as unknown as { record: string[]; info: { lines: number } }[];
    return found.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new EcbCsvError(`${fileName}: is not readable as CSV (${why}); no rate was read`, { cause });
  }
}

// Every line of the ECB's historical file ends in a comma.
function withoutTrailingBlank(cells: readonly string[]): readonly string[] {
  return cells.at(-1) === '' ? cells.slice(0, -1) : cells;
}

function quoteOf(code: string, error: () => EcbCsvError): CurrencyCode | null {
  if (RETIRED.has(code)) return null;
  try {
    return currencyCode(code);
  } catch {
    throw error();
  }
}

function dateOf(cell: string): string | null {
  if (isPlainDate(cell)) return cell;
  const [, day, name, year] = /^(\d{1,2}) ([A-Z][a-z]+) (\d{4})$/.exec(cell) ?? [];
  if (day === undefined || name === undefined || year === undefined) return null;
  const date = `${year}-${String(MONTHS.indexOf(name) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isPlainDate(date) ? date : null;
}
