import type { Action, Actor, GateRequest, Sensitivity, Tier } from '../contract.ts';
import type { Policy } from '../load.ts';
import { materialityOf, sensitivityOf, tierOf } from '../lookups.ts';
import type { Decimal, Usd } from '../money.ts';

/** How strongly a control answers; null when it has nothing to say. */
export type Verdict = 'deny' | 'approval' | null;

/** What all controls look at: the request, the policy, and what follows from both. */
export interface Facts {
  readonly request: GateRequest;
  readonly policy: Policy;
  readonly sensitivity: Sensitivity;
  /** Null when the policy lists no tier for the action. */
  readonly tier: Tier | null;
  /** In US dollars, for the entity. */
  readonly materiality: Usd;
}

/** One control: pure, and total over every typed input. */
export type Control = (facts: Facts) => Verdict;

/** Derives what the controls share. */
export function factsOf(request: GateRequest, policy: Policy): Facts {
  const sensitivity = sensitivityOf(policy, request.entity, request.account);
  return {
    request,
    policy,
    sensitivity,
    tier: tierOf(policy, request.action, sensitivity),
    materiality: materialityOf(policy, request.entity),
  };
}

/** True when the request's action is one of these. */
export function actsTo(request: GateRequest, ...actions: readonly Action[]): boolean {
  return actions.includes(request.action);
}

/** True for a known actor that is a program: a model or the engine. */
export function isAutomation(actor: Actor | null): actor is Actor {
  return actor !== null && actor.kind !== 'human';
}

/** Compares sizes; an amount that is no number counts as over every limit. */
export function exceeds(amount: Decimal | null, limit: Decimal): boolean {
  return amount !== null && !amount.abs().lte(limit);
}
