// Verifies the log in a process of its own, so that its memory is its own.
import { parseVerifier } from '../ledger/checkpoint.ts';
import { connect } from '../ledger/connect.ts';
import { verifyAudit } from '../ledger/verify-audit.ts';
import { BENCH_KEY } from './audit-log.ts';

/** What one verification took. Processor time is this process's own, whatever else the machine does. */
export interface Verified {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly verdict: string;
  readonly seen: number;
}

const db = connect(process.env['DATABASE_URL'] ?? '', 2);
const verifier = process.env['VERIFIER'];
const [began, cpu] = [performance.now(), process.cpuUsage()];
const { verdict, events } = await verifyAudit(
  db,
  BENCH_KEY,
  verifier === undefined ? {} : { verifier: parseVerifier(verifier) },
);
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
const rssMb = process.resourceUsage().maxRSS / 1024;
const seen = Number.parseInt(String(events), 10);
process.send?.({ seconds, cpuSeconds: (user + system) / 1e6, rssMb, verdict, seen } satisfies Verified);
await db.destroy();
if (process.connected) process.disconnect();
