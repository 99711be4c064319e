import { type Transaction, sql } from 'kysely';
import type { Outcome } from '../policy/contract.ts';
import { type Usd, usd } from '../policy/money.ts';
import type { Database } from './database.ts';

// So many counterparties are looked at before the rest is known to be allowed; usually one is enough.
const PAGE = 1_000;

interface Group {
  counterparty_key: string;
  largest: string;
  cumulative: string;
  largest_from_here: string;
}

/**
 * Asks the gate about the pairs in `settle_found`, once for many: it never answers more strictly to less money (the
 * property "a larger amount never loosens the answer" of the gate's tests), and of what it is asked about a found pair only the
 * amounts differ. So where it allows a counterparty's largest amount at the counterparty's final running total, it allows
 * every pair of that counterparty, whatever the order. From the greatest running total downwards: once it allows a
 * total together with the largest amount of all that are left, it allows all that are left.
 *
 * @returns the counterparties that are not allowed; their pairs are judged one by one. They stand in the temporary table
 * `settle_held` too, and in `settle_groups` what each counterparty has and is to get.
 */
export async function holdBack(
  tx: Transaction<Database>,
  reconciliation: string,
  principal: string,
  ask: (amountUsd: Usd, cumulativeUsd: Usd) => Outcome,
): Promise<string[]> {
  await sql`create temporary table settle_held (counterparty_key text) on commit drop`.execute(tx);
  await sql`select sum_found()`.execute(tx);
  // In a statement that makes a table there are no parameters.
  await sql`
    create temporary table settle_groups on commit drop as
    with moved as (
      select m.counterparty_key, sum(m.amount_usd) as total
        from live_amounts m join actors a on a.id = m.proposed_by
       where m.reconciliation_id = ${sql.lit(reconciliation)} and a.principal = ${sql.lit(principal)}
       group by 1)
    select counterparty_key, largest, f.total + coalesce(m.total, 0) as cumulative,
           max(largest) over (order by f.total + coalesce(m.total, 0), counterparty_key) as largest_from_here,
           coalesce(m.total, 0) as moved, coalesce(fresh, 0) as fresh
      from settle_sums f full join moved m using (counterparty_key)`.execute(tx);
  const all: string[] = [];
  for (let from: Group | null = null; ;) {
    const rows = await page(tx, from);
    const held: string[] = [];
    let allowed = false;
    for (const row of rows) {
      const cumulative = usd(row.cumulative);
      allowed = ask(usd(row.largest_from_here), cumulative).kind === 'allow';
      if (allowed) break;
      if (ask(usd(row.largest), cumulative).kind !== 'allow') held.push(row.counterparty_key);
    }
    if (held.length > 0) await sql`insert into settle_held select unnest(${held}::text[])`.execute(tx);
    for (const key of held) all.push(key);
    from = rows.at(-1) ?? null;
    if (allowed || from === null || rows.length < PAGE) return all;
  }
}

async function page(tx: Transaction<Database>, from: Group | null): Promise<Group[]> {
  const { rows } = await sql<Group>`
    select counterparty_key, largest, cumulative, largest_from_here from settle_groups
     where largest is not null
       and (${from === null} or (cumulative, counterparty_key) < (${from?.cumulative ?? '0'}::numeric, ${from?.counterparty_key ?? ''}))
     order by cumulative desc, counterparty_key desc
     limit ${PAGE}`.execute(tx);
  return rows;
}

/**
 * Makes the temporary table `settle_moved`: what the principal has live with each counterparty once the found pairs are
 * recorded that nobody holds back, in US dollars.
 */
export async function countMoved(tx: Transaction<Database>): Promise<void> {
  await sql`
    create temporary table settle_moved on commit drop as
    select g.counterparty_key, case when h.counterparty_key is null then g.moved + g.fresh else g.moved end as total
      from settle_groups g left join settle_held h using (counterparty_key)`.execute(tx);
  await sql`create index on settle_moved (counterparty_key)`.execute(tx);
}
