import type { Transaction } from 'kysely';
import type { Actor, GateRequest, Outcome } from '../policy/contract.ts';
import { approvalsBesides } from '../policy/controls/authority.ts';
import { evaluate } from '../policy/gate.ts';
import type { Policy } from '../policy/load.ts';
import { sensitivityOf } from '../policy/lookups.ts';
import { type AuditEvent, type Head, append } from './audit.ts';
import { type JsonObject, hashOf } from './canonical.ts';
import type { Database } from './database.ts';
import type { Answer, Call, Decision, Door, Effect, Scope, SubjectFacts } from './door.ts';
import { approve, escalate, settleEscalations, spendApprovals } from './escalations.ts';
import { closeDecision, openDecision } from './opening.ts';

/**
 * The one door: idempotency key, lock, policy gate, mutation and audit row in one transaction.
 * A denial writes its audit row, its answer for retries, and nothing else.
 * @returns the answer; the stored one when the same call was answered before.
 * @throws on faults only (the database is away, a bug); then nothing was written and the call may be repeated.
 */
export async function decide<Facts extends SubjectFacts>(
  door: Door,
  call: Call,
  decision: Decision<Facts>,
): Promise<Answer> {
  return await door.db.transaction().execute(async (tx) => {
    const opened = await openDecision(tx, call, { action: decision.action, ...decision.args }, decision);
    if (opened.kind === 'answered') return opened.answer;
    if (opened.kind === 'other_arguments')
      return await refuseReusedKey(tx, door, call, decision, opened.head);
    const { head, policy, actor, periodLocked } = opened;

    const facts = await decision.load(tx, actor);
    const request = requestFor(decision, call, actor, facts, head.at, periodLocked);
    const outcome = evaluate(request, policy);

    const { effect, escalationId } = await carryOut(tx, decision, facts, request, outcome, {
      actor,
      call,
      policy,
    });
    const event = eventFor(decision, call, request, outcome, policy, effect, escalationId, facts.rates ?? []);
    return await closeDecision(tx, door.auditKey, call, head, event, (receipt) =>
      answerFor(outcome, facts, effect, escalationId, receipt),
    );
  });
}

/** A decision's own words, without what it does. */
type About = Omit<Decision<SubjectFacts>, 'load' | 'apply'>;

/** The gate's request about a subject, with everything that `load` left open at its harmless value. */
export function requestFor(
  decision: Pick<Decision<SubjectFacts>, 'action' | 'scope'>,
  call: Call,
  actor: Actor | null,
  facts: SubjectFacts,
  at: string,
  periodLocked: boolean,
): GateRequest {
  return {
    action: decision.action,
    at,
    actor,
    actorId: call.actorId,
    ...decision.scope,
    periodLocked,
    // Named one by one: `load` also gives what only `apply` needs, and that is none of the gate's facts.
    subject: facts.subject,
    amountUsd: facts.amountUsd ?? null,
    cumulativeUsd: facts.cumulativeUsd ?? null,
    fx: facts.fx ?? 'not_needed',
    rationale: facts.rationale ?? null,
    adjustment: facts.adjustment ?? null,
    closedAccounts: facts.closedAccounts ?? [],
    approvedPolicyHash: facts.approvedPolicyHash ?? null,
    approvedContentHash: facts.approvedContentHash ?? null,
  };
}

interface CarriedOut {
  readonly effect: Effect | null;
  readonly escalationId: string | null;
}

async function carryOut<Facts extends SubjectFacts>(
  tx: Transaction<Database>,
  decision: Decision<Facts>,
  facts: Facts,
  request: GateRequest,
  outcome: Outcome,
  by: { actor: Actor | null; call: Call; policy: Policy },
): Promise<CarriedOut> {
  const { actor, call, policy } = by;
  // The gate denies an unknown actor; the check here only tells the compiler so.
  if (outcome.kind === 'deny' || !actor) return { effect: null, escalationId: null };
  const escalated = outcome.kind === 'require_human_approval';
  const applies = !escalated || decision.recordsWhenEscalated;
  const approvedBy = approversOf(request, actor, policy);
  const effect = applies
    ? await decision.apply(tx, facts, { actor, call, policy, escalated, approvedBy })
    : null;
  const id = effect?.subjectId ?? decision.subjectId;
  if (id === null || decision.subjectKind === 'document') return { effect, escalationId: null };
  const ref = { kind: decision.subjectKind, id };
  const contentHash = request.subject?.contentHash ?? null;
  if (!escalated) {
    if (settles(decision.action)) {
      const only = ANSWERS_ONE_QUESTION.includes(decision.action)
        ? { action: decision.action, contentHash }
        : null;
      await settleEscalations(tx, ref, answerOf(decision.action, actor), actor.id, only);
    }
    // An approval serves one decision: nobody's old one may stand in for a second person later.
    if (request.subject && request.subject.approvals.length > 0)
      await spendApprovals(tx, ref, decision.action);
    return { effect, escalationId: null };
  }
  const onlyAnotherPersonIsMissing = outcome.clauses.every(
    (clause) => clause.code === 'DUAL_APPROVAL_REQUIRED',
  );
  if (actor.kind === 'human' && onlyAnotherPersonIsMissing && contentHash !== null) {
    await approve(tx, ref, {
      action: decision.action,
      actorId: actor.id,
      contentHash,
      policyHash: policy.hash,
    });
  }
  const escalationId = await escalate(tx, ref, {
    scope: decision.scope,
    action: decision.action,
    requestedBy: actor.id,
    clauses: outcome.clauses,
    policyHash: policy.hash,
    contentHash,
    asked: decision.args,
  });
  return { effect, escalationId };
}

