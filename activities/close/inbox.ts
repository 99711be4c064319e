import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StatementError } from '../../statements/statement.ts';

/** A period's folder. Each file is read once, however many accounts it holds; large ones are only hashed here. */
export class Inbox {
  readonly #folder: string;
  readonly #files = new Map<string, Buffer>();
  readonly #digests = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** @throws {StatementError} when the file is missing. */
  read(name: string): Buffer {
    const known = this.#files.get(name);
    if (known) return known;
    const bytes = this.#found(name, () => readFileSync(this.path(name)));
    this.#files.set(name, bytes);
    return bytes;
  }

  /** @returns no rows when the file is missing. */
  readOptional<Row>(
    name: string,
    parse: (bytes: Buffer, fileName: string) => readonly Row[],
  ): readonly Row[] {
    try {
      return parse(this.read(name), name);
    } catch (error) {
      if (error instanceof StatementError && error.what.startsWith('is missing')) return [];
      throw error;
    }
  }

  /** @throws {StatementError} when the file is missing. */
  sizeOf(name: string): number {
    return this.#found(name, () => statSync(this.path(name)).size);
  }

  /** SHA-256 of the file's bytes, in hex. */
  async digestOf(name: string): Promise<string> {
    const known = this.#digests.get(name);
    if (known !== undefined) return known;
    const digest = await this.#digest(name);
    this.#digests.set(name, digest);
    return digest;
  }

  async #digest(name: string): Promise<string> {
    const hash = createHash('sha256');
    const held = this.#files.get(name);
    if (held) return hash.update(held).digest('hex');
    const pieces = createReadStream(this.path(name), { highWaterMark: 1 << 20 });
    for await (const piece of pieces as AsyncIterable<Buffer>) hash.update(piece);
    return hash.digest('hex');
  }

  #found<T>(name: string, look: () => T): T {
    try {
      return look();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw refused(name, `is missing in ${this.#folder}`, 'put the file there and start the close again');
    }
  }
}

/** What is wrong with a file as a whole. */
export function refused(file: string, what: string, whatNow: string): StatementError {
  return new StatementError({ file, line: 0, what, whatNow });
}
