import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { afterEach, beforeEach } from 'node:test';
import type { Client } from 'pg';
import { type TestDatabase, TEST_AUDIT_KEY, asAdmin, freshDatabase } from '../tests/harness/database.ts';
import { type AuditKey, record, rowHash, rowHmac } from './audit.ts';
import { folderCopies } from './checkpoint-copies.ts';
import { signerOf, verifierOf } from './checkpoint.ts';
import { connect } from './connect.ts';
import { type Sealer, seal } from './seal.ts';
import { verifyAudit } from './verify-audit.ts';
import type { BreachKind, Verification } from './verify/finding.ts';
import { notesOf } from './verify/note-files.ts';
import { receiptsIn } from './verify/receipts.ts';

const pem = () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const SIGNER = signerOf('closegate.test/audit', pem());
const VERIFIER = verifierOf(SIGNER);

let base: TestDatabase;
let folder: string;
let sealer: Sealer;
beforeEach(async () => {
  base = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'closegate-verify-'));
  sealer = {
    db: connect(base.sealerUrl, 2),
    auditKey: TEST_AUDIT_KEY,
    signer: SIGNER,
    copies: [folderCopies(folder)],
  };
  for (let time = 0; time < 6; time += 1) await happen('one');
  for (let time = 0; time < 4; time += 1) await happen('two');
  await seal(sealer);
  for (let time = 0; time < 4; time += 1) await happen('one');
  await seal(sealer);
});
afterEach(async () => {
  await sealer.db.destroy();
  await base.close();
  rmSync(folder, { recursive: true, force: true });
});

const happen = (stream: string, key: AuditKey = TEST_AUDIT_KEY) =>
  base.db
    .transaction()
    .execute((tx) => record(tx, key, stream, { event_type: 'HAPPENED', actor_id: 'human:mei.tan' }));

/** As superuser, with everything that refuses switched off. */
const attack = (work: (admin: Client) => Promise<unknown>) =>
  asAdmin(base.adminUrl, async (admin) => {
    for (const trigger of ['ddl', 'drop'])
      await admin.query(`alter event trigger audit_protect_${trigger} disable`);
    for (const table of ['audit_events', 'audit_leaves', 'audit_checkpoints']) {
      await admin.query(`alter table ${table} disable trigger user`);
      for (const rule of ['audit_no_update', 'audit_no_delete'])
        await admin.query(`alter table ${table} disable rule ${rule}`);
    }
    await work(admin);
  });
const verify = (more: { outside?: boolean; keys?: readonly AuditKey[] } = {}) =>
  verifyAudit(base.db, more.keys ?? [TEST_AUDIT_KEY], {
    verifier: VERIFIER,
    copies: more.outside ? notesOf(folder, 'the vault', true) : null,
  });
const found = ({ breaches }: Verification) =>
  breaches.map(({ stream, seq, kind }) => `${stream} #${seq} ${kind}`);
const breaks = async (kind: BreachKind, place: string, more: { outside?: boolean } = {}) => {
  const result = await verify(more);
  assert.equal(result.verdict, 'broken');
  assert.ok(
    found(result).includes(`${place} ${kind}`),
    `${place} ${kind} is not in ${found(result).join(', ')}`,
  );
  return result;
};

/** Rewrites a stream from a row on, chain and head included, with a key of the attacker's choice. */
async function rewrite(admin: Client, stream: string, from: bigint, key: AuditKey): Promise<void> {
  const { rows } = await admin.query<{
    id: string;
    seq: string;
    prev_hash: Buffer;
    row_hash: Buffer;
    bytes: Buffer;
  }>(
    'select id, seq, prev_hash, row_hash, bytes from audit_events where stream = $1 and seq >= $2 order by seq',
    [stream, String(from)],
  );
  let prev = rows[0]?.prev_hash ?? Buffer.alloc(32);
  for (const { id, seq, bytes } of rows) {
    const changed = Buffer.from(bytes.toString().replace('human:mei.tan', 'human:eve.moss'));
    const hash = rowHash(stream, BigInt(seq), prev, changed);
    const hmac = rowHmac(key.secret, stream, BigInt(seq), prev, changed);
    await admin.query(
      `update audit_events set bytes = $2, actor_id = 'human:eve.moss', prev_hash = $3, row_hash = $4, hmac = $5 where id = $1`,
      [id, changed, prev, hash, hmac],
    );
    prev = hash;
  }
  await admin.query('update audit_heads set row_hash = $2 where stream = $1', [stream, prev]);
}

test('a log that nobody touched is intact, with its checkpoints, their copies, and the tail that they leave', async () => {
  await happen('two');
  const result = await verify({ outside: true });
  assert.deepEqual([result.verdict, result.breaches, result.reason], ['intact', [], null]);
  assert.deepEqual([result.events, result.streams], [17n, 3n]);
  assert.deepEqual([result.checkpoints?.held, result.checkpoints?.last?.size], [2n, 15n]);
  // The event, and that the last seal happened.
  assert.equal(result.uncovered.events, 2n);
  assert.match(result.remarks.join(), /no checkpoint covers 2 events, the oldest from 2/);
});

