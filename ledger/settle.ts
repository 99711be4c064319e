import { type Transaction, sql } from 'kysely';
import type { Actor, Clause, GateRequest, Outcome } from '../policy/contract.ts';
import { evaluate } from '../policy/gate.ts';
import type { Policy } from '../policy/load.ts';
import { type Usd, sum, usd } from '../policy/money.ts';
import { append } from './audit.ts';
import { type JsonObject, hashOf } from './canonical.ts';
import type { Database, MatchType } from './database.ts';
import { identity, requestFor, scopeColumns } from './decide.ts';
import type { Answer, Call, Door } from './door.ts';
import type { Item } from './items.ts';
import { contentHashOf, counterpartyOf, totalsOf } from './legs.ts';
import { closeDecision, openDecision } from './opening.ts';
import {
  type Reconciliation,
  getReconciliation,
  scopeOf,
  setReconciliationState,
} from './reconciliations.ts';
import { reconciliationStream } from './streams.ts';

/** What a matching rule found: lines that belong together, how sure, and how many other solutions are as good. */
export interface Candidate {
  readonly rule: string;
  readonly type: MatchType;
  readonly legs: readonly Item[];
  /** 0 to 1, two decimals, as a decimal string. */
  readonly score: string;
  readonly alternatives: number;
  readonly reasons: string;
}

/** Finds candidates among a reconciliation's open lines. No line may stand in two of them. */
export type Matcher = (
  open: readonly Item[],
  reconciliation: Reconciliation,
  policy: Policy,
) => readonly Candidate[];

interface Judged {
  readonly candidate: Candidate;
  readonly amountUsd: Usd;
  readonly counterparty: string;
  readonly outcome: Outcome;
}

/** How one rule's candidates fared; the digest covers the content hashes of its matches, sorted. */
interface Batch {
  readonly rule: string;
  readonly judged: readonly Judged[];
  readonly settled: readonly Judged[];
  readonly proposed: readonly Judged[];
  readonly denied: readonly Judged[];
}

/**
 * The bulk door: finds matches among all open lines and settles those that the gate allows; the rest become proposals,
 * with an escalation that carries the clauses. Every candidate passes the gate; the audit log gets one event per rule.
 * The same call again gives the same answer; run again with a new call it only looks at what is open then.
 */
export async function settleByRules(
  door: Door,
  call: Call,
  args: { reconciliation: string; matcher: Matcher },
): Promise<Answer> {
  const known = await getReconciliation(door.db, args.reconciliation);
  return await door.db.transaction().execute(async (tx) => {
    const scope = scopeOf(known);
    const opened = await openDecision(
      tx,
      call,
      { action: 'SETTLE_BY_RULE', reconciliation: known.id },
      { stream: reconciliationStream(known.id), scope },
    );
    if (opened.kind === 'answered') return opened.answer;
    if (opened.kind === 'other_arguments')
      throw new Error(`the key ${call.toolCallId} was used for another settlement`);
    const { policy, actor, periodLocked } = opened;
    let { head } = opened;
    const reconciliation = await getReconciliation(tx, known.id);
    const candidates = args.matcher(await allOpenItems(tx, known.id), reconciliation, policy);
    const judged = judge(candidates, {
      call,
      actor,
      policy,
      reconciliation,
      at: head.at,
      locked: periodLocked,
      moved: await movedSoFar(tx, known.id, actor),
    });
    const batches = byRule(judged);
    const events = batches.map((batch) => eventFor(batch, reconciliation, call, actor, policy));
    const last = events.pop() ?? nothingFound(reconciliation, call, actor, policy);
    for (const batch of batches) await insertMatches(tx, known.id, call, actor, batch, policy);
    for (const event of events) ({ head } = await append(tx, door.auditKey, head, event));
    if (reconciliation.state === 'IMPORTED') await setReconciliationState(tx, known.id, 'MATCHED');
    const count = (of: (batch: Batch) => readonly Judged[]) =>
      String(batches.reduce((total, batch) => total + of(batch).length, 0));
    const result: JsonObject = {
      settled: count((batch) => batch.settled),
      proposed: count((batch) => batch.proposed),
      denied: count((batch) => batch.denied),
    };
    return await closeDecision(tx, door.auditKey, call, head, last, (receipt) => ({
      outcome: 'done',
      result,
      receipt,
    }));
  });
}

async function allOpenItems(tx: Transaction<Database>, reconciliation: string): Promise<Item[]> {
  return await tx
    .selectFrom('items')
    .selectAll('items')
    .leftJoin('dispositions', (join) =>
      join.onRef('dispositions.item_id', '=', 'items.id').on('dispositions.live', '=', true),
    )
    .where('reconciliation_id', '=', reconciliation)
    .where('dispositions.item_id', 'is', null)
    .orderBy('items.date')
    .orderBy('items.external_id')
    .execute();
}

interface Circumstances {
  readonly call: Call;
  readonly actor: Actor | null;
  readonly policy: Policy;
  readonly reconciliation: Reconciliation;
  readonly at: string;
  readonly locked: boolean;
  /** US dollars moved so far by counterparty, by this actor's principal. */
  readonly moved: Map<string, Usd>;
}

