import { createHash } from 'node:crypto';
import { amountOf, currencyCode, formatAmount } from '../policy/currency.ts';
import { isPlainDate } from '../policy/dates.ts';
import { type CurrencyCode, type Decimal, MoneyError, sum } from '../policy/money.ts';
import { StatementError, type StatementLine, clip } from './statement.ts';
import { type XmlNode, attribute, child, children, textOf } from './xml.ts';

/** Where in a file we are, for messages; the line is looked up only when it is needed. */
export interface CamtPlace {
  readonly file: string;
  readonly line: () => number;
  readonly what: string;
}

interface Money {
  /** Signed by its credit or debit indicator, in `currency`. */
  readonly amount: Decimal;
  readonly currency: CurrencyCode;
}

/**
 * The lines of one `Ntry`, or null when it is not booked. An entry is one line; an entry that itemises several
 * transactions, each with an amount in its currency and together exactly its amount, is one line per transaction.
 * `CdtDbtInd` states the direction also for a reversal (`RvslInd`), which therefore changes no sign.
 */
export function entryLines(
  entry: XmlNode,
  at: { ordinal: number; statementId: string | null; place: CamtPlace },
): StatementLine[] | null {
  const { ordinal, statementId, place } = at;
  const status = textOf(entry, 'Sts/Cd') ?? textOf(entry, 'Sts');
  if (status === 'PDNG' || status === 'INFO' || status === 'FUTR') return null;
  if (status !== 'BOOK') {
    throw fault(place, `status "${clip(status ?? '', 20)}" does not say whether it is booked`);
  }
  const money = amountAt(entry, place);
  const date = dateOf(entry, 'BookgDt', place) ?? dateOf(entry, 'ValDt', place);
  if (date === null) throw fault(place, 'states no booking date');
  const details = children(entry, 'NtryDtls').flatMap((one) => children(one, 'TxDtls'));
  const batch = textOf(entry, 'NtryDtls/Btch/PmtInfId') ?? textOf(entry, 'NtryDtls/Btch/MsgId');
  const reversal = textOf(entry, 'RvslInd') === 'true' || textOf(entry, 'RvslInd') === '1';
  const bankRef = textOf(entry, 'AcctSvcrRef');
  const entryRef = textOf(entry, 'NtryRef');
  const stated = bankRef ?? (entryRef === null ? null : `${statementId ?? ''}/${entryRef}`);
  const base = {
    lineNo: ordinal,
    date,
    valueDate: dateOf(entry, 'ValDt', place),
    currency: money.currency,
  };

  const parts = split(details, money, place);
  if (parts !== null) {
    const group = batch ?? stated ?? `entry ${ordinal}`;
    return parts.map((amount, nth) => {
      const tx = details[nth];
      const line = {
        ...base,
        amount: formatAmount(amount, money.currency),
        ...wordsOf(entry, [tx], amount, reversal),
        group,
        fee: feeOf(tx, money, place),
      };
      const id = textOf(tx, 'Refs/AcctSvcrRef') ?? (stated === null ? null : `${stated}/${nth + 1}`);
      return { externalId: id ?? contentId(line), ...line };
    });
  }
  const own = feeOf(entry, money, place);
  const line = {
    ...base,
    amount: formatAmount(money.amount, money.currency),
    ...wordsOf(entry, details, money.amount, reversal),
    group: batch,
    fee: own ?? (details.length === 1 ? feeOf(details[0], money, place) : null),
  };
  return [{ externalId: stated ?? contentId(line), ...line }];
}

/**
 * `Amt` and `CdtDbtInd` of an element as a signed amount.
 * @throws {StatementError} when garbled, negative, without indicator, or with more decimals than the currency.
 */
export function amountAt(node: XmlNode, place: CamtPlace): Money {
  const money = unsigned(child(node, 'Amt'), place);
  const indicator = textOf(node, 'CdtDbtInd');
  if (indicator !== 'CRDT' && indicator !== 'DBIT') {
    throw fault(place, `CdtDbtInd "${clip(indicator ?? '', 20)}" is neither CRDT nor DBIT`);
  }
  return indicator === 'DBIT' ? { ...money, amount: money.amount.negated() } : money;
}

/** A date at a path, from a date or a date with time, as written: the bank's own day, no zone applied. */
export function dateAt(node: XmlNode, path: string, place: CamtPlace): string | null {
  const text = textOf(node, path);
  if (text === null) return null;
  const date = text.slice(0, 10);
  if (!isPlainDate(date) || !/^(T\d{2}:\d{2}.*|Z|[+-]\d{2}:\d{2})?$/.test(text.slice(10))) {
    throw fault(place, `"${clip(text, 40)}" is no date`);
  }
  return date;
}

