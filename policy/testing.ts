import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Actor, ActorKind, Approval, Code, GateRequest, Outcome, Subject } from './contract.ts';
import type { Gate } from './gate.ts';
import { type Policy, parsePolicy } from './load.ts';
import { usd } from './money.ts';

/** The example company's policy, as text to alter in tests. */
export const POLICY_TEXT = readFileSync(new URL('../examples/halden/policy.yaml', import.meta.url), 'utf8');

/** The example company's policy. */
export const POLICY: Policy = parsePolicy(POLICY_TEXT, 'policy.yaml');

/** An active actor; a person answers for themselves unless told otherwise. */
export function actor(kind: ActorKind, name: string, over: Partial<Actor> = {}): Actor {
  const id = `${kind}:${name}`;
  const roles = kind === 'human' ? ['preparer', 'reviewer', 'controller', 'treasury'] : [];
  return { id, kind, roles, principal: id, active: true, ...over };
}

export const MEI = actor('human', 'mei.tan');
export const JONAS = actor('human', 'jonas.weber');
export const TOMAS = actor('human', 'tomas.lindqvist');
export const OPERATOR = actor('llm', 'recon-operator', { principal: 'human:ana.ruiz' });
export const MATCHER = actor('engine', 'matcher', { principal: 'human:priya.raman' });

/** A proposed match by the engine's rule. */
export function subject(over: Partial<Subject> = {}): Subject {
  return {
    kind: 'match',
    state: 'PROPOSED',
    proposer: MATCHER,
    contentHash: 'content-1',
    approvals: [],
    rule: 'exact_reference',
    ambiguous: false,
    obstacle: null,
    ...over,
  };
}

/** A confirmation by a reviewer that nothing speaks against, changed as told. */
export function request(over: Partial<GateRequest> = {}): GateRequest {
  const by = over.actor === undefined ? MEI : over.actor;
  return {
    action: 'CONFIRM',
    at: '2026-04-01T12:00:00Z',
    actor: by,
    actorId: by?.id ?? 'human:nobody',
    entity: 'US',
    period: '2026-03',
    account: '1010',
    periodLocked: false,
    subject: subject(),
    amountUsd: usd('100.00'),
    cumulativeUsd: usd('100.00'),
    fx: 'not_needed',
    rationale: 'Agrees to the remittance advice.',
    adjustment: null,
    closedAccounts: [],
    approvedPolicyHash: null,
    approvedContentHash: null,
    ...over,
  };
}

/** An approval of {@link subject} under {@link POLICY}. */
export function approval(by: Actor, over: Partial<Approval> = {}): Approval {
  return { actor: by, contentHash: 'content-1', policyHash: POLICY.hash, ...over };
}

export const NEW = subject({ state: 'NEW', proposer: null });
export const PROPOSAL = { action: 'PROPOSE', actor: OPERATOR, subject: NEW } as const;
export const SETTLEMENT = { action: 'SETTLE_BY_RULE', actor: MATCHER, subject: NEW } as const;
export const RECONCILIATION = subject({
  kind: 'reconciliation',
  state: 'IN_REVIEW',
  proposer: JONAS,
  rule: null,
});
export const OPEN_EXCEPTION = subject({ kind: 'exception', state: 'OPEN', proposer: OPERATOR, rule: null });
export const LOCKED_RUN = subject({ kind: 'run', state: 'LOCKED', proposer: null, rule: null });
export const VERSION = subject({
  kind: 'policy',
  state: 'PROPOSED',
  proposer: actor('human', 'priya.raman'),
  rule: null,
});

/** A row of the actor register, about somebody else than the usual caller. */
export const REGISTERED = subject({
  kind: 'actor',
  state: 'ACTIVE',
  proposer: actor('human', 'kai.voss'),
  rule: null,
});

type Answer = 'allow' | 'approval' | 'deny';
/** Why, what differs from {@link request}, the answer, the codes in their order. */
export type Row = readonly [why: string, over: Partial<GateRequest>, answer: Answer, codes?: readonly Code[]];

const KIND = { allow: 'allow', approval: 'require_human_approval', deny: 'deny' } as const;
/** The codes of an outcome's clauses. */
export const codesOf = (outcome: Outcome): Code[] => outcome.clauses.map((clause) => clause.code);

/** Decisions that belong together, under one policy. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly policy: Policy;
}

/** A table of decisions: what the gate must answer to {@link request} changed so, and which clauses fire. */
export function decisions(title: string, rows: readonly Row[], policy: Policy = POLICY): Table {
  return { title, rows, policy };
}

/** Fails unless the gate answers as the row says. */
export function assertRow(gate: Gate, { policy }: Table, [, over, answer, codes = []]: Row): void {
  const outcome = gate(request(over), policy);
  assert.equal(outcome.kind, KIND[answer], codesOf(outcome).join());
  assert.deepEqual(codesOf(outcome), codes);
}

/** The example's policy with one passage exchanged. */
export const policyWith = (from: string | RegExp, to: string): Policy => {
  const text = POLICY_TEXT.replace(from, to);
  assert.notEqual(text, POLICY_TEXT);
  return parsePolicy(text, 'policy.yaml');
};

/** Holds no role that confirms. */
export const PREPARER = actor('human', 'kai.voss', { roles: ['preparer'] });
