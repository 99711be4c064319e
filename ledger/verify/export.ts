import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { AuditKey } from '../audit.ts';
import { type Verifier, parseVerifier } from '../checkpoint.ts';
import { leafHash, textOf } from '../merkle.ts';
import { ChainCheck } from './chains.ts';
import { type BreachKind, Breaches, type Verification } from './finding.ts';
import { checkProofs } from './export-proofs.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { notesOf } from './note-files.ts';
import { type AuditRow, parseRecorded } from './rows.ts';
import { type KeptNote, type Leaf, type TreeFound, bySize, checkTree } from './tree.ts';
import { concluded } from './verdict.ts';

/** What an export is verified with. */
export interface ExportMeans {
  /** HMAC keys; an auditor has none. */
  readonly keys: readonly AuditKey[];
  /** The verifier key that the auditor was given; null to take the one that came with the export. */
  readonly verifier: Verifier | null;
  readonly copies: AsyncIterable<KeptNote> | null;
}

const LEAF_LINE = 65; // 64 hex digits and a newline.

/**
 * Verifies an export with no database and no network: the manifest, every chain, the tree against every checkpoint, the
 * proofs, and that policies are the ones that were recorded.
 * @throws {NotAnExport} when the folder holds no manifest that can be read.
 */
export async function verifyExport(dir: string, means: ExportMeans): Promise<Verification> {
  const manifest = readManifest(dir);
  const breaches = new Breaches();
  const breach = (path: string, kind: BreachKind, finding: string) =>
    breaches.add({ stream: path, seq: '', kind, finding, since: null, leaf: null });
  await checkFiles(dir, manifest, breach);
  const chains = new ChainCheck(means.keys, breaches);
  const leaves = existsSync(join(dir, 'leaves')) ? openSync(join(dir, 'leaves'), 'r') : null;
  try {
    for await (const row of rowsOf(dir, breach)) {
      chains.add(row);
      checkLeaf(row, leaves, manifest, breaches);
      if (row.stream === 'registry') checkPolicy(dir, row, breach);
      if (breaches.full) break;
    }
  } finally {
    if (leaves !== null) closeSync(leaves);
  }
  if (!breaches.full)
    chains.end(
      manifest.streams.map(({ stream, events, row_hash: hash }) => ({
        ...{ stream, seq: events, row_hash: hash },
      })),
    );
  const verifier = means.verifier ?? own(dir, breach);
  const kept = existsSync(join(dir, 'checkpoints'));
  let tree: TreeFound | null = null;
  if (verifier && (kept || means.copies)) {
    const notes = kept ? notesOf(join(dir, 'checkpoints'), 'the export', false) : none();
    tree = await checkTree(
      leavesOf(dir),
      means.copies ? bySize(notes, means.copies) : notes,
      verifier,
      breaches,
    );
    if (kept) checkProofs(dir, verifier, breach);
  }
  return concluded(chains, breaches, {
    tree: tree ?? (kept ? null : { leaves: 0n, held: 0n, last: null }),
    expected: kept || means.copies !== null,
    keyless: means.keys.length === 0,
    offline: true,
    remarks:
      means.verifier || !verifier
        ? []
        : [
            'the verifier key is the one that came with the export: compare verifier.txt with the one you were given',
          ],
  });
}

type Tell = (path: string, kind: BreachKind, finding: string) => void;

async function checkFiles(dir: string, manifest: Manifest, breach: Tell): Promise<void> {
  const named = new Set(['manifest.json', ...manifest.files.map(({ path }) => path)]);
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = relative(dir, join(entry.parentPath, entry.name));
    if (!named.has(path)) breach(path, 'inserted', 'is not in the manifest: the file was added');
  }
  for (const { path, sha256, size } of manifest.files) {
    const file = join(dir, path);
    if (!existsSync(file)) {
      breach(path, 'deleted', 'is in the manifest and not in the folder: the file was deleted');
      continue;
    }
    const hash = createHash('sha256');
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
    if (hash.digest('hex') !== sha256 || String(statSync(file).size) !== size)
      breach(path, 'edited', 'is not the file that the manifest names: it was edited');
  }
}

