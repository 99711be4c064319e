import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { CopyIn } from './copy-in.ts';
import type { CopyOut } from './copy-out.ts';
import { Lastly, sendWithCommit } from './last-statement.ts';

// Every statement of ours has one text; the limit keeps a server's memory bounded should one ever be built per call.
const MOST_STATEMENTS = 500;
const INVALID_PLAN = '0A000'; // "cached plan must not change result type": the tables were altered meanwhile.

/**
 * A pool whose statements with parameters are parsed and planned once a connection (named statements of the protocol)
 * and not at every call: about a third of what a short decision costs the server.
 * A pooler between us and Postgres must keep named statements (PgBouncer: `max_prepared_statements` above 0).
 */
export function preparing(pool: Pool): PostgresPool {
  const names = new Map<string, string>();
  const clients = new WeakMap<PoolClient, PostgresPoolClient>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST_STATEMENTS) return known;
    const name = `closegate_${names.size + 1}`;
    names.set(text, name);
    return name;
  };
  return {
    async connect() {
      const client = await pool.connect();
      const known = clients.get(client);
      if (known) return known;
      const wrapped = preparingClient(client, nameOf);
      clients.set(client, wrapped);
      return wrapped;
    },
    end: () => pool.end(),
  };
}

function preparingClient(
  client: PoolClient,
  nameOf: (text: string) => string | undefined,
): PostgresPoolClient {
  let outdated = false;
  let waiting: { readonly text: string; readonly values: readonly unknown[] } | null = null;
  const query = (given: string | CopyOut, values: readonly unknown[]) => {
    if (typeof given === 'string') return inTurn(given, values);
    if (waiting) throw new Error('nothing is copied out behind the last statement of a transaction');
    return client.query(given);
  };
  const inTurn = async (given: string, values: readonly unknown[]) => {
    const last = waiting;
    waiting = null;
    if (last && given === 'commit') return await committed(last.text, last.values);
    if (last && given !== 'rollback') await statement(last.text, last.values);
    const [first] = values;
    if (!(first instanceof Lastly)) return await statement(given, values);
    waiting = { text: given, values: first.values };
    return { command: '', rowCount: 0, rows: [] };
  };
  const statement = (text: string, values: readonly unknown[]) => {
    const [copied] = values;
    if (copied instanceof CopyIn) return copied.run(client, text);
    const name = values.length === 0 ? undefined : nameOf(text);
    return noticing(client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) }));
  };
  const committed = async (text: string, values: readonly unknown[]) => {
    const name = nameOf(text);
    if (name !== undefined) {
      await noticing(sendWithCommit(client, { name, text, values }));
      return { command: 'COMMIT', rowCount: 0, rows: [] };
    }
    await statement(text, values);
    return await statement('commit', []);
  };
  const noticing = async <Result>(result: Promise<Result>): Promise<Result> => {
    try {
      return await result;
    } catch (error) {
      outdated ||= (error as { code?: unknown }).code === INVALID_PLAN;
      throw error;
    }
  };
  return {
    // The other form of `query` takes a cursor; ours copies out.
    query: query as unknown as PostgresPoolClient['query'],
    // A connection that holds plans of tables as they were is of no use any more, nor one whose transaction was left open.
    release: () => client.release(outdated || waiting !== null),
  };
}
