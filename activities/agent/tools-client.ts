import type { Tool } from '@anthropic-ai/sdk/resources/messages';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type CallToolResult, ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { ToolCallInput, ToolCallResult } from './contract.ts';

// Part of the protocol with the tools' server.
const TOOL_CALL_ID = 'closegate/tool-call-id';
const RETRYABLE = 'closegate/retryable';

const CALL_TIMEOUT_MS = 60_000;
// Tool results travel through the workflow's history, which takes 2 MB a value.
const LONGEST_TEXT = 200_000;

/** The tools as the model's API wants them listed. */
export async function listTools(url: string, bearer: string, signal: AbortSignal): Promise<Tool[]> {
  return await connected(url, bearer, signal, async (client) => {
    const { tools } = await client.listTools(undefined, { signal, timeout: CALL_TIMEOUT_MS });
    return tools.map(({ name, description, inputSchema }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      input_schema: inputSchema as Tool['input_schema'],
    }));
  });
}

/**
 * Calls a tool once, on a connection of its own.
 * @throws when the server could not be reached or failed by its own fault; the same call may then be repeated.
 */
export async function callTool(
  url: string,
  bearer: string,
  call: ToolCallInput,
  signal: AbortSignal,
): Promise<ToolCallResult> {
  if (typeof call.arguments !== 'object' || call.arguments === null || Array.isArray(call.arguments)) {
    return {
      text: 'The arguments of a tool are a JSON object; nothing was done.',
      isError: true,
      outcome: null,
    };
  }
  const params = {
    name: call.name,
    arguments: call.arguments as Record<string, unknown>,
    _meta: { [TOOL_CALL_ID]: call.toolUseId },
  };
  return await connected(url, bearer, signal, async (client) => {
    try {
      const result = await client.callTool(params, undefined, { signal, timeout: CALL_TIMEOUT_MS });
      return read(result as CallToolResult);
    } catch (error) {
      if (!isCallersFault(error)) throw error;
      return { text: `The call was refused: ${error.message.slice(0, 500)}`, isError: true, outcome: null };
    }
  });
}

async function connected<T>(
  url: string,
  bearer: string,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ name: 'closegate-agent-worker', version: '0.1.0' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${bearer}` }, signal },
  });
  try {
    await client.connect(transport, {
      signal,
      timeout: CALL_TIMEOUT_MS,
    });
    return await work(client);
  } finally {
    await client.close();
  }
}

function read(result: CallToolResult): ToolCallResult {
  const text = result.content
    .map((block) => (block.type === 'text' ? block.text : `[${block.type}]`))
    .join('\n');
  if (result.isError && result._meta?.[RETRYABLE] === true) throw new Error(text);
  const outcome = result.structuredContent?.['outcome'];
  return {
    text: text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)} [cut off]` : text,
    isError: result.isError ?? false,
    outcome: typeof outcome === 'string' ? outcome : null,
  };
}

// The model named something the protocol does not know, or sent more than the server takes.
function isCallersFault(error: unknown): error is Error {
  if (error instanceof McpError) {
    return [ErrorCode.InvalidParams, ErrorCode.InvalidRequest, ErrorCode.MethodNotFound].includes(error.code);
  }
  return error instanceof StreamableHTTPError && (error.code === 400 || error.code === 413);
}
