import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Case } from './measure.ts';
import type { MonthLine, Truth } from './month.ts';

/** A case that is small enough to argue about, with the argument. */
export interface Fixture extends Case {
  /** Which file it stands in: the class that it is about. */
  readonly about: string;
  /** Why the truth is what it is. */
  readonly why: string;
}

const FOLDER = fileURLToPath(new URL('fixtures', import.meta.url));
const COLUMNS = [
  'id',
  'date',
  'amount',
  'reference',
  'counterparty',
  'description',
  'group',
  'currency',
  'account',
];
const shape = z.array(
  z.strictObject({
    name: z.string(),
    why: z.string(),
    ledger: z.array(z.string()),
    statement: z.array(z.string()),
    truth: z.array(z.string()),
  }),
);

/**
 * Reads all fixtures. A line is `id, date, amount, reference, counterparty, description, group, currency, account`, what is
 * missing at its end is empty (the currency is USD). A truth is `type: L1 L2 = S1`; a line that no truth names is an exception.
 */
export function readFixtures(): Fixture[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const about = file.replace('.yaml', '');
      return shape
        .parse(parseYaml(readFileSync(`${FOLDER}/${file}`, 'utf8')))
        .map(({ name, why, ledger, statement, truth }) => {
          const [ours, theirs] = [ledger.map(lineOf), statement.map(lineOf)];
          return {
            name: `${about}/${name}`,
            about,
            why,
            ledger: ours,
            statement: theirs,
            truth: truthOf(name, truth, ours, theirs),
          };
        });
    });
}

function lineOf(text: string): MonthLine {
  const [cells = []] = parseCsv(text, { trim: true });
  const cell = (name: string) => cells[COLUMNS.indexOf(name)] ?? '';
  return {
    id: cell('id'),
    date: cell('date'),
    amount: cell('amount'),
    currency: cell('currency') || 'USD',
    reference: cell('reference'),
    counterparty: cell('counterparty'),
    description: cell('description'),
    group: cell('group'),
    account: cell('account'),
  };
}

function truthOf(
  name: string,
  told: readonly string[],
  ledger: readonly MonthLine[],
  statement: readonly MonthLine[],
): Truth[] {
  const known = new Map([
    ...ledger.map(({ id }) => [id, 'ledger'] as const),
    ...statement.map(({ id }) => [id, 'statement'] as const),
  ]);
  if (known.size !== ledger.length + statement.length) throw new Error(`${name}: an id stands twice`);
  const rows = told.map((text): Truth => {
    const [, type, ids] = /^(\w+): (.+)$/.exec(text) ?? [];
    if (type === undefined || ids === undefined)
      throw new Error(`${name}: "${text}" is no truth like exact_match: L1 = S1`);
    const all = ids.split(/[\s=]+/).filter((id) => id !== '');
    for (const id of all)
      if (!known.delete(id) && ![...ledger, ...statement].some((line) => line.id === id))
        throw new Error(`${name}: there is no line ${id}`);
    const of = (lines: readonly MonthLine[]) => all.filter((id) => lines.some((line) => line.id === id));
    return { type, kind: name, ledger: of(ledger), statement: of(statement) };
  });
  const rest = [...known].map(([id, side]): Truth => ({
    type: 'exception',
    kind: name,
    ledger: side === 'ledger' ? [id] : [],
    statement: side === 'statement' ? [id] : [],
  }));
  return [...rows, ...rest];
}
