import { type Kysely, type Selectable, type Transaction, sql } from 'kysely';
import type { Subject } from '../policy/contract.ts';
import { type Usd, decimal, usd } from '../policy/money.ts';
import { findActor } from './actors.ts';
import type { Database, MatchesTable } from './database.ts';
import { decide } from './decide.ts';
import type { Answer, Call, Decision, Door, SubjectFacts } from './door.ts';
import { approvalsOf } from './escalations.ts';
import { type Item, itemsById, takenItems } from './items.ts';
import { contentHashOf, counterpartyOf, totalsOf, typeOf } from './legs.ts';
import { NotFound, type Reconciliation, getReconciliation, scopeOf } from './reconciliations.ts';
import { reconciliationStream } from './streams.ts';

export type Match = Selectable<MatchesTable>;

/** The rule's name on matches that somebody proposed by hand or by judgement, not by a matching rule. */
export const JUDGEMENT = 'judgement';

const MAX_LEGS = 500;

/** Proposes that some lines belong together. They must be open, and all of one reconciliation. */
export async function proposeMatch(
  door: Door,
  call: Call,
  args: { reconciliation: string; itemIds: readonly string[]; rationale: string },
): Promise<Answer> {
  const reconciliation = await getReconciliation(door.db, args.reconciliation);
  const ids = [...new Set(args.itemIds)].sort();
  const { rationale } = args;
  return await decide(door, call, {
    action: 'PROPOSE',
    ...about(reconciliation),
    args: { reconciliation: reconciliation.id, item_ids: ids, rationale },
    subjectId: null,
    recordsWhenEscalated: true,
    async load(tx, actor) {
      const legs = await itemsById(tx, reconciliation.id, ids);
      const totals = totalsOf(legs);
      const cumulative = actor
        ? await cumulativeUsd(tx, reconciliation.id, actor.principal, counterpartyOf(legs))
        : usd('0');
      return {
        legs,
        subject: {
          ...newSubject,
          contentHash: contentHashOf(legs, JUDGEMENT, rationale),
          obstacle: await legsObstacle(tx, reconciliation, ids, legs),
        },
        amountUsd: totals.amountUsd,
        cumulativeUsd: usd(cumulative.plus(totals.amountUsd)),
        rationale,
      };
    },
    async apply(tx, { legs }, { actor, call: by }) {
      const id = await insertMatch(tx, {
        reconciliation: reconciliation.id,
        legs,
        rationale,
        proposedBy: actor.id,
        sessionId: by.sessionId,
      });
      return { subjectId: id, result: { match_id: id, state: 'PROPOSED' } };
    },
  } satisfies Decision<SubjectFacts & { legs: Item[] }>);
}

/** Confirms a proposed match. By a model: an escalation. Above the dual limit: the first of two approvals, then the second. */
export async function confirmMatch(
  door: Door,
  call: Call,
  args: {
    matchId: string;
    rationale: string | null;
    contentHash?: string | null;
    policyHash?: string | null;
  },
): Promise<Answer> {
  return await decideMatch(door, call, 'CONFIRM', args, 'CONFIRMED');
}

/** Rejects a proposed match; its lines are open again. */
export async function rejectMatch(
  door: Door,
  call: Call,
  args: { matchId: string; rationale: string | null },
): Promise<Answer> {
  return await decideMatch(door, call, 'REJECT', args, 'REJECTED');
}

/**
 * A match by id.
 * @throws {NotFound} when there is none.
 */
export async function getMatch(db: Kysely<Database>, id: string): Promise<Match> {
  const match = /^\d{1,18}$/.test(id)
    ? await db.selectFrom('matches').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  if (!match)
    throw new NotFound(
      `there is no match "${id.slice(0, 40)}"; \`closegate inbox\` lists what waits for review`,
    );
  return match;
}