// A question to people is answered by people only. A program that withdraws what was asked about answers nothing.
function answerOf(action: GateRequest['action'], actor: Actor): 'APPROVED' | 'REJECTED' | 'EXPIRED' {
  if (actor.kind !== 'human') return 'EXPIRED';
  return action === 'REJECT' ? 'REJECTED' : 'APPROVED';
}

function approversOf(request: GateRequest, actor: Actor, policy: Policy): string[] {
  const { action, subject, entity, account } = request;
  if (subject === null) return [actor.id];
  const sensitivity = sensitivityOf(policy, entity, account);
  const others = approvalsBesides(actor, { action, subject, policy, sensitivity });
  return [...new Set([...others.map((approval) => approval.actor.id), actor.id])];
}

// These answer what was asked in these very words; another question about the subject is overtaken, not answered.
const ANSWERS_ONE_QUESTION: readonly GateRequest['action'][] = [
  'DECERTIFY',
  'LOCK',
  'REOPEN',
  'APPROVE_POLICY',
  'CHANGE_ACTORS',
];

// What was decided about a subject settles every question that was pending about it.
function settles(action: GateRequest['action']): boolean {
  const judgements = ['CONFIRM', 'REJECT', 'RESOLVE', 'CARRY_FORWARD', 'CERTIFY'];
  return judgements.includes(action) || ANSWERS_ONE_QUESTION.includes(action);
}

function eventFor(
  decision: About,
  call: Call,
  request: GateRequest,
  outcome: Outcome,
  policy: Policy,
  effect: Effect | null,
  escalationId: string | null,
  rates: readonly JsonObject[],
): AuditEvent {
  const id = effect?.subjectId ?? decision.subjectId;
  // What the gate was told, as JSON: decimals as their strings. Another policy can be asked the same later.
  const facts = JSON.parse(JSON.stringify(request)) as JsonObject;
  return {
    event_type: 'DECISION',
    ...identity(call, request.actor),
    ...scopeColumns(decision.scope),
    action: decision.action,
    decision: outcome.kind,
    clauses: outcome.clauses,
    policy_hash: policy.hash,
    ...(id === null ? {} : { subject: `${decision.subjectKind}:${id}` }),
    ...(request.amountUsd ? { amount_usd: request.amountUsd.toFixed(2) } : {}),
    detail: {
      args: decision.args,
      facts,
      facts_hash: hashOf(facts),
      obstacle: request.subject?.obstacle ?? null,
      ...(rates.length === 0 ? {} : { rates }),
      ...(request.subject?.contentHash ? { content_hash: request.subject.contentHash } : {}),
      ...(escalationId === null ? {} : { escalation: escalationId }),
      ...(effect === null ? {} : { result: effect.result, ...effect.detail }),
    },
  };
}

/** The audit columns that say who called. */
export function identity(call: Call, actor: Actor | null): Partial<AuditEvent> {
  return {
    actor_id: call.actorId,
    ...(call.actingAgent ? { acting_agent: call.actingAgent } : {}),
    ...(actor ? { principal: actor.principal } : {}),
    session_id: call.sessionId,
    tool_call_id: call.toolCallId,
  };
}

/** The audit columns that say which books. */
export function scopeColumns(scope: Scope): Partial<AuditEvent> {
  return {
    ...(scope.entity === '' ? {} : { entity: scope.entity }),
    ...(scope.period === '' ? {} : { period: scope.period }),
    ...(scope.account === null ? {} : { account: scope.account }),
  };
}

function answerFor(
  outcome: Outcome,
  facts: SubjectFacts,
  effect: Effect | null,
  escalationId: string | null,
  receipt: Answer['receipt'],
): Answer {
  switch (outcome.kind) {
    case 'allow':
      return { outcome: 'done', result: effect?.result ?? {}, receipt };
    case 'require_human_approval':
      return {
        outcome: 'escalated',
        clauses: outcome.clauses,
        escalation_id: escalationId ?? '',
        result: effect?.result ?? {},
        receipt,
      };
    case 'deny':
      return {
        outcome: 'denied',
        clauses: outcome.clauses,
        detail: facts.subject?.obstacle ?? null,
        receipt,
      };
  }
}

async function refuseReusedKey(
  tx: Transaction<Database>,
  door: Door,
  call: Call,
  decision: About,
  head: Head,
): Promise<Answer> {
  const reason = 'this tool call id was used before with other arguments; a new call needs a new id';
  const { receipt } = await append(tx, door.auditKey, head, {
    event_type: 'IDEMPOTENCY_KEY_REUSED',
    ...identity(call, null),
    ...scopeColumns(decision.scope),
    action: decision.action,
    decision: 'refused',
    detail: { args: decision.args },
  });
  return { outcome: 'refused', reason, receipt };
}