function dateOf(node: XmlNode, name: string, place: CamtPlace): string | null {
  return dateAt(node, `${name}/Dt`, place) ?? dateAt(node, `${name}/DtTm`, place);
}

function unsigned(node: XmlNode, place: CamtPlace): Money {
  const text = textOf(node) ?? '';
  try {
    const currency = currencyCode(attribute(node, 'Ccy') ?? '');
    const amount = amountOf(text, currency);
    if (text.startsWith('-'))
      throw new MoneyError(`"${clip(text)}" is negative; CdtDbtInd states the direction`);
    return { amount, currency };
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    throw fault(place, `amount: ${error.message}`);
  }
}

/** The signed amounts of a batch's transactions, when they account for the whole entry exactly; else null. */
function split(details: readonly XmlNode[], entry: Money, place: CamtPlace): Decimal[] | null {
  if (details.length < 2) return null;
  const parts: Decimal[] = [];
  for (const tx of details) {
    const node = child(tx, 'Amt') ?? child(tx, 'AmtDtls/TxAmt/Amt');
    if (node === undefined) return null;
    const { amount, currency } = unsigned(node, place);
    if (currency !== entry.currency) return null;
    const indicator = textOf(tx, 'CdtDbtInd');
    const debit = indicator === null ? entry.amount.isNegative() : indicator === 'DBIT';
    parts.push(debit ? amount.negated() : amount);
  }
  return sum(parts).equals(entry.amount) ? parts : null;
}

type Words = Pick<StatementLine, 'reference' | 'counterparty' | 'description'>;

/** What the transactions say; where several say different things, the line says nothing. */
function wordsOf(entry: XmlNode, details: readonly XmlNode[], amount: Decimal, reversal: boolean): Words {
  // Money came from the debtor or went to the creditor; a reversal keeps the parties of what it reverses.
  const incoming = !amount.isNegative() !== reversal;
  const party = incoming ? 'Dbtr' : 'Cdtr';
  const description = [
    ...details.flatMap((tx) => children(child(tx, 'RmtInf'), 'Ustrd').map((part) => textOf(part))),
    ...details.map((tx) => textOf(tx, 'AddtlTxInf')),
    textOf(entry, 'AddtlNtryInf'),
  ].filter((part) => part !== null);
  return {
    reference: agreed(details.map(referenceOf)),
    counterparty: agreed(
      details.map((tx) => textOf(tx, `RltdPties/${party}/Nm`) ?? textOf(tx, `RltdPties/${party}/Pty/Nm`)),
    ),
    description: description.length === 0 ? null : description.join(' '),
  };
}

function agreed(values: readonly (string | null)[]): string | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

/** The end-to-end id, the creditor's structured reference, or the instruction's: what both parties may know. */
function referenceOf(tx: XmlNode): string | null {
  const endToEnd = textOf(tx, 'Refs/EndToEndId');
  if (endToEnd !== null && !/^NOT ?PROVIDED$/i.test(endToEnd)) return endToEnd;
  const structured = children(child(tx, 'RmtInf'), 'Strd').map((part) => textOf(part, 'CdtrRefInf/Ref'));
  return structured.find((ref) => ref !== null) ?? textOf(tx, 'Refs/InstrId') ?? textOf(tx, 'Refs/TxId');
}

/** Charges that the bank says are included in the amount (`ChrgInclInd`), in the entry's currency; else null. */
function feeOf(node: XmlNode, entry: Money, place: CamtPlace): string | null {
  const included = children(child(node, 'Chrgs'), 'Rcrd').filter(
    (one) => textOf(one, 'ChrgInclInd') === 'true',
  );
  const charges = included.map((one) => {
    const { amount, currency } = unsigned(child(one, 'Amt'), place);
    return { currency, amount: textOf(one, 'CdtDbtInd') === 'CRDT' ? amount.negated() : amount };
  });
  if (charges.length === 0 || charges.some(({ currency }) => currency !== entry.currency)) return null;
  const total = sum(charges.map(({ amount }) => amount));
  return total.isNegative() ? null : formatAmount(total, entry.currency);
}

function contentId(line: Omit<StatementLine, 'externalId'>): string {
  const content = JSON.stringify({
    ...line,
    lineNo: null,
    fee: line.fee ?? '',
  });
  return `camt-${createHash('sha256').update(content).digest('hex').slice(0, 24)}`;
}

function fault(place: CamtPlace, what: string): StatementError {
  const whatNow = 'ask the bank for a corrected file';
  return new StatementError({
    file: place.file,
    line: place.line(),
    what: `${place.what}: ${what}`,
    whatNow,
  });
}
