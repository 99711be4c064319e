import type { Kysely } from 'kysely';
import type { GateRequest, Outcome } from '../policy/contract.ts';
import { evaluate } from '../policy/gate.ts';
import type { Policy } from '../policy/load.ts';
import type { AuditEvent } from './audit.ts';
import type { JsonObject } from './canonical.ts';
import type { Database } from './database.ts';
import { recordedFacts, underVersion } from './gate-facts.ts';
import { policyByHash } from './policy-in-force.ts';
import { type SettlementEvent, settlementDecisions, settlementIsWhole } from './settlement-history.ts';

const PAGE = 1_000;

/** An answer of the gate, as the audit log keeps it. */
export interface Judgement {
  readonly outcome: Outcome['kind'];
  readonly codes: readonly string[];
}

/** Where an event stands, and what it is about. */
export interface Where {
  readonly stream: string;
  readonly seq: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly subject: string | null;
  /** US dollars. */
  readonly amount_usd: string | null;
}

/**
 * What a replay tells of one decision. `changed`: the other policy gives another outcome. `defect`: the very version that
 * decided does not give the recorded outcome any more. `edited`: the event is not what was recorded, and is not replayed.
 */
export type Finding =
  | (Where & { readonly kind: 'changed'; readonly recorded: Judgement; readonly replayed: Judgement })
  | (Where & { readonly kind: 'defect'; readonly recorded: Judgement; readonly replayed: Judgement })
  | (Where & { readonly kind: 'edited'; readonly why: string });

/** Decisions of one action: all that were replayed, and those of them with another outcome or only other clauses. */
export interface ActionCount {
  decisions: number;
  changed: number;
  other_clauses: number;
}

/** What a replay came to. */
export interface HistorySummary {
  readonly by_action: Record<string, ActionCount>;
  /** Of the replayed ones, those that were rebuilt from the matches of a settlement by rule. */
  rebuilt: number;
  /** Decisions from before facts were recorded, and denied candidates of a settlement: these leave no match. */
  cannot_be_replayed: number;
  changed: number;
  defects: number;
  edited: number;
}

/**
 * Asks the gate again about every past decision, under another policy, on the facts that were recorded then. Each is
 * judged by itself: that another outcome would have led to other facts later is not followed up. What was approved
 * under the version in force then counts as approved under the other. Reads page by page, so memory stays flat.
 * @param tell gets each finding in the order of the log.
 */
export async function replayHistory(
  db: Kysely<Database>,
  other: Policy,
  only: { period?: string; entity?: string },
  tell: (finding: Finding) => void,
): Promise<HistorySummary> {
  const replay = new Replay(db, other, tell);
  for (let after = '0'; ;) {
    const rows = await db
      .selectFrom('audit_events')
      .select(['id', 'seq', 'bytes'])
      .where('id', '>', after)
      .where('event_type', 'in', ['DECISION', 'SETTLED_BY_RULE'])
      .$if(only.period !== undefined, (query) => query.where('period', '=', only.period ?? ''))
      .$if(only.entity !== undefined, (query) => query.where('entity', '=', only.entity ?? ''))
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const { seq, bytes } of rows) await replay.event(seq, bytes);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return replay.summary;
    after = last.id;
  }
}

type Recorded = AuditEvent & { readonly stream: string; readonly at: string };

class Replay {
  readonly summary: HistorySummary = {
    by_action: {},
    rebuilt: 0,
    cannot_be_replayed: 0,
    changed: 0,
    defects: 0,
    edited: 0,
  };
  readonly #db: Kysely<Database>;
  readonly #other: Policy;
  readonly #tell: (finding: Finding) => void;

  constructor(db: Kysely<Database>, other: Policy, tell: (finding: Finding) => void) {
    this.#db = db;
    this.#other = other;
    this.#tell = tell;
  }

  async event(seq: string, bytes: Buffer): Promise<void> {
    const event = JSON.parse(bytes.toString('utf8')) as Recorded;
    const detail: JsonObject = event.detail ?? {};
    const where: Where = {
      stream: event.stream,
      seq,
      at: event.at,
      action: event.action ?? '',
      actor: event.actor_id ?? '',
      subject: event.subject ?? null,
      amount_usd: event.amount_usd ?? null,
    };
    const own = await this.#version(where, event.policy_hash ?? '');
    if (own === null) return;
    if (event.event_type === 'SETTLED_BY_RULE') {
      await this.#settlement(where, event as unknown as SettlementEvent, own);
      return;
    }
    const facts = recordedFacts(detail);
    if (facts.kind === 'none') this.summary.cannot_be_replayed += 1;
    else if (facts.kind === 'edited') this.#edited(where, 'its facts are not those that were hashed');
    else {
      const outcome = event.decision as Outcome['kind'];
      const codes = (event.clauses ?? []).map(({ code }) => code);
      this.#judge(where, facts.request, { outcome, codes }, own);
    }
  }

  async #version(where: Where, hash: string): Promise<Policy | null> {
    try {
      return await policyByHash(this.#db, hash);
    } catch (error) {
      this.#edited(where, `its policy version ${hash.slice(0, 12)}: ${String(error)}`);
      return null;
    }
  }

  async #settlement(where: Where, event: SettlementEvent, own: Policy): Promise<void> {
    // A settlement that found nothing decided nothing.
    if (!('rule' in event.detail)) return;
    this.summary.cannot_be_replayed += Number.parseInt(event.detail.denied.matches, 10);
    if (!(await settlementIsWhole(this.#db, event))) {
      this.#edited(where, 'the matches that it made are not those of its digest');
      return;
    }
    for await (const { matchId, request, outcome, codes } of settlementDecisions(this.#db, event)) {
      this.summary.rebuilt += 1;
      const one = {
        ...where,
        subject: `match:${matchId}`,
        amount_usd: request.amountUsd?.toFixed(2) ?? null,
      };
      this.#judge(one, request, { outcome, codes }, own);
    }
  }

  #judge(where: Where, request: GateRequest, recorded: Judgement, own: Policy): void {
    const again = judgementOf(evaluate(request, own));
    if (!same(again, recorded)) {
      this.summary.defects += 1;
      this.#tell({ kind: 'defect', ...where, recorded, replayed: again });
    }
    const count = (this.summary.by_action[where.action] ??= { decisions: 0, changed: 0, other_clauses: 0 });
    count.decisions += 1;
    const asked = underVersion(request, own.hash, this.#other.hash);
    const replayed = judgementOf(evaluate(asked, this.#other));
    if (replayed.outcome !== recorded.outcome) {
      count.changed += 1;
      this.summary.changed += 1;
      this.#tell({ kind: 'changed', ...where, recorded, replayed });
    } else if (!same(replayed, recorded)) count.other_clauses += 1;
  }

  #edited(where: Where, why: string): void {
    this.summary.edited += 1;
    this.#tell({ kind: 'edited', ...where, why });
  }
}

const judgementOf = ({ kind, clauses }: Outcome): Judgement => ({
  outcome: kind,
  codes: clauses.map(({ code }) => code),
});

const same = (a: Judgement, b: Judgement) => a.outcome === b.outcome && a.codes.join() === b.codes.join();
