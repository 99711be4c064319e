import { type Kysely, type Selectable, type Transaction, sql } from 'kysely';
import type { Subject } from '../policy/contract.ts';
import { type Usd, usd } from '../policy/money.ts';
import { findActor } from './actors.ts';
import type { Database, MatchesTable } from './database.ts';
import { decide } from './decide.ts';
import { type Answer, type Call, type Decision, type Door, type SubjectFacts, seenVersion } from './door.ts';
import { approvalsOf } from './escalations.ts';
import type { Item } from './items.ts';
import { contentHashOf, counterpartyOf, totalsOf, typeOf } from './legs.ts';
import { openLegs } from './open-legs.ts';
import { ratesOfLines } from './rates.ts';
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
      const { items, obstacle, movedUsd } = await openLegs(
        tx,
        reconciliation.id,
        ids,
        actor?.principal ?? null,
      );
      const { amountUsd } = totalsOf(items);
      return {
        legs: items,
        subject: {
          ...newSubject,
          contentHash: contentHashOf(items, JUDGEMENT, rationale),
          obstacle: sizeObstacle(ids) ?? obstacle,
        },
        amountUsd,
        cumulativeUsd: usd(movedUsd.plus(amountUsd)),
        rationale,
        rates: await ratesOfLines(tx, reconciliation.currency, items),
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
  } satisfies Decision<SubjectFacts & { legs: readonly Item[] }>);
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
    args: { match_id: known.id, rationale: args.rationale, ...seenVersion(args) },
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
        await tx
          .updateTable('dispositions')
          .set({ live: false })
          .where('item_id', 'in', known.item_ids)
          .where('live', '=', true)
          .where('match_id', '=', known.id)
          .execute();
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

function sizeObstacle(ids: readonly string[]): string | null {
  if (ids.length < 2) return 'a match needs at least two lines';
  return ids.length > MAX_LEGS ? `a match has at most ${MAX_LEGS} lines` : null;
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
    .selectFrom('live_amounts')
    .innerJoin('actors', 'actors.id', 'live_amounts.proposed_by')
    .select(sql<string>`coalesce(sum(amount_usd), 0)`.as('total'))
    .where('reconciliation_id', '=', reconciliation)
    .where('counterparty_key', '=', counterpartyKey)
    .where(
      sql<boolean>`counterparty_hash(reconciliation_id, counterparty_key) = counterparty_hash(${reconciliation}, ${counterpartyKey})`,
    )
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
  const { rows } = await sql<{ id: string }>`
    with made as (
      insert into matches (reconciliation_id, type, rule, state, proposed_by, session_id, score, alternatives, rationale,
                           ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, item_ids)
      values (${match.reconciliation}, ${typeOf(legs, false)}, ${JUDGEMENT}, 'PROPOSED', ${match.proposedBy},
              ${match.sessionId}, 0, 0, ${rationale}, ${totals.ledger.toFixed()}, ${totals.statement.toFixed()},
              ${totals.difference.toFixed()}, ${totals.amountUsd.toFixed(2)}, ${counterpartyOf(legs)},
              ${contentHashOf(legs, JUDGEMENT, rationale)}, ${legs.map((leg) => leg.id)}::bigint[])
      returning id, item_ids),
    disposed as (
      insert into dispositions (item_id, match_id)
      select item, made.id from made, unnest(item_ids) as item)
    select id from made`.execute(tx);
  const made = rows[0];
  if (!made) throw new Error('the match was not recorded');
  return made.id;
}
