import { readFileSync } from 'node:fs';
import { CompiledQuery, type Kysely } from 'kysely';
import { decimal } from '../policy/money.ts';
import type { Database } from './database.ts';

/**
 * Where a reconciliation stands. Amounts are decimal strings in its currency, null while a side has no balance yet;
 * counts are whole numbers as strings. `lines` = matched + awaiting_review + open_exceptions + resolved_exceptions +
 * carried_forward + open, always.
 */
export interface TieOut {
  readonly ledger_balance: string | null;
  readonly statement_balance: string | null;
  readonly reconciling_items: string;
  /** ledger balance - statement balance - reconciling items; must be zero to certify. */
  readonly difference: string | null;
  readonly lines: string;
  readonly open: string;
  readonly matched: string;
  readonly awaiting_review: string;
  readonly open_exceptions: string;
  readonly resolved_exceptions: string;
  readonly carried_forward: string;
  readonly pending_escalations: string;
  /** SHA-256 over all live matches and exceptions: what a certifier signs for. */
  readonly content_digest: string;
}

const statement = readFileSync(new URL('tie-out.sql', import.meta.url), 'utf8');

/** Ties a reconciliation out: balance per ledger - balance per statement = sum of reconciling items, to the cent. */
export async function tieOut(db: Kysely<Database>, reconciliation: string): Promise<TieOut> {
  const { rows } = await db.executeQuery<TieOut>(CompiledQuery.raw(statement, [reconciliation]));
  const row = rows[0];
  if (!row) throw new Error('the tie-out gave no row');
  return row;
}

/** Why an account cannot be certified now, in words for a person; null when it can. Every reason is listed. */
export function certificationObstacle(tie: TieOut): string | null {
  const reasons: string[] = [];
  if (tie.difference === null) reasons.push('a side has no imported balance');
  else if (!decimal(tie.difference).isZero())
    reasons.push(`the tie-out difference is ${tie.difference}, not zero`);
  if (tie.open !== '0') reasons.push(`${tie.open} lines are open`);
  if (tie.awaiting_review !== '0') reasons.push(`${tie.awaiting_review} lines await review`);
  if (tie.open_exceptions !== '0') reasons.push(`${tie.open_exceptions} lines are in open exceptions`);
  return reasons.length === 0 ? null : reasons.join('; ');
}
