import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import test, { afterEach, beforeEach } from 'node:test';
import { parsePolicy } from '../policy/load.ts';
import { POLICY_TEXT } from '../policy/testing.ts';
import { callBy, smallBooks } from '../tests/harness/books.ts';
import { type TestDatabase, TEST_AUDIT_KEY, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import { record } from './audit.ts';
import { folderCopies } from './checkpoint-copies.ts';
import { signerOf } from './checkpoint.ts';
import { connect } from './connect.ts';
import { retentionInForce } from './policy-in-force.ts';
import { leafHash, verifyConsistency, verifyInclusion } from './merkle.ts';
import { checkpointOf, proveConsistency, proveInclusion } from './proofs.ts';
import { approvePolicy } from './policy-versions.ts';
import { SealRefused, type Sealer, recordRefusal, seal } from './seal.ts';
import { sealNow, sealStanding } from './sealed.ts';

const newKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const KEY = newKey();

let base: TestDatabase;
let folder: string;
let sealer: Sealer;
const open: Sealer[] = [];
beforeEach(async () => {
  base = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'closegate-seal-'));
  sealer = sealerWith(KEY);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.db.destroy()));
  await base.close();
  rmSync(folder, { recursive: true, force: true });
});

function sealerWith(key: string): Sealer {
  const made: Sealer = {
    db: connect(base.sealerUrl, 2),
    auditKey: TEST_AUDIT_KEY,
    signer: signerOf('closegate.test/audit', key),
    copies: [folderCopies(folder)],
  };
  open.push(made);
  return made;
}
const happen = (stream: string, what = 'HAPPENED') =>
  base.db.transaction().execute((tx) => record(tx, TEST_AUDIT_KEY, stream, { event_type: what }));
const happenOften = async (stream: string, times: number) => {
  for (let time = 0; time < times; time += 1) await happen(stream);
};

test('every row becomes a leaf; the checkpoint is kept, copied and proves any of them', async () => {
  await happenOften('one', 5);
  await happenOften('two', 4);
  const first = await seal(sealer);
  assert.equal(first?.size, 9n);
  assert.deepEqual(readdirSync(folder), ['00000000000000000009.note']);
  assert.equal(
    readFileSync(join(folder, '00000000000000000009.note'), 'utf8'),
    (await checkpointOf(base.db)).note,
  );
  await happenOften('one', 3);
  const second = await seal(sealer);
  // Three events, and that the first seal happened.
  assert.equal(second?.size, 13n);
  const proof = await proveInclusion(base.db, 'one', '7');
  assert.ok(
    verifyInclusion(
      leafHash(Buffer.from(proof.row_hash, 'hex')),
      BigInt(proof.leaf_index),
      13n,
      proof.proof.map((hash) => Buffer.from(hash, 'hex')),
      second.root,
    ),
  );
  const { proof: path } = await proveConsistency(base.db, '9', null);
  assert.ok(
    verifyConsistency(
      9n,
      13n,
      path.map((hash) => Buffer.from(hash, 'hex')),
      first.root,
      second.root,
    ),
  );
});

test('a seal alone asks for no other: without new events nothing is sealed', async () => {
  await happen('one');
  assert.ok(await seal(sealer));
  assert.equal(await seal(sealer), null);
  assert.equal((await sealStanding(base.db)).waiting, 0n);
});

test('a row with a smaller id that commits after a seal gets a later leaf', async () => {
  await base.db.transaction().execute(async (tx) => {
    await record(tx, TEST_AUDIT_KEY, 'slow', { event_type: 'SLOW' });
    // Behind it another statement, so that it does not wait for the commit.
    await sql`select 1`.execute(tx);
    await happen('fast');
    await seal(sealer);
  });
  assert.equal((await sealStanding(base.db)).waiting, 1n);
  assert.ok(await seal(sealer));
  const rows = await base.db
    .selectFrom('audit_leaves')
    .innerJoin('audit_events', 'audit_events.id', 'event_id')
    .select(['stream', 'audit_events.id'])
    .where('stream', 'in', ['slow', 'fast'])
    .orderBy('leaf_index')
    .execute();
  assert.deepEqual(
    rows.map((row) => row.stream),
    ['fast', 'slow'],
  );
  assert.ok(BigInt(rows[0]?.id ?? '0') > BigInt(rows[1]?.id ?? '0'));
});

test('two sealers at once make one history', async () => {
  await happenOften('one', 20);
  const other = sealerWith(KEY);
  const results = await Promise.allSettled([seal(sealer), seal(other), seal(sealer), seal(other)]);
  assert.ok(results.every((result) => result.status === 'fulfilled' || result.reason instanceof SealRefused));
  await happen('one');
  assert.ok(await seal(sealer));
  const leaves = await base.db
    .selectFrom('audit_leaves')
    .select('leaf_index')
    .orderBy('leaf_index')
    .execute();
  assert.deepEqual(
    leaves.map((leaf) => leaf.leaf_index),
    leaves.map((_, index) => String(index)),
  );
});

