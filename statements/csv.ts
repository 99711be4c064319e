import { createHash } from 'node:crypto';
import { isZero, negated } from '../policy/currency.ts';
import type { CurrencyCode } from '../policy/money.ts';
import { type Cells, amountCell, amountShape, currencyCell, dateCell } from './csv-cells.ts';
import { RecordSplitter } from './csv-records.ts';
import type { CsvMapping } from './mapping.ts';
import { SeenIds } from './seen-ids.ts';
import { StatementError, type StatementLine, clip } from './statement.ts';
import { decodeUtf8 } from './text.ts';

/** A line of a CSV file, with the account that the file names on it. */
export interface CsvLine extends StatementLine {
  /** Null when the mapping names no account column. */
  readonly account: string | null;
}

type Field = keyof CsvMapping['columns'];
/** Where the mapped columns stand in a row, from 0. */
type Places = { readonly [Column in Field]?: number };

const MAX_BYTES = 256_000_000;
const MAX_CELL = 100_000;
const MAX_ID = 200;
const REMEMBERED = 1_000;

/**
 * Reads a CSV file by a mapping. Amounts are exact; text is kept as written, because it is evidence and not trusted.
 * Identical lines are all kept: without an id column a line's id is a hash of its content with its ordinal among
 * identical lines, so that reading the same file again gives the same ids.
 * @throws {StatementError} with file and line on anything that does not fit; no line is returned then.
 */
export function parseCsv(bytes: Uint8Array, fileName: string, mapping: CsvMapping): CsvLine[] {
  if (bytes.length > MAX_BYTES)
    throw new StatementError({
      ...{ file: fileName, line: 0, what: 'the file is larger than 256 MB' },
      whatNow: 'split it by account or by week',
    });
  const reader = new CsvReader(fileName, mapping);
  return [...reader.push(decodeUtf8(bytes, fileName), false), ...reader.end()];
}

/** Reads a CSV file piece by piece; see {@link parseCsv}. */
export class CsvReader {
  readonly #file: string;
  readonly #mapping: CsvMapping;
  readonly #records: RecordSplitter;
  readonly #amount: RegExp;
  readonly #seen = new SeenIds();
  readonly #same = new Map<string, number>();
  readonly #dates = new Map<string, string>();
  readonly #currencies = new Map<string, CurrencyCode>();
  #header: readonly string[] | null = null;
  #places: Places = {};

  constructor(fileName: string, mapping: CsvMapping) {
    this.#file = fileName;
    this.#mapping = mapping;
    this.#records = new RecordSplitter(fileName, mapping.delimiter);
    this.#amount = amountShape(mapping);
  }

