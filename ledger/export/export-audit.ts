import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Transaction } from 'kysely';
import { chainEnds, eventRows, ownNotes, sealedLeaves } from '../audit-rows.ts';
import { canonicalBytes } from '../canonical.ts';
import { type Verifier, verifierText } from '../checkpoint.ts';
import type { Db } from '../connect.ts';
import type { Database } from '../database.ts';
import { bytesOf } from '../merkle.ts';
import { NotFound } from '../reconciliations.ts';
import { onSnapshot } from '../snapshot.ts';
import { SWEEPER_STREAM, runId } from '../streams.ts';
import { COLUMNS } from '../verify/rows.ts';
import type { KeptNote } from '../verify/tree.ts';
import { csv } from './csv.ts';
import { ratesOf, sweepOf } from './details.ts';
import { ExportFiles } from './files.ts';
import { makeProofs } from './proofs.ts';
import { readme } from './readme.ts';
import * as tables from './tables.ts';

/** The format's name in the manifest. */
export const FORMAT = 'closegate-audit-export/1';

/** What is exported. */
export interface ExportOptions extends tables.Close {
  /** The folder; it must not hold anything yet. */
  readonly out: string;
  readonly sample: { readonly count: number; readonly seed: string };
  /** Whose signature counts on the checkpoints; null when it is not at hand. */
  readonly verifier: Verifier | null;
  /** Where reports of the evals stand; null when there are none. */
  readonly evals: string | null;
}

/** What was exported. */
export interface Exported {
  readonly events: bigint;
  /** How many events the last checkpoint covers, of the whole log; null without a checkpoint. */
  readonly checkpoint: string | null;
  /** SHA-256 of manifest.json, in hex: whoever notes it down can tell this export from every other. */
  readonly manifest: string;
}

const SWEEPS = ['seq', 'at', 'actor_id', 'trigger', 'runs', 'decision', 'orphans', 'row_hash', 'leaf_index'];

type Tx = Transaction<Database>;
interface Proven {
  readonly name: string;
  readonly stream: string;
  readonly seq: string;
  readonly row_hash: string;
  readonly index: bigint;
}

/**
 * Writes a close's evidence to a folder, from one state of the database and with no clock of its own: the same state
 * gives the same bytes.
 * @throws {NotFound} when there is no such close.
 */
export async function exportAudit(db: Db, options: ExportOptions): Promise<Exported> {
  return await onSnapshot(db, async (tx) => {
    const run = await tx
      .selectFrom('runs')
      .select('id')
      .where('id', '=', runId(options.entity, options.period))
      .executeTakeFirst();
    if (!run) throw new NotFound(`there is no close of ${options.entity} ${options.period} to export`);
    const files = new ExportFiles(options.out);
    try {
      return await writeAll(tx, files, options);
    } catch (error) {
      files.abandon();
      throw error;
    }
  });
}

async function writeAll(tx: Tx, files: ExportFiles, options: ExportOptions): Promise<Exported> {
  const { entity, period, sample, verifier, evals } = options;
  const close = { entity, period };
  const { events, lastEvent, proven } = await writeEvents(tx, files, close);
  await files.write('actors.json', pretty(await tx.selectFrom('actors').selectAll().orderBy('id').execute()));
  await writePolicies(tx, files);
  const rows = async (file: string, columns: readonly string[], found: readonly Record<string, unknown>[]) =>
    files.write(file, csv(columns, found));
  await rows('sample.csv', tables.SAMPLE, await tables.sample(tx, close, sample.seed, sample.count));
  await rows('escalations.csv', tables.ESCALATIONS, await tables.escalations(tx, close));
  await rows('approvals.csv', tables.APPROVALS, await tables.approvals(tx, close));
  await rows('certifications.csv', tables.CERTIFICATIONS, await tables.certifications(tx, close));
  for (const report of evals === null ? [] : filesIn(evals))
    await files.write(`evals/${report}`, [readFileSync(join(evals ?? '', report))]);
  const last = await writeTree(tx, files, proven);
  if (verifier) await files.write('verifier.txt', [`${verifierText(verifier)}\n`]);
  await files.write('README.md', [readme(options, { events, checkpoint: last?.size ?? null })]);
  const streams = (await chainEnds(tx, tables.streamsOf(close))).map(({ stream, seq, row_hash: hash }) => ({
    stream,
    events: seq,
    row_hash: hash,
  }));
  const manifest = await files.finish({
    format: FORMAT,
    entity,
    period,
    as_of: { checkpoint: last === null ? null : String(last.size), last_event: lastEvent },
    sample: { seed: sample.seed, count: String(sample.count) },
    streams,
  });
  return { events, checkpoint: last === null ? null : String(last.size), manifest };
}

