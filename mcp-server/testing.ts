import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Door } from '../ledger/door.ts';
import { AUDIENCE, ISSUER } from './identity.ts';
import { fixedKeys, keySetOf } from './key-set.ts';
import type { Trust } from './login.ts';
import { type RunningMcpServer, startMcpServer } from './server.ts';
import { type SigningKeyPair, generateKeyPair, mintToken } from './tokens.ts';

/** A server over a test's books, with a key for people and one for the model's worker. */
export interface TestServer {
  readonly url: URL;
  readonly woken: string[];
  readonly keys: { readonly people: SigningKeyPair; readonly agent: SigningKeyPair };
  /** A token of an actor, signed by the key that may. */
  token(sub: string, more?: Partial<Parameters<typeof mintToken>[0]>): Promise<string>;
  /** Calls a tool as an actor through a client of its own. */
  call(sub: string, tool: string, args: unknown, more?: CallOptions): Promise<ToolAnswer>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly sid?: string;
  readonly rec?: string;
  readonly toolCallId?: unknown;
}

export interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Record<string, unknown>;
}

/** Starts a server on a free port; `more` is trusted besides the keys for people and the model. */
export async function startTestServer(door: Door, more: Partial<Trust> = {}): Promise<TestServer> {
  const people = await generateKeyPair('people', ['human:']);
  const agent = await generateKeyPair('agent', ['llm:']);
  const keys = fixedKeys(await keySetOf({ keys: [people.publicJwk, agent.publicJwk] }, 'test keys'));
  const identity = { issuer: ISSUER, audience: AUDIENCE, keys };
  const woken: string[] = [];
  const server: RunningMcpServer = await startMcpServer({
    door,
    port: 0,
    trust: { identity, proxy: null, ...more },
    wake: (reconciliation) => woken.push(reconciliation),
  });
  const url = new URL(`http://127.0.0.1:${server.port}/mcp`);
  const token: TestServer['token'] = (sub, more = {}) => {
    const { privateKeyPem, kid } = sub.startsWith('llm:') ? agent : people;
    return mintToken({ privateKeyPem, kid, sub, sid: `session-${randomUUID()}`, ttlSeconds: 60, ...more });
  };
  return {
    url,
    woken,
    keys: { people, agent },
    token,
    async call(sub, tool, args, { sid, rec, toolCallId } = {}) {
      const bearer = await token(sub, { ...(sid ? { sid } : {}), ...(rec ? { rec } : {}) });
      const client = await connectClient(url, bearer);
      try {
        return answerOf(
          await client.callTool({
            name: tool,
            arguments: args as Record<string, unknown>,
            ...(toolCallId === undefined ? {} : { _meta: { 'closegate/tool-call-id': toolCallId } }),
          }),
        );
      } finally {
        await client.close();
      }
    },
    close: () => server.close(),
  };
}

/** The SDK's own client, signed in. */
export async function connectClient(url: URL, bearer: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${bearer}` } },
  });
  await client.connect(transport);
  return client;
}

function answerOf(result: unknown): ToolAnswer {
  const { isError, content, structuredContent } = result as {
    isError?: boolean;
    content: { text: string }[];
    structuredContent?: Record<string, unknown>;
  };
  return { isError: isError ?? false, text: content[0]?.text ?? '', data: structuredContent ?? {} };
}
