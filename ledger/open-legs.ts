import { type Transaction, sql } from 'kysely';
import { type Usd, usd } from '../policy/money.ts';
import type { Database, ReconciliationState } from './database.ts';
import type { Item } from './items.ts';

/** Lines that somebody wants to put together, as they stand under the reconciliation's lock. */
export interface OpenLegs {
  readonly items: readonly Item[];
  /** Why the lines cannot be used; null when all of them are open lines of the reconciliation. */
  readonly obstacle: string | null;
  /** What the principal has live with the lines' counterparty in this reconciliation already, in US dollars. */
  readonly movedUsd: Usd;
}

interface Row extends Item {
  readonly reconciliation_state: ReconciliationState;
  readonly taken: boolean;
  readonly moved_usd: string;
}

/**
 * Reads lines, whether they are free, and what their counterparty has moved, in one round trip. The caller holds the
 * reconciliation's stream, so nothing of it changes until the transaction ends.
 * @param principal whose live matches count; null when the actor is unknown.
 */
export async function openLegs(
  tx: Transaction<Database>,
  reconciliation: string,
  ids: readonly string[],
  principal: string | null,
): Promise<OpenLegs> {
  // Materialized: by its ids first, whatever the planner believes of tables that nobody has analysed yet.
  // The counterparty of a match is the first that its lines name: counterpartyOf, here in SQL.
  const { rows } = await sql<Row>`
    with asked as materialized (select * from items where id = any(${ids}::bigint[])),
    legs as (
      select i.*, d.item_id is not null as taken
        from asked i left join dispositions d on d.item_id = i.id and d.live
       where i.reconciliation_id = ${reconciliation}),
    counterparty as (
      select coalesce(min(counterparty_key collate "C"), '') collate "default" as key
        from legs where counterparty_key <> ''),
    moved as (
      select coalesce(sum(m.amount_usd), 0) as moved_usd
        from live_amounts m join actors a on a.id = m.proposed_by
       where m.reconciliation_id = ${reconciliation}
         and m.counterparty_key = (select key from counterparty)
         and counterparty_hash(m.reconciliation_id, m.counterparty_key)
             = counterparty_hash(${reconciliation}, (select key from counterparty))
         and a.principal = ${principal})
    select legs.*, r.state as reconciliation_state, moved.moved_usd
      from reconciliations r cross join moved left join legs on true
     where r.id = ${reconciliation}
     order by legs.id`.execute(tx);
  const [first] = rows;
  if (!first) throw new Error(`there is no reconciliation ${reconciliation}`);
  const found = rows.filter((row) => row.id !== null);
  return {
    items: found,
    obstacle: obstacleOf(reconciliation, first.reconciliation_state, ids, found),
    movedUsd: usd(first.moved_usd),
  };
}

function obstacleOf(
  reconciliation: string,
  state: ReconciliationState,
  ids: readonly string[],
  found: readonly Row[],
): string | null {
  if (state === 'CERTIFIED')
    return `${reconciliation} is certified; its certification is withdrawn first (\`closegate decertify\`)`;
  const known = new Set(found.map((item) => item.id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) return `lines ${firstOf(unknown)} are not lines of ${reconciliation}`;
  const taken = found.flatMap((item) => (item.taken ? [item.id] : []));
  return taken.length > 0 ? `lines ${firstOf(taken)} are in a live match or exception already` : null;
}

function firstOf(ids: readonly string[]): string {
  return ids.slice(0, 10).join(', ');
}
