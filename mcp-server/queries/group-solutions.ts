import { sql } from 'kysely';
import type { Db } from '../../ledger/connect.ts';

/** What lines of a group have in common, the strongest first. */
export const SHARED = ['group_key', 'reference', 'group_key_but_one', 'counterparty'] as const;
export type Shared = (typeof SHARED)[number];

/** Lines that add up: several that share an attribute against one line, or against several with the same attribute. */
export interface GroupSolution {
  /** `group_key_but_one`: one line has no group key and makes up exactly what the others lack. */
  readonly shared: Shared;
  readonly item_ids: string[];
  /** In the reconciliation's currency. */
  readonly ledger_total: string;
  readonly statement_total: string;
  readonly net_of_fees: boolean;
}

const MOST = 10;

/** Solutions that contain the line, whole groups only, within 15 days of it; the strongest attribute first. */
export async function groupSolutions(db: Db, itemId: string): Promise<GroupSolution[]> {
  const found = await sql<GroupSolution>`
    with target as (select * from items where id = ${itemId}),
    open_lines as materialized (
      select i.id, i.side, i.base_amount, coalesce(i.fee, 0) as fee, i.group_key, i.reference_key, i.counterparty_key
      from items i
      join target t on i.reconciliation_id = t.reconciliation_id
      where abs(i.date - t.date) <= 15
        and not exists (select from dispositions d where d.item_id = i.id and d.live)
    ),
    keyed as (
      select 'group_key' as shared, group_key as key, id, side, base_amount, fee from open_lines
      union all
      select 'reference', reference_key, id, side, base_amount, fee from open_lines
      union all
      select 'counterparty', counterparty_key, id, side, base_amount, fee from open_lines
    ),
    groups as (
      select shared, key, side, array_agg(id order by id) as ids, count(*) as lines,
             sum(base_amount) as total, sum(abs(fee)) as fees
      from keyed
      where key <> ''
      group by shared, key, side
      having count(*) <= 100
    ),
    -- A processor pays out what is left after its fee, so the two sides may differ by exactly the fees of either.
    target_with_many as (
      select g.shared, g.ids || t.id as ids, g.total <> t.base_amount as net_of_fees
      from groups g
      join target t on g.side <> t.side and g.lines > 1
      where abs(g.total - t.base_amount) in (0, g.fees, abs(coalesce(t.fee, 0)))
    ),
    many_with_one as (
      select g.shared, g.ids || o.id as ids, g.total <> o.base_amount as net_of_fees
      from groups g
      join target t on g.side = t.side and g.lines > 1 and t.id = any (g.ids)
      join open_lines o on o.side <> t.side
      where abs(g.total - o.base_amount) in (0, g.fees, abs(o.fee))
    ),
    many_with_many as (
      select a.shared, a.ids || b.ids as ids, a.total <> b.total as net_of_fees
      from groups a
      join target t on a.side = t.side and t.id = any (a.ids)
      join groups b on b.shared = a.shared and b.key = a.key and b.side <> a.side
      where a.lines + b.lines > 2 and abs(a.total - b.total) in (0, a.fees, b.fees)
    ),
    all_but_one as (
      select 'group_key_but_one', a.ids || b.ids || l.id as ids, a.total + l.base_amount <> b.total as net_of_fees
      from groups a
      join groups b on b.shared = a.shared and b.key = a.key and b.side <> a.side
      join open_lines l on l.side = a.side and l.group_key is null
      join target t on t.id = l.id or t.id = any (a.ids || b.ids)
      where a.shared = 'group_key'
        and abs(a.total - b.total) not in (0, a.fees, b.fees)
        and l.base_amount in (b.total - a.total, b.total + b.fees - a.total, b.total - b.fees - a.total)
    ),
    solutions as (
      select * from target_with_many
      union select * from many_with_one
      union select * from many_with_many
      union select * from all_but_one
    )
    select (array_agg(s.shared order by array_position(${[...SHARED]}::text[], s.shared)))[1]
             as shared,
           e.ids::text[] as item_ids,
           bool_and(s.net_of_fees) as net_of_fees,
           (select coalesce(sum(o.base_amount), 0) from open_lines o where o.id = any (e.ids) and o.side = 'ledger')::text
             as ledger_total,
           (select coalesce(sum(o.base_amount), 0) from open_lines o where o.id = any (e.ids) and o.side = 'statement')::text
             as statement_total
    from solutions s
    cross join lateral (select array_agg(distinct x order by x) as ids from unnest(s.ids) x) e
    group by e.ids
    order by min(array_position(${[...SHARED]}::text[], s.shared)), e.ids
    limit ${MOST}`.execute(db);
  return found.rows;
}
