import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Checkpoint, CheckpointError, type Verifier, openCheckpoint } from '../checkpoint.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../merkle.ts';
import type { BreachKind } from './finding.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.string().regex(/^(0|[1-9]\d{0,18})$/);
const INCLUSION = z.object({ row_hash: hash, leaf_index: whole, size: whole, proof: z.array(hash) });
const CONSISTENCY = z.array(z.object({ from: whole, to: whole, proof: z.array(hash) }));

/** Checks the proofs that came with an export against its checkpoints. */
export function checkProofs(
  dir: string,
  verifier: Verifier,
  breach: (path: string, kind: BreachKind, finding: string) => void,
): void {
  const folder = join(dir, 'proofs');
  if (!existsSync(folder)) return;
  const roots = (size: string) => checkpointOver(dir, size, verifier);
  for (const file of readdirSync(folder).sort()) {
    const holds =
      file === 'consistency.json'
        ? consistencies(read(folder, file), roots)
        : inclusion(read(folder, file), roots);
    if (!holds)
      breach(`proofs/${file}`, 'edited', 'does not prove what it says: it or its checkpoint was edited');
  }
}

type Roots = (size: string) => Checkpoint | null;
const buffers = (hashes: readonly string[]) => hashes.map((one) => Buffer.from(one, 'hex'));

function inclusion(value: unknown, roots: Roots): boolean {
  const said = INCLUSION.safeParse(value);
  const checkpoint = said.success ? roots(said.data.size) : null;
  if (!said.success || !checkpoint) return false;
  const { row_hash: row, leaf_index: index, size, proof } = said.data;
  const leaf = leafHash(Buffer.from(row, 'hex'));
  return verifyInclusion(leaf, BigInt(index), BigInt(size), buffers(proof), checkpoint.root);
}

function consistencies(value: unknown, roots: Roots): boolean {
  const said = CONSISTENCY.safeParse(value);
  if (!said.success) return false;
  return said.data.every(({ from, to, proof }) => {
    const [first, second] = [roots(from), roots(to)];
    if (!first || !second) return false;
    return verifyConsistency(first.size, second.size, buffers(proof), first.root, second.root);
  });
}

function checkpointOver(dir: string, size: string, verifier: Verifier): Checkpoint | null {
  const file = join(dir, 'checkpoints', `${size.padStart(20, '0')}.note`);
  if (!existsSync(file)) return null;
  try {
    return openCheckpoint(verifier, readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof CheckpointError) return null;
    throw error;
  }
}

function read(folder: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } catch {
    return null;
  }
}