  /** Takes the next piece of the text. @throws {StatementError} with file and line on anything that does not fit. */
  push(piece: string, last = false): CsvLine[] {
    const rows = this.#records.push(piece, last);
    const [first] = rows;
    if (this.#header === null && first !== undefined) {
      this.#header = first.cells.map((name) => name.trim());
      this.#places = locate(this.#header, this.#file, first.line, this.#mapping);
      rows.shift();
    }
    return rows.map(({ cells, line }) => this.#line(cells, line));
  }

  /** The lines that the last piece left over. */
  end(): CsvLine[] {
    const lines = this.push('', true);
    if (this.#header === null)
      throw this.#fail(1, 'the file is empty', 'export it again with its header row');
    return lines;
  }

  #line(row: readonly string[], line: number): CsvLine {
    const mapping = this.#mapping;
    const places = this.#places;
    const cell: Cells = (field) => {
      const at = places[field];
      const text = at === undefined ? '' : (row[at] ?? '').trim();
      return text === '' ? null : text;
    };
    const at = { file: this.#file, line };
    this.#checkRow(row, line);
    const currency = mapping.currency ?? this.#currency(cell('currency'), at);
    const stated = cell('fee');
    const fee = stated === null ? null : amountCell(stated, 'fee', currency, mapping, at, this.#amount);
    if (fee?.startsWith('-') === true)
      throw this.#fail(line, 'the fee is negative', 'state fees as positive amounts');
    const valued = cell('value_date');
    // Written out, and the id filled in last: a copy of every line would cost as much as its cells.
    const parsed: { -readonly [Column in keyof CsvLine]: CsvLine[Column] } = {
      lineNo: line,
      externalId: '',
      account: cell('account'),
      date: this.#date(cell('date'), 'date', at),
      valueDate: valued === null ? null : this.#date(valued, 'value date', at),
      amount: signed(cell, currency, mapping, at, this.#amount),
      currency,
      reference: cell('reference'),
      counterparty: cell('counterparty'),
      description: cell('description'),
      group: cell('group'),
      fee,
    };
    if (places.account !== undefined && parsed.account === null) {
      throw this.#fail(
        line,
        'the account is empty',
        'complete the line in the source system and export again',
      );
    }
    parsed.externalId = places.id === undefined ? contentId(parsed, this.#same) : statedId(cell('id'), at);
    const before = this.#seen.add(parsed.account ?? '', parsed.externalId, line);
    if (before !== null) {
      const what = `id "${clip(parsed.externalId)}" was already used on line ${before}`;
      throw this.#fail(line, what, 'map a column that is unique, or leave the id column out of the mapping');
    }
    return parsed;
  }

  #checkRow(row: readonly string[], line: number): void {
    const header = this.#header ?? [];
    let repeats = true;
    for (let index = 0; index < row.length; index += 1) {
      const text = row[index] ?? '';
      repeats &&= text.trim() === header[index];
      if (text.length > MAX_CELL)
        throw this.#fail(
          line,
          `column ${index + 1} holds more than 100 kB`,
          'check the quotes around this line',
        );
    }
    if (repeats)
      throw this.#fail(
        line,
        'the header row stands here a second time',
        'import each file by itself, not pasted together',
      );
  }

  // A month has some thirty days and a file a few currencies: each is checked once.
  #date(text: string | null, field: string, at: { file: string; line: number }): string {
    const known = this.#dates.get(text ?? '');
    if (known !== undefined) return known;
    const date = dateCell(text, this.#mapping.date_format, field, at);
    if (this.#dates.size < REMEMBERED) this.#dates.set(text ?? '', date);
    return date;
  }

  #currency(text: string | null, at: { file: string; line: number }): CurrencyCode {
    const known = this.#currencies.get(text ?? '');
    if (known !== undefined) return known;
    const currency = currencyCell(text, at);
    this.#currencies.set(text ?? '', currency);
    return currency;
  }

  #fail(line: number, what: string, whatNow: string): StatementError {
    return new StatementError({ file: this.#file, line, what, whatNow });
  }
}

function locate(header: readonly string[], file: string, line: number, mapping: CsvMapping): Places {
  const names = header.map((name) => name.trim());
  const wanted = Object.entries(mapping.columns).filter(
    (pair): pair is [Field, string] => pair[1] !== undefined,
  );
  const off = wanted
    .map(([, name]) => name)
    .filter((name) => names.filter((found) => found === name).length !== 1);
  if (off.length > 0) {
    const list = (items: readonly string[]): string => items.map((item) => `"${clip(item, 40)}"`).join(', ');
    throw new StatementError({
      file,
      line,
      what: `expected the columns ${list(off)} once each, found ${clip(list(names), 600)}`,
      whatNow: 'correct the mapping in company.yaml or export the file again',
    });
  }
  return Object.fromEntries(wanted.map(([field, name]) => [field, names.indexOf(name)]));
}

function signed(
  cell: Cells,
  currency: CurrencyCode,
  mapping: CsvMapping,
  at: { file: string; line: number },
  shape: RegExp,
): string {
  const turn = (amount: string): string => (mapping.sign === 'inverted' ? negated(amount) : amount);
  if (mapping.columns.amount !== undefined)
    return turn(amountCell(cell('amount'), 'amount', currency, mapping, at, shape));
  const read = (field: 'debit' | 'credit'): string | null => {
    const text = cell(field);
    if (text === null) return null;
    const amount = amountCell(text, field, currency, mapping, at, shape);
    if (amount.startsWith('-')) {
      const whatNow = 'if the bank signs its amounts, map them as one amount column';
      throw new StatementError({ ...at, what: `the ${field} is negative`, whatNow });
    }
    return amount;
  };
  const [debit, credit] = [read('debit'), read('credit')];
  const [first, second] = [debit, credit].filter((amount) => amount !== null);
  if (first === undefined || (second !== undefined && !isZero(first) && !isZero(second))) {
    const what =
      first === undefined ? 'neither debit nor credit is filled' : 'both debit and credit are filled';
    throw new StatementError({
      ...at,
      what,
      whatNow: 'one line moves the account one way; correct the export',
    });
  }
  return turn(credit !== null && !isZero(credit) ? credit : debit === null ? first : negated(debit));
}

function statedId(id: string | null, at: { file: string; line: number }): string {
  if (id === null) {
    throw new StatementError({
      ...at,
      what: 'the id is empty',
      whatNow: 'map a column that is always filled, or none',
    });
  }
  if (id.length > MAX_ID || /^[=@+]/.test(id)) {
    const what = `"${clip(id)}" is no id`;
    throw new StatementError({
      ...at,
      what,
      whatNow: 'export the values, not formulas, of up to 200 characters',
    });
  }
  return id;
}

function contentId({ lineNo: _line, externalId: _id, ...line }: CsvLine, same: Map<string, number>): string {
  const content = JSON.stringify({ ...line, fee: line.fee ?? '' });
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 24);
  const ordinal = (same.get(hash) ?? 0) + 1;
  same.set(hash, ordinal);
  return `csv-${hash}-${ordinal}`;
}
