import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Side } from '../../ledger/database.ts';
import type { DocumentInput, ImportLine } from '../../ledger/import.ts';
import { reconciliationId } from '../../ledger/streams.ts';
import { type Balance, type OpenItem, parseBalances, parseOpenItems } from '../../statements/balances.ts';
import { parseCamt053 } from '../../statements/camt053.ts';
import { type Account, type Company, type Source, inboxOf } from '../../statements/company.ts';
import { parseCsv } from '../../statements/csv.ts';
import { type Statement, StatementError, checkControlTotals } from '../../statements/statement.ts';

/**
 * Reads every file of an entity's month and checks its control totals, before anything is imported.
 * @throws {StatementError} for the first file that is missing, unreadable or out of balance.
 */
export function readPeriod(company: Company, entityCode: string, period: string): DocumentInput[] {
  const entity = company.entities.find((one) => one.code === entityCode);
  if (!entity) {
    const known = company.entities.map((one) => one.code).join(', ');
    throw refused('company.yaml', `there is no entity "${entityCode}"`, `this company has ${known}`);
  }
  const inbox = new Inbox(inboxOf(company, period));
  const balances = inbox.readOptional('balances.csv', parseBalances);
  const openItems = inbox.readOptional('open-items.csv', parseOpenItems);
  return entity.accounts.flatMap((account) =>
    (['ledger', 'statement'] as const).flatMap((side) => {
      const at: Place = {
        entity: entity.code,
        account,
        side,
        reconciliation: reconciliationId(entity.code, period, account.code),
      };
      const documents = readSide(inbox, at, period, balances);
      const carried = carriedIn(at, openItems, inbox.digestOf('open-items.csv'));
      return carried ? [...documents, carried] : documents;
    }),
  );
}

interface Place {
  readonly entity: string;
  readonly account: Account;
  readonly side: Side;
  readonly reconciliation: string;
}

/** A period's folder; each file is read once, however many accounts it holds. */
class Inbox {
  readonly #folder: string;
  readonly #files = new Map<string, Buffer>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(name: string): Buffer {
    const known = this.#files.get(name);
    if (known) return known;
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(this.#folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw refused(name, `is missing in ${this.#folder}`, 'put the file there and start the close again');
    }
    this.#files.set(name, bytes);
    return bytes;
  }

  readOptional<Row>(
    name: string,
    parse: (bytes: Buffer, fileName: string) => readonly Row[],
  ): readonly Row[] {
    try {
      return parse(this.read(name), name);
    } catch (error) {
      if (error instanceof StatementError && error.what.startsWith('is missing')) return [];
      throw error;
    }
  }

  digestOf(name: string): string {
    return createHash('sha256')
      .update(this.#files.get(name) ?? '')
      .digest('hex');
  }
}

function readSide(inbox: Inbox, at: Place, period: string, balances: readonly Balance[]): DocumentInput[] {
  const source = at.side === 'ledger' ? at.account.ledger : at.account.statement;
  const bytes = inbox.read(source.file);
  const statements =
    source.format === 'camt053' ? camtStatements(bytes, source) : [csvStatement(bytes, source, at, balances)];
  return statements.map((statement) => {
    const signed = source.sign === 'inverted' ? inverted(statement, source) : statement;
    checkControlTotals(signed, source.file);
    for (const line of signed.lines) requireInPeriod(line.date, line.lineNo, period, source.file);
    return {
      reconciliation: at.reconciliation,
      side: at.side,
      fileName: source.file,
      sha256: inbox.digestOf(source.file),
      currency: signed.currency,
      // checkControlTotals has refused a statement without them.
      totals: signed.opening && signed.closing ? { opening: signed.opening, closing: signed.closing } : null,
      lines: signed.lines,
    };
  });
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
  if (!source.mapping) throw refused(source.file, 'has no mapping', 'name one in company.yaml');
  const lines = parseCsv(bytes, source.file, source.mapping.columns).filter(
    (line) => source.account === null || line.account === source.account,
  );
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
    lines,
  };
}

function inverted(statement: Statement, source: Source): Statement {
  // A file that states its own balances states them in its own sign; balances.csv has them from this account's view.
  const turn = (amount: Statement['opening']) =>
    source.format === 'camt053' ? (amount?.negated() ?? null) : amount;
  return {
    ...statement,
    opening: turn(statement.opening),
    closing: turn(statement.closing),
    lines: statement.lines.map((line) => ({ ...line, amount: line.amount.negated() })),
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

function refused(file: string, what: string, whatNow: string): StatementError {
  return new StatementError({ file, line: 0, what, whatNow });
}
