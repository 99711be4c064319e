import { cell } from '../../ledger/export/csv.ts';
import { show } from '../../matching/amounts.ts';
import type { InputLine } from './lines-file.ts';
import type { Row } from './match-lines.ts';

const COLUMNS =
  'match_id,match_type,status,score,rule,alternatives,ledger_ids,statement_ids,difference,reasons'.split(',');

/** The result as CSV: one row a match, then one an open line. Ids are separated by spaces. */
export function* csvOf(rows: readonly Row[]): Generator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for (const [at, row] of rows.entries()) {
    const fields = fieldsOf(row, at);
    yield `${COLUMNS.map((column) => cell(fields[column] ?? '')).join(',')}\n`;
  }
}

/** The result as JSON: the same fields, with the lines and all their columns. */
export function jsonOf(rows: readonly Row[]): unknown {
  return rows.map((row, at) => ({
    ...fieldsOf(row, at),
    ledger_lines: row.ledger.map(lineOf),
    statement_lines: row.statement.map(lineOf),
  }));
}

function fieldsOf(row: Row, at: number): Record<string, string> {
  const ids = (lines: readonly InputLine[]) => lines.map(({ id }) => id).join(' ');
  return {
    match_id: row.status === 'open' ? '' : `M${at + 1}`,
    match_type: row.type,
    status: row.status,
    score: row.score,
    rule: row.rule,
    alternatives: row.status === 'open' ? '' : String(row.alternatives),
    ledger_ids: ids(row.ledger),
    statement_ids: ids(row.statement),
    difference: differenceOf(row),
    reasons: row.reasons,
  };
}

/** Ledger total - statement total; for lines of one side their sum; empty where two currencies meet. */
function differenceOf({ ledger, statement, status }: Row): string {
  const [first] = [...ledger, ...statement];
  if (
    !first ||
    status === 'open' ||
    [...ledger, ...statement].some(({ currency }) => currency !== first.currency)
  )
    return '';
  const total = (lines: readonly InputLine[]) => lines.reduce((sum, { minor }) => sum + minor, 0n);
  return show(total(ledger) - total(statement), first.currency);
}

function lineOf({ side: _, minor, kept, ...line }: InputLine): Record<string, string | null> {
  return { ...kept, ...line, amount: show(minor, line.currency) };
}
