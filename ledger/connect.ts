import { Kysely, type PostgresCursorConstructor, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import { CopyOut } from './copy-out.ts';
import type { Database } from './database.ts';
import { preparing } from './prepared.ts';

export type Db = Kysely<Database>;

const DATE_OID = 1082;
// A date stays the string it is: the driver's default makes a Date at local midnight, which is another day elsewhere.
// numeric and int8 are strings by the driver's default, which is what money and ids need.
const typeParsers = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary'): unknown =>
    oid === DATE_OID
      ? (text: string) => text
      : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/**
 * Opens a pool on a database.
 * @param url a `postgres://` address; its role decides what the process may do.
 */
export function connect(url: string, maxConnections = 10): Db {
  const pool = new Pool({ connectionString: url, max: maxConnections, types: typeParsers });
  // An idle connection that the server drops must not end the process; the next query opens another and reports.
  pool.on('error', () => {});
  // What is streamed is copied out; its rows are blocks, whatever the caller of Kysely's type says.
  const cursor = CopyOut as unknown as PostgresCursorConstructor;
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: preparing(pool), cursor }) });
}
