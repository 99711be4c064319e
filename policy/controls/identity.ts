import { permitsEngineSettlement, rolesFor, samePerson } from '../lookups.ts';
import { type Control, actsTo } from './facts.ts';

/** ACTOR_UNKNOWN: the caller is not an active row of the registry, or its id and its kind disagree. */
export const actorUnknown: Control = ({ request: { actor, actorId } }) => {
  if (actor === null || !actor.active) return 'deny';
  return actor.id === actorId && actorId.startsWith(`${actor.kind}:`) ? null : 'deny';
};

/**
 * SOD_SAME_ACTOR: nobody passes judgement on what they, or somebody answering for the same person, put forward, or
 * changes a row of the actor register that describes them.
 * A rule's settlement has the policy's approver as its second party, so it falls with a policy that nobody else approved.
 */
export const sodSameActor: Control = ({ request, policy }) => {
  const { actor, subject } = request;
  if (actor === null) return null;
  if (actsTo(request, 'SETTLE_BY_RULE')) return permitsEngineSettlement(policy) ? null : 'deny';
  if (!actsTo(request, 'CONFIRM', 'RESOLVE', 'CERTIFY', 'APPROVE_POLICY', 'CHANGE_ACTORS')) return null;
  const proposer = subject?.proposer ?? null;
  if (proposer !== null) return samePerson(actor, proposer) ? 'deny' : null;
  const ownPolicy =
    actsTo(request, 'APPROVE_POLICY') && [actor.id, actor.principal].includes(policy.content.author);
  return ownPolicy ? 'deny' : null;
};

/** SOD_LLM_CONFIRM: a model confirms nothing that any model proposed. */
export const sodLlmConfirm: Control = ({ request }) => {
  const { actor, subject } = request;
  if (actor?.kind !== 'llm' || !actsTo(request, 'CONFIRM', 'RESOLVE', 'CERTIFY')) return null;
  return subject?.proposer?.kind === 'llm' ? 'deny' : null;
};

/** ROLE_REQUIRED: a person holds none of the roles that the action asks for at this sensitivity. */
export const roleRequired: Control = ({ request: { action, actor }, policy, sensitivity }) => {
  if (actor?.kind !== 'human') return null;
  const roles = rolesFor(policy, action, sensitivity);
  return roles === null || roles.some((role) => actor.roles.includes(role)) ? null : 'deny';
};