test('before the first checkpoint the chains decide, and what no checkpoint covers is told', async () => {
  const other = await freshDatabase();
  try {
    await other.db
      .transaction()
      .execute((tx) => record(tx, TEST_AUDIT_KEY, 'one', { event_type: 'HAPPENED' }));
    const result = await verifyAudit(other.db, TEST_AUDIT_KEY, { verifier: null });
    assert.equal(result.verdict, 'intact');
    assert.match(result.remarks.join(), /no checkpoint covers 1 events/);
  } finally {
    await other.close();
  }
});

test('without the verifier key, or a key that rows were signed with, nothing can be told', async () => {
  const keyless = await verifyAudit(base.db, TEST_AUDIT_KEY, { verifier: null });
  assert.deepEqual([keyless.verdict, keyless.checkpoints], ['cannot tell', null]);
  assert.match(keyless.reason ?? '', /no verifier key/);
  await happen('two', { id: 'next', secret: Buffer.alloc(32, 9) });
  const one = await verify();
  assert.equal(one.verdict, 'cannot tell');
  assert.match(one.reason ?? '', /\(next\)/);
  const both = await verify({ keys: [TEST_AUDIT_KEY, { id: 'next', secret: Buffer.alloc(32, 9) }] });
  assert.equal(both.verdict, 'intact');
});

test('an edited event is named, with its time and the last checkpoint before it', async () => {
  await attack((admin) =>
    admin.query(`update audit_events set bytes = set_byte(bytes, 20, 88) where stream = 'one' and seq = 8`),
  );
  const { breaches } = await breaks('edited', 'one #8');
  assert.match(breaches[0]?.since ?? '', /^20\d\d-/);
  assert.equal(breaches[0]?.lastGood?.size, 10n);
});

test('an edited column and an edited time are found though the bytes are as they were', async () => {
  await attack((admin) =>
    admin.query(
      `update audit_events set actor_id = 'human:ana.ruiz' where stream = 'one' and seq = 2;
       update audit_events set at = at - interval '1 day' where stream = 'one' and seq = 3`,
    ),
  );
  await breaks('edited', 'one #2');
  await breaks('edited', 'one #3');
});

test('a deleted event is a gap in its chain and a leaf without its event', async () => {
  await attack((admin) => admin.query(`delete from audit_events where stream = 'one' and seq = 3`));
  const result = await breaks('deleted', 'one #4');
  assert.ok(
    result.breaches.some(({ finding }) => /was sealed as leaf 2 and is not in the log/.test(finding)),
  );
});

test('a tail that was cut is found by the recorded end, and when that was set back too, by the leaves', async () => {
  await attack((admin) => admin.query(`delete from audit_events where stream = 'one' and seq > 8`));
  await breaks('tail cut', 'one #10');
  await attack((admin) =>
    admin.query(`update audit_heads h set seq = e.seq, row_hash = e.row_hash from audit_events e
                  where h.stream = 'one' and e.stream = 'one' and e.seq = 8`),
  );
  await breaks('deleted', 'checkpoints #13');
});

test('a stream that was deleted with its recorded end leaves leaves without events', async () => {
  await attack((admin) => admin.query(`delete from audit_events where stream = 'two'`));
  await breaks('stream deleted', 'two #4');
  await attack((admin) => admin.query(`delete from audit_heads where stream = 'two'`));
  await breaks('deleted', 'checkpoints #6');
});

test('events that changed places are called reordered', async () => {
  await attack((admin) =>
    admin.query(`alter table audit_events drop constraint audit_events_stream_seq_key;
                 update audit_events set seq = 9 - seq where stream = 'one' and seq in (4, 5)`),
  );
  await breaks('reordered', 'one #4');
  await breaks('reordered', 'one #5');
});

test('an event with the right chain hash and no HMAC key is forged, also at the end', async () => {
  await attack((admin) => rewrite(admin, 'one', 10n, { id: 'test', secret: Buffer.alloc(32, 1) }));
  await breaks('forged', 'one #10');
});

test('history rewritten from an event on is one finding without the key, and breaks the checkpoints with it', async () => {
  await attack((admin) => rewrite(admin, 'one', 7n, { id: 'test', secret: Buffer.alloc(32, 1) }));
  const without = await breaks('rewritten', 'one #7');
  assert.ok(without.breaches.some(({ finding }) => /from here on 4 events/.test(finding)));
  await attack((admin) => rewrite(admin, 'one', 7n, TEST_AUDIT_KEY));
  const withKey = await breaks('rewritten', 'checkpoints #15');
  assert.equal(withKey.breaches.length, 1);
  assert.equal(withKey.breaches[0]?.lastGood?.size, 10n);
});

