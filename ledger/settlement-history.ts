import { type Kysely, sql } from 'kysely';
import type { Clause, GateRequest } from '../policy/contract.ts';
import { type Usd, usd } from '../policy/money.ts';
import { findActor } from './actors.ts';
import type { Database } from './database.ts';
import { requestFor } from './decide.ts';
import { type MatchList, madeBy, matchLists } from './settle-digest.ts';
import { reconciliationId } from './streams.ts';

const PAGE = 5_000;

/** What one rule's settlement left in the audit log. */
export interface SettlementEvent {
  readonly at: string;
  readonly actor_id: string;
  readonly principal: string;
  readonly session_id: string;
  readonly entity: string;
  readonly period: string;
  readonly account: string;
  readonly detail: {
    readonly rule: string;
    readonly settled: SettlementPart;
    readonly proposed: SettlementPart;
    readonly denied: SettlementPart;
  };
}

interface SettlementPart {
  readonly matches: string;
  readonly amount_usd: string;
  readonly digest: string;
}

/** One candidate of a settlement: what the gate was asked about it, and what it answered. */
export interface RebuiltDecision {
  readonly matchId: string;
  readonly request: GateRequest;
  readonly outcome: 'allow' | 'require_human_approval';
  readonly codes: readonly string[];
}

/** True when the matches on record are those that the event's digests, counts and sums were made of. */
export async function settlementIsWhole(db: Kysely<Database>, event: SettlementEvent): Promise<boolean> {
  const { settled, proposed } = await matchLists(db, belongsTo(event));
  const agree = (found: MatchList, said: SettlementPart) =>
    found.matches === said.matches &&
    found.digest === said.digest &&
    usd(found.amount_usd).eq(said.amount_usd);
  return agree(settled, event.detail.settled) && agree(proposed, event.detail.proposed);
}

/**
 * Rebuilds the requests of one rule's settlement from the matches that it made, in the order in which they were judged.
 * The running totals are those of the time: live matches that were there before, then candidate by candidate.
 */
export async function* settlementDecisions(
  db: Kysely<Database>,
  event: SettlementEvent,
): AsyncGenerator<RebuiltDecision> {
  const registered = await findActor(db, event.actor_id);
  // Whoever settled was on the register, and active; else there would be no matches.
  const actor = registered && { ...registered, principal: event.principal, active: true };
  const { entity, period, account } = event;
  const decision = { action: 'SETTLE_BY_RULE' as const, scope: { entity, period, account } };
  const call = { actorId: event.actor_id, sessionId: event.session_id, toolCallId: '' };
  const moved = new Map<string, Usd>();
  for (let after = '0'; ;) {
    const { rows } = await page(db, event, after);
    await movedBefore(db, event, rows, moved);
    const asked = await codesAsked(db, event, rows);
    for (const row of rows) {
      const amountUsd = usd(row.amount_usd);
      const cumulativeUsd = usd((moved.get(row.counterparty_key) ?? usd('0')).plus(amountUsd));
      moved.set(row.counterparty_key, cumulativeUsd);
      const subject = {
        kind: 'match' as const,
        state: 'NEW',
        proposer: actor,
        contentHash: row.content_hash,
        approvals: [],
        rule: event.detail.rule,
        ambiguous: row.alternatives > 0,
        obstacle: null,
      };
      yield {
        matchId: row.id,
        request: requestFor(decision, call, actor, { subject, amountUsd, cumulativeUsd }, event.at, false),
        outcome: row.settled ? 'allow' : 'require_human_approval',
        codes: asked.get(row.id) ?? [],
      };
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.id;
  }
}

interface Row {
  id: string;
  amount_usd: string;
  counterparty_key: string;
  content_hash: string;
  alternatives: number;
  settled: boolean;
}

const page = (db: Kysely<Database>, event: SettlementEvent, after: string) =>
  sql<Row>`
  select id, amount_usd, counterparty_key, content_hash, alternatives,
         decided_at is not distinct from created_at as settled
    from matches where ${belongsTo(event)} and id > ${after} order by id limit ${PAGE}`.execute(db);

// By the ids as one list, which is looked up by hash: joined to the matches, each of them would search all questions.
async function codesAsked(
  db: Kysely<Database>,
  event: SettlementEvent,
  rows: readonly Row[],
): Promise<Map<string, string[]>> {
  const found = await sql<{ subject_id: string; clauses: Clause[] }>`
    select subject_id, clauses from escalations
     where reconciliation_id = ${idOf(event)} and subject_kind = 'match' and action = 'SETTLE_BY_RULE'
       and subject_id = any(${rows.filter((row) => !row.settled).map((row) => row.id)}::text[])`.execute(db);
  return new Map(found.rows.map((row) => [row.subject_id, row.clauses.map(({ code }) => code)]));
}

// What the principal had moved before this rule's first match, for the counterparties that the page names first.
async function movedBefore(
  db: Kysely<Database>,
  event: SettlementEvent,
  rows: readonly Row[],
  moved: Map<string, Usd>,
): Promise<void> {
  const unknown = [...new Set(rows.map((row) => row.counterparty_key))].filter((key) => !moved.has(key));
  if (unknown.length === 0) return;
  const found = await sql<{ counterparty_key: string; total: string }>`
    select m.counterparty_key, sum(m.amount_usd) as total
      from matches m join actors a on a.id = m.proposed_by
     where m.reconciliation_id = ${idOf(event)} and m.counterparty_key = any(${unknown}) and a.principal = ${event.principal}
       and m.id < (select min(id) from matches where ${belongsTo(event)})
       and (m.state in ('PROPOSED', 'CONFIRMED') or m.decided_at > ${event.at}::timestamptz)
     group by 1`.execute(db);
  for (const row of found.rows) moved.set(row.counterparty_key, usd(row.total));
}

const idOf = ({ entity, period, account }: SettlementEvent) => reconciliationId(entity, period, account);

const belongsTo = (event: SettlementEvent) =>
  madeBy({
    reconciliation: idOf(event),
    rule: event.detail.rule,
    actor: event.actor_id,
    session: event.session_id,
    at: event.at,
  });
