import { sql } from 'kysely';
import type { Db } from '../../ledger/connect.ts';
import type { Item } from '../../ledger/items.ts';
import { NotFound } from '../../ledger/reconciliations.ts';

/** A match or an exception that a line is or was in. */
export interface PastDisposition {
  readonly kind: 'match' | 'exception';
  readonly id: string;
  readonly live: boolean;
  readonly state: string;
  /** A match's rule, or an exception's reason code. */
  readonly reason: string;
  readonly by: string;
  readonly decided_by: string | null;
  readonly words: string;
}

/**
 * A line by id, in whatever reconciliation it is.
 * @throws {NotFound} when there is none.
 */
export async function itemById(db: Db, id: string): Promise<Item> {
  const item = await db.selectFrom('items').selectAll().where('id', '=', id).executeTakeFirst();
  if (!item) throw new NotFound(`there is no line ${id}; list_open_items gives the ids of open lines`);
  return item;
}

/** Everything a line was part of, oldest first. What it is in and what it was in have an index each. */
export async function itemHistory(db: Db, itemId: string): Promise<PastDisposition[]> {
  const found = await sql<PastDisposition>`
    select 'match' as kind, m.id, d.live, m.state, m.rule as reason, m.proposed_by as by, m.decided_by,
           m.rationale as words, m.created_at
    from dispositions d
    join matches m on m.id = d.match_id
    where (d.item_id = ${itemId} and d.live) or (d.item_id = ${itemId} and not d.live)
    union all
    select 'exception', e.id, d.live, e.state, e.reason_code, e.raised_by, e.decided_by, e.narrative, e.created_at
    from dispositions d
    join exceptions e on e.id = d.exception_id
    where (d.item_id = ${itemId} and d.live) or (d.item_id = ${itemId} and not d.live)
    order by created_at, id
    limit 50`.execute(db);
  return found.rows;
}
