import type { Item } from '../ledger/items.ts';
import type { Candidate, Matcher } from '../ledger/settle.ts';
import { ZERO, decimal } from '../policy/money.ts';
import { amountDateText, exactReference, groupKey, intercompanyReference, sameSideOffset } from './rules.ts';

/** The rules in their order: what an earlier one takes, a later one does not see. */
const RULES = [exactReference, groupKey, intercompanyReference, sameSideOffset, amountDateText] as const;

/**
 * The deterministic matcher. The result does not depend on the order of the lines. It only finds; the gate says what of
 * it may settle.
 */
export const matchByRules: Matcher = (open, reconciliation, policy) => {
  const context = {
    fxTolerance:
      reconciliation.currency === reconciliation.statement_currency
        ? ZERO
        : decimal(policy.content.intercompany?.tolerance_usd ?? '0'),
  };
  const taken = new Set<string>();
  const found: Candidate[] = [];
  for (const rule of RULES) {
    for (const candidate of rule.find(left(open, taken), context)) {
      if (candidate.legs.some((leg) => taken.has(leg.id))) continue;
      for (const leg of candidate.legs) taken.add(leg.id);
      found.push(candidate);
    }
  }
  return found;
};

function left(open: readonly Item[], taken: ReadonlySet<string>): Item[] {
  return open
    .filter((item) => !taken.has(item.id))
    .sort((a, b) => (`${a.date}|${a.external_id}` < `${b.date}|${b.external_id}` ? -1 : 1));
}
