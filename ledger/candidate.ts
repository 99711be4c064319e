import type { Policy } from '../policy/load.ts';
import type { MatchType } from './database.ts';
import type { Item } from './items.ts';
import type { Reconciliation } from './reconciliations.ts';

/** What a matching rule found: lines that belong together, how sure, and how many other solutions are as good. */
export interface Candidate {
  readonly rule: string;
  readonly type: MatchType;
  readonly legs: readonly Item[];
  /** 0 to 1, two decimals, as a decimal string. */
  readonly score: string;
  readonly alternatives: number;
  readonly reasons: string;
}

/** Finds candidates among a reconciliation's open lines. No line may stand in two of them. */
export type Matcher = (
  open: readonly Item[],
  reconciliation: Reconciliation,
  policy: Policy,
) => readonly Candidate[];
