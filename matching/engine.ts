import { Board, type Exchange, type Match, type Rule } from './board.ts';
import type { Line } from './line.ts';
import { amountMismatch } from './rules/amount-mismatch.ts';
import { amountNear } from './rules/amount-near.ts';
import { amountSlip } from './rules/amount-slip.ts';
import { batchInParts } from './rules/batch-in-parts.ts';
import { batchPair } from './rules/batch-pair.ts';
import { batchSum } from './rules/batch-sum.ts';
import { codeGroup, dayGroup } from './rules/code-group.ts';
import { counterpartySum } from './rules/counterparty-sum.ts';
import { dayLessFee } from './rules/day-less-fee.ts';
import { dayTotal } from './rules/day-total.ts';
import { amountDate, amountDateAlias, amountDateText } from './rules/equal-amounts.ts';
import { exactRest } from './rules/exact-rest.ts';
import { exactReference } from './rules/exact-reference.ts';
import { batchTotal, groupKey, groupMany, groupRemainder } from './rules/group-key.ts';
import { identifier } from './rules/identifier.ts';
import { identifierSum, listedInPart } from './rules/identifier-sum.ts';
import { intercompanyReference } from './rules/intercompany.ts';
import { instalments } from './rules/instalments.ts';
import { lessBankFee } from './rules/less-bank-fee.ts';
import { counterpartyComponent, identifierComponent } from './rules/many-to-many.ts';
import { namedOffset, reversalInText, sameSideOffset } from './rules/offsets.ts';
import { lessCommission } from './rules/less-commission.ts';
import { namedDay } from './rules/named-day.ts';
import { paidInPieces } from './rules/paid-in-pieces.ts';
import { periodNet } from './rules/period-net.ts';
import { periodTotal } from './rules/period-total.ts';
import { runTotal } from './rules/run-total.ts';
import { statedFee } from './rules/stated-fee.ts';
import { statementOfAccount } from './rules/statement-of-account.ts';
import { payoutShare, steadyShare } from './rules/steady-share.ts';
import { unnamedRest, unnamedTotal } from './rules/unnamed.ts';
import { unnamedRow } from './rules/unnamed-row.ts';
import { wrongReference } from './rules/wrong-reference.ts';
import type { Settings } from './settings.ts';

/** The rules in their order: the surest first. What an earlier one takes, a later one does not see. */
export const RULES: readonly Rule[] = [
  exactReference,
  identifier,
  groupKey,
  sameSideOffset,
  identifierSum,
  intercompanyReference,
  dayTotal,
  amountDateText,
  wrongReference,
  dayTotal,
  namedDay,
  namedOffset,
  groupMany,
  groupRemainder,
  batchTotal,
  batchInParts,
  counterpartySum,
  statementOfAccount,
  instalments,
  lessCommission,
  unnamedRest,
  listedInPart,
  identifierComponent,
  codeGroup,
  exactRest,
  counterpartyComponent,
  amountMismatch,
  statedFee,
  lessBankFee,
  reversalInText,
  counterpartyComponent,
  dayGroup,
  periodNet,
  periodTotal,
  runTotal,
  payoutShare,
  amountSlip,
  batchSum,
  batchPair,
  amountDateAlias,
  amountDate,
  amountDateAlias,
  amountSlip,
  unnamedTotal,
  unnamedRow,
  dayLessFee,
  steadyShare,
  amountNear,
  paidInPieces,
];

/** How lines are matched, beside their settings. */
export interface MatchOptions {
  /** Where lines of different currencies can be compared by their base amounts. */
  readonly exchange?: Exchange;
  /** Is told of each rule before it runs. */
  readonly onRule?: (rule: Rule, open: number) => void;
}

/**
 * Matches the lines of both sides. The same lines give the same matches in whatever order they come; every line is in at
 * most one match.
 * @param lines are used up: what is matched leaves memory.
 */
export function matchLines(lines: Line[], settings: Settings, options: MatchOptions = {}): readonly Match[] {
  return [...matchedByRule(lines, settings, options)].flat();
}

/** The same, as it is found: what a rule took, in one piece, once the rule does not run again. */
export function* matchedByRule(
  lines: Line[],
  settings: Settings,
  options: MatchOptions = {},
): Generator<readonly Match[]> {
  const board = new Board(lines, settings, options.exchange ?? null);
  for (const [at, rule] of RULES.entries()) {
    if (settings.off.includes(rule.name)) continue;
    options.onRule?.(rule, board.openCount);
    board.statistics.look(() => board.open());
    rule.find(board);
    if (!RULES.includes(rule, at + 1)) yield board.foundBy(rule);
  }
}
