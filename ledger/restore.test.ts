import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, TEST_AUDIT_KEY, freshDatabase } from '../tests/harness/database.ts';
import { record } from './audit.ts';
import { folderCopies, placeWithin } from './checkpoint-copies.ts';
import {
  openCheckpoint,
  restoredOrigin,
  restoresOf,
  signerOf,
  verifierOf,
  verifierText,
} from './checkpoint.ts';
import { connect } from './connect.ts';
import { exportAudit } from './export/export-audit.ts';
import { recordRestore } from './restore.ts';
import { type Sealer, seal } from './seal.ts';
import { verifyAudit } from './verify-audit.ts';
import { verifyExport } from './verify/export.ts';
import { notesOf } from './verify/note-files.ts';

const PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const FIRST = signerOf('closegate.test/audit', PEM);
const VERIFIER = verifierOf(FIRST);
let base: TestDatabase;
let backup: TestDatabase;
let folder: string;
const open: Sealer[] = [];

function sealerOf(database: TestDatabase, origin: string): Sealer {
  const signer = signerOf(origin, PEM);
  const copies = [folderCopies(join(folder, placeWithin(origin)))];
  const made = { db: connect(database.sealerUrl, 2), auditKey: TEST_AUDIT_KEY, signer, copies };
  open.push(made);
  return made;
}
const happen = (database: TestDatabase, times: number) =>
  database.db.transaction().execute(async (tx) => {
    for (let time = 0; time < times; time += 1)
      await record(tx, TEST_AUDIT_KEY, 'one', { event_type: 'HAPPENED' });
  });
const latest = async (place = folder) => {
  const kept = await folderCopies(place).latest();
  assert.ok(kept);
  return { ...openCheckpoint(VERIFIER, kept.note), note: kept.note };
};
const verify = async (copies: string) =>
  await verifyAudit(backup.db, TEST_AUDIT_KEY, {
    verifier: VERIFIER,
    copies: notesOf(copies, 'the copies', true),
  });

/** Books that were sealed, backed up, went on for another checkpoint, and were then restored from the backup. */
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closegate-restore-'));
  base = await freshDatabase();
  await smallBooks(base.door);
  const sealer = sealerOf(base, FIRST.origin);
  await seal(sealer);
  await Promise.all([sealer.db.destroy(), base.db.destroy()]);
  open.pop();
  backup = await freshDatabase(base.name);
  base = { ...base, db: connect(base.url, 2) };
  await happen(base, 5);
  const again = sealerOf(base, FIRST.origin);
  await seal(again);
});
after(async () => {
  await Promise.all(open.map((one) => one.db.destroy()));
  await backup.close();
  await base.db.destroy();
  await base.close();
  rmSync(folder, { recursive: true, force: true });
});

test('restored books are not sealed; a person says so, and they are sealed on under another name', async () => {
  await happen(backup, 1);
  await assert.rejects(seal(sealerOf(backup, FIRST.origin)), /an older state of it was restored/);
  const name = restoredOrigin(FIRST.origin, 1);
  await assert.rejects(seal(sealerOf(backup, name)), /no RESTORE event says/);
  const lost = await latest();
  const saying = { actorId: 'human:mei.tan', rationale: 'The disk failed; last night’s backup.', lost };
  for (const actorId of ['llm:recon-operator', 'engine:close', 'human:nobody'])
    await assert.rejects(recordRestore(backup.door, { ...saying, actorId }), /not an active person/);
  const { origin, receipt } = await recordRestore(backup.door, saying);
  assert.equal(origin, name);
  assert.deepEqual(await recordRestore(backup.door, saying), { origin, receipt });

  const sealed = await seal(sealerOf(backup, origin));
  assert.equal(sealed?.origin, 'closegate.test/audit/restored-1');
  assert.equal(
    readdirSync(join(folder, 'restored-1')).length,
    2,
    'its first checkpoint, and the one before the restore',
  );
  await happen(backup, 3);
  assert.ok(await seal(sealerOf(backup, origin)));
  await assert.rejects(
    seal(sealerOf(backup, FIRST.origin)),
    /goes on as closegate\.test\/audit\/restored-1 since it was restored/,
  );
});

test('the log verifies by the key that was always given out, says that it was restored, and what is missing shows', async () => {
  const found = await verify(join(folder, 'restored-1'));
  assert.deepEqual([found.verdict, found.breaches], ['intact', []]);
  assert.match(found.remarks.join(), /restored from a backup \(seal #\d+, by human:mei\.tan at 20/);
  const old = await verify(folder);
  assert.equal(old.verdict, 'broken');
  assert.ok(
    old.breaches.some(({ kind }) => kind === 'rewritten' || kind === 'rolled back' || kind === 'forked'),
  );
  const stranger = verifierOf(signerOf('closegate.other/audit', PEM));
  assert.equal((await verifyAudit(backup.db, TEST_AUDIT_KEY, { verifier: stranger })).verdict, 'broken');
});

test('an export of it is verified by both verifiers with the key that was always given out', async () => {
  const out = join(folder, 'export');
  await exportAudit(backup.db, {
    ...{ entity: 'US', period: '2026-03', out, verifier: VERIFIER, evals: null },
    sample: { count: 1, seed: 's' },
  });
  const ours = await verifyExport(out, { keys: [], verifier: VERIFIER, copies: null });
  assert.equal(ours.verdict, 'intact');
  assert.match(ours.remarks.join(), /restored from a backup/);
  const second = fileURLToPath(new URL('../docs/verify_export.py', import.meta.url));
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const run = (key: string) => spawnSync('python3', [second, out, key], { encoding: 'utf8', env });
  assert.equal(run(verifierText(VERIFIER)).status, 0);
  const stranger = verifierOf(signerOf('closegate.test/other', PEM));
  assert.equal(run(verifierText(stranger)).status, 2);
});

test('books that lack nothing were not restored', async () => {
  const lost = await latest();
  const saying = { actorId: 'human:mei.tan', rationale: 'I thought so.', lost };
  await assert.rejects(recordRestore({ ...base.door, db: base.db }, saying), /nothing is missing/);
});

test('a second restore has the next name, also when the first one’s event is lost with it', () => {
  assert.equal(restoredOrigin('a.example/audit/restored-1', 2), 'a.example/audit/restored-2');
  assert.deepEqual([restoresOf('a.example/audit'), restoresOf('a.example/audit/restored-12')], [0, 12]);
  assert.equal(placeWithin('a.example/audit/restored-2'), 'restored-2/');
});
