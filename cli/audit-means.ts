import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { AuditKey } from '../ledger/audit.ts';
import { CheckpointError, type Verifier, parseVerifier } from '../ledger/checkpoint.ts';
import { type Db, connect } from '../ledger/connect.ts';
import { retiredKeys } from '../ledger/verify/keys.ts';
import { notesOf } from '../ledger/verify/note-files.ts';
import { type ReceiptCopy, receiptsIn } from '../ledger/verify/receipts.ts';
import type { KeptNote } from '../ledger/verify/tree.ts';
import type { Context } from './context.ts';
import { Failed, WrongUse } from './output.ts';
import type { Home } from './stack/home.ts';
import { keyFiles } from './stack/secrets.ts';

/** Runs `work` on the books as an auditor: by the role that may only read, where its address is known. */
export async function withAuditor<T>({ run }: Context, work: (db: Db) => Promise<T>): Promise<T> {
  const url =
    process.env['DATABASE_AUDITOR_URL'] ??
    process.env['DATABASE_URL'] ??
    run?.addresses['auditor'] ??
    run?.addresses['postgres'];
  if (!url)
    throw new Failed(
      'the stack is not up; start it with `closegate up`, or set DATABASE_AUDITOR_URL (role closegate_auditor)',
    );
  const db = connect(url, 4);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** The keys of the HMAC that are at hand: the environment's, the home's, and retired ones. Makes none. */
export function auditKeys(home: Home | null): AuditKey[] {
  const [id, secret] = [process.env['CLOSEGATE_AUDIT_KEY_ID'], process.env['CLOSEGATE_AUDIT_KEY']];
  const given = id && secret ? [{ id, secret: Buffer.from(secret, 'hex') }] : [];
  const file = home && join(home.stateDir, 'keys', 'secrets.json');
  const kept: AuditKey[] = [];
  if (file && existsSync(file)) {
    const { auditKeyId, auditKey } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    if (auditKeyId && auditKey) kept.push({ id: auditKeyId, secret: Buffer.from(auditKey, 'hex') });
  }
  return [...retiredKeys(process.env['CLOSEGATE_AUDIT_RETIRED_KEYS']), ...kept, ...given];
}

/** `--verifier`: the key's text or a file that holds it; else the home's own; null when there is none. */
export function verifierAtHand(given: string | undefined, home: Home | null): Verifier | null {
  const own = home && keyFiles(home).verifier;
  const text = given ?? (own && existsSync(own) ? readFileSync(own, 'utf8') : null);
  if (text === null) return null;
  try {
    return parseVerifier(existsSync(text) ? readFileSync(text, 'utf8') : text);
  } catch (error) {
    if (error instanceof CheckpointError) throw new WrongUse(`--verifier: ${error.message}`);
    throw error;
  }
}

/** `--checkpoints DIR`: copies that are kept outside. */
export function copiesIn(folder: string | undefined): AsyncIterable<KeptNote> | null {
  if (folder === undefined) return null;
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new WrongUse(`--checkpoints: ${folder} is not a folder`);
  return notesOf(folder, folder, true);
}

const WITH_RECEIPTS = "WorkflowType in ('closePeriod', 'reconcileAccount', 'investigate')";

/** All receipts in the workflow histories that Temporal still has: a second copy of what the log says. */
export async function* receiptsFromTemporal(client: Client): AsyncGenerator<ReceiptCopy> {
  for await (const { workflowId, runId } of client.workflow.list({ query: WITH_RECEIPTS })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const receipt of receiptsIn(history)) yield { ...receipt, place: `workflow ${workflowId}` };
  }
}
