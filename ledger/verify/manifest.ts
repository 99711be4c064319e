import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalBytes } from '../canonical.ts';
import type { JsonObject } from '../canonical.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.string().regex(/^(0|[1-9]\d{0,18})$/);
// A path inside the export and nowhere else.
const path = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\\0][^\\\0]*$/);

const MANIFEST = z.object({
  format: z.literal('closegate-audit-export/1'),
  entity: z.string(),
  period: z.string(),
  as_of: z.object({ checkpoint: whole.nullable(), last_event: z.string() }),
  streams: z.array(z.object({ stream: z.string(), events: whole, row_hash: hex })),
  files: z.array(z.object({ path, sha256: hex, size: whole })),
});

/** What an export says it holds. */
export type Manifest = z.infer<typeof MANIFEST>;

/** A folder that holds no export of ours, or one whose manifest cannot be read. */
export class NotAnExport extends Error {
  override name = 'NotAnExport';
}

/** Reads an export's manifest. @throws {NotAnExport} */
export function readManifest(dir: string): Manifest {
  let bytes: Buffer;
  let said: unknown;
  try {
    bytes = readFileSync(join(dir, 'manifest.json'));
    said = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new NotAnExport(`${dir} holds no export: manifest.json cannot be read (${String(error)})`);
  }
  const read = MANIFEST.safeParse(said);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new NotAnExport(
      `${join(dir, 'manifest.json')}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not ours'}`,
    );
  }
  if (!canonicalBytes(said as JsonObject).equals(bytes))
    throw new NotAnExport(`${join(dir, 'manifest.json')} is not canonical JSON`);
  return read.data;
}