async function writeEvents(
  tx: Tx,
  files: ExportFiles,
  close: tables.Close,
): Promise<{ events: bigint; lastEvent: string; proven: Proven[] }> {
  let [events, lastEvent] = [0n, ''];
  const proven: Proven[] = [];
  const where = tables.streamsOf(close);
  const lines = async function* () {
    for await (const batch of eventRows(tx, where))
      for (const row of batch) {
        events += 1n;
        if (row.at > lastEvent) lastEvent = row.at;
        const hex = row.row_hash.toString('hex');
        const { action, decision } = row.columns;
        if (row.leaf_index !== null && decision === 'allow' && (action === 'LOCK' || action === 'CERTIFY'))
          proven.push({
            name: `${action.toLowerCase()}-${row.stream.replaceAll('/', '-')}-${row.seq}`,
            ...{ stream: row.stream, seq: row.seq, row_hash: hex, index: BigInt(row.leaf_index) },
          });
        const { stream, seq, at, bytes, prev_hash: prev, key_id, hmac, leaf_index } = row;
        yield `${JSON.stringify({
          ...{ stream, seq, at, bytes: bytes.toString('base64'), prev_hash: prev.toString('hex') },
          ...{ row_hash: hex, key_id, hmac: hmac.toString('hex'), leaf_index },
        })}\n`;
      }
  };
  await files.write('events.jsonl', lines());
  const columns = ['stream', 'seq', 'at', ...COLUMNS, 'codes', 'rates', 'row_hash', 'leaf_index'];
  const readable = async function* (only: (event: Readonly<Record<string, unknown>>) => boolean) {
    for await (const batch of eventRows(tx, where))
      for (const { columns: said, row_hash: hash, ...row } of batch) {
        const event = { ...said, ...row, row_hash: hash.toString('hex'), rates: ratesOf(row.bytes) };
        if (only(event)) yield event;
      }
  };
  await files.write(
    'events.csv',
    csv(
      columns,
      readable(() => true),
    ),
  );
  const sweeps = async function* () {
    for await (const event of readable(({ stream }) => stream === SWEEPER_STREAM))
      yield { ...event, ...sweepOf(event['bytes']) };
  };
  await files.write('sweeper.csv', csv(SWEEPS, sweeps()));
  return { events, lastEvent, proven };
}

async function writePolicies(tx: Tx, files: ExportFiles): Promise<void> {
  const versions = await tx
    .selectFrom('policy_versions')
    .selectAll()
    .orderBy('registered_at')
    .orderBy('hash')
    .execute();
  for (const { hash, source } of versions) await files.write(`policies/${hash}.yaml`, [source]);
  await files.write(
    'policies/index.json',
    pretty(versions.map(({ source: _source, ...version }) => version)),
  );
}

async function writeTree(tx: Tx, files: ExportFiles, proven: readonly Proven[]): Promise<KeptNote | null> {
  let last: KeptNote | null = null;
  const steps: { from: bigint; to: bigint }[] = [];
  for await (const kept of ownNotes(tx)) {
    await files.write(`checkpoints/${String(kept.size).padStart(20, '0')}.note`, [kept.note]);
    if (last) steps.push({ from: last.size, to: kept.size });
    last = kept;
  }
  if (!last) return null;
  const size = last.size;
  const leaves = async function* () {
    for await (const batch of sealedLeaves(tx))
      for (const { index, hash } of batch)
        if (index < size) yield hash === null ? Buffer.alloc(32) : bytesOf(hash);
  };
  const hexLines = async function* () {
    for await (const leaf of leaves()) yield `${leaf.toString('hex')}\n`;
  };
  await files.write('leaves', hexLines());
  const covered = proven.filter(({ index }) => index < size);
  const proofs = await makeProofs(
    { inclusions: covered.map(({ index }) => ({ index, size })), consistencies: steps },
    leaves(),
  );
  const hex = (hashes: readonly Buffer[] | undefined) => (hashes ?? []).map((hash) => hash.toString('hex'));
  for (const [at, { name, index, ...row }] of covered.entries()) {
    const proof = {
      ...row,
      leaf_index: String(index),
      size: String(size),
      proof: hex(proofs.inclusions[at]),
    };
    await files.write(`proofs/inclusion-${name}.json`, pretty(proof));
  }
  const consistency = steps.map(({ from, to }, at) => ({
    ...{ from: String(from), to: String(to), proof: hex(proofs.consistencies[at]) },
  }));
  await files.write('proofs/consistency.json', pretty(consistency));
  return last;
}

/** JSON for people, with keys in one order whatever the database's columns stand in. */
function pretty(value: unknown): string[] {
  const plain = JSON.parse(JSON.stringify(value)) as Parameters<typeof canonicalBytes>[0];
  return [`${JSON.stringify(JSON.parse(canonicalBytes(plain).toString('utf8')), null, 2)}\n`];
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
