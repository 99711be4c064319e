import { parseCamt053 } from './camt053.ts';
import type { Source } from './company.ts';
import { parseCsv } from './csv.ts';
import { type Statement, StatementError, type StatementLine, checkControlTotals } from './statement.ts';

/**
 * Reads one side of an account from the bytes of its file: parses by the source's format, takes the lines of its
 * account, and turns the sign where the source says so. A CSV file states no balances (they are in `balances.csv`).
 * Several camt.053 statements of one account are joined when each opens where the one before it closed.
 * @throws {StatementError} on anything that the parsers refuse, on lines in another currency, or when the file has
 * no statement of the account.
 */
export function readSide(bytes: Uint8Array, fileName: string, source: Source): Statement {
  const statement =
    source.mapping === null
      ? fromCamt(bytes, fileName, source)
      : fromCsv(bytes, fileName, source, source.mapping);
  const stray = statement.lines.find((line) => line.currency !== source.currency);
  if (stray !== undefined || statement.currency !== source.currency) {
    throw new StatementError({
      file: fileName,
      line: stray?.lineNo ?? 0,
      what: `is in ${stray?.currency ?? statement.currency}, company.yaml says ${source.currency}`,
      whatNow: 'correct the currency in company.yaml or take the right file',
    });
  }
  if (source.sign === 'normal') return statement;
  return {
    ...statement,
    opening: statement.opening?.negated() ?? null,
    closing: statement.closing?.negated() ?? null,
    lines: statement.lines.map((line) => ({ ...line, amount: line.amount.negated() })),
  };
}

function fromCsv(
  bytes: Uint8Array,
  fileName: string,
  source: Source,
  mapping: NonNullable<Source['mapping']>,
): Statement {
  const all = parseCsv(bytes, fileName, mapping.columns);
  const lines = all
    .filter((line) => source.account === null || line.account === source.account)
    .map(({ account: _, ...line }): StatementLine => line);
  const none = { opening: null, closing: null, fromDate: null, toDate: null };
  return { account: source.account, currency: source.currency, ...none, lines };
}

function fromCamt(bytes: Uint8Array, fileName: string, source: Source): Statement {
  const plain = (iban: string): string => iban.replaceAll(' ', '').toUpperCase();
  const all = parseCamt053(bytes, fileName);
  const wanted = source.account;
  const own = all.filter(
    ({ account }) => wanted === null || (account !== null && plain(account) === plain(wanted)),
  );
  const [first, ...rest] = own;
  const refuse = (what: string, whatNow: string): StatementError =>
    new StatementError({ file: fileName, line: 0, what, whatNow });
  if (first === undefined)
    throw refuse(`has no statement of account ${wanted ?? ''}`, 'check iban in company.yaml');
  if (own.some(({ account }) => account !== first.account)) {
    throw refuse('holds statements of several accounts', 'name the iban in company.yaml');
  }
  // Checked one by one: two wrong statements could cancel out in the sum.
  if (rest.length > 0) own.forEach((statement) => checkControlTotals(statement, fileName));
  return rest.reduce<Statement>((joined, next) => {
    if (joined.closing === null || next.opening === null || !joined.closing.equals(next.opening)) {
      throw refuse(
        'a statement does not open where the one before it closed',
        'get the statement between them',
      );
    }
    const taken = new Set(joined.lines.map((line) => line.externalId));
    const added = next.lines.map((line) => ({ ...line, externalId: fresh(taken, line.externalId) }));
    return { ...joined, closing: next.closing, toDate: next.toDate, lines: [...joined.lines, ...added] };
  }, first);
}

function fresh(taken: Set<string>, id: string): string {
  let candidate = id;
  for (let nth = 2; taken.has(candidate); nth += 1) candidate = `${id}#${nth}`;
  taken.add(candidate);
  return candidate;
}
