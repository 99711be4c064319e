import { type Clause, CODES, type Code, type GateRequest, type Outcome } from './contract.ts';
import {
  accountForcedHuman,
  dualApprovalRequired,
  materialityOverThreshold,
  missingRationale,
  strategyRequiresHuman,
  tierExceeded,
} from './controls/authority.ts';
import { type Control, factsOf } from './controls/facts.ts';
import { adjustmentUnbalanced, fxRateMissing, fxRateStale } from './controls/figures.ts';
import { actorUnknown, roleRequired, sodLlmConfirm, sodSameActor } from './controls/identity.ts';
import { approvalStale, outsideCloseWindow, periodLocked, stateInvalid } from './controls/timing.ts';
import type { Policy } from './load.ts';
import { escapePointer } from './pointer.ts';

/** The control behind every code. */
export const CONTROLS: Readonly<Record<Code, Control>> = {
  ACTOR_UNKNOWN: actorUnknown,
  PERIOD_LOCKED: periodLocked,
  OUTSIDE_CLOSE_WINDOW: outsideCloseWindow,
  STATE_INVALID: stateInvalid,
  SOD_SAME_ACTOR: sodSameActor,
  SOD_LLM_CONFIRM: sodLlmConfirm,
  TIER_EXCEEDED: tierExceeded,
  ACCOUNT_FORCED_HUMAN: accountForcedHuman,
  MATERIALITY_OVER_THRESHOLD: materialityOverThreshold,
  STRATEGY_REQUIRES_HUMAN: strategyRequiresHuman,
  ROLE_REQUIRED: roleRequired,
  DUAL_APPROVAL_REQUIRED: dualApprovalRequired,
  MISSING_RATIONALE: missingRationale,
  FX_RATE_MISSING: fxRateMissing,
  FX_RATE_STALE: fxRateStale,
  ADJUSTMENT_UNBALANCED: adjustmentUnbalanced,
  APPROVAL_STALE: approvalStale,
};

/** Answers a request under a policy. Pure, total and deterministic. */
export type Gate = (request: GateRequest, policy: Policy) => Outcome;

/**
 * Asks every control and gives the strictest answer: deny beats approval beats allow. Every clause that fired is
 * listed, on whatever level, in the order of {@link CODES}. Pure, total and deterministic: the time, like every
 * other fact, comes in the request.
 */
export const evaluate: Gate = evaluateWith(CONTROLS);

/** The gate over a given set of controls. Only tests give it another set than {@link CONTROLS}. */
export function evaluateWith(controls: Readonly<Record<Code, Control>>): Gate {
  return (request, policy) => {
    const facts = factsOf(request, policy);
    const clauses: Clause[] = [];
    let denied = false;
    for (const code of CODES) {
      const verdict = controls[code](facts);
      if (verdict === null) continue;
      denied ||= verdict === 'deny';
      clauses.push(clauseOf(policy, code));
    }
    if (clauses.length === 0) return { kind: 'allow', clauses: [] };
    return { kind: denied ? 'deny' : 'require_human_approval', clauses };
  };
}

/** The sentence of the policy that governs a code. Every loaded policy has exactly one for each. */
export function clauseOf(policy: Policy, code: Code): Clause {
  for (const [name, rule] of Object.entries(policy.content.rules)) {
    if (rule.codes.includes(code))
      return { code, pointer: `/rules/${escapePointer(name)}/text`, text: rule.text };
  }
  throw new Error(`policy ${policy.fileName} has no rule for ${code}; it was not loaded by parsePolicy`);
}
