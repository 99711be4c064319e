import { type Transaction, sql } from 'kysely';
import type { Actor } from '../policy/contract.ts';
import type { Policy } from '../policy/load.ts';
import type { Database } from './database.ts';
import type { Call } from './door.ts';
import { totalsOf } from './legs.ts';
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
  const kept = judged.flatMap((one) => {
    const { kind } = one.outcome;
    return kind === 'deny' ? [] : [{ judged: one, state: kind === 'allow' ? 'CONFIRMED' : 'PROPOSED' }];
  });
  // Nothing is kept for an unknown actor: the gate denied every candidate.
  if (kept.length === 0 || !actor) return;
  const rows = kept.map(({ judged: { candidate, amountUsd, counterparty, contentHash }, state }) => {
    const totals = totalsOf(candidate.legs);
    return {
      type: candidate.type,
      state,
      score: candidate.score,
      alternatives: candidate.alternatives,
      rationale: candidate.reasons,
      ledger_total: totals.ledger.toFixed(),
      statement_total: totals.statement.toFixed(),
      difference: totals.difference.toFixed(),
      amount_usd: amountUsd.toFixed(2),
      counterparty_key: counterparty,
      content_hash: contentHash,
    };
  });
  // The second party of an engine's settlement is the person who approved the policy.
  const approver = policy.content.approved_by ?? null;
  const inserted = await sql<{ id: string }>`
    insert into matches (reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                         ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash,
                         decided_by, decided_at)
    select ${reconciliation}, ${rule}, ${actor.id}, ${call.sessionId}, m.*,
           case when m.state = 'CONFIRMED' then ${approver}::text end, case when m.state = 'CONFIRMED' then now() end
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as m (type text, state text, score numeric, alternatives integer, rationale text, ledger_total numeric,
              statement_total numeric, difference numeric, amount_usd numeric, counterparty_key text, content_hash text)
    returning id`.execute(tx);
  const legs = inserted.rows.flatMap((row, index) =>
    (kept[index]?.judged.candidate.legs ?? []).map((leg) => ({ item: leg.id, match: row.id })),
  );
  await sql`
    insert into dispositions (item_id, match_id)
    select * from unnest(${legs.map((leg) => leg.item)}::bigint[], ${legs.map((leg) => leg.match)}::bigint[])`.execute(
    tx,
  );
  const questions = inserted.rows.flatMap((row, index) => {
    const one = kept[index]?.judged;
    return one && one.outcome.kind !== 'allow' ? [{ match: row.id, clauses: one.outcome.clauses }] : [];
  });
  if (questions.length === 0) return;
  await sql`
    insert into escalations (reconciliation_id, subject_kind, subject_id, action, state, requested_by, clauses, policy_hash)
    select ${reconciliation}, 'match', q.match, 'SETTLE_BY_RULE', 'PENDING', ${actor.id}, q.clauses, ${policy.hash}
      from jsonb_to_recordset(${JSON.stringify(questions)}::jsonb) as q (match text, clauses jsonb)`.execute(
    tx,
  );
}
