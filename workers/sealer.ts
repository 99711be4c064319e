import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import {
  type CheckpointCopies,
  bucketCopies,
  folderCopies,
  placeWithin,
} from '../ledger/checkpoint-copies.ts';
import { signerOf } from '../ledger/checkpoint.ts';
import { type Db, connect } from '../ledger/connect.ts';
import { retentionInForce } from '../ledger/policy-in-force.ts';
import { holdProcessActor, processActorId } from '../ledger/process-actor.ts';
import { SealRefused, type Sealer, recordRefusal, seal } from '../ledger/seal.ts';
import { SEAL_CHANNEL, type SealStanding, sealStanding } from '../ledger/sealed.ts';
import { auditKeyFromEnvironment, required } from './environment.ts';

// The sealer: signs the audit log's checkpoints and copies them out. Holds the database (role closegate_sealer, which
// may add leaves, checkpoints and its own events, and nothing else) and the only copy of the signing key.
const MOST_WAITING = 1000n;
const LONGEST_WAIT_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

try {
  const url = required('DATABASE_URL');
  const name = await holdProcessActor(url, processActorId(process.env, 'sealer'), (reason) => {
    process.stderr.write(`sealer: ${reason}\n`);
    process.exit(1);
  });
  const db = connect(url, 2);
  const origin = required('CLOSEGATE_LOG_ORIGIN');
  const sealer: Sealer = {
    db,
    auditKey: auditKeyFromEnvironment(),
    signer: signerOf(origin, readFileSync(required('CLOSEGATE_SEALER_KEY_FILE'), 'utf8')),
    copies: copiesFromEnvironment(db, origin),
  };
  let wake = new AbortController();
  const listener = new Client({ connectionString: url, keepAlive: true });
  listener.on('notification', () => wake.abort());
  // Without it a period's lock is sealed by the timer instead of at once; the process is started again to listen anew.
  listener.on('error', (error) => {
    process.stderr.write(`sealer: lost the connection it listens on (${error.message})\n`);
    process.exit(1);
  });
  await listener.connect();
  await listener.query(`listen ${SEAL_CHANNEL}`);

  let ending = false;
  const end = () => {
    ending = true;
    wake.abort();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  process.on('disconnect', end);
  process.send?.({ ready: true });
  process.stdout.write(`${JSON.stringify({ process: 'sealer', ready: true })}\n`);

  const told = new Set<string>();
  while (!ending) {
    const now = wake.signal.aborted;
    if (now) wake = new AbortController();
    const { waiting, since } = await standing(sealer);
    const due =
      waiting >= MOST_WAITING || (since !== null && Date.now() - since.getTime() >= LONGEST_WAIT_MS);
    if (waiting > 0n && (due || now)) await sealOrSay(sealer, told);
    await sleep(LOOK_EVERY_MS, undefined, { signal: wake.signal }).catch(() => undefined);
  }
  // What was written until now is sealed before the stack goes down.
  await sealOrSay(sealer, told);
  await listener.end();
  await Promise.all([sealer.db.destroy(), name.release()]);
  if (process.connected) process.disconnect();
} catch (error) {
  process.stderr.write(`sealer: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function standing({ db }: Sealer): Promise<Pick<SealStanding, 'waiting' | 'since'>> {
  try {
    return await sealStanding(db);
  } catch (error) {
    process.stderr.write(`sealer: the database does not answer: ${String(error)}\n`);
    return { waiting: 0n, since: null };
  }
}

async function sealOrSay(sealer: Sealer, told: Set<string>): Promise<void> {
  try {
    const sealed = await seal(sealer);
    told.clear();
    if (sealed) process.stdout.write(`${JSON.stringify({ sealed: String(sealed.size), at: sealed.at })}\n`);
  } catch (error) {
    if (!(error instanceof SealRefused)) {
      // The database or a store is away: what waits goes on waiting, and is sealed when it is back.
      process.stderr.write(`sealer: could not seal: ${String(error)}\n`);
      return;
    }
    process.stderr.write(`sealer: REFUSED to seal: ${error.message}\n`);
    // Once: the log must not fill with the same refusal every few seconds.
    if (!told.has(error.message)) await recordRefusal(sealer, error);
    told.add(error.message);
  }
}

function copiesFromEnvironment(db: Db, origin: string): CheckpointCopies[] {
  const copies: CheckpointCopies[] = [];
  const folder = process.env['CLOSEGATE_CHECKPOINT_DIR'];
  if (folder) copies.push(folderCopies(join(folder, placeWithin(origin))));
  const bucket = process.env['CLOSEGATE_CHECKPOINT_BUCKET'];
  if (bucket) {
    copies.push(
      bucketCopies({
        bucket,
        prefix: (process.env['CLOSEGATE_CHECKPOINT_PREFIX'] ?? 'checkpoints/') + placeWithin(origin),
        endpoint: process.env['CLOSEGATE_CHECKPOINT_ENDPOINT'],
        region: process.env['AWS_REGION'] || 'us-east-1',
        retentionYears: () => retentionInForce(db),
      }),
    );
  }
  return copies;
}
