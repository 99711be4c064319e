import { request } from 'node:http';
import type { Db } from '../ledger/connect.ts';
import { ACCESS_STREAM } from '../ledger/streams.ts';

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

/** For tests: posts to a server with any headers at all; fetch would not let a test choose the Host. */
export function postTo(url: URL, headers: Readonly<Record<string, string>>, body = LIST): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** A row of the access stream, as the tests compare it. */
export interface AccessRow {
  readonly seq: bigint;
  readonly type: string;
  readonly actor: string | null;
  readonly actingAgent: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** For tests: every access row so far, in order. */
export async function accessRows(db: Db): Promise<AccessRow[]> {
  const rows = await db
    .selectFrom('audit_events')
    .select(['seq', 'event_type', 'bytes', 'actor_id', 'acting_agent'])
    .where('stream', '=', ACCESS_STREAM)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    seq: BigInt(row.seq),
    type: row.event_type,
    actor: row.actor_id,
    actingAgent: row.acting_agent,
    detail: (JSON.parse(row.bytes.toString('utf8')) as { detail: Record<string, unknown> }).detail,
  }));
}

/** For tests: the last access row, if there is one. */
export async function lastAccess(db: Db): Promise<AccessRow | undefined> {
  return (await accessRows(db)).at(-1);
}
