import type { Actor, Clause } from '../policy/contract.ts';
import type { Policy } from '../policy/load.ts';
import { type Decimal, ZERO } from '../policy/money.ts';
import type { AuditEvent } from './audit.ts';
import type { JsonObject } from './canonical.ts';
import { identity, scopeColumns } from './decide.ts';
import type { Call } from './door.ts';
import { type Reconciliation, scopeOf } from './reconciliations.ts';
import { ListDigest, type MatchList } from './settle-digest.ts';
import type { Judged } from './settle-judge.ts';

/** How one rule's candidates fared. */
export class Tally {
  readonly rule: string;
  readonly #lines = { settled: 0, proposed: 0, denied: 0 };
  readonly #clauses = new Map<string, Clause>();
  readonly #deniedDigest = new ListDigest();
  #denied = 0;
  #deniedUsd: Decimal = ZERO;

  constructor(rule: string) {
    this.rule = rule;
  }

  /** Counts the lines of matches that were settled in bulk. */
  settledLines(lines: number): void {
    this.#lines.settled += lines;
  }

  add({ candidate, outcome, amountUsd, contentHash }: Judged): void {
    for (const clause of outcome.clauses) this.#clauses.set(clause.code, clause);
    const lines = candidate.legs.length;
    if (outcome.kind === 'allow') this.#lines.settled += lines;
    else if (outcome.kind === 'require_human_approval') this.#lines.proposed += lines;
    else {
      this.#lines.denied += lines;
      this.#denied += 1;
      this.#deniedUsd = this.#deniedUsd.plus(amountUsd);
      this.#deniedDigest.add(contentHash);
    }
  }

  /** The audit event, and how many matches it tells of. @param made what the tables have of this rule now. */
  end(
    made: { readonly settled: MatchList; readonly proposed: MatchList },
    by: { reconciliation: Reconciliation; call: Call; actor: Actor | null; policy: Policy },
  ): { event: AuditEvent; counts: Counts } {
    const denied: MatchList = {
      matches: String(this.#denied),
      amount_usd: this.#deniedUsd.toFixed(2),
      digest: this.#deniedDigest.end(),
    };
    const part = (list: MatchList, lines: number) => ({ ...list, lines: String(lines) });
    const event: AuditEvent = {
      ...aboutSettling(by),
      clauses: [...this.#clauses.values()],
      subject: `rule:${this.rule}`,
      amount_usd: made.settled.amount_usd,
      detail: {
        rule: this.rule,
        policy_approved_by: by.policy.content.approved_by ?? null,
        settled: part(made.settled, this.#lines.settled),
        proposed: part(made.proposed, this.#lines.proposed),
        denied: part(denied, this.#lines.denied),
      },
    };
    const counts = {
      settled: BigInt(made.settled.matches),
      proposed: BigInt(made.proposed.matches),
      denied: BigInt(denied.matches),
    };
    return { event, counts };
  }
}

/** How many matches. */
export interface Counts {
  readonly settled: bigint;
  readonly proposed: bigint;
  readonly denied: bigint;
}

/** What every event of a settlement says. */
export function aboutSettling(by: {
  reconciliation: Reconciliation;
  call: Call;
  actor: Actor | null;
  policy: Policy;
}): Omit<AuditEvent, 'detail'> {
  return {
    event_type: 'SETTLED_BY_RULE',
    ...identity(by.call, by.actor),
    ...scopeColumns(scopeOf(by.reconciliation)),
    action: 'SETTLE_BY_RULE',
    decision: 'batch',
    policy_hash: by.policy.hash,
  };
}

/** A settlement that found nothing, or withdrew what it had proposed before. */
export function otherEvent(
  by: Parameters<typeof aboutSettling>[0],
  type: 'SETTLED_BY_RULE' | 'PROPOSALS_SUPERSEDED',
  detail: JsonObject,
): AuditEvent {
  return { ...aboutSettling(by), event_type: type, detail };
}
