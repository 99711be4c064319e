import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { canonicalBytes } from '../canonical.ts';
import type { JsonObject } from '../canonical.ts';

/** A file of an export as its manifest names it. */
export type ManifestFile = { readonly path: string; readonly sha256: string; readonly size: string };

const FLUSH_AT = 1 << 20;

/** Writes an export's files beside their final place and moves them there in one step when all are complete. */
export class ExportFiles {
  readonly #target: string;
  readonly #making: string;
  readonly #files: ManifestFile[] = [];

  /** @throws when the folder holds something already. */
  constructor(target: string) {
    this.#target = resolve(target);
    if (existsSync(this.#target) && readdirSync(this.#target).length > 0)
      throw new Error(`${this.#target} is not empty; name a folder that does not exist yet`);
    this.#making = `${this.#target}.making-${process.pid}`;
    rmSync(this.#making, { recursive: true, force: true });
    mkdirSync(this.#making, { recursive: true, mode: 0o700 });
  }

  /** Writes a file from its pieces; nothing larger than about a megabyte is held. */
  async write(
    path: string,
    pieces: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
  ): Promise<void> {
    const file = join(this.#making, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const [handle, hash] = [openSync(file, 'wx', 0o600), createHash('sha256')];
    let [size, waiting, held]: [number, Buffer[], number] = [0, [], 0];
    const flush = () => {
      const bytes = Buffer.concat(waiting);
      hash.update(bytes);
      for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done);
      size += bytes.length;
      [waiting, held] = [[], 0];
    };
    try {
      for await (const piece of pieces) {
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
        waiting.push(bytes);
        held += bytes.length;
        if (held >= FLUSH_AT) flush();
      }
      flush();
    } finally {
      closeSync(handle);
    }
    this.#files.push({ path, sha256: hash.digest('hex'), size: String(size) });
  }

  /** Writes the manifest over all files and moves the export to its place. @returns the manifest's SHA-256, in hex. */
  async finish(about: JsonObject): Promise<string> {
    const files = [...this.#files].sort((a, b) => (a.path < b.path ? -1 : 1));
    const manifest = canonicalBytes({ ...about, files });
    await this.write('manifest.json', [manifest]);
    if (existsSync(this.#target)) rmSync(this.#target, { recursive: true });
    renameSync(this.#making, this.#target);
    return createHash('sha256').update(manifest).digest('hex');
  }

  /** Leaves nothing behind of an export that failed. */
  abandon(): void {
    rmSync(this.#making, { recursive: true, force: true });
  }
}
