import { type Code, CODES, SENSITIVITIES } from './contract.ts';
import { clauseOf } from './gate.ts';
import { MAX_CHARACTERS, type Policy, PolicyError, parsePolicy } from './load.ts';
import { permitsEngineSettlement } from './lookups.ts';
import { decimal } from './money.ts';
import { resolvePointer } from './pointer.ts';
import type { PolicyContent } from './schema.ts';
import { secretsIn, withoutSecrets } from './secrets.ts';

/** Something that a reader of the policy should know. An error must be mended; a warning may be meant. */
export interface Remark {
  readonly level: 'error' | 'warning';
  /** With file, and line or key. */
  readonly message: string;
}

/** What a review of a policy's text found. */
export interface Review {
  /** Null when the text is no valid policy. */
  readonly policy: Policy | null;
  readonly remarks: readonly Remark[];
}

/**
 * Reviews the text of a `policy.yaml` beyond what loading checks: secrets, pointers that lead nowhere, rules and keys
 * that can never have an effect. Never throws on a text, and never repeats what looks like a secret.
 * @param fileName only for messages
 */
export function reviewPolicy(text: string, fileName: string): Review {
  // Longer texts are refused by loading, and need no search.
  const secrets = secretsIn(text.slice(0, MAX_CHARACTERS)).map(({ line, looksLike }) =>
    error(`${fileName}:${line} looks like ${looksLike}; a policy holds no secrets: remove it, and renew it`),
  );
  try {
    const policy = parsePolicy(text, fileName);
    return {
      policy,
      remarks: [...secrets, ...pointers(policy), ...unreachable(policy.content), ...idleKeys(policy)],
    };
  } catch (problem) {
    if (!(problem instanceof PolicyError)) throw problem;
    return {
      policy: null,
      remarks: [...secrets, ...problem.problems.map((each) => error(withoutSecrets(each)))],
    };
  }
}

const error = (message: string): Remark => ({ level: 'error', message });

function pointers(policy: Policy): Remark[] {
  return CODES.flatMap((code) => {
    const { pointer, text } = clauseOf(policy, code);
    if (resolvePointer(policy.content, pointer) === text) return [];
    return [error(`${policy.fileName} ${pointer}: does not lead to the sentence that governs ${code}`)];
  });
}

/** Controls that cannot fire under a policy, each with the reason. */
export function silentCodes(content: PolicyContent): ReadonlyMap<Code, string> {
  const silent = new Map<Code, string>();
  if (!sensitivitiesOf(content).has('restricted')) {
    silent.set('ACCOUNT_FORCED_HUMAN', 'account_sensitivity restricts no account');
  }
  const roles = Object.values(content.roles ?? {}).flatMap((each) => Object.keys(each ?? {}));
  const used: readonly string[] = [...sensitivitiesOf(content)];
  if (!roles.some((sensitivity) => used.includes(sensitivity))) {
    silent.set('ROLE_REQUIRED', 'roles asks for none');
  }
  return silent;
}

function unreachable(content: PolicyContent): Remark[] {
  const silent = silentCodes(content);
  return Object.entries(content.rules).flatMap(([name, { codes }]) =>
    codes.flatMap((code): Remark[] => {
      const reason = silent.get(code);
      if (reason === undefined) return [];
      const scope = codes.length === 1 ? 'is never quoted' : 'is partly idle';
      return [
        { level: 'warning', message: `rules.${name}: ${scope}: ${code} cannot fire, because ${reason}` },
      ];
    }),
  );
}

function sensitivitiesOf(content: PolicyContent): ReadonlySet<string> {
  const { accounts, default: otherwise } = content.account_sensitivity;
  return new Set([otherwise, ...Object.values(accounts ?? {})]);
}

/** Keys that say something which cannot have an effect beside the others. */
function idleKeys(policy: Policy): Remark[] {
  const { content } = policy;
  const { tool_tiers: tiers, auto_settle: auto } = content;
  const found: string[] = [];
  if (auto.rules.length > 0 && !permitsEngineSettlement(policy)) {
    found.push(
      'auto_settle.rules: settle nothing until a person other than the author stands under approved_by',
    );
  }
  if (auto.rules.length > 0 && tiers.settle_by_rule === undefined) {
    found.push('auto_settle.rules: settle nothing, because tool_tiers has no settle_by_rule');
  }
  if (decimal(auto.cumulative_limit_usd).lt(decimal(content.materiality_threshold_usd))) {
    found.push(
      `auto_settle.cumulative_limit_usd: is below materiality_threshold_usd (${content.materiality_threshold_usd}), which therefore never decides a settlement by rule`,
    );
  }
  for (const action of Object.keys(content.roles ?? {})) {
    if (action in tiers) continue;
    found.push(`roles.${action}: is never asked, because tool_tiers has no ${action}: it is denied to all`);
  }
  const used = sensitivitiesOf(content);
  for (const sensitivity of Object.keys(content.tier_overrides ?? {})) {
    // An override holds for the sensitivities above it too.
    const from = SENSITIVITIES.findIndex((each) => each === sensitivity);
    if (SENSITIVITIES.slice(from).some((each) => used.has(each))) continue;
    found.push(`tier_overrides.${sensitivity}: raises nothing, because no account is ${sensitivity}`);
  }
  return found.map((message) => ({ level: 'warning', message }));
}