function judge(candidates: readonly Candidate[], by: Circumstances): Judged[] {
  const moved = new Map(by.moved);
  return candidates.map((candidate) => {
    const { amountUsd } = totalsOf(candidate.legs);
    const counterparty = counterpartyOf(candidate.legs);
    const cumulative = usd((moved.get(counterparty) ?? usd('0')).plus(amountUsd));
    moved.set(counterparty, cumulative);
    const facts = {
      subject: {
        kind: 'match' as const,
        state: 'NEW',
        proposer: by.actor,
        contentHash: contentHashOf(candidate.legs, candidate.rule, candidate.reasons),
        approvals: [],
        rule: candidate.rule,
        ambiguous: candidate.alternatives > 0,
        obstacle: by.reconciliation.state === 'CERTIFIED' ? `${by.reconciliation.id} is certified` : null,
      },
      amountUsd,
      cumulativeUsd: cumulative,
    };
    const scope = scopeOf(by.reconciliation);
    const request: GateRequest = requestFor(
      { action: 'SETTLE_BY_RULE', scope },
      by.call,
      by.actor,
      facts,
      by.at,
      by.locked,
    );
    return { candidate, amountUsd, counterparty, outcome: evaluate(request, by.policy) };
  });
}

function byRule(judged: readonly Judged[]): Batch[] {
  const rules = [...new Set(judged.map(({ candidate }) => candidate.rule))];
  return rules.map((rule) => {
    const all = judged.filter(({ candidate }) => candidate.rule === rule);
    const of = (kind: Outcome['kind']) => all.filter(({ outcome }) => outcome.kind === kind);
    return {
      rule,
      judged: all,
      settled: of('allow'),
      proposed: of('require_human_approval'),
      denied: of('deny'),
    };
  });
}

async function insertMatches(
  tx: Transaction<Database>,
  reconciliation: string,
  call: Call,
  actor: Actor | null,
  batch: Batch,
  policy: Policy,
): Promise<void> {
  // In the order in which they were judged: the running totals of a later replay follow the ids.
  const kept = batch.judged.flatMap((judged) => {
    const { kind } = judged.outcome;
    return kind === 'deny' ? [] : [{ judged, state: kind === 'allow' ? 'CONFIRMED' : 'PROPOSED' }];
  });
  // Nothing is kept for an unknown actor: the gate denied every candidate.
  if (kept.length === 0 || !actor) return;
  const rows = kept.map(({ judged: { candidate, amountUsd, counterparty }, state }) => {
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
      content_hash: contentHashOf(candidate.legs, candidate.rule, candidate.reasons),
    };
  });
  // The second party of an engine's settlement is the person who approved the policy.
  const approver = policy.content.approved_by ?? null;
  const inserted = await sql<{ id: string }>`
    insert into matches (reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                         ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash,
                         decided_by, decided_at)
    select ${reconciliation}, ${batch.rule}, ${actor.id}, ${call.sessionId}, m.*,
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
    const judged = kept[index]?.judged;
    return judged && judged.outcome.kind !== 'allow'
      ? [{ match: row.id, clauses: judged.outcome.clauses }]
      : [];
  });
  await sql`
    insert into escalations (reconciliation_id, subject_kind, subject_id, action, state, requested_by, clauses, policy_hash)
    select ${reconciliation}, 'match', q.match, 'SETTLE_BY_RULE', 'PENDING', ${actor.id}, q.clauses, ${policy.hash}
      from jsonb_to_recordset(${JSON.stringify(questions)}::jsonb) as q (match text, clauses jsonb)`.execute(
    tx,
  );
}

function eventFor(
  batch: Batch,
  reconciliation: Reconciliation,
  call: Call,
  actor: Actor | null,
  policy: Policy,
) {
  const digest = (some: readonly Judged[]) =>
    hashOf(
      some.map(({ candidate }) => contentHashOf(candidate.legs, candidate.rule, candidate.reasons)).sort(),
    );
  const part = (some: readonly Judged[]) => ({
    matches: String(some.length),
    lines: String(some.reduce((count, { candidate }) => count + candidate.legs.length, 0)),
    amount_usd: sum(some.map(({ amountUsd }) => amountUsd)).toFixed(2),
    digest: digest(some),
  });
  return {
    event_type: 'SETTLED_BY_RULE',
    ...identity(call, actor),
    ...scopeColumns(scopeOf(reconciliation)),
    action: 'SETTLE_BY_RULE',
    decision: 'batch',
    clauses: distinctClauses([...batch.proposed, ...batch.denied]),
    policy_hash: policy.hash,
    subject: `rule:${batch.rule}`,
    amount_usd: sum(batch.settled.map(({ amountUsd }) => amountUsd)).toFixed(2),
    detail: {
      rule: batch.rule,
      policy_approved_by: policy.content.approved_by ?? null,
      settled: part(batch.settled),
      proposed: part(batch.proposed),
      denied: part(batch.denied),
    },
  };
}

function nothingFound(reconciliation: Reconciliation, call: Call, actor: Actor | null, policy: Policy) {
  return {
    event_type: 'SETTLED_BY_RULE',
    ...identity(call, actor),
    ...scopeColumns(scopeOf(reconciliation)),
    action: 'SETTLE_BY_RULE',
    decision: 'batch',
    policy_hash: policy.hash,
    detail: { found: '0' },
  };
}

function distinctClauses(judged: readonly Judged[]): Clause[] {
  const byPointer = new Map<string, Clause>();
  for (const { outcome } of judged) for (const clause of outcome.clauses) byPointer.set(clause.code, clause);
  return [...byPointer.values()];
}

async function movedSoFar(
  tx: Transaction<Database>,
  reconciliation: string,
  actor: Actor | null,
): Promise<Map<string, Usd>> {
  if (!actor) return new Map();
  const rows = await tx
    .selectFrom('matches')
    .innerJoin('actors', 'actors.id', 'matches.proposed_by')
    .select(['counterparty_key', sql<string>`sum(amount_usd)`.as('total')])
    .where('reconciliation_id', '=', reconciliation)
    .where('state', 'in', ['PROPOSED', 'CONFIRMED'])
    .where('actors.principal', '=', actor.principal)
    .groupBy('counterparty_key')
    .execute();
  return new Map(rows.map((row) => [row.counterparty_key, usd(row.total)]));
}
