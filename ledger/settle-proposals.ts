import { createHash } from 'node:crypto';
import { type Transaction, sql } from 'kysely';
import type { Actor, Outcome } from '../policy/contract.ts';
import { usd } from '../policy/money.ts';
import type { Candidate } from './candidate.ts';
import type { Database } from './database.ts';
import { ListDigest } from './settle-digest.ts';
import { type Circumstances, ask } from './settle-judge.ts';

/** A proposal that the engine made earlier and nobody has touched since. */
export interface OwnProposal {
  readonly id: string;
  readonly contentHash: string;
  /** What it says, whatever its words: the same again is the same proposal. */
  readonly sameness: string;
  readonly rule: string;
  readonly alternatives: number;
  readonly amountUsd: string;
  readonly counterparty: string;
}

/**
 * The actor's own proposals that are to be looked at again: still proposed, and nobody has approved them or asked for
 * anything about them.
 */
export async function ownProposals(
  tx: Transaction<Database>,
  reconciliation: string,
  actor: Actor | null,
): Promise<OwnProposal[]> {
  const { rows } = await sql<{
    id: string;
    content_hash: string;
    rule: string;
    type: string;
    alternatives: number;
    amount_usd: string;
    counterparty_key: string;
    item_ids: string[];
  }>`
    select m.id, m.content_hash, m.rule, m.type, m.alternatives, m.amount_usd, m.counterparty_key, m.item_ids
      from matches m
     where m.reconciliation_id = ${reconciliation} and m.state = 'PROPOSED' and m.proposed_by = ${actor?.id ?? ''}
       and not exists (select from approvals a where a.subject_kind = 'match' and a.subject_id = m.id::text)
       and not exists (select from escalations e where e.reconciliation_id = m.reconciliation_id and e.subject_kind = 'match'
                          and e.subject_id = m.id::text and e.action <> 'SETTLE_BY_RULE')
     order by m.id`.execute(tx);
  return rows.map((row) => ({
    id: row.id,
    contentHash: row.content_hash,
    sameness: samenessOf(row.rule, row.type, row.alternatives, row.item_ids),
    rule: row.rule,
    alternatives: row.alternatives,
    amountUsd: row.amount_usd,
    counterparty: row.counterparty_key,
  }));
}

/** The same for a candidate. */
export function sameness({ rule, type, alternatives, lines }: Candidate): string {
  return samenessOf(rule, type, alternatives, lines);
}

function samenessOf(rule: string, type: string, alternatives: number, items: readonly string[]): string {
  return createHash('sha256')
    .update([rule, type, String(alternatives), ...[...items].sort()].join(' '))
    .digest('base64');
}

/** True when the gate would let the actor settle here at all: whoever may not, may not withdraw what was proposed either. */
export function mayReplace(proposals: readonly OwnProposal[], by: Circumstances): boolean {
  const kinds = proposals.map(({ rule, alternatives, amountUsd, contentHash }): Outcome['kind'] => {
    const amount = usd(amountUsd);
    const about = {
      rule,
      contentHash,
      ambiguous: alternatives > 0,
      amountUsd: amount,
      cumulativeUsd: amount,
    };
    return ask(by, about).kind;
  });
  return !kinds.includes('deny');
}

/**
 * Withdraws proposals that are not found any more: their lines are open again, and nobody needs to answer for them.
 * @returns what the audit log says of them.
 */
export async function supersede(
  tx: Transaction<Database>,
  reconciliation: string,
  actor: Actor,
  proposals: readonly OwnProposal[],
): Promise<{ matches: string; digest: string }> {
  const ids = proposals.map((one) => one.id);
  await sql`
    with withdrawn as (
      update matches set state = 'SUPERSEDED', decided_by = ${actor.id}, decided_at = now()
       where id = any(${ids}::bigint[]) returning id, item_ids),
    freed as (
      update dispositions d set live = false from withdrawn w
       where d.item_id = any(w.item_ids) and d.live and d.match_id = w.id)
    update escalations e set state = 'EXPIRED', decided_at = now()
      from withdrawn w
     where e.reconciliation_id = ${reconciliation} and e.subject_kind = 'match' and e.subject_id = w.id::text
       and e.state = 'PENDING'`.execute(tx);
  const digest = new ListDigest();
  for (const { contentHash } of proposals) digest.add(contentHash);
  return { matches: String(ids.length), digest: digest.end() };
}
