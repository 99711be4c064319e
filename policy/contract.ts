import type { Decimal, Usd } from './money.ts';

/** Who acts: a person, a language model, or closegate's own deterministic code. */
export type ActorKind = 'human' | 'llm' | 'engine';

/** A row of the actor registry. `principal` is the person answerable for the actor. */
export interface Actor {
  /** Its prefix says the kind: `human:`, `llm:` or `engine:`. */
  readonly id: string;
  readonly kind: ActorKind;
  readonly roles: readonly string[];
  readonly principal: string;
  readonly active: boolean;
}

/** Everything that asks the gate. */
export const ACTIONS = [
  'READ',
  'IMPORT',
  'PROPOSE',
  'SETTLE_BY_RULE',
  'CONFIRM',
  'REJECT',
  'FLAG',
  'RESOLVE',
  'CARRY_FORWARD',
  'CERTIFY',
  'DECERTIFY',
  'LOCK',
  'REOPEN',
  'APPROVE_POLICY',
  'CHANGE_ACTORS',
] as const;
export type Action = (typeof ACTIONS)[number];

/** T0 read, T1 reversible and automatic, T2 needs a human, T3 two humans. */
export const TIERS = ['T0', 'T1', 'T2', 'T3'] as const;
export type Tier = (typeof TIERS)[number];

export const SENSITIVITIES = ['standard', 'elevated', 'restricted'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

/** The controls. Every one is governed by exactly one rule of `policy.yaml`. */
export const CODES = [
  'ACTOR_UNKNOWN',
  'PERIOD_LOCKED',
  'OUTSIDE_CLOSE_WINDOW',
  'STATE_INVALID',
  'SOD_SAME_ACTOR',
  'SOD_LLM_CONFIRM',
  'TIER_EXCEEDED',
  'ACCOUNT_FORCED_HUMAN',
  'MATERIALITY_OVER_THRESHOLD',
  'STRATEGY_REQUIRES_HUMAN',
  'ROLE_REQUIRED',
  'DUAL_APPROVAL_REQUIRED',
  'MISSING_RATIONALE',
  'FX_RATE_MISSING',
  'FX_RATE_STALE',
  'ADJUSTMENT_UNBALANCED',
  'APPROVAL_STALE',
] as const;
export type Code = (typeof CODES)[number];

/** A rule that fired: its code, the RFC 6901 pointer to its sentence in `policy.yaml`, and that sentence verbatim. */
export interface Clause {
  readonly code: Code;
  readonly pointer: string;
  readonly text: string;
}

/** What the gate answers. Deny beats approval beats allow; every clause that fired on any level is listed. */
export type Outcome =
  | { readonly kind: 'allow'; readonly clauses: readonly [] }
  | { readonly kind: 'require_human_approval'; readonly clauses: readonly Clause[] }
  | { readonly kind: 'deny'; readonly clauses: readonly Clause[] };

/** A person's standing approval of exactly one version of a subject under exactly one policy. */
export interface Approval {
  readonly actor: Actor;
  readonly contentHash: string;
  readonly policyHash: string;
}

/** One line of a proposed journal entry. Exactly one of debit and credit is above zero. */
export interface EntryLine {
  readonly account: string;
  readonly debit: Decimal;
  readonly credit: Decimal;
}

export type SubjectKind = 'match' | 'exception' | 'reconciliation' | 'run' | 'policy' | 'actor' | 'document';

/** What the action is about, as it stands in the database under the lock. */
export interface Subject {
  readonly kind: SubjectKind;
  /** Its present state; `NEW` for what the action would create. */
  readonly state: string;
  /**
   * Who proposed, flagged, authored or prepared it; for a row of the actor register, the actor whom it describes.
   * Null for a subject without a proposer.
   */
  readonly proposer: Actor | null;
  /** Hash over what an approver sees: legs, amounts, rule. Null where approvals cannot attach. */
  readonly contentHash: string | null;
  /** Earlier approvals of this subject by other people, oldest first. */
  readonly approvals: readonly Approval[];
  /** The matching rule that produced it; null when no rule did. */
  readonly rule: string | null;
  /** True when other solutions are as good. */
  readonly ambiguous: boolean;
  /** Why the subject itself does not permit the action (e.g. "tie-out difference 1.00 USD"); null when it does. */
  readonly obstacle: string | null;
}

/** Everything that `evaluate` may know. It has no clock, no database and no other input. */
export interface GateRequest {
  readonly action: Action;
  /** The instant of the request, ISO 8601 in UTC, from the database. */
  readonly at: string;
  /** The registry's row of the acting id, or null when there is none. */
  readonly actor: Actor | null;
  /** The id under which the request came, as bound by the transport. */
  readonly actorId: string;
  /** Empty, like the period, for what concerns the whole company: its policy and its actor register. */
  readonly entity: string;
  /** `YYYY-MM`. */
  readonly period: string;
  /** The account's code, or null for actions on a run, the policy or the actor register. */
  readonly account: string | null;
  readonly periodLocked: boolean;
  readonly subject: Subject | null;
  /** The subject's amount in US dollars, never negative; null where an amount has no meaning. */
  readonly amountUsd: Usd | null;
  /** Sum over the same principal, counterparty, account and period, this subject included; null where meaningless. */
  readonly cumulativeUsd: Usd | null;
  readonly fx: 'not_needed' | 'fresh' | 'stale' | 'missing';
  readonly rationale: string | null;
  /** The proposed adjusting entry, all lines in the account's currency; null when there is none. */
  readonly adjustment: readonly EntryLine[] | null;
  /** Ledger accounts that are closed for posting. */
  readonly closedAccounts: readonly string[];
  /** The hash of the policy version under which the caller's approval was given; null when it names none. */
  readonly approvedPolicyHash: string | null;
  /** The content hash that the caller saw and approves; null when it names none. */
  readonly approvedContentHash: string | null;
}
