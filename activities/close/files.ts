import type { Side } from '../../ledger/database.ts';
import type { DocumentInput, ImportLine, LineSource } from '../../ledger/import.ts';
import { reconciliationId } from '../../ledger/streams.ts';
import { negated } from '../../policy/currency.ts';
import { type Balance, type OpenItem, parseBalances, parseOpenItems } from '../../statements/balances.ts';
import { parseCamt053 } from '../../statements/camt053.ts';
import { type Account, type Company, type Source, inboxOf } from '../../statements/company.ts';
import { readCsvFile } from '../../statements/csv-file.ts';
import { type CsvLine, parseCsv } from '../../statements/csv.ts';
import {
  ControlTotals,
  type Statement,
  StatementError,
  checkControlTotals,
} from '../../statements/statement.ts';
import { Inbox, refused } from './inbox.ts';

// Larger CSV files are read while they are imported, so that memory holds a few pieces of them and not all their lines.
const HELD = 4_000_000;

/**
 * Reads every file of an entity's month and checks its control totals, before anything is imported. CSV files of more
 * than 4 MB are only hashed: they are read and checked while they are imported, each in a transaction of its own that
 * its last line can still undo. {@link checkPeriod} reads these too.
 * @throws {StatementError} for the first file that is missing, unreadable or out of balance.
 */
export async function readPeriod(
  company: Company,
  entityCode: string,
  period: string,
): Promise<DocumentInput[]> {
  const entity = company.entities.find((one) => one.code === entityCode);
  if (!entity) {
    const known = company.entities.map((one) => one.code).join(', ');
    throw refused('company.yaml', `there is no entity "${entityCode}"`, `this company has ${known}`);
  }
  const inbox = new Inbox(inboxOf(company, period));
  const balances = inbox.readOptional('balances.csv', parseBalances);
  const openItems = inbox.readOptional('open-items.csv', parseOpenItems);
  const openItemsDigest = openItems.length === 0 ? '' : await inbox.digestOf('open-items.csv');
  const documents: DocumentInput[] = [];
  for (const account of entity.accounts) {
    for (const side of ['ledger', 'statement'] as const) {
      const at: Place = {
        entity: entity.code,
        account,
        side,
        reconciliation: reconciliationId(entity.code, period, account.code),
      };
      documents.push(...(await readSide(inbox, at, period, balances)));
      const carried = carriedIn(at, openItems, openItemsDigest);
      if (carried) documents.push(carried);
    }
  }
  return documents;
}

/**
 * Reads what {@link readPeriod} left for the import.
 * @returns how many lines each document has.
 * @throws {StatementError} for the first document that is not as it should be.
 */
export async function checkPeriod(documents: readonly DocumentInput[]): Promise<number[]> {
  const counts: number[] = [];
  for (const { lines } of documents) {
    let count = 0;
    if ('read' in lines) for await (const batch of lines.read()) count += batch.length;
    else count = lines.length;
    counts.push(count);
  }
  return counts;
}

interface Place {
  readonly entity: string;
  readonly account: Account;
  readonly side: Side;
  readonly reconciliation: string;
}

async function readSide(
  inbox: Inbox,
  at: Place,
  period: string,
  balances: readonly Balance[],
): Promise<DocumentInput[]> {
  const source = at.side === 'ledger' ? at.account.ledger : at.account.statement;
  const streamed = source.format === 'csv' && inbox.sizeOf(source.file) > HELD;
  if (streamed) return [await largeCsv(inbox, source, at, period, balances)];
  const bytes = inbox.read(source.file);
  const statements =
    source.format === 'camt053' ? camtStatements(bytes, source) : [csvStatement(bytes, source, at, balances)];
  const sha256 = await inbox.digestOf(source.file);
  return statements.map((statement) => {
    const signed = source.sign === 'inverted' ? inverted(statement, source) : statement;
    checkControlTotals(signed, source.file);
    for (const line of signed.lines) requireInPeriod(line.date, line.lineNo, period, source.file);
    return {
      reconciliation: at.reconciliation,
      side: at.side,
      fileName: source.file,
      sha256,
      currency: signed.currency,
      // checkControlTotals has refused a statement without them.
      totals: signed.opening && signed.closing ? { opening: signed.opening, closing: signed.closing } : null,
      lines: signed.lines,
    };
  });
}

