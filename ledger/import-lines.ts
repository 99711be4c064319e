import type { Transaction } from 'kysely';
import { RunningTotal, currencyCode, formatAmount } from '../policy/currency.ts';
import { type CurrencyCode, type Decimal, ZERO, decimal } from '../policy/money.ts';
import { copyInto } from './copy-in.ts';
import { CopyRows } from './copy-rows.ts';
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

const FIELDS = TARGET.split(',').length;

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
  const rows = new CopyRows();
  rows.row(FIELDS);
  rows.text(reconciliation);
  rows.text(side);
  rows.int8(documentId);
  rows.bool(documentId === null);
  const shared = rows.take();
  for await (const batch of batchesOf(lines)) {
    for (const line of batch) {
      const { amount } = line;
      rows.fields(shared);
      rows.int8(line.lineNo);
      rows.text(line.externalId);
      rows.date(line.date);
      rows.text(line.currency);
      rows.numeric(amount);
      let base = amount;
      if (valuer.converts(line.currency)) {
        const valued = valuer.value(decimal(amount), line.currency, line.date);
        total.gained = total.gained.plus(valued.base.minus(amount));
        base = formatAmount(valued.base, baseCurrency);
        rows.numeric(base);
        rows.numeric(formatAmount(valued.usd, USD));
      } else {
        rows.again();
        rows.again();
      }
      total.count += 1;
      total.base.add(base);
      rows.numeric(line.fee);
      for (const text of [line.reference, line.counterparty, line.description, line.group]) rows.text(text);
      rows.text(referenceKey(line.reference));
      rows.text(counterpartyKey(line.counterparty));
    }
    if (rows.length > 0) yield rows.take();
  }
}
