import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { z } from 'zod';

const entity = z.string().regex(/^[A-Z][A-Z0-9_-]{0,19}$/, 'must be an entity code such as US');
const period = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-03');
const reconciliation = z
  .string()
  .regex(/^[^/\s]+\/\d{4}-(0[1-9]|1[0-2])\/[^/\s]+$/, 'must look like US/2026-03/1010');

/** Input of `closePeriod`: one entity, one month. */
export const closePeriodInput = z.strictObject({ entity, period });
export type ClosePeriodInput = z.infer<typeof closePeriodInput>;

/** Input of `reconcileAccount`. `phase` and `paused` are set by continue-as-new only. */
export const reconcileAccountInput = z.strictObject({
  reconciliation,
  phase: z.enum(['match', 'review']).default('match'),
  paused: z.boolean().default(false),
});
export type ReconcileAccountInput = z.input<typeof reconcileAccountInput>;

/** Input of `investigate`: one packet of open lines, and the policy's budgets. */
export const investigateInput = z.strictObject({
  reconciliation,
  packet: z.strictObject({
    id: z.string().min(1),
    version: z.int().min(1),
    itemIds: z.array(z.string().regex(/^\d+$/)).min(1),
  }),
  agent: z.strictObject({
    model: z.string().min(1),
    maxTurns: z.int().min(1),
    maxTokensPerTurn: z.int().min(1),
    maxInputTokens: z.int().min(1),
  }),
});
export type InvestigateInput = z.infer<typeof investigateInput>;

/** Input of `monthEndClose`: closes the month before the one in which it was started. */
export const monthEndCloseInput = z.strictObject({ entity });
export type MonthEndCloseInput = z.infer<typeof monthEndCloseInput>;

/** Wakes a reconciliation up. Carries no authority: what was decided is read from Postgres. */
export const reviewed = defineUpdate<string>('reviewed');
export const pause = defineSignal('pause');
export const resume = defineSignal('resume');
/** An account tells its close that it came a step further; again only "look again". */
export const progressed = defineSignal<[string, AccountPhase]>('progressed');
export const status = defineQuery<CloseStatus | AccountStatus>('status');

export type AccountPhase = 'waiting' | 'matching' | 'investigating' | 'in review' | 'certified' | 'failed';

export interface AccountStatus {
  readonly reconciliation: string;
  readonly phase: AccountPhase;
  readonly paused: boolean;
  readonly packets: { readonly done: number; readonly total: number };
  readonly lines: string;
  readonly matched: string;
  readonly awaitingReview: string;
  readonly openExceptions: string;
  readonly pendingApprovals: number;
}

export interface CloseStatus {
  readonly entity: string;
  readonly period: string;
  readonly state: string;
  readonly paused: boolean;
  readonly accounts: readonly { readonly account: string; readonly phase: AccountPhase }[];
}
