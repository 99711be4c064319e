import { hash } from 'node:crypto';
import { type Decimal, type Usd, ZERO, decimal, sum, usd } from '../policy/money.ts';
import type { MatchType } from './database.ts';
import type { Item } from './items.ts';

/** What a set of lines adds up to, in the reconciliation's currency; `amountUsd` is the larger side in US dollars. */
export interface LegTotals {
  readonly ledger: Decimal;
  readonly statement: Decimal;
  /** Ledger total - statement total. */
  readonly difference: Decimal;
  readonly amountUsd: Usd;
}

/** What a match needs to know of one of its lines. */
export type Leg = Pick<
  Item,
  'id' | 'side' | 'base_amount' | 'amount_usd' | 'external_id' | 'counterparty_key'
>;

/** Adds up the legs of a match. */
export function totalsOf(legs: readonly Leg[]): LegTotals {
  const of = (side: Item['side']) => legs.filter((leg) => leg.side === side);
  const total = (some: readonly Leg[]) => sum(some.map((leg) => decimal(leg.base_amount)));
  const gross = (some: readonly Leg[]) =>
    some.reduce((high, leg) => high.plus(decimal(leg.amount_usd).abs()), ZERO);
  const [ledger, statement] = [total(of('ledger')), total(of('statement'))];
  const [ledgerUsd, statementUsd] = [gross(of('ledger')), gross(of('statement'))];
  return {
    ledger,
    statement,
    difference: ledger.minus(statement),
    amountUsd: usd(ledgerUsd.gt(statementUsd) ? ledgerUsd : statementUsd),
  };
}

/** What kind of match a set of legs is, by its shape. */
export function typeOf(legs: readonly Leg[], exact: boolean): MatchType {
  const ledger = legs.filter((leg) => leg.side === 'ledger').length;
  const statement = legs.length - ledger;
  if (ledger === 0 || statement === 0) return 'same_side_offset';
  if (ledger === 1 && statement === 1) return exact ? 'exact_match' : 'fuzzy_match';
  return ledger === 1 || statement === 1 ? 'multi_to_one' : 'many_to_many';
}

/** The counterparty that the cumulative limit counts a match under: the one all legs name, else the first, else none. */
export function counterpartyOf(legs: readonly Leg[]): string {
  const names = legs.flatMap((leg) => (leg.counterparty_key ? [leg.counterparty_key] : [])).sort();
  return names[0] ?? '';
}

/** What an approver sees, hashed: the legs with their amounts, and the rule. An approval binds to it. */
export function contentHashOf(legs: readonly Leg[], rule: string, rationale: string): string {
  const seen = legs
    .map((leg) => ({ amount: leg.base_amount, id: leg.external_id, side: leg.side }))
    .sort((a, b) => (a.side + a.id < b.side + b.id ? -1 : 1));
  // Canonical JSON, written out: only texts, under names that stand in their order here.
  return hash('sha256', JSON.stringify({ legs: seen, rationale, rule }));
}
