import { type Transaction, sql } from 'kysely';
import type { Candidate } from './candidate.ts';
import { copiedWhole } from './copy-out.ts';
import { inBatches } from './cursor.ts';
import type { Database } from './database.ts';
import type { Leg } from './legs.ts';
import { HeldLines } from './open-lines.ts';
import { BULK_RULE, BULK_VERSION } from './settle-found.ts';

const BATCH = 2_000;

/** The open lines that are in no pair of `settle_found`, those of the engine's earlier proposals among them. */
export async function leftOpen(tx: Transaction<Database>, reconciliation: string): Promise<HeldLines> {
  return new HeldLines(
    await copiedWhole(
      tx,
      sql`
        select i.id, i.side, i.external_id, i.date::text, i.currency, i.amount::text, i.base_amount::text, i.fee::text, i.reference,
               i.counterparty, i.description, i.group_key
          from items i
         where i.reconciliation_id = ${sql.lit(reconciliation)} and i.id in (select l.item_id from settle_left l)`,
    ),
  );
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
  const query = sql<{ ledger_id: string; statement_id: string; reasons: string }>`
    select ledger_id, statement_id, found_reasons(reference, amount, currency, days) as reasons from settle_found f
     where ${chosen} order by ledger_date, ledger_ref collate "C"`;
  for await (const rows of inBatches(tx, query, BATCH))
    yield rows.map((row): Candidate => ({
      ...{ rule: BULK_RULE, version: BULK_VERSION, type: 'exact_match', score: '1.00', alternatives: 0 },
      reasons: row.reasons,
      lines: [row.ledger_id, row.statement_id],
    }));
}

/** A candidate with what the books say of its lines. */
export type Legged = Candidate & { readonly legs: readonly CandidateLeg[] };

interface CandidateLeg extends Leg {
  /** What the actor's principal had live with the leg's counterparty when `settle_moved` was made, in US dollars. */
  readonly moved: string | null;
}

/** Looks up the lines of some candidates. One statement, which fits between two that write. */
export async function withLegs(
  tx: Transaction<Database>,
  candidates: readonly Candidate[],
): Promise<readonly Legged[]> {
  const ids = candidates.flatMap(({ lines }) => lines);
  const { rows } = await sql<CandidateLeg>`
    select i.id, i.side, i.external_id, i.base_amount, i.amount_usd, i.counterparty_key, m.total as moved
      from items i left join settle_moved m on m.counterparty_key = coalesce(i.counterparty_key, '')
     where i.id = any(${ids}::bigint[])`.execute(tx);
  const known = new Map(rows.map((leg) => [leg.id, leg] as const));
  return candidates.map((candidate) => ({
    ...candidate,
    legs: candidate.lines.map((id) => {
      const leg = known.get(id);
      if (!leg) throw new Error(`the matcher found a line that is not there: ${id}`);
      return leg;
    }),
  }));
}
