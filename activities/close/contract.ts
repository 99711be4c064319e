/** The activities of the close worker, as workflows see them. Inputs and outputs are plain JSON; amounts never travel. */
export interface CloseActivities {
  /** Opens the run and its reconciliations. Fails for good when the entity is unknown or the close may not start. */
  openRun(input: PeriodInput): Promise<OpenedClose>;
  /** Reads and imports every file of the entity's month. Refused files fail for good; nothing of them is imported. */
  importPeriod(input: PeriodInput): Promise<ImportedPeriod>;
  /** Runs the deterministic matcher over what is open. */
  matchAccount(input: ReconciliationInput): Promise<MatchedAccount>;
  /** Bundles what is still open into packets for the model, with the policy's budgets. */
  makePackets(input: ReconciliationInput): Promise<Packets>;
  /** Records how an investigation ended. */
  finishPacket(input: FinishedPacket): Promise<void>;
  /** Opens the review: from here on people decide. */
  beginReview(input: ReconciliationInput): Promise<void>;
  /** Where the account stands, read from Postgres. */
  reviewState(input: ReconciliationInput): Promise<ReviewState>;
  /** Locks the period when every account is certified. */
  lockPeriod(input: PeriodInput): Promise<{ readonly locked: boolean; readonly why: string | null }>;
  /** The month before an instant, in the entity's own zone. */
  priorPeriod(input: { readonly entity: string; readonly at: string }): Promise<string>;
}

export interface PeriodInput {
  readonly entity: string;
  readonly period: string;
}

export interface ReconciliationInput {
  readonly reconciliation: string;
}

export interface OpenedClose {
  readonly policyHash: string;
  readonly accounts: readonly { readonly account: string; readonly reconciliation: string }[];
}

export interface ImportedPeriod {
  readonly documents: number;
  readonly lines: number;
}

/** Counts as decimal strings, with the audit log's receipt. */
export interface MatchedAccount {
  readonly settled: string;
  readonly proposed: string;
  readonly receipt: { readonly stream: string; readonly seq: string; readonly row_hash: string };
}

export interface Packet {
  readonly id: string;
  readonly version: number;
  readonly itemIds: readonly string[];
}

export interface Packets {
  readonly packets: readonly Packet[];
  readonly agent: AgentBudget;
}

export interface AgentBudget {
  readonly model: string;
  readonly maxTurns: number;
  readonly maxTokensPerTurn: number;
  readonly maxInputTokens: number;
}

export interface FinishedPacket {
  readonly packet: string;
  readonly reconciliation: string;
  readonly state: 'DONE' | 'LEFT_FOR_HUMAN';
  readonly outcome: string;
  readonly turns: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ReviewState {
  readonly state: string;
  readonly lines: string;
  readonly matched: string;
  readonly awaitingReview: string;
  readonly openExceptions: string;
  readonly open: string;
  readonly pendingApprovals: number;
  readonly difference: string | null;
}