test('an older state of the database is not sealed over: the copy outside knows more', async () => {
  await happenOften('one', 3);
  await seal(sealer);
  await asAdmin(base.adminUrl, async (admin) => {
    // What a restored backup looks like: the last checkpoint and its leaves are not there yet.
    await admin.query(`alter event trigger audit_protect_ddl disable`);
    for (const table of ['audit_checkpoints', 'audit_leaves']) {
      await admin.query(`alter table ${table} disable rule audit_no_delete`);
      await admin.query(`alter table ${table} disable trigger audit_no_delete`);
      await admin.query(`delete from ${table}`);
    }
  });
  await assert.rejects(seal(sealer), (error) => {
    assert.ok(error instanceof SealRefused);
    assert.equal(error.eventType, 'RESTORE_DETECTED');
    assert.match(error.message, /over 3 rows, the database's last one covers 0: an older state/);
    return true;
  });
  await recordRefusal(sealer, new SealRefused('an older state', 'RESTORE_DETECTED'));
  const told = await base.db
    .selectFrom('audit_events')
    .select('event_type')
    .where('stream', '=', 'seal')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  assert.equal(told.event_type, 'RESTORE_DETECTED');
});

test('another history under the same size is not extended', async () => {
  await happenOften('one', 3);
  await seal(sealer);
  const copy = join(folder, '00000000000000000003.note');
  const note = readFileSync(copy, 'utf8');
  writeFileSync(copy, note.replace('at 20', 'at 19'));
  await happen('one');
  await assert.rejects(seal(sealer), /the copy of checkpoint 3 .* the signature does not fit/);
});

test('a sealer with another key does not go on with a log that it did not seal', async () => {
  await happen('one');
  await seal(sealer);
  await happen('one');
  await assert.rejects(seal(sealerWith(newKey())), /no signature of closegate\.test\/audit/);
});

test('a copy that was missed is made up for by the next seal', async () => {
  await happen('one');
  await seal({ ...sealer, copies: [] });
  await happen('one');
  await seal(sealer);
  assert.equal(readdirSync(folder).length, 2);
});

test('leaves and checkpoints are append-only, and nobody but the sealer adds to them', async () => {
  await happen('one');
  await seal(sealer);
  await asAdmin(base.adminUrl, async (admin) => {
    for (const table of ['audit_leaves', 'audit_checkpoints']) {
      await assert.rejects(admin.query(`delete from ${table}`), /append-only: DELETE refused/);
      await assert.rejects(admin.query(`truncate ${table}`), /append-only: TRUNCATE refused/);
      await assert.rejects(admin.query(`alter table ${table} add column x int`), /may not be altered/);
      await assert.rejects(admin.query(`drop table ${table}`), /may not be dropped/);
    }
    await assert.rejects(
      admin.query(`update audit_leaves set leaf_index = 7`),
      /append-only: UPDATE refused/,
    );
  });
  await asAdmin(base.url, async (engine) => {
    await assert.rejects(engine.query(`select * from audit_next_leaves(1)`), /permission denied/);
    await assert.rejects(
      engine.query(`insert into audit_leaves values (99, 99)`),
      /permission denied for table audit_leaves/,
    );
  });
  await asAdmin(base.sealerUrl, async (asSealer) => {
    await assert.rejects(asSealer.query(`select * from items`), /permission denied for table items/);
    await assert.rejects(asSealer.query(`insert into audit_events default values`), /permission denied/);
    await assert.rejects(asSealer.query(`select author from policy_versions`), /permission denied/);
  });
});

test('the sealer reads the policy in force, which says how long copies are kept', async () => {
  assert.equal(await retentionInForce(sealer.db), 7);
  await smallBooks(base.door);
  assert.equal(await retentionInForce(sealer.db), 7);
  const policy = parsePolicy(`${POLICY_TEXT}\naudit:\n  retention_years: 9\n`, 'policy.yaml');
  for (const person of ['human:mei.tan', 'human:tomas.lindqvist'])
    await approvePolicy(base.door, callBy(person), { policy, rationale: 'Nine years, says the counsel.' });
  assert.equal(await retentionInForce(sealer.db), 9);
});

test('whoever asks for a seal where no sealer is gets an answer at once, and it says so', async () => {
  const receipt = await happen('one');
  const began = performance.now();
  assert.equal(await sealNow(base.db, receipt), null);
  assert.ok(performance.now() - began < 5_000);
});
