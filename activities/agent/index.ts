import { readFileSync } from 'node:fs';
import { Anthropic } from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming, Tool } from '@anthropic-ai/sdk/resources/messages';
import { CancelledFailure, Context } from '@temporalio/activity';
import type {
  AgentActivities,
  ModelTurnInput,
  ModelTurnResult,
  ToolCallInput,
  ToolCallResult,
  TokenClaims,
} from './contract.ts';
import { modelFailure } from './model-errors.ts';
import { callTool, listTools } from './tools-client.ts';

/** What the agent worker holds: a model key and a way to call the tools. No database, no other way out. */
export interface AgentConfig {
  readonly anthropic: { readonly apiKey: string; readonly baseURL?: string };
  /** The tools' server, `http://127.0.0.1:4701/mcp`. */
  readonly mcpUrl: string;
  /** Makes the bearer token of one call. */
  readonly token: (claims: TokenClaims) => Promise<string>;
  /** The running activity; Temporal's own unless a test brings another. */
  readonly running?: () => RunningActivity;
}

/** What of a running activity is needed. */
export interface RunningActivity {
  readonly cancellationSignal: AbortSignal;
  heartbeat(): void;
}

// One turn is thinking and a few thousand tokens; what takes longer has hung.
const TURN_TIMEOUT_MS = 240_000;
// A cancelled activity learns of it with a heartbeat only.
const HEARTBEAT_MS = 5_000;

const PROMPT = readFileSync(new URL('recon-operator.md', import.meta.url), 'utf8');

/** The activities of the agent worker. */
export function createAgentActivities(config: AgentConfig): AgentActivities {
  const client = new Anthropic({
    apiKey: config.anthropic.apiKey,
    // Never from the environment: the worker talks to the address it was given.
    authToken: null,
    baseURL: config.anthropic.baseURL ?? 'https://api.anthropic.com',
    // Temporal retries, where it can be seen and where a restart does not lose count.
    maxRetries: 0,
    timeout: TURN_TIMEOUT_MS,
  });
  const running = config.running ?? (() => Context.current());
  const tools = toolsOnce(config);

  return {
    async modelTurn(input: ModelTurnInput): Promise<ModelTurnResult> {
      return await beating(running(), async (signal) => {
        const listed = await tools.get(signal);
        try {
          const answer = await client.messages.create(requestOf(input, listed), { signal });
          const {
            input_tokens: fresh,
            cache_creation_input_tokens: written,
            cache_read_input_tokens: read,
          } = answer.usage;
          return {
            content: answer.content,
            stopReason: answer.stop_reason ?? 'end_turn',
            usage: {
              inputTokens: fresh + (written ?? 0) + (read ?? 0),
              outputTokens: answer.usage.output_tokens,
            },
          };
        } catch (error) {
          if (signal.aborted) throw error;
          const failure = modelFailure(error, Date.now());
          // It may have refused the tools as they were listed.
          if (failure.nonRetryable) tools.forget();
          throw failure;
        }
      });
    },

    async toolCall(input: ToolCallInput): Promise<ToolCallResult> {
      return await beating(running(), async (signal) => {
        const bearer = await config.token({ session: input.session, reconciliation: input.reconciliation });
        try {
          return await callTool(config.mcpUrl, bearer, input, signal);
        } catch (error) {
          tools.forget();
          throw error;
        }
      });
    },
  };
}

function requestOf(input: ModelTurnInput, tools: Tool[]): MessageCreateParamsNonStreaming {
  return {
    model: input.model,
    max_tokens: input.maxTokens,
    // Every turn of every packet begins with the same prompt and tools, so they are read from the cache.
    system: [{ type: 'text', text: PROMPT, cache_control: { type: 'ephemeral' } }],
    tools,
    messages: [...input.messages],
  };
}

// The list changes only with a new version of the server, so it is asked for once a process.
function toolsOnce(config: AgentConfig) {
  let known: Tool[] | null = null;
  return {
    async get(signal: AbortSignal): Promise<Tool[]> {
      // Bound to no reconciliation that exists: this token can list and nothing else.
      const claims = { session: 'list-tools', reconciliation: 'none' };
      known ??= await listTools(config.mcpUrl, await config.token(claims), signal);
      return known;
    },
    forget() {
      known = null;
    },
  };
}

async function beating<T>(activity: RunningActivity, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = activity.cancellationSignal;
  const timer = setInterval(() => activity.heartbeat(), HEARTBEAT_MS);
  try {
    return await work(signal);
  } catch (error) {
    if (signal.aborted) throw new CancelledFailure('the activity was cancelled');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
