import type { Action, Actor, Approval, GateRequest, Sensitivity, Subject } from '../contract.ts';
import type { Policy } from '../load.ts';
import { dualLimitOf, rolesFor, samePerson } from '../lookups.ts';
import { usd } from '../money.ts';
import { type Control, actsTo, exceeds, isAutomation } from './facts.ts';

/**
 * TIER_EXCEEDED: automation reaches past T1, an action has no tier, or it is not one for this kind of actor at all:
 * settling by rule is the engine's, and a model locks nothing.
 */
export const tierExceeded: Control = ({ request, tier }) => {
  const { actor } = request;
  if (tier === null) return 'deny';
  if (actor?.kind === 'human') return actsTo(request, 'SETTLE_BY_RULE') ? 'deny' : null;
  if (actor?.kind === 'llm' && actsTo(request, 'SETTLE_BY_RULE', 'LOCK')) return 'approval';
  return isAutomation(actor) && (tier === 'T2' || tier === 'T3') ? 'approval' : null;
};

const MOVES_MONEY = ['PROPOSE', 'SETTLE_BY_RULE', 'CONFIRM', 'RESOLVE'] as const;

/** ACCOUNT_FORCED_HUMAN: automation on an account whose sensitivity forbids it. */
export const accountForcedHuman: Control = ({ request, sensitivity }) =>
  sensitivity === 'restricted' && isAutomation(request.actor) && actsTo(request, ...MOVES_MONEY)
    ? 'approval'
    : null;

/**
 * MATERIALITY_OVER_THRESHOLD: automation moves an amount over the entity's limit, or brings the running total over it.
 * An amount that nobody could tell counts as over the limit.
 */
export const materialityOverThreshold: Control = ({ request, policy, materiality }) => {
  if (!isAutomation(request.actor) || !actsTo(request, ...MOVES_MONEY)) return null;
  if (request.amountUsd === null || exceeds(request.amountUsd, materiality)) return 'approval';
  const byRule = request.actor.kind === 'engine' && actsTo(request, 'SETTLE_BY_RULE', 'PROPOSE');
  const cumulativeLimit = byRule ? usd(policy.content.auto_settle.cumulative_limit_usd) : materiality;
  return exceeds(request.cumulativeUsd, cumulativeLimit) ? 'approval' : null;
};

/** STRATEGY_REQUIRES_HUMAN: a settlement by a rule that is not on the list, or one of several equally good solutions. */
export const strategyRequiresHuman: Control = ({ request, policy }) => {
  if (!isAutomation(request.actor) || !actsTo(request, 'SETTLE_BY_RULE')) return null;
  const { subject } = request;
  const listed = subject?.rule != null && policy.content.auto_settle.rules.includes(subject.rule);
  return listed && !subject.ambiguous ? null : 'approval';
};

/**
 * DUAL_APPROVAL_REQUIRED: a T3 action, or an amount over the dual limit, until a second person has approved this very
 * version under this very policy. A program is never one of the two.
 */
export const dualApprovalRequired: Control = ({ request, policy, tier, sensitivity }) => {
  const large =
    actsTo(request, 'CONFIRM', 'RESOLVE', 'CERTIFY') && exceeds(request.amountUsd, dualLimitOf(policy));
  if (tier !== 'T3' && !large) return null;
  const { action, actor, subject } = request;
  if (actor?.kind !== 'human' || subject === null) return 'approval';
  const others = approvalsBesides(actor, { action, subject, policy, sensitivity });
  return others.length > 0 ? null : 'approval';
};

/** The approvals of other people that count beside an actor's own: of this very version, under this very policy. */
export function approvalsBesides(
  caller: Actor,
  about: {
    readonly action: Action;
    readonly subject: Subject;
    readonly policy: Policy;
    readonly sensitivity: Sensitivity;
  },
): Approval[] {
  const { action, subject, policy, sensitivity } = about;
  const { contentHash, proposer } = subject;
  if (contentHash === null) return [];
  const roles = rolesFor(policy, action, sensitivity);
  return subject.approvals.filter((approval) => {
    const { actor } = approval;
    if (approval.contentHash !== contentHash || approval.policyHash !== policy.hash) return false;
    if (actor.kind !== 'human' || !actor.active || !actor.id.startsWith('human:')) return false;
    if (roles !== null && !roles.some((role) => actor.roles.includes(role))) return false;
    return !samePerson(actor, caller) && !(proposer !== null && samePerson(actor, proposer));
  });
}

// A letter or a digit: dots, dashes and invisible characters explain nothing.
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

/**
 * MISSING_RATIONALE: a judgement above materiality or against the engine's own match, a certification withdrawn or a
 * period reopened, without a reason.
 */
export const missingRationale: Control = ({ request, materiality }) => {
  if (SAYS_SOMETHING.test(request.rationale ?? '')) return null;
  if (actsTo(request, 'DECERTIFY', 'REOPEN')) return 'deny';
  if (actsTo(request, 'REJECT') && request.subject?.proposer?.kind === 'engine') return 'deny';
  return isJudgement(request) && exceeds(request.amountUsd, materiality) ? 'deny' : null;
};

// The engine's rule is its rationale.
function isJudgement(request: GateRequest): boolean {
  const judges = actsTo(request, 'PROPOSE', 'CONFIRM', 'REJECT', 'FLAG', 'RESOLVE');
  return judges && request.actor !== null && request.actor.kind !== 'engine';
}