test('a row that holds a key twice is a breach though its hash is right', async () => {
  await attack(async (admin) => {
    const { rows } = await admin.query<{ prev_hash: Buffer; bytes: Buffer }>(
      `select prev_hash, bytes from audit_events where stream = 'two' and seq = 4`,
    );
    const [row] = rows;
    assert.ok(row);
    const bytes = Buffer.from(row.bytes.toString().replace('{', '{"actor_id":"human:eve.moss",'));
    const hash = rowHash('two', 4n, row.prev_hash, bytes);
    const hmac = rowHmac(TEST_AUDIT_KEY.secret, 'two', 4n, row.prev_hash, bytes);
    await admin.query(
      `update audit_events set bytes = $1, row_hash = $2, hmac = $3 where stream = 'two' and seq = 4`,
      [bytes, hash, hmac],
    );
  });
  await breaks('not canonical', 'two #4');
});

test('an event that was slipped in behind the seal is called inserted', async () => {
  await attack((admin) =>
    admin.query(`alter table audit_leaves drop constraint audit_leaves_pkey;
                 delete from audit_leaves where event_id = (select id from audit_events where stream = 'one' and seq = 2)`),
  );
  await breaks('inserted', 'one #3');
});

test('an edited checkpoint, one by another key, and a deleted one are found', async () => {
  await attack((admin) =>
    admin.query(`update audit_checkpoints set note = replace(note, 'at 2', 'at 1') where size = 10`),
  );
  await breaks('checkpoint edited', 'checkpoints #10');
  await attack((admin) => admin.query('delete from audit_checkpoints where size = 10'));
  assert.equal((await verify()).verdict, 'intact', 'nothing inside says so');
  await breaks('checkpoint edited', 'checkpoints #10', { outside: true });
  const stranger = verifierOf(signerOf('closegate.test/audit', pem()));
  const swapped = await verifyAudit(base.db, TEST_AUDIT_KEY, { verifier: stranger });
  assert.match(swapped.breaches[0]?.finding ?? '', /no signature of closegate.test\/audit/);
});

test('a log rolled back to an older state, and a second history, are told from each other by copies outside', async () => {
  await attack((admin) =>
    admin.query(`delete from audit_checkpoints where size = 15;
                 delete from audit_leaves where leaf_index >= 10;
                 delete from audit_events where stream = 'seal' or (stream = 'one' and seq > 6);
                 delete from audit_heads where stream = 'seal';
                 update audit_heads h set seq = 6, row_hash = e.row_hash from audit_events e
                  where h.stream = 'one' and e.stream = 'one' and e.seq = 6`),
  );
  assert.equal((await verify()).verdict, 'intact', 'nothing inside says so');
  await breaks('rolled back', 'checkpoints #15', { outside: true });
  for (let time = 0; time < 5; time += 1) await happen('one');
  await seal({ ...sealer, copies: [] });
  assert.equal((await verify()).verdict, 'intact', 'nothing inside says so');
  await breaks('forked', 'checkpoints #15', { outside: true });
});

test('receipts in a workflow history are a second copy of the log', async () => {
  const kept = await happen('two');
  const payload = (value: unknown) => ({ data: Buffer.from(JSON.stringify(value)).toString('base64') });
  const history = (receipt: unknown) => ({
    events: [{ attributes: { result: { payloads: [payload({ text: JSON.stringify({ receipt }) })] } } }],
  });
  const receipts = async function* (receipt: unknown) {
    for (const one of receiptsIn(history(receipt))) yield { ...one, place: 'workflow reconcile/X' };
  };
  const withReceipt = (receipt: unknown) =>
    verifyAudit(base.db, TEST_AUDIT_KEY, { receipts: receipts(receipt) });
  const same = await withReceipt(kept);
  assert.equal(same.verdict, 'intact');
  assert.match(same.remarks.join(), /1 receipts/);
  const kindOf = async (receipt: unknown) => (await withReceipt(receipt)).breaches.map(({ kind }) => kind);
  assert.deepEqual(await kindOf({ ...kept, row_hash: '0'.repeat(64) }), ['rewritten']);
  assert.deepEqual(await kindOf({ ...kept, seq: '9' }), ['tail cut']);
  assert.deepEqual(await kindOf({ ...kept, stream: 'three' }), ['stream deleted']);
});

test('all receipts of a recorded history are read', () => {
  const file = new URL('../tests/histories/investigate-us-1010-p1.json', import.meta.url);
  const receipts = [...receiptsIn(JSON.parse(readFileSync(file, 'utf8')))];
  assert.ok(receipts.some(({ stream, seq }) => stream === 'reconciliation/US/2026-03/1010' && seq === '10'));
  assert.equal(new Set(receipts.map(({ seq }) => seq)).size, 11);
});

test('one stream can be verified by itself', async () => {
  await attack((admin) =>
    admin.query(`update audit_events set bytes = set_byte(bytes, 20, 88) where stream = 'one' and seq = 8`),
  );
  const two = await verifyAudit(base.db, TEST_AUDIT_KEY, { stream: 'two', verifier: VERIFIER });
  assert.deepEqual([two.verdict, two.events, two.streams], ['intact', 4n, 1n]);
});
