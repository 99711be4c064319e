// Appends to the audit log per second, beside the same rows without chain in the same run (the median of five turns each);
// how fast the log is verified, and that verifying needs no more memory for a hundred times the events. Prints what it
// measured; nothing is assumed.
import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeFlagsOf } from '../cli/node-flags.ts';
import { signerOf, verifierOf, verifierText } from '../ledger/checkpoint.ts';
import { type Db, connect } from '../ledger/connect.ts';
import { seal } from '../ledger/seal.ts';
import { appendsPerSecond, chained, plain, plainLocked, preparePlain } from './audit-appends.ts';
import { BENCH_KEY, fillLog } from './audit-log.ts';
import type { Verified } from './audit-verify.ts';
import { startBenchServer } from './server.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    appends: { type: 'string', default: '1500' },
    events: { type: 'string', default: '1000000' },
  },
});
const [APPENDS, EVENTS] = [Number.parseInt(values.appends, 10), Number.parseInt(values.events, 10)];
const STREAMS = 64;
const ROUNDS = 5;
const { engine, sealer, admin: adminUrl, stop } = await startBenchServer();
const open: Db[] = [];
const opened = (url: string, connections: number): Db => {
  const db = connect(url, connections);
  open.push(db);
  return db;
};
const figures: Record<string, number> = {};
try {
  const admin = opened(adminUrl, 2);
  await appends(engine, admin);
  await verification(engine, sealer, admin);
  const rounded = Object.entries(figures).map(
    ([name, figure]) => [name, Math.round(figure * 100) / 100] as const,
  );
  if (values.json) process.stdout.write(`${JSON.stringify(Object.fromEntries(rounded))}\n`);
  else for (const [name, figure] of rounded) process.stdout.write(`${name.padEnd(40)} ${figure}\n`);
} catch (error) {
  // Said before anything is taken down: what breaks when the server goes must not hide why it went.
  process.stderr.write(
    `bench:audit failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
  );
  process.exitCode = 1;
} finally {
  await Promise.allSettled(open.map((db) => db.destroy()));
  await stop();
}

async function appends(engine: string, admin: Db): Promise<void> {
  await preparePlain(admin, STREAMS);
  for (const writers of [1, 8, 32]) {
    for (const streams of [1, STREAMS]) {
      const db = opened(engine, writers);
      const measure = (append: typeof chained, count: number) =>
        appendsPerSecond(db, { writers, streams, count }, append);
      // Warm: connections and their plans.
      for (const append of [chained, plain, plainLocked]) await measure(append, 8 * writers);
      // By turns, so that what else the machine does falls on all three alike.
      const rates: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < ROUNDS; round += 1)
        for (const [at, append] of ([chained, plain, plainLocked] as const).entries())
          rates[at]?.push(await measure(append, APPENDS));
      const [chain, bare, locked] = [median(rates[0]), median(rates[1]), median(rates[2])];
      const name = `${writers}w_${streams}s`;
      figures[`appends_per_s_${name}`] = chain;
      figures[`plain_per_s_${name}`] = bare;
      figures[`ratio_${name}`] = chain / bare;
      // The same number of round trips: whoever decides locks first, and the head rides on that.
      figures[`plain_after_lock_per_s_${name}`] = locked;
      figures[`ratio_after_lock_${name}`] = chain / locked;
      await db.destroy();
    }
  }
}

function median(rates: readonly number[]): number {
  return [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? Number.NaN;
}

async function verification(engine: string, sealerUrl: string, admin: Db): Promise<void> {
  const sizes = [10_000, 100_000, EVENTS].filter(
    (size, at, all) => size <= EVENTS && all.indexOf(size) === at,
  );
  for (const size of sizes) {
    await fillLog(admin, size, STREAMS);
    note(`${size}`, await verifyInChild(engine, null));
  }
  // And as a log is in use: sealed, so that the tree is recomputed as well.
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const signer = signerOf('closegate.bench/audit', pem);
  await seal({ db: opened(sealerUrl, 2), auditKey: BENCH_KEY, signer, copies: [] });
  note(`${EVENTS}_sealed`, await verifyInChild(engine, verifierText(verifierOf(signer))));
}

function note(name: string, { seconds, cpuSeconds, rssMb, verdict, seen }: Verified): void {
  if (verdict !== 'intact') throw new Error(`the log that the bench wrote is not intact: ${verdict}`);
  figures[`verify_events_per_s_${name}`] = seen / seconds;
  figures[`verify_cpu_us_per_event_${name}`] = (cpuSeconds * 1e6) / seen;
  figures[`verify_peak_rss_mb_${name}`] = rssMb;
}

async function verifyInChild(url: string, verifier: string | null): Promise<Verified> {
  const child = fork(fileURLToPath(new URL('audit-verify.ts', import.meta.url)), {
    // As the command's own process is started.
    execArgv: [...nodeFlagsOf('audit')],
    env: { DATABASE_URL: url, ...(verifier === null ? {} : { VERIFIER: verifier }) },
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the verifying process ended with ${String(code)} and told nothing`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Verified];
  ended.catch(() => {});
  return answer;
}
