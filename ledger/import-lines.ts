import type { Transaction } from 'kysely';
import { RunningTotal, currencyCode, formatAmount } from '../policy/currency.ts';
import { type CurrencyCode, type Decimal, ZERO, decimal } from '../policy/money.ts';
import { copyCell, copyInto } from './copy-in.ts';
import type { Database, Side } from './database.ts';
import { counterpartyKey, referenceKey } from './keys.ts';
import type { Valuer } from './valuing.ts';

/** A line as it is recorded; `amount` and `fee` are in `currency`, in the wire form (`formatAmount`). */
export interface ImportLine {
  readonly lineNo: number;
  readonly externalId: string;
  readonly date: string;
  readonly amount: string;
  readonly currency: CurrencyCode;
  readonly reference: string | null;
  readonly counterparty: string | null;
  readonly description: string | null;
  readonly group: string | null;
  readonly fee: string | null;
}

/** Lines that are read anew whenever they are asked for, a batch at a time: a file larger than memory should be. */
export interface LineSource {
  /** @throws what is wrong with the file, at whatever line; what was read before counts for nothing then. */
  read(): AsyncIterable<readonly ImportLine[]>;
}

/** What the lines of a document came to, in its own and in the reconciliation's currency. */
export interface LinesTotal {
  readonly count: number;
  readonly amount: Decimal;
  readonly base: Decimal;
}

/** What every line of a document has in common. */
export interface Imported {
  readonly reconciliation: string;
  readonly side: Side;
  /** Null for items carried in from the month before. */
  readonly documentId: string | null;
  readonly baseCurrency: CurrencyCode;
}

const USD = currencyCode('USD');
const TARGET =
  'items (reconciliation_id, side, document_id, carried_in, line_no, external_id, date, currency, amount, base_amount, ' +
  'amount_usd, fee, reference, counterparty, description, group_key, reference_key, counterparty_key)';

/** The lines in batches, whatever they come from. */
export async function* batchesOf(
  lines: readonly ImportLine[] | LineSource,
): AsyncGenerator<readonly ImportLine[]> {
  if ('read' in lines) yield* lines.read();
  else yield lines;
}

/** Copies lines into the books, with their keys and values. Memory holds a few batches, however many lines come. */
export async function copyLines(
  tx: Transaction<Database>,
  lines: readonly ImportLine[] | LineSource,
  of: Imported,
  valuer: Valuer,
): Promise<LinesTotal> {
  // Without a conversion the two sums are one.
  const total = { count: 0, base: new RunningTotal(of.baseCurrency), gained: ZERO };
  await copyInto(tx, TARGET, rowsOf(lines, of, valuer, total));
  const { count, base, gained } = total;
  return { count, amount: base.amount.minus(gained), base: base.amount };
}

async function* rowsOf(
  lines: readonly ImportLine[] | LineSource,
  of: Imported,
  valuer: Valuer,
  total: { count: number; base: RunningTotal; gained: Decimal },
): AsyncGenerator<Buffer> {
  const { reconciliation, side, documentId, baseCurrency } = of;
  const carried = documentId === null ? '\t\\N\tt\t' : `\t${documentId}\tf\t`;
  const shared = `${copyCell(reconciliation)}\t${side}${carried}`;
  for await (const batch of batchesOf(lines)) {
    let rows = '';
    for (const line of batch) {
      const { amount } = line;
      let [base, usd] = [amount, amount];
      if (valuer.converts(line.currency)) {
        const valued = valuer.value(decimal(amount), line.currency, line.date);
        total.gained = total.gained.plus(valued.base.minus(amount));
        [base, usd] = [formatAmount(valued.base, baseCurrency), formatAmount(valued.usd, USD)];
      }
      total.count += 1;
      total.base.add(base);
      const fee = line.fee ?? '\\N';
      // Keys are letters, digits and spaces: nothing in them is to be escaped.
      rows +=
        `${shared}${line.lineNo}\t${copyCell(line.externalId)}\t${line.date}\t${line.currency}\t${amount}\t${base}\t${usd}\t${fee}\t` +
        `${copyCell(line.reference)}\t${copyCell(line.counterparty)}\t${copyCell(line.description)}\t${copyCell(line.group)}\t` +
        `${referenceKey(line.reference) ?? '\\N'}\t${counterpartyKey(line.counterparty) ?? '\\N'}\n`;
    }
    if (rows !== '') yield Buffer.from(rows);
  }
}
