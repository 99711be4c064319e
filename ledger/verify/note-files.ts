import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptNote } from './tree.ts';

/**
 * The checkpoints of a folder, by growing size: files `<size>.note`, as the sealer copies them out.
 * @param place what messages call the folder.
 */
export async function* notesOf(folder: string, place: string, outside: boolean): AsyncGenerator<KeptNote> {
  const sizes = readdirSync(folder)
    .flatMap((file) => (/^\d{1,20}\.note$/.test(file) ? [{ file, size: BigInt(file.slice(0, -5)) }] : []))
    .sort((a, b) => (a.size < b.size ? -1 : 1));
  for (const { file, size } of sizes)
    yield { size, note: readFileSync(join(folder, file), 'utf8'), place, outside };
}
