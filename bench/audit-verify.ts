// Verifies the log in a process of its own, so that its memory is its own.
import { connect } from '../ledger/connect.ts';
import { verifyAudit } from '../ledger/verify-audit.ts';
import { BENCH_KEY } from './audit-log.ts';

const db = connect(process.env['DATABASE_URL'] ?? '', 2);
const began = performance.now();
const { verdict, events } = await verifyAudit(db, BENCH_KEY);
const seconds = (performance.now() - began) / 1000;
const rssMb = process.resourceUsage().maxRSS / 1024;
process.send?.({ seconds, rssMb, verdict, seen: Number.parseInt(String(events), 10) });
await db.destroy();
process.disconnect();
