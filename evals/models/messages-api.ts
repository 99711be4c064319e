import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages';

/** A request as the Messages API gets it. */
export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly MessageParam[];
  readonly system?: unknown;
  readonly tools?: readonly Tool[];
}

/** What a scripted model says. */
export type ScriptedBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

/** A scripted model: what it says depends on the conversation so far, and on nothing else. */
export type ScriptedModel = (request: MessagesRequest) => readonly ScriptedBlock[];

/** A failure in place of an answer. */
export type Fault =
  'reset' | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** How to serve a scripted model. */
export interface MessagesApiOptions {
  readonly model: ScriptedModel;
  /** 0, the default, takes any free port of 127.0.0.1. */
  readonly port?: number;
  /** Asked before each answer, with the number of the request from 1. */
  readonly fault?: (nth: number, request: MessagesRequest) => Fault | null;
}

/** A running server. */
export interface RunningMessagesApi {
  readonly port: number;
  readonly baseURL: string;
  /** How many requests came. */
  readonly served: () => number;
  close(): Promise<void>;
}

const LARGEST_BODY = 32 * 1024 * 1024;

/** Serves `POST /v1/messages`, without streaming, from a scripted model. */
export async function startMessagesApi(options: MessagesApiOptions): Promise<RunningMessagesApi> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    answer(options, count, request, response).catch((error: unknown) => {
      fail(response, 500, 'api_error', error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new Error(`the scripted model cannot listen on port ${options.port ?? 0}: ${cause.message}`, {
          cause,
        }),
      );
    });
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    baseURL: `http://127.0.0.1:${port}`,
    served: () => count,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(
  options: MessagesApiOptions,
  nth: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (request.method !== 'POST' || path !== '/v1/messages') {
    fail(response, 404, 'not_found_error', 'only POST /v1/messages is served here');
    return;
  }
  const asked = parse(await bodyOf(request));
  if (typeof asked === 'string') {
    fail(response, 400, 'invalid_request_error', asked);
    return;
  }
  const fault = options.fault?.(nth, asked) ?? null;
  if (fault === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (fault !== null) {
    fail(
      response,
      fault.status,
      fault.status === 529 ? 'overloaded_error' : 'api_error',
      'injected',
      fault.headers,
    );
    return;
  }
  send(response, 200, message(asked, options.model(asked)));
}

function message(asked: MessagesRequest, content: readonly ScriptedBlock[]) {
  return {
    id: `msg_${conversationHash(asked)}`,
    type: 'message',
    role: 'assistant',
    model: asked.model,
    content,
    stop_reason: content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    // About four characters a token, so that budgets are exercised.
    usage: { input_tokens: tokens(asked), output_tokens: tokens(content) },
  };
}

/** Names a conversation by its content, so that ids made from it are the same in every replay and retry. */
export function conversationHash(request: Pick<MessagesRequest, 'messages'>): string {
  return createHash('sha256').update(JSON.stringify(request.messages)).digest('hex').slice(0, 20);
}

function tokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}

function parse(body: string): MessagesRequest | string {
  try {
    const asked = JSON.parse(body) as Partial<MessagesRequest> | null;
    if (typeof asked?.model !== 'string') return 'model: must be text';
    if (!Array.isArray(asked.messages) || asked.messages.length === 0) return 'messages: must be a list';
    return asked as MessagesRequest;
  } catch {
    return 'the body is not JSON';
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function fail(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, { type: 'error', error: { type, message: text } }, headers);
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
