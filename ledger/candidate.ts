import type { Policy } from '../policy/load.ts';
import type { MatchType } from './database.ts';
import type { Item } from './items.ts';
import type { HeldLines } from './open-lines.ts';
import type { Reconciliation } from './reconciliations.ts';

/** What a matcher sees of an open line. */
export type OpenLine = Pick<
  Item,
  | 'id'
  | 'side'
  | 'external_id'
  | 'date'
  | 'currency'
  | 'amount'
  | 'base_amount'
  | 'fee'
  | 'reference'
  | 'counterparty'
  | 'description'
  | 'group_key'
>;

/** What a matching rule found: lines that belong together, how sure, and how many other solutions are as good. */
export interface Candidate {
  readonly rule: string;
  /** The rule's version: another one might have found something else. */
  readonly version: number;
  readonly type: MatchType;
  /** The lines' ids. */
  readonly lines: readonly string[];
  /** 0 to 1, two decimals, as a decimal string. */
  readonly score: string;
  readonly alternatives: number;
  readonly reasons: string;
}

/** Open lines in batches, which can be gone through again and again. */
export interface OpenLines extends Iterable<readonly OpenLine[]> {
  /** The same for the last time: what was looked at leaves memory. */
  last?(): Iterable<readonly OpenLine[]>;
}

/**
 * Finds candidates among a reconciliation's open lines, which come in batches, in no order that means anything. They are
 * given as they are found, rule by rule, all of one rule in a row and none of two in one batch. No line may stand in two
 * candidates.
 */
export type Matcher = (
  open: HeldLines,
  reconciliation: Reconciliation,
  policy: Policy,
) => Iterable<readonly Candidate[]> | AsyncIterable<readonly Candidate[]>;