async function* rowsOf(dir: string, breach: Tell): AsyncGenerator<AuditRow> {
  const lines = createInterface({ input: createReadStream(join(dir, 'events.jsonl')), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const row = rowOf(line);
    if (row) yield row;
    else breach('events.jsonl', 'edited', `line ${number} is not an event: it was edited`);
  }
}

function rowOf(line: string): AuditRow | null {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return null;
  }
  const field = (name: string) => (said as Record<string, unknown> | null)?.[name];
  const text = (name: string, form: RegExp) => {
    const value = field(name);
    return typeof value === 'string' && form.test(value) ? value : null;
  };
  const [stream, seq, at] = [text('stream', /^/), text('seq', /^[1-9]\d{0,18}$/), text('at', /^/)];
  const bytes = text('bytes', /^[A-Za-z0-9+/]*={0,2}$/);
  const [prev, row] = [text('prev_hash', /^[0-9a-f]{64}$/), text('row_hash', /^[0-9a-f]{64}$/)];
  const [keyId, hmac] = [text('key_id', /^/), text('hmac', /^[0-9a-f]{64}$/)];
  const leaf = field('leaf_index') === null ? null : text('leaf_index', /^(0|[1-9]\d{0,18})$/);
  if (leaf === null && field('leaf_index') !== null) return null;
  if (stream === null || seq === null || at === null || bytes === null) return null;
  if (prev === null || row === null || keyId === null || hmac === null) return null;
  return {
    ...{ stream, seq: BigInt(seq), at, bytes: Buffer.from(bytes, 'base64'), prev_hash: prev, row_hash: row },
    ...{ key_id: keyId, hmac, leaf_index: leaf === null ? null : BigInt(leaf), columns: null },
  };
}

function checkLeaf(row: AuditRow, leaves: number | null, manifest: Manifest, breaches: Breaches): void {
  const { leaf_index: leaf, stream, seq, at } = row;
  if (leaf === null || leaves === null || leaf >= BigInt(manifest.as_of.checkpoint ?? '0')) return;
  const line = Buffer.alloc(LEAF_LINE - 1);
  readSync(leaves, line, 0, line.length, leaf * BigInt(LEAF_LINE));
  if (line.toString('latin1') === leafHash(Buffer.from(row.row_hash, 'hex')).toString('hex')) return;
  const finding = `is not the event that was sealed as leaf ${leaf}: it was rewritten`;
  breaches.add({ stream, seq: String(seq), kind: 'rewritten', finding, since: at, leaf });
}

/** A policy's text is part of the event that registered it, so the chain vouches for the file. */
function checkPolicy(dir: string, row: AuditRow, breach: Tell): void {
  const detail = parseRecorded(row.bytes)?.['detail'] as Record<string, unknown> | undefined;
  const source = detail?.['source'];
  if (typeof source !== 'string') return;
  const said = detail?.['hash'] ?? (detail?.['result'] as Record<string, unknown> | undefined)?.['policy'];
  const path = `policies/${String(said)}.yaml`;
  if (!/^policies\/[0-9a-f]{64}\.yaml$/.test(path)) return;
  const file = join(dir, path);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== source)
    breach(path, 'edited', `is not the policy that ${row.stream} #${row.seq} recorded: it was edited`);
}

function own(dir: string, breach: Tell): Verifier | null {
  const file = join(dir, 'verifier.txt');
  if (!existsSync(file)) return null;
  try {
    return parseVerifier(readFileSync(file, 'utf8'));
  } catch {
    breach('verifier.txt', 'edited', 'is not a verifier key: it was edited');
    return null;
  }
}

async function* leavesOf(dir: string): AsyncGenerator<readonly Leaf[]> {
  const file = join(dir, 'leaves');
  if (!existsSync(file)) return;
  let index = 0n;
  let batch: Leaf[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const hash = /^[0-9a-f]{64}$/.test(line) ? textOf(Buffer.from(line, 'hex')) : null;
    batch.push({ index, hash, event: `of line ${index + 1n}` });
    index += 1n;
    if (batch.length < 5_000) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

async function* none(): AsyncGenerator<KeptNote> {}
