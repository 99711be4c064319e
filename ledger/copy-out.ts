import type { PostgresCursor, RawBuilder, Transaction } from 'kysely';
import type { Connection, Submittable } from 'pg';
import type { Database } from './database.ts';

// So much is collected before it is handed over. Twice that and what is being looked at is all that is ever held.
const BLOCK = 256 * 1024;
// Rows mapped at a time: few enough that they are garbage while they are young, which keeps the heap small.
const ROWS = 250;
// COPY's binary form begins with its signature, flags, and the length of an extension that no version has used.
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER = SIGNATURE.length + 8;
const END = -1;

/** Whole rows in the binary form of COPY, one behind the other. */
export interface Block {
  bytes: Buffer;
  length: number;
}

/** What a row is read through, field by field, in the order of the columns. */
export class CopiedRow {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #fields = 0;

  /** Goes to the block's next row. @returns false behind the last one. */
  next(block: Block, from: number): boolean {
    this.#bytes = block.bytes;
    this.#at = from;
    if (from >= block.length) return false;
    this.#fields = this.#bytes.readInt16BE(from);
    this.#at += 2;
    return this.#fields !== END;
  }

  /** Where the row's next field begins; behind its last field, the next row. */
  get at(): number {
    return this.#at;
  }

  text(): string | null {
    const length = this.#length();
    return length < 0 ? null : this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  hex(): string | null {
    const length = this.#length();
    return length < 0 ? null : this.#bytes.toString('hex', this.#at - length, this.#at);
  }

  /** A view: it holds until the next block is asked for. */
  bytes(): Buffer | null {
    const length = this.#length();
    return length < 0 ? null : this.#bytes.subarray(this.#at - length, this.#at);
  }

  int8(): bigint | null {
    const length = this.#length();
    return length < 0 ? null : this.#bytes.readBigInt64BE(this.#at - length);
  }

  /** A timestamptz, in microseconds since 2000; not exact beyond the year 2285, where none of ours is. */
  micros(): number | null {
    const length = this.#length();
    if (length < 0) return null;
    const at = this.#at - length;
    return this.#bytes.readInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
  }

  #length(): number {
    const length = this.#bytes.readInt32BE(this.#at);
    this.#at += 4 + Math.max(length, 0);
    return length;
  }
}

/**
 * Runs `copy (query) to stdout` in COPY's binary form and gives its rows in blocks. Bytes come as bytes, and the driver
 * makes no object of a row: several times faster than fetching, which is what a log of a million events needs. The
 * socket is paused while rows wait to be looked at, so memory stays flat.
 */
export class CopyOut implements PostgresCursor<Block>, Submittable {
  readonly #text: string;
  #connection: Connection | null = null;
  #filling: Block = { bytes: Buffer.allocUnsafe(2 * BLOCK), length: 0 };
  readonly #ready: Block[] = [];
  readonly #spare: Block[] = [];
  #given: Block | null = null;
  #waiting: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #error: Error | null = null;
  #headerSeen = false;
  #done = false;
  #discarding = false;

  constructor(text: string, values: readonly unknown[]) {
    if (values.length > 0) throw new Error('COPY takes no parameters: write the values into the statement');
    this.#text = text;
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.query(this.#text);
  }

  async read(): Promise<Block[]> {
    if (this.#given) this.#spare.push(this.#given);
    this.#given = null;
    if (this.#ready.length === 0 && !this.#done && !this.#error) {
      this.#connection?.stream.resume();
      await new Promise<void>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    }
    if (this.#error) throw this.#error;
    this.#given = this.#ready.shift() ?? null;
    return this.#given ? [this.#given] : [];
  }

  // What still comes is thrown away; the driver itself holds the next statement back until it is through.
  async close(): Promise<void> {
    this.#discarding = true;
    this.#connection?.stream.resume();
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    if (this.#discarding) return;
    let from = 0;
    if (!this.#headerSeen) {
      if (!chunk.subarray(0, SIGNATURE.length).equals(SIGNATURE)) {
        this.handleError(new Error('the database did not answer in the binary form of COPY'));
        return;
      }
      this.#headerSeen = true;
      from = HEADER;
    }
    const block = this.#filling;
    const length = block.length + chunk.length - from;
    if (length > block.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * length);
      block.bytes.copy(larger, 0, 0, block.length);
      block.bytes = larger;
    }
    // A copy: the driver reads the next messages into the same memory.
    chunk.copy(block.bytes, block.length, from);
    block.length = length;
    if (length < BLOCK) return;
    this.#handOver();
    this.#connection?.stream.pause();
  }

  handleCommandComplete(): void {
    this.#handOver();
    this.#done = true;
    this.#waiting?.resolve();
    this.#waiting = null;
  }

  handleError(error: Error): void {
    this.#error ??= error;
    this.#discarding = true;
    this.#waiting?.reject(this.#error);
    this.#waiting = null;
  }

  handleReadyForQuery(): void {}

  handleRowDescription(): void {}

  #handOver(): void {
    if (this.#filling.length === 0) return;
    this.#ready.push(this.#filling);
    this.#filling = this.#spare.pop() ?? { bytes: Buffer.allocUnsafe(2 * BLOCK), length: 0 };
    this.#filling.length = 0;
    this.#waiting?.resolve();
    this.#waiting = null;
  }
}

/**
 * A query's rows, mapped one by one, in batches that hold until the next is asked for. Within a transaction only.
 * @param query without parameters.
 * @param read takes the fields in the order of the columns, all of them.
 */
export async function* copied<T>(
  tx: Transaction<Database>,
  query: RawBuilder<unknown>,
  read: (row: CopiedRow) => T,
): AsyncGenerator<readonly T[]> {
  for await (const block of blocksOf(tx, query)) yield* mapped(block, read);
}

/**
 * The same rows, fetched at once and held as the bytes they came in, a fraction of what they are as objects: the
 * connection is free for other statements while they are looked at, by {@link mapped}. Each block has its own memory, so
 * that it can be handed to another thread.
 */
export async function copiedWhole(tx: Transaction<Database>, query: RawBuilder<unknown>): Promise<Block[]> {
  const held: Block[] = [];
  for await (const { bytes, length } of blocksOf(tx, query)) {
    const own = Buffer.from(new ArrayBuffer(length));
    bytes.copy(own, 0, 0, length);
    held.push({ bytes: own, length });
  }
  return held;
}

async function* blocksOf(tx: Transaction<Database>, query: RawBuilder<unknown>): AsyncGenerator<Block> {
  const { sql: text, parameters, ...rest } = query.compile(tx);
  const statement = { ...rest, sql: `copy (${text}) to stdout (format binary)`, parameters };
  for await (const { rows } of tx.getExecutor().stream<Block>(statement, 1)) yield* rows;
}

/** A block's rows in batches. */
export function* mapped<T>(block: Block, read: (row: CopiedRow) => T): Generator<readonly T[]> {
  const row = new CopiedRow();
  let at = 0;
  for (let more = true; more;) {
    const batch: T[] = [];
    while (batch.length < ROWS && (more = row.next(block, at))) {
      batch.push(read(row));
      at = row.at;
    }
    if (batch.length > 0) yield batch;
  }
}
