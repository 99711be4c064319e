import { type Transaction, sql } from 'kysely';
import type { Candidate } from './candidate.ts';
import { inBatches } from './cursor.ts';
import type { Database } from './database.ts';
import type { Item } from './items.ts';
import { BULK_RULE } from './settle-found.ts';

const BATCH = 2_000;

/**
 * The open lines that `settle_found` did not take, those of the engine's earlier proposals among them. In no order that
 * means anything; what all lines share is held once.
 */
export async function leftOpen(tx: Transaction<Database>, reconciliation: string): Promise<Item[]> {
  const open: Item[] = [];
  const texts = new Map<string, string>();
  const shared = (text: string) => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  const query = sql<Item>`
    select i.id, i.reconciliation_id, i.side, i.document_id, i.line_no, i.external_id, i.date, i.currency, i.amount,
           i.base_amount, i.amount_usd, i.fee, i.reference, i.counterparty, i.description, i.group_key, i.reference_key,
           i.counterparty_key, i.carried_in
      from items i
      left join dispositions d on d.item_id = i.id and d.live
     where i.reconciliation_id = ${sql.lit(reconciliation)}
       and (d.item_id is null or exists (select from settle_proposals p where p.match_id = d.match_id))
       and not exists (select from (select ledger_id as id from settle_found
                                    union all select statement_id from settle_found) f where f.id = i.id)`;
  for await (const batch of inBatches(tx, query, BATCH)) {
    for (const item of batch) {
      item.reconciliation_id = shared(item.reconciliation_id);
      item.date = shared(item.date);
      item.currency = shared(item.currency);
      if (item.base_amount === item.amount) item.base_amount = item.amount;
      if (item.amount_usd === item.amount) item.amount_usd = item.amount;
      if (item.document_id !== null) item.document_id = shared(item.document_id);
      open.push(item);
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
 * The pairs of `settle_found` that were not settled in bulk, by the ledger's dates: those of counterparties that the gate
 * has to be asked about one by one, or those with a line of an earlier proposal.
 */
export async function* foundOneByOne(
  tx: Transaction<Database>,
  which: 'held' | 'again',
): AsyncGenerator<Candidate[]> {
  const chosen =
    which === 'again'
      ? sql`again`
      : sql`not again and exists (select from settle_held h where h.counterparty_key = f.counterparty_key)`;
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
