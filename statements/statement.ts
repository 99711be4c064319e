import { RunningTotal, formatAmount } from '../policy/currency.ts';
import type { CurrencyCode, Decimal } from '../policy/money.ts';
import { FileError } from './file-error.ts';
import type { Fault } from './file-error.ts';

/** One line of a bank statement, settlement report or ledger extract. */
export interface StatementLine {
  /** 1-based line of the file (CSV) or ordinal of the entry in its statement (XML). */
  readonly lineNo: number;
  /** Unique within one account and side of one file. */
  readonly externalId: string;
  /** Booking date, `YYYY-MM-DD`, as written in the file. */
  readonly date: string;
  readonly valueDate: string | null;
  /** In `currency`, in the wire form (`formatAmount`); positive when the account's balance rises from the company's view. */
  readonly amount: string;
  readonly currency: CurrencyCode;
  readonly reference: string | null;
  readonly counterparty: string | null;
  readonly description: string | null;
  /** What several lines share: a payout id, deposit slip or remittance. */
  readonly group: string | null;
  /** A fee stated on the line, in the same form, not negative: gross = amount + fee. */
  readonly fee: string | null;
}

/** One account's lines over a range of days, with the control totals that the file states. */
export interface Statement {
  /** The account as the file names it (an IBAN, a number), or null when it names none. */
  readonly account: string | null;
  readonly currency: CurrencyCode;
  /** In `currency`. Null when the file states none. */
  readonly opening: Decimal | null;
  /** In `currency`. Null when the file states none. */
  readonly closing: Decimal | null;
  readonly fromDate: string | null;
  readonly toDate: string | null;
  readonly lines: readonly StatementLine[];
}

/** A file that cannot be taken in: where, what is wrong, and what to do now. */
export class StatementError extends FileError {
  override name = 'StatementError';

  constructor(fault: Fault) {
    super(fault, '; nothing was imported');
  }
}

/** What {@link checkControlTotals} needs of a statement. */
export type ControlledStatement = Pick<Statement, 'account' | 'currency' | 'opening' | 'closing' | 'lines'>;

/**
 * Checks opening + sum of lines = closing, exactly, in the statement's currency.
 * @throws {StatementError} when a balance is missing, a line is in another currency, or the sum is off; the
 * message names opening, lines, closing and difference.
 */
export function checkControlTotals(statement: ControlledStatement, fileName: string): void {
  const control = new ControlTotals(statement, fileName);
  for (const line of statement.lines) control.add(line);
  control.end();
}

/** {@link checkControlTotals} for lines that come one by one. */
export class ControlTotals {
  readonly #statement: Omit<ControlledStatement, 'lines'>;
  readonly #balances: { readonly opening: Decimal; readonly closing: Decimal };
  readonly #file: string;
  readonly #account: string;
  readonly #total: RunningTotal;

  /** @throws {StatementError} when a balance is missing. */
  constructor(statement: Omit<ControlledStatement, 'lines'>, fileName: string) {
    const { account, opening, closing, currency } = statement;
    this.#statement = statement;
    this.#total = new RunningTotal(currency);
    this.#file = fileName;
    this.#account = account === null ? '' : `account ${clip(account, 40)}: `;
    if (opening === null || closing === null) {
      throw new StatementError({
        file: fileName,
        line: 0,
        what: `${this.#account}states no ${opening === null ? 'opening' : 'closing'} balance in ${currency}, so its lines cannot be controlled`,
        whatNow: 'ask for a file with both balances or enter them in balances.csv',
      });
    }
    this.#balances = { opening, closing };
  }

  /** @throws {StatementError} when the line is in another currency. */
  add(line: Pick<StatementLine, 'amount' | 'currency' | 'lineNo'>): void {
    const { currency } = this.#statement;
    if (line.currency !== currency) {
      throw new StatementError({
        file: this.#file,
        line: line.lineNo,
        what: `${this.#account}the line is in ${line.currency}, the account in ${currency}`,
        whatNow: 'split the file by currency',
      });
    }
    this.#total.add(line.amount);
  }

  /** @throws {StatementError} when the sum is off. */
  end(): void {
    const { currency } = this.#statement;
    const { opening, closing } = this.#balances;
    const { amount } = this.#total;
    const difference = closing.minus(opening.plus(amount));
    if (difference.isZero()) return;
    const show = (amount: Decimal): string => grouped(formatAmount(amount, currency));
    throw new StatementError({
      file: this.#file,
      line: 0,
      what:
        `${this.#account}opening ${show(opening)} + lines ${show(amount)} ≠ closing ${show(closing)} ` +
        `(difference ${show(difference)} ${currency})`,
      whatNow: 'get the complete file or correct the balances',
    });
  }
}

/** Cuts text from a file for use in a message, with control characters made harmless. */
export function clip(text: string, length = 60): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
  return clean.length > length ? `${clean.slice(0, length)}…` : clean;
}

function grouped(plain: string): string {
  const [whole = '', fraction] = plain.split('.');
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`;
}
