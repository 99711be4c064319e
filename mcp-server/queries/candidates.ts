import { sql } from 'kysely';
import type { Db } from '../../ledger/connect.ts';
import type { Item } from '../../ledger/items.ts';

const MOST = 200;

/**
 * Open lines that could belong to a line: on the other side by amount, reference or counterparty, on its own side by
 * the opposite amount. A prefilter; `scoring.ts` says how good each one is. Nearest amounts first.
 */
export async function candidateLines(db: Db, itemId: string): Promise<Item[]> {
  // Swapping two neighbouring digits changes a number by a multiple of 9, at any place of the decimal point.
  const found = await sql<Item>`
    with target as (select * from items where id = ${itemId})
    select i.*
    from items i
    join target t on i.reconciliation_id = t.reconciliation_id and i.id <> t.id
    where not exists (select from dispositions d where d.item_id = i.id and d.live)
      and (
        (i.side <> t.side and (
          i.base_amount = t.base_amount
          or i.reference_key = t.reference_key
          or i.group_key = t.group_key
          or (abs(i.date - t.date) <= 15 and sign(i.base_amount) = sign(t.base_amount) and (
            i.counterparty_key = t.counterparty_key
            or abs(i.base_amount - t.base_amount) in (coalesce(i.fee, 0), coalesce(t.fee, 0))
            or abs(i.base_amount - t.base_amount) <= abs(t.base_amount) * 0.05
            or mod((i.base_amount - t.base_amount) * 10000, 9) = 0
          ))
        ))
        or (i.side = t.side and i.base_amount = -t.base_amount and abs(i.date - t.date) <= 31)
      )
    order by (i.base_amount = t.base_amount) desc, abs(i.base_amount - t.base_amount), abs(i.date - t.date), i.id
    limit ${MOST}`.execute(db);
  return found.rows;
}

/** A line on the same side with the same amount and counterparty, open or not: perhaps the first posting of a second. */
export interface Twin extends Item {
  readonly open: boolean;
}

/** Up to ten twins within 10 days, lowest id first. */
export async function twinLines(db: Db, itemId: string): Promise<Twin[]> {
  const found = await sql<Twin>`
    with target as (select * from items where id = ${itemId})
    select i.*, not exists (select from dispositions d where d.item_id = i.id and d.live) as open
    from items i
    join target t on i.reconciliation_id = t.reconciliation_id and i.side = t.side and i.id <> t.id
    where i.base_amount = t.base_amount
      and i.counterparty_key = t.counterparty_key
      and abs(i.date - t.date) <= 10
    order by i.id
    limit 10`.execute(db);
  return found.rows;
}
