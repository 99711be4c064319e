import type { Actor, Clause } from '../policy/contract.ts';
import type { Policy } from '../policy/load.ts';
import type { AuditEvent } from './audit.ts';
import type { JsonObject } from './canonical.ts';
import { identity, scopeColumns } from './decide.ts';
import type { Call } from './door.ts';
import { type Reconciliation, scopeOf } from './reconciliations.ts';
import { ListMaker } from './settle-digest.ts';
import type { Judged } from './settle-judge.ts';

/** How one rule's candidates fared: what is settled, proposed and denied, each in the order in which it was judged. */
export class Tally {
  readonly rule: string;
  readonly #version: number;
  readonly settled = new ListMaker();
  readonly #proposed = new ListMaker();
  readonly #denied = new ListMaker();
  readonly #clauses = new Map<string, Clause>();

  constructor(rule: string, version: number) {
    this.rule = rule;
    this.#version = version;
  }

  add({ candidate, outcome, totals, contentHash }: Judged): void {
    for (const clause of outcome.clauses) this.#clauses.set(clause.code, clause);
    const of = { allow: this.settled, require_human_approval: this.#proposed, deny: this.#denied };
    of[outcome.kind].add(candidate.lines.length, totals.amountUsd, contentHash);
  }

  /** The audit event, and how many matches it tells of. The tally is complete with it. */
  end(by: { reconciliation: Reconciliation; call: Call; actor: Actor | null; policy: Policy }): {
    event: AuditEvent;
    counts: Counts;
  } {
    const [settled, proposed, denied] = [this.settled.end(), this.#proposed.end(), this.#denied.end()];
    const event: AuditEvent = {
      ...aboutSettling(by),
      clauses: [...this.#clauses.values()],
      subject: `rule:${this.rule}`,
      amount_usd: settled.amount_usd,
      detail: {
        rule: this.rule,
        rule_version: this.#version,
        policy_approved_by: by.policy.content.approved_by ?? null,
        ...{ settled: { ...settled }, proposed: { ...proposed }, denied: { ...denied } },
      },
    };
    const counts = {
      settled: BigInt(settled.matches),
      proposed: BigInt(proposed.matches),
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