async function largeCsv(
  inbox: Inbox,
  source: Source,
  at: Place,
  period: string,
  balances: readonly Balance[],
): Promise<DocumentInput> {
  const statement = csvControls(source, at, balances);
  const { currency, opening, closing } = statement;
  // Missing balances are told before anything is read.
  new ControlTotals(statement, source.file);
  const sha256 = await inbox.digestOf(source.file);
  const mapping = mappingOf(source);
  const lines: LineSource = {
    async *read() {
      const control = new ControlTotals(statement, source.file);
      for await (const batch of readCsvFile(inbox.path(source.file), source.file, mapping, sha256)) {
        const own = ownLines(batch, source);
        for (const line of own) {
          control.add(line);
          requireInPeriod(line.date, line.lineNo, period, source.file);
        }
        yield own;
      }
      control.end();
    },
  };
  return {
    reconciliation: at.reconciliation,
    side: at.side,
    fileName: source.file,
    sha256,
    currency,
    totals: opening && closing ? { opening, closing } : null,
    lines,
  };
}

function camtStatements(bytes: Buffer, source: Source): Statement[] {
  const all = parseCamt053(bytes, source.file);
  const wanted = source.account === null ? null : iban(source.account);
  const own = all.filter((statement) => wanted === null || iban(statement.account ?? '') === wanted);
  if (own.length === 0) {
    const named = all.map((statement) => statement.account ?? '(none)').join(', ');
    throw refused(
      source.file,
      `holds no statement of account ${source.account ?? ''} but of ${named}`,
      'correct the IBAN in company.yaml or the file',
    );
  }
  return own;
}

function csvStatement(bytes: Buffer, source: Source, at: Place, balances: readonly Balance[]): Statement {
  const lines = parseCsv(bytes, source.file, mappingOf(source)).filter((line) => isOwn(line, source));
  return { ...csvControls(source, at, balances), lines };
}

function csvControls(source: Source, at: Place, balances: readonly Balance[]): Omit<Statement, 'lines'> {
  const balance = balances.find(
    (row) => row.entity === at.entity && row.account === at.account.code && row.side === at.side,
  );
  return {
    account: source.account ?? at.account.code,
    currency: balance?.currency ?? source.currency,
    opening: balance?.opening ?? null,
    closing: balance?.closing ?? null,
    fromDate: null,
    toDate: null,
  };
}

function mappingOf(source: Source) {
  if (!source.mapping) throw refused(source.file, 'has no mapping', 'name one in company.yaml');
  return source.mapping.columns;
}

function isOwn(line: CsvLine, source: Source): boolean {
  return source.account === null || line.account === source.account;
}

// The account's own lines, signed as it sees them. A file's balances.csv has its totals from this account's view.
function ownLines(batch: readonly CsvLine[], source: Source): readonly CsvLine[] {
  const own = source.account === null ? batch : batch.filter((line) => isOwn(line, source));
  if (source.sign === 'normal') return own;
  return own.map((line) => ({ ...line, amount: negated(line.amount) }));
}

function inverted(statement: Statement, source: Source): Statement {
  // A file that states its own balances states them in its own sign; balances.csv has them from this account's view.
  const turn = (amount: Statement['opening']) =>
    source.format === 'camt053' ? (amount?.negated() ?? null) : amount;
  return {
    ...statement,
    opening: turn(statement.opening),
    closing: turn(statement.closing),
    lines: statement.lines.map((line) => ({ ...line, amount: negated(line.amount) })),
  };
}

/** An IBAN in its electronic form, without the spaces it is printed with. */
function iban(text: string): string {
  return text.replaceAll(' ', '').toUpperCase();
}

function carriedIn(at: Place, openItems: readonly OpenItem[], sha256: string): DocumentInput | null {
  const source = at.side === 'ledger' ? at.account.ledger : at.account.statement;
  const lines: ImportLine[] = openItems.filter(
    (row) => row.entity === at.entity && row.account === at.account.code && row.side === at.side,
  );
  if (lines.length === 0) return null;
  return {
    reconciliation: at.reconciliation,
    side: at.side,
    fileName: 'open-items.csv',
    sha256,
    currency: source.currency,
    totals: null,
    lines,
  };
}

function requireInPeriod(date: string, line: number, period: string, file: string): void {
  if (date.startsWith(`${period}-`)) return;
  throw new StatementError({
    file,
    line,
    what: `the line is dated ${date}, outside ${period}`,
    whatNow: 'move it to its own month; items open from the month before belong in open-items.csv',
  });
}
