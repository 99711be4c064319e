import type { ContentBlock, MessageParam } from '@anthropic-ai/sdk/resources/messages';

/** One turn of the model: everything said so far, and how much it may answer. Plain JSON, recorded in history. */
export interface ModelTurnInput {
  readonly model: string;
  readonly messages: readonly MessageParam[];
  readonly maxTokens: number;
}

/** What the model answered, word for word. */
export interface ModelTurnResult {
  readonly content: readonly ContentBlock[];
  readonly stopReason: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

/** One tool call that the model asked for. `toolUseId` and `session` are the call's idempotency key. */
export interface ToolCallInput {
  readonly session: string;
  readonly reconciliation: string;
  readonly toolUseId: string;
  readonly name: string;
  readonly arguments: unknown;
}

/** What the tool answered, as the model will read it. `outcome` is the door's word where the tool changes something. */
export interface ToolCallResult {
  readonly text: string;
  readonly isError: boolean;
  readonly outcome: string | null;
}

/** What the bearer token of one tool call says. The actor is the worker's own and is not among it. */
export interface TokenClaims {
  readonly session: string;
  readonly reconciliation: string;
}

/** The activities of the agent worker, as workflows see them. */
export interface AgentActivities {
  /**
   * Asks the model for its next turn.
   * @throws {ApplicationFailure} `ModelRefused` (not retryable) when the request itself is at fault;
   *   `ModelUnavailable` (retryable, with the delay that the provider asks for) otherwise.
   */
  modelTurn(input: ModelTurnInput): Promise<ModelTurnResult>;
  /** Calls one of the seven tools. A wrong call comes back as `isError` text; only faults of transport throw. */
  toolCall(input: ToolCallInput): Promise<ToolCallResult>;
}
