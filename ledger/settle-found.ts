import { type Transaction, sql } from 'kysely';
import { decimal } from '../policy/money.ts';
import type { Database } from './database.ts';
import { CHUNK, type ListMaker } from './settle-digest.ts';

/** The rule whose clearest cases are found in the database; `matching/rules` has the rest of it. */
export const BULK_RULE = 'exact_reference';

/**
 * Finds the pairs that the rule `exact_reference` would find and nobody could doubt (migration 0017 says which), and
 * keeps them in the temporary table `settle_found` until the transaction ends. What is not there is left to the matcher;
 * so the database saves time and decides nothing otherwise.
 * @param again earlier matches whose lines count as open.
 * @returns how many pairs there are.
 */
export async function findByReference(
  tx: Transaction<Database>,
  reconciliation: string,
  again: readonly string[],
): Promise<number> {
  const { rows } = await sql<{ found: string }>`
    select find_by_reference(${reconciliation}, ${again}::bigint[]) as found`.execute(tx);
  return Number.parseInt(rows[0]?.found ?? '0', 10);
}

/**
 * Records the found pairs that the gate allowed: matches and their legs.
 * @param held counterparties whose pairs are judged one by one; `settle_held` has them too.
 * @param into gets what was recorded.
 */
export async function recordFound(
  tx: Transaction<Database>,
  by: {
    reconciliation: string;
    actor: string;
    session: string;
    /** The second party of an engine's settlement is the person who approved the policy. */
    approver: string | null;
  },
  held: readonly string[],
  into: () => ListMaker,
): Promise<void> {
  await sql`
    select record_found(${by.reconciliation}, ${by.actor}, ${by.session}, ${by.approver}, ${held}::text[])`.execute(
    tx,
  );
  const { rows } = await sql<{ matches: string; amount_usd: string; digest: string | null; text: string }>`
    with recorded as (
      select match_id, amount_usd, content_hash, (row_number() over (order by match_id) - 1) / ${sql.lit(CHUNK)} as chunk
        from settle_found
       where not again and counterparty_key not in (select h.counterparty_key from settle_held h)),
    chunks as (
      select chunk, count(*) as matches, sum(amount_usd) as amount_usd, string_agg(content_hash, '' order by match_id) as hashes
        from recorded group by chunk)
    select matches, amount_usd,
           case when matches = ${sql.lit(CHUNK)} then encode(sha256(convert_to(hashes, 'UTF8')), 'hex') end as digest,
           case when matches = ${sql.lit(CHUNK)} then '' else hashes end as text
      from chunks order by chunk`.execute(tx);
  for (const { matches, amount_usd, digest, text } of rows) {
    const count = Number.parseInt(matches, 10);
    into().addFound(count, 2 * count, decimal(amount_usd), digest === null ? { text } : { digest });
  }
}

/** For statements about a whole month: joined by hash, in memory, whatever the planner believes of its tables. */
export async function forBulk(tx: Transaction<Database>): Promise<void> {
  await sql`
    select set_config('work_mem', '256MB', true), set_config('enable_nestloop', 'off', true),
           set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)`.execute(tx);
}

/** Gives the planner its freedom back, for statements about a few rows. */
export async function afterBulk(tx: Transaction<Database>): Promise<void> {
  await sql`
    select set_config('work_mem', '32MB', true), set_config('enable_nestloop', 'on', true),
           set_config('enable_mergejoin', 'on', true)`.execute(tx);
}
