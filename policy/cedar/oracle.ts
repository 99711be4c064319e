import {
  type CedarValueJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Action, Actor, Outcome, Sensitivity } from '../contract.ts';

type Attributes = Record<string, CedarValueJson>;

/** What Cedar is asked: the attributes that `segregation.cedarschema` describes. */
export interface Question {
  readonly action: Action;
  readonly actor: Actor | null;
  readonly sensitivity: Sensitivity;
  readonly proposer: Actor | null;
  readonly context: Readonly<Record<string, string | number>>;
}

/** What Cedar answers: the controls that spoke, and the strictest of their outcomes. */
export interface Opinion {
  readonly kind: Outcome['kind'];
  readonly codes: ReadonlySet<string>;
}

/**
 * Reads a Cedar policy set, checks it against its schema and returns a function that asks it.
 * @param name unlike that of any other policy set in this process
 * @throws when a policy is malformed, or breaks the schema.
 */
export function oracle(name: string, text: string, schema: string): (question: Question) => Opinion {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') throw new Error(parts.errors.map(({ message }) => message).join('\n'));
  const said = new Map<string, { code: string; outcome: string }>();
  const staticPolicies: Record<string, string> = {};
  for (const policy of parts.policies) {
    const parsed = policyToJson(policy);
    if (parsed.type === 'failure') throw new Error(parsed.errors.map(({ message }) => message).join('\n'));
    const { id = '', code, outcome } = parsed.json.annotations ?? {};
    if (id === '' || id in staticPolicies) throw new Error(`a policy needs an @id of its own, found "${id}"`);
    staticPolicies[id] = policy;
    if (code && outcome) said.set(id, { code, outcome });
  }
  const checked = validate({ schema, policies: { staticPolicies } });
  const faults = checked.type === 'failure' ? checked.errors : checked.validationErrors.map((e) => e.error);
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  const loaded = preparsePolicySet(name, { staticPolicies });
  if (loaded.type === 'failure') throw new Error(loaded.errors.map(({ message }) => message).join('\n'));
  return (question) => ask(name, question, said);
}

const PERMITTED = 'everything else';

function ask(
  name: string,
  { action, actor, sensitivity, proposer, context }: Question,
  said: ReadonlyMap<string, { code: string; outcome: string }>,
): Opinion {
  const principal = { type: 'Actor', id: actor?.id ?? 'nobody' };
  const resource = { type: 'Subject', id: 'subject' };
  const subject: Attributes = { sensitivity, ...(proposer ? { proposer: attributesOf(proposer) } : {}) };
  const answer = statefulIsAuthorized({
    principal,
    action: { type: 'Action', id: action },
    resource,
    context: { ...context },
    preparsedPolicySetId: name,
    entities: [
      { uid: principal, attrs: attributesOf(actor), parents: [] },
      { uid: resource, attrs: subject, parents: [] },
    ],
  });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('\n'));
  const { reason, errors } = answer.response.diagnostics;
  if (errors.length > 0) throw new Error(errors.map(({ error }) => error.message).join('\n'));
  const spoke = reason.filter((id) => id !== PERMITTED).map((id) => said.get(id));
  const denied = spoke.some((policy) => policy?.outcome !== 'approval');
  return {
    kind: spoke.length === 0 ? 'allow' : denied ? 'deny' : 'require_human_approval',
    codes: new Set(spoke.map((policy) => policy?.code ?? 'without a code')),
  };
}

function attributesOf(actor: Actor | null): Attributes {
  return actor === null
    ? { kind: 'nobody', persons: [] }
    : { kind: actor.kind, persons: [actor.id, actor.principal] };
}
