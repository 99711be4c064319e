import { type Transaction, sql } from 'kysely';
import { decimal } from '../policy/money.ts';
import type { Database } from './database.ts';
import type { ListMaker } from './settle-digest.ts';

/** The rule whose clearest cases are found in the database; `matching/rules` has the rest of it. */
export const BULK_RULE = 'exact_reference';
/** That of the rule which the database tells in its own words. */
export const BULK_VERSION = 8;

/**
 * Finds the pairs that the rule `exact_reference` would find and nobody could doubt (migrations 0023 and 0024 say which), and
 * keeps them in the temporary table `settle_found` until the transaction ends. What is not there stands in `settle_left`, for the
 * matcher; so the database saves time and decides nothing otherwise.
 * @param again earlier matches whose lines count as open.
 */
export async function findByReference(
  tx: Transaction<Database>,
  reconciliation: string,
  again: readonly string[],
): Promise<void> {
  await sql`select find_by_reference(${reconciliation}, ${again}::bigint[])`.execute(tx);
}

/**
 * Records the found pairs that the gate allowed: matches and their legs.
 * @param held counterparties whose pairs are judged one by one.
 * @param list gives the list that is told of what was recorded; asked for when there is something.
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
  list: () => ListMaker,
): Promise<void> {
  const { rows } = await sql<{
    matches: string;
    amount_usd: string;
    digest: string | null;
    hashes: string | null;
  }>`
    select * from record_found(${by.reconciliation}, ${by.actor}, ${by.session}, ${by.approver}, ${held}::text[])`.execute(
    tx,
  );
  for (const { matches, amount_usd, digest, hashes } of rows)
    list().addFound(
      Number.parseInt(matches, 10),
      decimal(amount_usd),
      digest ? { digest } : { text: hashes ?? '' },
    );
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
