import { type Transaction, sql } from 'kysely';
import type { Candidate } from './candidate.ts';
import { inBatches } from './cursor.ts';
import type { Database } from './database.ts';
import type { Item } from './items.ts';
import { BULK_RULE } from './settle-found.ts';

const BATCH = 2_000;
// Names and phrases that come again are held once, so many of them.
const REMEMBERED = 65_536;

/**
 * The open lines that `settle_found` did not take, those of the engine's earlier proposals among them. In no order that
 * means anything; what all lines share is held once.
 */
export async function leftOpen(tx: Transaction<Database>, reconciliation: string): Promise<Item[]> {
  const open: Item[] = [];
  const texts = new Map<string, string>();
  const shared = <Text extends string | null>(text: Text): Text => {
    if (text === null) return text;
    const known = texts.get(text);
    if (known !== undefined) return known as Text;
    if (texts.size < REMEMBERED) texts.set(text, text);
    return text;
  };
  const query = sql<Item>`
    select i.id, i.reconciliation_id, i.side, i.document_id, i.line_no, i.external_id, i.date, i.currency, i.amount,
           i.base_amount, i.amount_usd, i.fee, i.reference, i.counterparty, i.description, i.group_key, i.reference_key,
           i.counterparty_key, i.carried_in
      from items i
     where i.reconciliation_id = ${sql.lit(reconciliation)}
       and (not exists (select from dispositions d where d.item_id = i.id and d.live)
            or i.id in (select a.item_id from settle_again a))
       and i.id not in (select ledger_id from settle_found union all select statement_id from settle_found)`;
  for await (const batch of inBatches(tx, query, BATCH)) {
    for (const item of batch) {
      open.push({
        ...item,
        reconciliation_id: shared(item.reconciliation_id),
        side: shared(item.side),
        document_id: shared(item.document_id),
        date: shared(item.date),
        currency: shared(item.currency),
        base_amount: item.base_amount === item.amount ? item.amount : item.base_amount,
        amount_usd: item.amount_usd === item.amount ? item.amount : item.amount_usd,
        counterparty: shared(item.counterparty),
        counterparty_key: shared(item.counterparty_key),
        description: shared(item.description),
      });
    }
  }
  return open;
}

interface FoundRow {
  ledger_id: string;
  statement_id: string;
  reasons: string;
}

/**
 * The pairs of `settle_found` that are not settled in bulk, by the ledger's dates: those with a line of an earlier
 * proposal, or those of counterparties that the gate has to be asked about one by one.
 */
export async function* foundOneByOne(
  tx: Transaction<Database>,
  which: 'held' | 'again',
): AsyncGenerator<Candidate[]> {
  const chosen =
    which === 'again'
      ? sql`again`
      : sql`not again and counterparty_key in (select h.counterparty_key from settle_held h)`;
  const query = sql<FoundRow>`
    select ledger_id, statement_id, reasons from settle_found f
     where ${chosen} order by ledger_date, ledger_ref collate "C"`;
  for await (const rows of inBatches(tx, query, BATCH)) {
    const ids = rows.flatMap((row) => [row.ledger_id, row.statement_id]);
    const items = await tx
      .selectFrom('items')
      .selectAll()
      .where('id', '=', sql<string>`any(${ids}::bigint[])`)
      .execute();
    const byId = new Map<string, Item>(items.map((item) => [item.id, item]));
    yield rows.map((row): Candidate => ({
      ...{ rule: BULK_RULE, type: 'exact_match', score: '1.00', alternatives: 0, reasons: row.reasons },
      legs: [row.ledger_id, row.statement_id].flatMap((id) => byId.get(id) ?? []),
    }));
  }
}