async function decideMatch(
  door: Door,
  call: Call,
  action: 'CONFIRM' | 'REJECT',
  args: {
    matchId: string;
    rationale: string | null;
    contentHash?: string | null;
    policyHash?: string | null;
  },
  becomes: 'CONFIRMED' | 'REJECTED',
): Promise<Answer> {
  const known = await getMatch(door.db, args.matchId);
  const reconciliation = await getReconciliation(door.db, known.reconciliation_id);
  return await decide(door, call, {
    action,
    ...about(reconciliation),
    args: { match_id: known.id, rationale: args.rationale },
    subjectId: known.id,
    recordsWhenEscalated: false,
    async load(tx, actor) {
      const match = await getMatch(tx, known.id);
      const cumulative = actor
        ? await cumulativeUsd(tx, reconciliation.id, actor.principal, match.counterparty_key)
        : usd('0');
      return {
        subject: {
          kind: 'match',
          state: match.state,
          proposer: await findActor(tx, match.proposed_by),
          contentHash: match.content_hash,
          approvals: await approvalsOf(tx, { kind: 'match', id: match.id }, action),
          rule: match.rule === JUDGEMENT ? null : match.rule,
          ambiguous: match.alternatives > 0,
          obstacle: match.state === 'PROPOSED' ? null : `match ${match.id} is ${match.state} already`,
        },
        amountUsd: usd(match.amount_usd),
        cumulativeUsd: cumulative,
        rationale: args.rationale,
        approvedContentHash: args.contentHash ?? null,
        approvedPolicyHash: args.policyHash ?? null,
      };
    },
    async apply(tx, _facts, { actor }) {
      await tx
        .updateTable('matches')
        .set({ state: becomes, decided_by: actor.id, decided_at: new Date() })
        .where('id', '=', known.id)
        .execute();
      if (becomes === 'REJECTED') {
        await tx.updateTable('dispositions').set({ live: false }).where('match_id', '=', known.id).execute();
      }
      return { subjectId: known.id, result: { match_id: known.id, state: becomes } };
    },
  });
}

const newSubject: Subject = {
  kind: 'match',
  state: 'NEW',
  proposer: null,
  contentHash: null,
  approvals: [],
  rule: null,
  ambiguous: false,
  obstacle: null,
};

function about(reconciliation: Reconciliation) {
  return {
    scope: scopeOf(reconciliation),
    stream: reconciliationStream(reconciliation.id),
    subjectKind: 'match' as const,
  };
}

async function legsObstacle(
  tx: Transaction<Database>,
  reconciliation: Reconciliation,
  ids: readonly string[],
  legs: readonly Item[],
): Promise<string | null> {
  if (reconciliation.state === 'CERTIFIED') return `${reconciliation.id} is certified`;
  if (ids.length < 2) return 'a match needs at least two lines';
  if (ids.length > MAX_LEGS) return `a match has at most ${MAX_LEGS} lines`;
  const found = new Set(legs.map((leg) => leg.id));
  const unknown = ids.filter((id) => !found.has(id));
  if (unknown.length > 0)
    return `lines ${unknown.slice(0, 10).join(', ')} are not lines of ${reconciliation.id}`;
  const taken = await takenItems(tx, ids);
  return taken.size > 0
    ? `lines ${[...taken].slice(0, 10).join(', ')} are in a live match or exception already`
    : null;
}

/**
 * What the principal has moved so far with one counterparty in one account and period, in US dollars: live proposals
 * and confirmed matches together, whoever of the principal's actors proposed them.
 */
export async function cumulativeUsd(
  db: Kysely<Database>,
  reconciliation: string,
  principal: string,
  counterpartyKey: string,
): Promise<Usd> {
  const row = await db
    .selectFrom('matches')
    .innerJoin('actors', 'actors.id', 'matches.proposed_by')
    .select(sql<string>`coalesce(sum(amount_usd), 0)`.as('total'))
    .where('reconciliation_id', '=', reconciliation)
    .where('counterparty_key', '=', counterpartyKey)
    .where('state', 'in', ['PROPOSED', 'CONFIRMED'])
    .where('actors.principal', '=', principal)
    .executeTakeFirstOrThrow();
  return usd(row.total);
}

async function insertMatch(
  tx: Transaction<Database>,
  match: {
    reconciliation: string;
    legs: readonly Item[];
    rationale: string;
    proposedBy: string;
    sessionId: string;
  },
): Promise<string> {
  const { legs, rationale } = match;
  const totals = totalsOf(legs);
  const row = await tx
    .insertInto('matches')
    .values({
      reconciliation_id: match.reconciliation,
      type: typeOf(legs, false),
      rule: JUDGEMENT,
      state: 'PROPOSED',
      proposed_by: match.proposedBy,
      session_id: match.sessionId,
      score: decimal('0').toFixed(),
      alternatives: 0,
      rationale,
      ledger_total: totals.ledger.toFixed(),
      statement_total: totals.statement.toFixed(),
      difference: totals.difference.toFixed(),
      amount_usd: totals.amountUsd.toFixed(2),
      counterparty_key: counterpartyOf(legs),
      content_hash: contentHashOf(legs, JUDGEMENT, rationale),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('dispositions')
    .values(legs.map((leg) => ({ item_id: leg.id, match_id: row.id, exception_id: null })))
    .execute();
  return row.id;
}
