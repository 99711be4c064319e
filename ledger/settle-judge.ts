import { type Transaction, sql } from 'kysely';
import type { Actor, GateRequest, Outcome } from '../policy/contract.ts';
import { evaluate } from '../policy/gate.ts';
import type { Policy } from '../policy/load.ts';
import { type Usd, usd } from '../policy/money.ts';
import type { Candidate } from './candidate.ts';
import type { Database } from './database.ts';
import { requestFor } from './decide.ts';
import type { Call } from './door.ts';
import { contentHashOf, counterpartyOf, totalsOf } from './legs.ts';
import { type Reconciliation, scopeOf } from './reconciliations.ts';

/** Under what a settlement is judged; the same for all of its candidates. */
export interface Circumstances {
  readonly call: Call;
  readonly actor: Actor | null;
  readonly policy: Policy;
  readonly reconciliation: Reconciliation;
  readonly at: string;
  readonly locked: boolean;
}

/** A candidate and what the gate said of it. */
export interface Judged {
  readonly candidate: Candidate;
  readonly amountUsd: Usd;
  readonly counterparty: string;
  readonly contentHash: string;
  readonly outcome: Outcome;
}

/** Asks the gate about one match by a rule. */
export function ask(
  by: Circumstances,
  about: {
    readonly rule: string;
    readonly ambiguous: boolean;
    readonly contentHash: string | null;
    readonly amountUsd: Usd;
    readonly cumulativeUsd: Usd;
  },
): Outcome {
  const scope = scopeOf(by.reconciliation);
  const request: GateRequest = requestFor(
    { action: 'SETTLE_BY_RULE', scope },
    by.call,
    by.actor,
    {
      subject: {
        kind: 'match',
        state: 'NEW',
        proposer: by.actor,
        contentHash: about.contentHash,
        approvals: [],
        rule: about.rule,
        ambiguous: about.ambiguous,
        obstacle: by.reconciliation.state === 'CERTIFIED' ? `${by.reconciliation.id} is certified` : null,
      },
      amountUsd: about.amountUsd,
      cumulativeUsd: about.cumulativeUsd,
    },
    by.at,
    by.locked,
  );
  return evaluate(request, by.policy);
}

/** Judges candidates one after the other: each adds to what its counterparty has moved. */
export class Judge {
  readonly #by: Circumstances;
  readonly #moved = new Map<string, Usd>();

  constructor(by: Circumstances) {
    this.#by = by;
  }

  /** Judges candidates whose counterparties it has learned about. */
  judge(candidates: readonly Candidate[]): Judged[] {
    return candidates.map((candidate) => {
      const { amountUsd } = totalsOf(candidate.legs);
      const counterparty = counterpartyOf(candidate.legs);
      const moved = this.#moved.get(counterparty);
      if (moved === undefined) throw new Error(`nothing is known of what ${counterparty} has moved`);
      const cumulativeUsd = usd(moved.plus(amountUsd));
      this.#moved.set(counterparty, cumulativeUsd);
      const contentHash = contentHashOf(candidate.legs, candidate.rule, candidate.reasons);
      const { rule, alternatives } = candidate;
      const about = { rule, ambiguous: alternatives > 0, contentHash, amountUsd, cumulativeUsd };
      return { candidate, amountUsd, counterparty, contentHash, outcome: ask(this.#by, about) };
    });
  }

  /** Learns what the actor's principal has live with counterparties that are named for the first time. */
  async learn(tx: Transaction<Database>, candidates: readonly Candidate[]): Promise<void> {
    const unknown = new Set<string>();
    for (const { legs } of candidates) {
      const counterparty = counterpartyOf(legs);
      if (!this.#moved.has(counterparty)) unknown.add(counterparty);
    }
    for (const key of unknown) this.#moved.set(key, usd('0'));
    const { actor, reconciliation } = this.#by;
    if (!actor || unknown.size === 0) return;
    const { rows } = await sql<{ counterparty_key: string; total: string }>`
      select m.counterparty_key, sum(m.amount_usd) as total
        from matches m join actors a on a.id = m.proposed_by
       where m.reconciliation_id = ${reconciliation.id} and m.counterparty_key = any(${[...unknown]}::text[])
         and m.state in ('PROPOSED', 'CONFIRMED') and a.principal = ${actor.principal}
       group by 1`.execute(tx);
    for (const row of rows) this.#moved.set(row.counterparty_key, usd(row.total));
  }
}
