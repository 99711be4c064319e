import { z } from 'zod';
import { ACTIONS, type GateRequest } from '../policy/contract.ts';
import { decimal, usd } from '../policy/money.ts';
import { type Json, hashOf } from './canonical.ts';

const actor = z.object({
  id: z.string(),
  kind: z.enum(['human', 'llm', 'engine']),
  roles: z.array(z.string()),
  principal: z.string(),
  active: z.boolean(),
});
const dollars = z.string().transform((text) => usd(text));
const exact = z.string().transform((text) => decimal(text));
const words = z.string().nullable();

// Strict: a fact that this version does not know might matter, and the decision is then not judged without it.
const request = z.strictObject({
  action: z.enum(ACTIONS),
  at: z.string(),
  actor: actor.nullable(),
  actorId: z.string(),
  entity: z.string(),
  period: z.string(),
  account: words,
  periodLocked: z.boolean(),
  subject: z
    .strictObject({
      kind: z.enum(['match', 'exception', 'reconciliation', 'run', 'policy', 'actor', 'document']),
      state: z.string(),
      proposer: actor.nullable(),
      contentHash: words,
      approvals: z.array(z.strictObject({ actor, contentHash: z.string(), policyHash: z.string() })),
      rule: words,
      ambiguous: z.boolean(),
      obstacle: words,
    })
    .nullable(),
  amountUsd: dollars.nullable(),
  cumulativeUsd: dollars.nullable(),
  fx: z.enum(['not_needed', 'fresh', 'stale', 'missing']),
  rationale: words,
  adjustment: z.array(z.object({ account: z.string(), debit: exact, credit: exact })).nullable(),
  closedAccounts: z.array(z.string()),
  approvedPolicyHash: words,
  approvedContentHash: words,
});

/** The facts of a recorded decision: to be asked again, or why not. */
export type RecordedFacts =
  | { readonly kind: 'request'; readonly request: GateRequest }
  | { readonly kind: 'none' }
  | { readonly kind: 'edited' };

/**
 * Reads what the gate was told out of a decision's audit event. `none`: it was recorded before facts were, or has one
 * that is unknown here. `edited`: the facts are not those that were hashed when it was decided.
 */
export function recordedFacts(detail: Readonly<Record<string, Json | undefined>>): RecordedFacts {
  const { facts, facts_hash: hash } = detail;
  if (facts === undefined) return { kind: 'none' };
  if (hash !== hashOf(facts)) return { kind: 'edited' };
  try {
    return { kind: 'request', request: request.parse(facts) satisfies GateRequest };
  } catch {
    return { kind: 'none' };
  }
}

/** The same request as if what was approved under one policy version had been approved under another. */
export function underVersion(asked: GateRequest, from: string, to: string): GateRequest {
  const now = <Hash extends string | null>(hash: Hash) => (hash === from ? to : hash);
  const { subject } = asked;
  return {
    ...asked,
    approvedPolicyHash: now(asked.approvedPolicyHash),
    subject: subject && {
      ...subject,
      approvals: subject.approvals.map((one) => ({ ...one, policyHash: now(one.policyHash) })),
    },
  };
}
