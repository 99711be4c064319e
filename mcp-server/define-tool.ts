import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Call, Door } from '../ledger/door.ts';
import { NotFound } from '../ledger/reconciliations.ts';
import { recordAccess } from './access.ts';
import { type Caller, OutOfScope } from './identity.ts';
import { identityNamedIn, namesIdentity } from './named-identity.ts';

/** What a tool's handler knows besides its arguments. Actor and session come from the token, never from arguments. */
export interface ToolContext {
  readonly door: Door;
  readonly caller: Caller;
  /** The idempotency key of this call. */
  readonly call: Call;
  /** Tells the reconciliation's workflow that something changed. */
  readonly wake: (reconciliation: string) => void;
}

/** A tool as it is listed, and how to call it. */
export interface Tool {
  readonly name: string;
  readonly listed: ListedTool;
  run(args: unknown, context: ToolContext): Promise<CallToolResult>;
}

/** Hints for clients; what is allowed is decided by the gate, not by these. */
export const READS = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};
export const CHANGES = { ...READS, readOnlyHint: false };
export const DECIDES = { ...CHANGES, destructiveHint: true };

/**
 * Makes a tool of a schema and a handler. Arguments beyond the schema (an actor, an amount in USD, a rate) are refused
 * and audited; a handler's {@link NotFound} and {@link OutOfScope} become error results; other errors are faults of the
 * server and are answered without their text.
 */
export function defineTool<Input extends z.ZodRawShape, Output extends z.ZodRawShape>(tool: {
  name: string;
  title: string;
  description: string;
  input: Input;
  output: Output;
  annotations: ListedTool['annotations'];
  handler: (
    args: z.infer<z.ZodObject<Input, z.core.$strict>>,
    context: ToolContext,
  ) => Promise<z.infer<z.ZodObject<Output, z.core.$strict>>>;
}): Tool {
  const [input, output] = [z.strictObject(tool.input), z.strictObject(tool.output)];
  return {
    name: tool.name,
    listed: {
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: jsonSchema(input, 'input'),
      outputSchema: jsonSchema(output, 'output'),
      annotations: { title: tool.title, ...tool.annotations },
    },
    async run(args, context) {
      const parsed = input.safeParse(args ?? {});
      if (!parsed.success) return await refuseArguments(tool.name, parsed.error.issues, context);
      try {
        const answer = await tool.handler(parsed.data, context);
        return answered(output.parse(answer));
      } catch (error) {
        if (error instanceof NotFound) return failed(error.message);
        if (!(error instanceof OutOfScope)) throw error;
        await recordAccess(context.door, 'OUT_OF_SCOPE', {
          caller: context.caller,
          toolCallId: context.call.toolCallId,
          detail: {
            reason: 'outside the reconciliation of the session',
            tool: tool.name,
            asked_for: error.asked,
            allowed: error.allowed,
          },
        });
        return failed(error.message);
      }
    },
  };
}

/** An error result that the caller may read and act on. */
export function failed(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] };
}

function answered(structuredContent: Record<string, unknown>): CallToolResult {
  // The text is for clients that do not read structured content.
  return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
}

/**
 * Refuses a call whose `_meta` says who the caller is; null when it does not.
 * @param meta as the client sent it
 */
export async function refuseIdentityInMeta(
  tool: string,
  meta: unknown,
  context: Pick<ToolContext, 'door' | 'caller' | 'call'>,
): Promise<CallToolResult | null> {
  const named = identityNamedIn(meta);
  if (named.length === 0) return null;
  return await refuseNames(tool, named, '_meta names an identity', context);
}

async function refuseArguments(
  tool: string,
  issues: readonly z.core.$ZodIssue[],
  context: ToolContext,
): Promise<CallToolResult> {
  const forbidden = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : [],
  );
  if (forbidden.length > 0) {
    const reason = forbidden.some((name) => namesIdentity(name.slice(name.lastIndexOf('.') + 1)))
      ? 'an argument names an identity'
      : 'the tool takes no argument of that name';
    return await refuseNames(tool, forbidden, reason, context);
  }
  const problems = issues
    .slice(0, 5)
    .map((issue) => `${printable(issue.path.join('.')) || 'arguments'}: ${issue.message}`);
  return failed(`${tool}: ${problems.join('; ')}; nothing was done. Correct the arguments and call again.`);
}

async function refuseNames(
  tool: string,
  names: readonly string[],
  reason: string,
  { door, caller, call }: Pick<ToolContext, 'door' | 'caller' | 'call'>,
): Promise<CallToolResult> {
  const clean = names.slice(0, 20).map((name) => printable(name));
  await recordAccess(door, 'FORBIDDEN_ARGUMENT', {
    caller,
    toolCallId: call.toolCallId,
    detail: { reason, tool, arguments: clean },
  });
  return failed(
    `${tool} takes no argument ${clean.join(', ')}; nothing was done. Actor, session, amounts and rates are not ` +
      'arguments: the server knows them. Repeat the call with the listed arguments only.',
  );
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 60);
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): ListedTool['inputSchema'] {
  const { $schema: _, ...listed } = z.toJSONSchema(schema, { io, target: 'draft-7' });
  return listed as ListedTool['inputSchema'];
}
