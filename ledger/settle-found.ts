import { type Transaction, sql } from 'kysely';
import type { Database } from './database.ts';
import { STANDING_REFERENCE } from './keys.ts';

/** The rule whose clearest cases are found in the database; `matching/rules` has the rest of it. */
export const BULK_RULE = 'exact_reference';

// Business days of the rule's own window, in calendar days at their fewest.
const WINDOW_DAYS = 21;
const MIN_PREFIX = 6;
// A reference key is of these and digits. Between its first digit and its last there are two when there are two at all.
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * Finds the pairs that the rule `exact_reference` would find and nobody could doubt, and keeps them in the temporary
 * table `settle_found` until the transaction ends: a reference that names one event, no account, customer or date, and stands on exactly one open line
 * of each side, the same amount and currency, no fee, at most 21 days apart, and counterparties that are equal, missing
 * on a side, or cut off one from the other. A pair says what the rule would say, word for word. What is not here is
 * left to the matcher; so the database saves time and decides nothing otherwise.
 *
 * In the order of the ledger's lines: then matches and legs come in the order of their indexes, which halves their cost.
 * `settle_proposals` must be there: what was proposed by the engine before, whose lines count as open.
 * @returns how many pairs there are.
 */
export async function findByReference(tx: Transaction<Database>, reconciliation: string): Promise<number> {
  await forBulk(tx);
  const fresh = await nothingDisposed(tx, reconciliation);
  const open = fresh
    ? sql`true`
    : sql`not exists (select from dispositions d where d.item_id = i.id and d.live
                         and not exists (select from settle_proposals p where p.match_id = d.match_id))`;
  const again = fresh
    ? sql`false`
    : sql`exists (select from settle_proposals p where p.item_id in (l.id, s.id))`;
  // A statement of this kind takes no parameters, and its plan must know what it asks for.
  const books = sql.lit(reconciliation);
  await sql`
    create temporary table settle_found on commit drop as
    with open_lines as not materialized (
      select i.* from items i
       where i.reconciliation_id = ${books} and i.reference_hash is not null and ${open}),
    more_than_once as materialized (
      select side, reference_hash from open_lines group by side, reference_hash having count(*) > 1),
    only_once as not materialized (
      select o.* from open_lines o
       where not exists (select from more_than_once t where t.side = o.side and t.reference_hash = o.reference_hash))
    select l.id as ledger_id, s.id as statement_id, l.date as ledger_date,
           l.external_id as ledger_ref, s.external_id as statement_ref,
           l.base_amount as ledger_total, s.base_amount as statement_total,
           greatest(abs(l.amount_usd), abs(s.amount_usd)) as amount_usd,
           coalesce(least(l.counterparty_key collate "C", s.counterparty_key), '') as counterparty_key,
           'same reference ' || l.reference || ' and same amount ' || l.amount || ' ' || l.currency || ', '
             || case abs(l.date - s.date) when 0 then 'same day' when 1 then '1 day apart'
                                          else abs(l.date - s.date) || ' days apart' end as reasons,
           ${again} as again
      from only_once l
      join only_once s on s.reference_hash = l.reference_hash and s.reference_key = l.reference_key
     where l.side = 'ledger' and s.side = 'statement'
       and octet_length(l.reference_key) >= 4 and octet_length(btrim(l.reference_key, ${sql.lit(LETTERS)})) >= 2
       and l.reference_key !~ ${sql.lit(STANDING_REFERENCE)}
       and l.currency = s.currency and l.amount = s.amount
       and coalesce(l.fee, 0) = 0 and coalesce(s.fee, 0) = 0
       and abs(l.date - s.date) <= ${sql.lit(WINDOW_DAYS)}
       and (l.counterparty_key is null or s.counterparty_key is null or l.counterparty_key = s.counterparty_key
            or (length(l.counterparty_key) >= ${sql.lit(MIN_PREFIX)} and starts_with(s.counterparty_key, l.counterparty_key))
            or (length(s.counterparty_key) >= ${sql.lit(MIN_PREFIX)} and starts_with(l.counterparty_key, s.counterparty_key)))
     order by l.id`.execute(tx);
  const { rows } = await sql<{ count: string }>`select count(*) from settle_found`.execute(tx);
  return Number.parseInt(rows[0]?.count ?? '0', 10);
}

// A month is joined as a whole: by hash, in memory, whatever the planner believes of tables that nobody has analysed.
async function forBulk(tx: Transaction<Database>): Promise<void> {
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

// An account's first settlement need not ask line by line what became of it.
async function nothingDisposed(tx: Transaction<Database>, reconciliation: string): Promise<boolean> {
  const { rows } = await sql<{ some: boolean }>`
    select exists (select from matches where reconciliation_id = ${reconciliation} and state in ('PROPOSED', 'CONFIRMED'))
        or exists (select from exceptions where reconciliation_id = ${reconciliation}) as some`.execute(tx);
  return rows[0]?.some !== true;
}

/**
 * Records the found pairs that the gate allowed: matches and their legs. The content hash is `contentHashOf` in SQL:
 * canonical JSON (RFC 8785) of the legs, the rationale and the rule; `to_json` escapes a text as canonical JSON does.
 * Leaves out pairs of counterparties in `settle_held`, and those with a line that was proposed before.
 * @returns how many legs.
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
): Promise<number> {
  const { numAffectedRows } = await sql`
    with made as (
      merge into matches m
      using (
        select f.*,
               encode(sha256(convert_to(
                 '{"legs":[{"amount":"' || ledger_total || '","id":' || to_json(ledger_ref) || ',"side":"ledger"},'
                 || '{"amount":"' || statement_total || '","id":' || to_json(statement_ref) || ',"side":"statement"}],'
                 || '"rationale":' || to_json(reasons) || ',"rule":"exact_reference"}', 'UTF8')), 'hex') as content_hash
          from settle_found f
         where not again
           and not exists (select from settle_held h where h.counterparty_key = f.counterparty_key)) f
         on false
       when not matched then
         insert (reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                 ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at)
         values (${by.reconciliation}, 'exact_reference', ${by.actor}, ${by.session}, 'exact_match', 'CONFIRMED', 1.00, 0,
                 f.reasons, f.ledger_total, f.statement_total, f.ledger_total - f.statement_total, f.amount_usd,
                 f.counterparty_key, f.content_hash, ${by.approver}, now())
      returning m.id, f.ledger_id, f.statement_id)
    insert into dispositions (item_id, match_id)
    (select ledger_id, id from made) union all (select statement_id, id from made order by statement_id)`.execute(
    tx,
  );
  return Number.parseInt(String(numAffectedRows ?? 0n), 10);
}
