import { CODES, SENSITIVITIES, TIERS } from './contract.ts';
import { decimal } from './money.ts';
import type { PolicyContent } from './schema.ts';

/** A contradiction within the policy: the path of the key that shows it, and what is wrong with it. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Every control must be governed by exactly one rule, else a decision could not name the sentence it rests on.
 * Takes the unchecked content, so that this is reported beside errors of shape.
 */
export function codeCoverage(content: unknown): Finding[] {
  const rules = isRecord(content) && isRecord(content['rules']) ? content['rules'] : null;
  if (rules === null) return [];
  const governedBy = new Map<string, string[]>(CODES.map((code) => [code, []]));
  for (const [name, rule] of Object.entries(rules)) {
    const codes = isRecord(rule) && Array.isArray(rule['codes']) ? new Set<unknown>(rule['codes']) : [];
    for (const code of codes) if (typeof code === 'string') governedBy.get(code)?.push(name);
  }
  const findings: Finding[] = [];
  for (const [code, [first, ...others]] of governedBy) {
    if (first === undefined) {
      findings.push({
        path: ['rules'],
        message: `no rule governs ${code}; list it under the codes of exactly one rule`,
      });
    }
    for (const other of others) {
      findings.push({
        path: ['rules', other, 'codes'],
        message: `${code} is governed by "${first}" already; keep it in one rule`,
      });
    }
  }
  return findings;
}

/** Contradictions between keys that are each well-formed. */
export function contradictions(content: PolicyContent): Finding[] {
  return [...limits(content), ...unknownEntities(content), ...looserTiers(content), ...looserRoles(content)];
}

function limits(content: PolicyContent): Finding[] {
  const dual = decimal(content.dual_approval_threshold_usd);
  const findings: Finding[] = [];
  if (decimal(content.materiality_threshold_usd).gt(dual)) {
    findings.push({
      path: ['dual_approval_threshold_usd'],
      message: `is below materiality_threshold_usd (${content.materiality_threshold_usd}); amounts between the two would need two approvals and no review`,
    });
  }
  for (const [entity, limit] of Object.entries(content.entity_materiality_overrides ?? {})) {
    if (decimal(limit).lte(dual)) continue;
    findings.push({
      path: ['entity_materiality_overrides', entity],
      message: `is above dual_approval_threshold_usd (${content.dual_approval_threshold_usd})`,
    });
  }
  return findings;
}

// A misspelt entity would silently fall back to the looser general limit.
function unknownEntities(content: PolicyContent): Finding[] {
  const known = Object.keys(content.close_calendar.entities);
  const findings: Finding[] = [];
  const check = (entity: string, path: readonly PropertyKey[]) => {
    if (known.includes(entity)) return;
    findings.push({
      path,
      message: `entity ${entity} has no calendar under close_calendar.entities (${known.join(', ')})`,
    });
  };
  for (const entity of Object.keys(content.entity_materiality_overrides ?? {})) {
    check(entity, ['entity_materiality_overrides', entity]);
  }
  for (const account of Object.keys(content.account_sensitivity.accounts ?? {})) {
    check(account.slice(0, account.indexOf('/')), ['account_sensitivity', 'accounts', account]);
  }
  (content.closed_accounts ?? []).forEach((account, index) => {
    check(account.slice(0, account.indexOf('/')), ['closed_accounts', index]);
  });
  return findings;
}

function looserTiers(content: PolicyContent): Finding[] {
  const findings: Finding[] = [];
  for (const [sensitivity, overrides] of Object.entries(content.tier_overrides ?? {})) {
    for (const [action, tier] of Object.entries(overrides ?? {})) {
      const base = content.tool_tiers[action as keyof typeof content.tool_tiers];
      const path = ['tier_overrides', sensitivity, action];
      if (base === undefined) {
        findings.push({ path, message: `${action} has no tier in tool_tiers, so it is denied anyway` });
      } else if (TIERS.indexOf(tier) < TIERS.indexOf(base)) {
        findings.push({
          path,
          message: `${tier} is lower than tool_tiers.${action} (${base}); an override only raises`,
        });
      }
    }
  }
  return findings;
}

// A sensitive account must never be open to somebody whom an ordinary one is closed to.
function looserRoles(content: PolicyContent): Finding[] {
  const findings: Finding[] = [];
  for (const [action, bySensitivity] of Object.entries(content.roles ?? {})) {
    SENSITIVITIES.slice(1).forEach((sensitivity, index) => {
      const below = SENSITIVITIES[index];
      const lower = below && bySensitivity?.[below];
      if (lower === undefined) return;
      const higher = bySensitivity?.[sensitivity];
      if (higher === undefined) {
        findings.push({
          path: ['roles', action],
          message: `${below} needs a role but ${sensitivity} needs none; list it too`,
        });
        return;
      }
      for (const role of higher.filter((each) => !lower.includes(each))) {
        const message = `"${role}" is enough for ${sensitivity} but not for ${below}; list it there too`;
        findings.push({ path: ['roles', action, sensitivity], message });
      }
    });
  }
  return findings;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
