import type { Socket } from 'node:net';
import { CompiledQuery, type Transaction } from 'kysely';
import type { Connection, PoolClient, Submittable } from 'pg';
import type { Database } from './database.ts';

/** Takes the place of a statement's values, and says that nobody waits for its result; the driver's wrapper sees it. */
export class Lastly {
  readonly values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.values = values;
  }
}

/**
 * Has a statement sent with the commit that follows it, in one round trip; where another statement follows, before that.
 * What is wrong with it is told there: nothing is committed then.
 * @param text of a statement whose result nobody needs.
 * @param values texts, whole numbers, bytes and nulls.
 */
export async function lastly(
  tx: Transaction<Database>,
  text: string,
  values: readonly unknown[],
): Promise<void> {
  await tx.executeQuery(CompiledQuery.raw(text, [new Lastly(values)]));
}

/** What the driver's connection can do, of which its types say little. */
interface Wire {
  readonly stream: Socket;
  /** By name, on this connection. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  parse(statement: { readonly name?: string; readonly text: string }): void;
  bind(portal: { readonly statement?: string; readonly values?: readonly (string | Buffer | null)[] }): void;
  execute(portal: Readonly<Record<string, never>>): void;
  sync(): void;
}

/** A prepared statement and the commit of its transaction, behind one another in one message. */
class WithCommit implements Submittable {
  readonly name: string;
  readonly text: string;
  readonly #values: readonly (string | Buffer | null)[];
  readonly #done: (error: Error | null) => void;

  constructor(
    name: string,
    text: string,
    values: readonly (string | Buffer | null)[],
    done: (error: Error | null) => void,
  ) {
    [this.name, this.text, this.#values, this.#done] = [name, text, values, done];
  }

  submit(given: Connection): void {
    const connection = given as unknown as Wire;
    const { stream } = connection;
    stream.cork();
    if (!connection.parsedStatements[this.name]) connection.parse({ name: this.name, text: this.text });
    connection.bind({ statement: this.name, values: this.#values });
    connection.execute({});
    // Behind an error the server skips all until the sync, the commit too.
    connection.parse({ text: 'commit' });
    connection.bind({});
    connection.execute({});
    connection.sync();
    stream.uncork();
  }

  // Behind an error the driver tells nothing more of this statement.
  handleError(error: Error): void {
    this.#done(error);
  }

  handleReadyForQuery(): void {
    this.#done(null);
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
}

/** Sends a statement and the commit together. @throws what is wrong with either; then the transaction is not committed. */
export async function sendWithCommit(
  client: PoolClient,
  statement: { readonly name: string; readonly text: string; readonly values: readonly unknown[] },
): Promise<void> {
  const { name, text, values } = statement;
  // Before anything is sent: what can't be sent must not leave the connection waiting.
  const texts = values.map(inText);
  await new Promise<void>((resolve, reject) => {
    client.query(new WithCommit(name, text, texts, (error) => (error ? reject(error) : resolve())));
  });
}

function inText(value: unknown): string | Buffer | null {
  if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (typeof value === 'bigint') return String(value);
  throw new TypeError(`a last statement takes texts, whole numbers and bytes, not a ${typeof value}`);
}
