import { currencyCode } from '../policy/currency.ts';
import type { CurrencyCode, Decimal } from '../policy/money.ts';
import { type CamtPlace, amountAt, dateAt, entryLines } from './camt053-entry.ts';
import type { Statement, StatementLine } from './statement.ts';
import { StatementError, clip } from './statement.ts';
import { type XmlNode, attribute, child, children, lineOf, parseXml, textOf } from './xml.ts';

/** A statement of a camt.053 message. */
export interface CamtStatement extends Statement {
  /** The bank's id of the statement (`Stmt/Id`). */
  readonly id: string | null;
  /** Entries that are not booked (pending, information, future) and so are in no sum. */
  readonly leftOut: number;
}

const NAMESPACE = /urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3})\.\d{3}\.\d{2}/;

/**
 * Reads an ISO 20022 bank-to-customer statement, camt.053.001.02 to .13: every statement in the message, booked
 * entries only. Opening is the balance OPBD, or PRCD where the bank sends none; closing is CLBD. A balance in
 * another currency than the account's is no control total, so it is read as absent. Control totals are checked by
 * `checkControlTotals`, not here.
 * @throws {StatementError} on anything that cannot be read exactly.
 */
export function parseCamt053(bytes: Uint8Array, fileName: string): CamtStatement[] {
  const { root, text } = parseXml(bytes, fileName);
  const message = NAMESPACE.exec(text.slice(0, 4_000))?.[1];
  const body = child(root, 'Document/BkToCstmrStmt');
  const statements = children(body, 'Stmt');
  if (statements.length === 0 || (message !== undefined && message !== 'camt.053')) {
    const what = `is no camt.053 statement (${message ?? 'no ISO 20022 message'}${body === undefined ? '' : ', no Stmt'})`;
    throw new StatementError({ file: fileName, line: 1, what, whatNow: 'ask the bank for camt.053' });
  }
  const entryLine = entryLocator(text);
  let entriesBefore = 0;
  return statements.map((node) => {
    const entries = children(node, 'Ntry');
    const from = entriesBefore;
    entriesBefore += entries.length;
    const whole: CamtPlace = { file: fileName, line: () => 0, what: 'statement' };
    const currency = currencyOf(node, entries, whole);
    const id = textOf(node, 'Id');
    const lines: StatementLine[] = [];
    const ids = new Map<string, number>();
    let leftOut = 0;
    entries.forEach((entry, at) => {
      const place: CamtPlace = { file: fileName, line: () => entryLine(from + at), what: `entry ${at + 1}` };
      const found = entryLines(entry, { ordinal: at + 1, statementId: id, place });
      if (found === null) leftOut += 1;
      else lines.push(...found.map((line) => ({ ...line, externalId: unique(ids, line.externalId) })));
    });
    return {
      id,
      account: textOf(node, 'Acct/Id/IBAN') ?? textOf(node, 'Acct/Id/Othr/Id'),
      currency,
      opening: balance(node, 'OPBD', currency, whole) ?? balance(node, 'PRCD', currency, whole),
      closing: balance(node, 'CLBD', currency, whole),
      fromDate: dateAt(node, 'FrToDt/FrDtTm', whole),
      toDate: dateAt(node, 'FrToDt/ToDtTm', whole),
      lines,
      leftOut,
    };
  });
}

/** Banks do repeat references; the ordinal among equals keeps both lines and is the same at the next reading. */
function unique(seen: Map<string, number>, id: string): string {
  const count = (seen.get(id) ?? 0) + 1;
  seen.set(id, count);
  return count === 1 ? id : `${id}#${count}`;
}

function currencyOf(node: XmlNode, entries: readonly XmlNode[], place: CamtPlace): CurrencyCode {
  const balances = children(node, 'Bal').map((bal) => attribute(child(bal, 'Amt'), 'Ccy'));
  const code = textOf(node, 'Acct/Ccy') ?? balances[0] ?? attribute(child(entries[0], 'Amt'), 'Ccy') ?? '';
  try {
    return currencyCode(code);
  } catch {
    const what = `the account's currency "${clip(code, 20)}" is not of ISO 4217`;
    throw new StatementError({
      file: place.file,
      line: 0,
      what,
      whatNow: 'ask the bank for a corrected file',
    });
  }
}

/**
 * A balance by its code. Statements that are split into pages or days may repeat one: then the earliest opening and
 * the latest closing bracket all entries.
 */
function balance(node: XmlNode, code: string, currency: CurrencyCode, place: CamtPlace): Decimal | null {
  const found = children(node, 'Bal')
    .filter((bal) => textOf(bal, 'Tp/CdOrPrtry/Cd') === code)
    .map((bal) => ({
      date: dateAt(bal, 'Dt/Dt', place) ?? dateAt(bal, 'Dt/DtTm', place) ?? '',
      money: amountAt(bal, { ...place, what: `balance ${code}` }),
    }))
    .filter(({ money }) => money.currency === currency)
    .sort((one, two) => (one.date < two.date ? -1 : one.date > two.date ? 1 : 0));
  return (code === 'CLBD' ? found.at(-1) : found[0])?.money.amount ?? null;
}

/** Finds the line of the n-th entry of the file (from 0), for messages. */
function entryLocator(text: string): (nth: number) => number {
  return (nth) => {
    const bare = text.replace(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>/g, (skipped) =>
      skipped.replace(/[^\n]/g, ' '),
    );
    const found = [...bare.matchAll(/<(?:[\w.-]+:)?Ntry[\s>]/g)][nth];
    return found === undefined ? 0 : lineOf(bare, found.index);
  };
}
