import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Side } from '../../ledger/database.ts';
import { minorOf } from '../../matching/amounts.ts';
import { currencyCode, exponentOf } from '../../policy/currency.ts';
import { isPlainDate } from '../../policy/dates.ts';
import { type CurrencyCode, MoneyError } from '../../policy/money.ts';
import { RecordSplitter } from '../../statements/csv-records.ts';
import { SeenIds } from '../../statements/seen-ids.ts';
import { StatementError, clip } from '../../statements/statement.ts';
import { decodeUtf8 } from '../../statements/text.ts';

/** A line of an input file of `closegate match`. */
export interface InputLine {
  readonly side: Side;
  readonly id: string;
  readonly date: string;
  readonly currency: CurrencyCode;
  /** In minor units of `currency`. */
  readonly minor: bigint;
  readonly reference: string | null;
  readonly counterparty: string | null;
  readonly description: string | null;
  readonly account: string | null;
  readonly group: string | null;
  /** Columns that the matcher does not know, as they were. */
  readonly kept: Readonly<Record<string, string>>;
}

const REQUIRED = ['id', 'date', 'amount'] as const;
const OPTIONAL = ['currency', 'reference', 'counterparty', 'description', 'account', 'group'] as const;
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];
const COLUMNS: readonly string[] = [...REQUIRED, ...OPTIONAL];
const PIECE = 1 << 20;
// Nobody writes more into one field of a ledger or a statement; what is longer is a file that lost its quotes.
const LONGEST_CELL = 10_000;
const LONGEST_ID = 200;
const AMOUNT = /^-?\d{1,18}(?:\.\d+)?$/;

/**
 * Reads a file of lines: `id,date,amount,currency` and optionally `reference,counterparty,description,account,group`, in any
 * order; other columns are kept as they are.
 * @param currency of lines that name none.
 * @param period a month that every date must lie in, or null.
 * @throws {StatementError} for the first line that cannot be used, by file and line; nothing of the file is used then.
 */
export function readLines(
  path: string,
  side: Side,
  currency: string | null,
  period: string | null,
): InputLine[] {
  const file = basename(path);
  const text = decodeUtf8(bytesOf(path, file), file);
  const splitter = new RecordSplitter(file, ',');
  const seen = new SeenIds();
  const lines: InputLine[] = [];
  let header: readonly string[] | null = null;
  for (let from = 0; from === 0 || from < text.length; from += PIECE) {
    for (const { cells, line } of splitter.push(
      text.slice(from, from + PIECE),
      from + PIECE >= text.length,
    )) {
      if (header === null) {
        header = headerOf(cells, { file, line });
        continue;
      }
      lines.push(lineOf(header, cells, { file, line, side, currency, period }, seen));
    }
  }
  if (header === null)
    throw new StatementError({
      file,
      line: 0,
      what: 'is empty',
      whatNow: `it needs a header row with ${REQUIRED.join(', ')}`,
    });
  return lines;
}

interface At {
  readonly file: string;
  readonly line: number;
}

function bytesOf(path: string, file: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const what = `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new StatementError({ file, line: 0, what, whatNow: 'name a CSV file' });
  }
}

function headerOf(cells: readonly string[], at: At): string[] {
  const names = cells.map((name) => name.trim());
  const known = names.map((name) => (COLUMNS.includes(name.toLowerCase()) ? name.toLowerCase() : name));
  const missing = REQUIRED.filter((name) => !known.includes(name));
  const [twice] = known.filter((name, index) => known.indexOf(name) !== index);
  if (missing.length > 0)
    throw new StatementError({
      ...at,
      what: `the header has no column ${missing.join(', ')}: it is ${clip(names.join(','), 200)}`,
      whatNow: `name the columns ${COLUMNS.join(',')}, separated by commas`,
    });
  if (twice !== undefined)
    throw new StatementError({
      ...at,
      what: `the header has the column "${clip(twice)}" twice`,
      whatNow: 'keep one of them',
    });
  return known;
}

function lineOf(
  header: readonly string[],
  cells: readonly string[],
  at: At & { readonly side: Side; readonly currency: string | null; readonly period: string | null },
  seen: SeenIds,
): InputLine {
  const refuse = (what: string, whatNow: string) =>
    new StatementError({ file: at.file, line: at.line, what, whatNow });
  if (cells.every((cell, index) => cell.trim().toLowerCase() === (header[index] ?? '').toLowerCase()))
    throw refuse('is the header row a second time', 'the file was put together from two; keep one header');
  const kept: Record<string, string> = {};
  const cell = (name: Column): string | null => {
    const text = (cells[header.indexOf(name)] ?? '').trim();
    return text === '' ? null : text;
  };
  for (const [index, name] of header.entries()) {
    const text = cells[index] ?? '';
    if (text.length > LONGEST_CELL)
      throw refuse(
        `the ${clip(name)} has ${text.length} characters, more than ${LONGEST_CELL}`,
        'check the quotes around this line',
      );
    if (!COLUMNS.includes(name)) kept[name] = text;
    else if (/^\s*=/.test(text) || (name !== 'amount' && /^\s*[@+]\s*[\w(]+\s*[(|]/.test(text)))
      throw refuse(`the ${name} "${clip(text)}" is a formula`, 'export values, not formulas');
  }
  const id = cell('id');
  if (id === null) throw refuse('the id is empty', 'every line needs one');
  if (id.length > LONGEST_ID || /[\s]|^[-+@]/u.test(id))
    throw refuse(
      `"${clip(id)}" is no id`,
      'ids have no spaces, no sign before them and at most 200 characters',
    );
  const before = seen.add(at.side, id, at.line);
  if (before !== null)
    throw refuse(`the id "${clip(id)}" stands on line ${before} too`, 'ids are unique within a file');
  const date = cell('date') ?? '';
  if (!isPlainDate(date)) throw refuse(`the date "${clip(date)}" is no day written YYYY-MM-DD`, 'correct it');
  if (at.period !== null && !date.startsWith(`${at.period}-`))
    throw refuse(`the line is dated ${date}, outside ${at.period}`, 'leave it out, or leave out --period');
  const code = cell('currency') ?? at.currency;
  if (code === null) throw refuse('no currency is named', 'fill the column currency, or say --currency USD');
  const currency = currencyOf(code, refuse);
  return {
    ...{
      side: at.side,
      id,
      date,
      currency,
      minor: minorOfCell(cell('amount') ?? '', currency, refuse),
      kept,
    },
    reference: cell('reference'),
    counterparty: cell('counterparty'),
    description: cell('description'),
    account: cell('account'),
    group: cell('group'),
  };
}

type Refuse = (what: string, whatNow: string) => StatementError;

function currencyOf(code: string, refuse: Refuse): CurrencyCode {
  try {
    return currencyCode(code);
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    throw refuse(error.message, 'use a code such as USD');
  }
}

function minorOfCell(text: string, currency: CurrencyCode, refuse: Refuse): bigint {
  if (!AMOUNT.test(text))
    throw refuse(
      `the amount "${clip(text)}" is not written like -1234.50`,
      'no signs but a minus and one point',
    );
  const digits = text.split('.')[1]?.length ?? 0;
  // 1.000 may be a thousand somewhere: decimals are counted as written.
  const minor = digits > exponentOf(currency) ? null : minorOf(text, currency);
  if (minor === null)
    throw refuse(
      `the amount "${clip(text)}" has more decimals than ${currency} allows (${exponentOf(currency)})`,
      'check decimal sign and currency',
    );
  return minor;
}
