import { type Transaction, sql } from 'kysely';
import type { Actor, Clause } from '../policy/contract.ts';
import type { Policy } from '../policy/load.ts';
import type { Database } from './database.ts';
import type { Call } from './door.ts';
import type { Judged } from './settle-judge.ts';

/**
 * Records judged candidates of one rule, in the order in which they were judged, because the running totals of a later
 * replay follow the ids: those that were allowed as settled, those that people must look at as proposals with their
 * question. What was denied leaves nothing.
 */
export async function recordJudged(
  tx: Transaction<Database>,
  by: { reconciliation: string; call: Call; actor: Actor | null; policy: Policy; rule: string },
  judged: readonly Judged[],
): Promise<void> {
  const { reconciliation, call, actor, policy, rule } = by;
  const kept = judged.flatMap((one) => (one.outcome.kind === 'deny' ? [] : [one]));
  // Nothing is kept for an unknown actor: the gate denied every candidate.
  if (kept.length === 0 || !actor) return;
  const questions = new Questions();
  const rows = kept.map(({ candidate, totals, counterparty, contentHash, outcome }) => ({
    type: candidate.type,
    state: outcome.kind === 'allow' ? 'CONFIRMED' : 'PROPOSED',
    score: candidate.score,
    alternatives: candidate.alternatives,
    rationale: candidate.reasons,
    ledger_total: totals.ledger.toFixed(),
    statement_total: totals.statement.toFixed(),
    difference: totals.difference.toFixed(),
    amount_usd: totals.amountUsd.toFixed(2),
    counterparty_key: counterparty,
    content_hash: contentHash,
    item_ids: candidate.lines,
    clauses: outcome.kind === 'allow' ? null : questions.place(outcome.clauses),
  }));
  // The second party of an engine's settlement is the person who approved the policy.
  const approver = policy.content.approved_by ?? null;
  await sql`
    select record_judged(${reconciliation}, ${rule}, ${actor.id}, ${call.sessionId}, ${approver}, ${policy.hash},
                         ${JSON.stringify(rows)}::jsonb, ${questions.json}::jsonb)`.execute(tx);
}

/** What people are asked, each list of clauses once. */
class Questions {
  readonly #places = new Map<string, number>();

  /** From 1. */
  place(clauses: readonly Clause[]): number {
    const text = JSON.stringify(clauses);
    const place = this.#places.get(text) ?? this.#places.size + 1;
    this.#places.set(text, place);
    return place;
  }

  get json(): string {
    return `[${[...this.#places.keys()].join()}]`;
  }
}
