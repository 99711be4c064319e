import { type Action, type Actor, type Sensitivity, SENSITIVITIES, TIERS, type Tier } from './contract.ts';
import type { CalendarEntity } from './calendar.ts';
import type { Policy } from './load.ts';
import { type Usd, usd } from './money.ts';
import { actionKey } from './schema.ts';

// Names in requests come from outside: "constructor" must find nothing.
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The sensitivity of an entity's account; the policy's default when it names none, or for a null account. */
export function sensitivityOf(policy: Policy, entity: string, account: string | null): Sensitivity {
  const { accounts, default: otherwise } = policy.content.account_sensitivity;
  return (account === null ? undefined : own(accounts, `${entity}/${account}`)) ?? otherwise;
}

/** The tier of an action at a sensitivity; null when the policy lists none, which forbids the action. */
export function tierOf(policy: Policy, action: Action, sensitivity: Sensitivity): Tier | null {
  const key = actionKey(action);
  const base = policy.content.tool_tiers[key];
  if (base === undefined) return null;
  // The overrides of lower sensitivities hold too, so that a more sensitive account is never in a lower tier.
  const levels = SENSITIVITIES.slice(0, SENSITIVITIES.indexOf(sensitivity) + 1);
  const tiers = [base, ...levels.map((level) => policy.content.tier_overrides?.[level]?.[key] ?? base)];
  return tiers.reduce((highest, tier) => (TIERS.indexOf(tier) > TIERS.indexOf(highest) ? tier : highest));
}

// What PCAOB AS 1215 asks of audit documentation.
const RETENTION_YEARS = 7;

/** How many years copies of the audit log's checkpoints are locked; seven where no policy says otherwise. */
export function retentionYears(policy: Policy | null): number {
  return policy?.content.audit?.retention_years ?? RETENTION_YEARS;
}

/** Materiality of an entity, in US dollars. */
export function materialityOf(policy: Policy, entity: string): Usd {
  const override = own(policy.content.entity_materiality_overrides, entity);
  return usd(override ?? policy.content.materiality_threshold_usd);
}

/** The amount, in US dollars, above which two people must approve. */
export function dualLimitOf(policy: Policy): Usd {
  return usd(policy.content.dual_approval_threshold_usd);
}

/** The roles of which a person needs one for the action; null when none is needed. */
export function rolesFor(policy: Policy, action: Action, sensitivity: Sensitivity): readonly string[] | null {
  return policy.content.roles?.[actionKey(action)]?.[sensitivity] ?? null;
}

/** The working calendar of an entity; null when the policy has none for it. */
export function calendarOf(policy: Policy, entity: string): CalendarEntity | null {
  return own(policy.content.close_calendar.entities, entity) ?? null;
}

/**
 * True when a rule may settle without a person: somebody other than the policy's author, a human, approved the policy,
 * and is thereby the second party to every such settlement.
 */
export function permitsEngineSettlement(policy: Policy): boolean {
  const { author, approved_by: approver } = policy.content;
  return approver?.startsWith('human:') === true && approver !== author;
}

/** True when two actors are one for segregation of duties: the same id, or the same answerable person. */
export function samePerson(a: Actor, b: Actor): boolean {
  return a.id === b.id || a.principal === b.principal || a.id === b.principal || a.principal === b.id;
}
