import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, TEST_AUDIT_KEY, freshDatabase } from '../tests/harness/database.ts';
import { exportAudit } from './export/export-audit.ts';
import { recordSweep } from './sweeps.ts';
import { verifyAudit } from './verify-audit.ts';

let base: TestDatabase;
before(async () => {
  base = await freshDatabase();
  await smallBooks(base.door);
});
after(() => base.close());

const ORPHAN = { run: 'close/US/2026-03', finding: 'Temporal knows no such workflow' };
const sweep = (trigger: 'start' | 'timer' | 'command', orphans: readonly (typeof ORPHAN)[] = []) =>
  recordSweep(base.door, { trigger, actorId: 'engine:close-worker', runs: 1, orphans });

test('a start and a command are recorded each time, a timer only when it finds something else', async () => {
  assert.ok(await sweep('start'));
  assert.ok(await sweep('start'));
  assert.equal(await sweep('timer'), null);
  const found = await Promise.all([
    sweep('timer', [ORPHAN]),
    sweep('timer', [ORPHAN]),
    sweep('timer', [ORPHAN]),
  ]);
  assert.equal(found.filter((receipt) => receipt !== null).length, 1);
  assert.ok(await sweep('command', [ORPHAN]));
  assert.equal(await sweep('timer', [ORPHAN]), null);
  assert.ok(await sweep('timer'));
  assert.equal((await verifyAudit(base.db, TEST_AUDIT_KEY)).verdict, 'intact');
});

test('sweeps are a table of the export', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'closegate-sweeps-'));
  const out = join(folder, 'out');
  await exportAudit(base.db, {
    ...{ entity: 'US', period: '2026-03', out, verifier: null, evals: null },
    sample: { count: 1, seed: 's' },
  });
  const [header, ...rows] = readFileSync(join(out, 'sweeper.csv'), 'utf8').trimEnd().split('\n');
  rmSync(folder, { recursive: true });
  assert.equal(header, 'seq,at,actor_id,trigger,runs,decision,orphans,row_hash,leaf_index');
  assert.equal(rows.length, 5);
  assert.match(rows[0] ?? '', /^1,20.*Z,engine:close-worker,start,1,nothing found,,[0-9a-f]{64},$/);
  assert.match(rows[2] ?? '', /,timer,1,orphans found,close\/US\/2026-03: Temporal knows no such workflow,/);
});
