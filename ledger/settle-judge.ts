import type { Actor, GateRequest, Outcome } from '../policy/contract.ts';
import { evaluate } from '../policy/gate.ts';
import type { Policy } from '../policy/load.ts';
import { type Decimal, type Usd, ZERO, usd } from '../policy/money.ts';
import type { Candidate } from './candidate.ts';
import { requestFor } from './decide.ts';
import type { Call } from './door.ts';
import { type LegTotals, contentHashOf, counterpartyOf, totalsOf } from './legs.ts';
import { type Reconciliation, scopeOf } from './reconciliations.ts';
import type { Legged } from './settle-open.ts';

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
  readonly totals: LegTotals;
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
  readonly #withdrawn = new Map<string, Usd>();

  constructor(by: Circumstances) {
    this.#by = by;
  }

  /** Tells that an earlier proposal with a counterparty counts no more. */
  withdraw(counterparty: string, amountUsd: Usd): void {
    this.#withdrawn.set(counterparty, usd((this.#withdrawn.get(counterparty) ?? ZERO).plus(amountUsd)));
  }

  /**
   * Judges some candidates. Beside them counts what `settle_moved` says of their counterparties: nothing of a counterparty
   * that is named for the first time has been recorded since that was made.
   */
  judge(found: readonly Legged[]): Judged[] {
    return found.map(({ legs, ...candidate }) => {
      const counterparty = counterpartyOf(legs);
      const totals = totalsOf(legs);
      const { amountUsd } = totals;
      const cumulativeUsd = usd(
        (this.#moved.get(counterparty) ?? this.#before(counterparty, legs)).plus(amountUsd),
      );
      this.#moved.set(counterparty, cumulativeUsd);
      const { rule, alternatives, reasons } = candidate;
      const contentHash = contentHashOf(legs, rule, reasons);
      const about = { rule, ambiguous: alternatives > 0, contentHash, amountUsd, cumulativeUsd };
      return { candidate, totals, counterparty, contentHash, outcome: ask(this.#by, about) };
    });
  }

  #before(counterparty: string, legs: Legged['legs']): Decimal {
    const moved = legs.find((leg) => (leg.counterparty_key ?? '') === counterparty)?.moved ?? '0';
    return usd(moved).minus(this.#withdrawn.get(counterparty) ?? ZERO);
  }
}
