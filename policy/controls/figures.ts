import type { EntryLine } from '../contract.ts';
import { sum } from '../money.ts';
import { type Control, actsTo } from './facts.ts';

/** FX_RATE_MISSING: an amount had to be converted and there is no rate for its date. */
export const fxRateMissing: Control = ({ request }) =>
  request.fx === 'missing' && !actsTo(request, 'READ') ? 'deny' : null;

/** FX_RATE_STALE: the latest rate is older than the policy's `fx.max_age_days`. */
export const fxRateStale: Control = ({ request }) =>
  request.fx === 'stale' && !actsTo(request, 'READ') ? 'deny' : null;

/** ADJUSTMENT_UNBALANCED: the proposed entry does not balance, is not an entry, or posts to a closed account. */
export const adjustmentUnbalanced: Control = ({ request, policy }) => {
  const { adjustment, closedAccounts, entity } = request;
  if (adjustment === null || actsTo(request, 'READ')) return null;
  const closed = new Set([...closedAccounts, ...(policy.content.closed_accounts ?? [])]);
  const isClosed = ({ account }: EntryLine) => closed.has(account) || closed.has(`${entity}/${account}`);
  if (adjustment.length === 0 || !adjustment.every(isOneSided) || adjustment.some(isClosed)) return 'deny';
  const debits = sum(adjustment.map((line) => line.debit));
  const credits = sum(adjustment.map((line) => line.credit));
  return debits.eq(credits) ? null : 'deny';
};

function isOneSided({ account, debit, credit }: EntryLine): boolean {
  if (account.trim() === '' || !debit.isFinite() || !credit.isFinite()) return false;
  return (debit.gt(0) && credit.isZero()) || (credit.gt(0) && debit.isZero());
}
