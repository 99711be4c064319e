import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { callBy, line, smallBooks } from '../../tests/harness/books.ts';
import { type TestDatabase, TEST_AUDIT_KEY, freshDatabase } from '../../tests/harness/database.ts';
import { settleByRules } from '../settle.ts';
import { matchByRules } from '../../matching/matcher.ts';
import { canonicalBytes } from '../canonical.ts';
import { certify } from '../certify.ts';
import { signerOf, verifierOf, verifierText } from '../checkpoint.ts';
import { type Db, connect } from '../connect.ts';
import { record } from '../audit.ts';
import { seal } from '../seal.ts';
import type { Manifest } from '../verify/manifest.ts';
import { verifyExport } from '../verify/export.ts';
import { csv } from './csv.ts';
import { exportAudit } from './export-audit.ts';

const SECOND = fileURLToPath(new URL('../../docs/verify_export.py', import.meta.url));
const SIGNER = signerOf(
  'closegate.test/audit',
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
);
const VERIFIER = verifierOf(SIGNER);
const POLICY_FILE = /^policies\/[0-9a-f]{64}\.yaml$/;

let base: TestDatabase;
let auditor: Db;
let folder: string;
let made: string;
before(async () => {
  base = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), 'closegate-export-'));
  const sides = [line('X1', '100.00', { reference: 'INV-1', counterparty: '=Acme()' })];
  const reconciliation = await smallBooks(base.door, { ledger: sides, statement: sides });
  await settleByRules(base.door, callBy('engine:matcher'), { reconciliation, matcher: matchByRules });
  const sealer = { db: connect(base.sealerUrl, 2), auditKey: TEST_AUDIT_KEY, signer: SIGNER, copies: [] };
  await seal(sealer);
  const answer = await certify(base.door, callBy('human:mei.tan'), {
    reconciliation,
    rationale: 'It ties out.',
  });
  assert.equal(answer.outcome, 'done');
  // An account of another month: a leaf of the tree that the export has no event of.
  await base.db
    .transaction()
    .execute((tx) =>
      record(tx, TEST_AUDIT_KEY, 'reconciliation/US/2026-02/1010', { event_type: 'HAPPENED' }),
    );
  await seal(sealer);
  await sealer.db.destroy();
  const url = new URL(base.url);
  url.username = 'closegate_auditor';
  auditor = connect(url.href, 2);
  made = join(folder, 'first');
  await exported(made);
});
after(async () => {
  await auditor.destroy();
  await base.close();
  rmSync(folder, { recursive: true, force: true });
});

const exported = (out: string) =>
  exportAudit(auditor, {
    ...{ entity: 'US', period: '2026-03', out, verifier: VERIFIER, evals: null },
    sample: { count: 2, seed: 'the auditor' },
  });
const filesIn = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
const second = (dir: string, ...more: string[]) =>
  spawnSync('python3', [SECOND, dir, ...more], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
const ours = (dir: string) => verifyExport(dir, { keys: [], verifier: VERIFIER, copies: null });

test('the same state gives the same bytes, and no secret is among them', async () => {
  const again = join(folder, 'again');
  const { manifest } = await exported(again);
  assert.deepEqual(filesIn(again), filesIn(made));
  for (const file of filesIn(made))
    assert.ok(readFileSync(join(again, file)).equals(readFileSync(join(made, file))), file);
  assert.equal(
    createHash('sha256')
      .update(readFileSync(join(made, 'manifest.json')))
      .digest('hex'),
    manifest,
  );
  const all = filesIn(made).map((file) => readFileSync(join(made, file), 'latin1'));
  const secret = TEST_AUDIT_KEY.secret;
  assert.ok(
    !all.some((text) => text.includes(secret.toString('hex')) || text.includes(secret.toString('base64'))),
  );
});

test('it holds what an auditor asks for', () => {
  const files = filesIn(made);
  for (const file of [
    ...['README.md', 'actors.json', 'approvals.csv', 'certifications.csv', 'escalations.csv', 'events.csv'],
    ...[
      'events.jsonl',
      'leaves',
      'manifest.json',
      'policies/index.json',
      'proofs/consistency.json',
      'sample.csv',
    ],
    ...['sweeper.csv', 'verifier.txt'],
  ])
    assert.ok(files.includes(file), file);
  assert.equal(files.filter((file) => file.startsWith('checkpoints/')).length, 2);
  assert.equal(files.filter((file) => file.startsWith('proofs/inclusion-certify-')).length, 1);
  assert.equal(files.filter((file) => POLICY_FILE.test(file)).length, 1);
  assert.match(
    readFileSync(join(made, 'certifications.csv'), 'utf8'),
    /US\/2026-03\/1010,ACTIVE,human:mei\.tan/,
  );
});

test('two programs that share no code find it intact', async () => {
  const found = await ours(made);
  assert.deepEqual([found.verdict, found.breaches, found.reason], ['intact', [], null]);
  assert.match(found.remarks.join(), /without the HMAC key/);
  const other = second(made, verifierText(VERIFIER));
  assert.deepEqual([other.status, other.stderr], [0, ''], other.stdout);
  assert.match(other.stdout, new RegExp(`^intact: ${found.events} events`));
});

test('with the HMAC key the export is verified as the log is', async () => {
  const found = await verifyExport(made, { keys: [TEST_AUDIT_KEY], verifier: VERIFIER, copies: null });
  assert.equal(found.verdict, 'intact');
  assert.doesNotMatch(found.remarks.join(), /HMAC/);
  const wrong = await verifyExport(made, {
    ...{ keys: [{ ...TEST_AUDIT_KEY, secret: Buffer.alloc(32, 1) }], verifier: VERIFIER, copies: null },
  });
  assert.equal(wrong.verdict, 'broken');
});

/** Makes the manifest fit a tampered folder again, as whoever tampers would; where the streams end stays as it was. */
function refit(dir: string): void {
  const file = join(dir, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const files = filesIn(dir)
    .filter((path) => path !== 'manifest.json')
    .map((path) => ({
      path,
      sha256: createHash('sha256')
        .update(readFileSync(join(dir, path)))
        .digest('hex'),
      size: String(statSync(join(dir, path)).size),
    }));
  writeFileSync(file, canonicalBytes({ ...manifest, files }));
}

const edit = (dir: string, file: string, change: (text: string) => string) => {
  const before = readFileSync(join(dir, file), 'utf8');
  const changed = change(before);
  assert.notEqual(changed, before, `${file} is tampered with`);
  writeFileSync(join(dir, file), changed);
};
const lines = (change: (rows: string[]) => string[]) => (text: string) =>
  `${change(text.trimEnd().split('\n')).join('\n')}\n`;
const onlyFile = (dir: string, form: RegExp) => {
  const file = filesIn(dir).find((name) => form.test(name));
  assert.ok(file);
  return file;
};
const edited = (row: string) => {
  const event = JSON.parse(row) as { bytes: string };
  const bytes = Buffer.from(
    Buffer.from(event.bytes, 'base64').toString().replace('human:mei.tan', 'human:eve.tan'),
  );
  return JSON.stringify({ ...event, bytes: bytes.toString('base64') });
};

const TAMPERED: Readonly<Record<string, (dir: string) => void>> = {
  'a flipped byte': (dir) =>
    edit(
      dir,
      'events.jsonl',
      lines((rows) => rows.map(edited)),
    ),
  'a deleted event': (dir) =>
    edit(
      dir,
      'events.jsonl',
      lines((rows) => rows.filter((_, at) => at !== 2)),
    ),
  'a tail that was cut': (dir) =>
    edit(
      dir,
      'events.jsonl',
      lines((rows) => rows.slice(0, -1)),
    ),
  'events in another order': (dir) =>
    edit(
      dir,
      'events.jsonl',
      lines((rows) => [...rows].reverse()),
    ),
  'a changed policy': (dir) =>
    edit(dir, onlyFile(dir, POLICY_FILE), (text) => text.replace('"10000.00"', '"90000.00"').concat('# x\n')),
  'a changed note': (dir) => edit(dir, onlyFile(dir, /\.note$/), (text) => text.replace('at 2', 'at 1')),
  'a changed leaf': (dir) =>
    edit(
      dir,
      'leaves',
      lines((rows) => ['0'.repeat(64), ...rows.slice(1)]),
    ),
  'leaves cut off': (dir) =>
    edit(
      dir,
      'leaves',
      lines((rows) => rows.slice(0, -1)),
    ),
  'a deleted policy': (dir) => rmSync(join(dir, onlyFile(dir, POLICY_FILE))),
};

for (const [what, tamper] of Object.entries(TAMPERED)) {
  for (const manifest of ['as it was', 'made to fit']) {
    test(`both programs find ${what}, the manifest ${manifest}`, async () => {
      const dir = join(folder, `tampered-${what.replaceAll(' ', '-')}-${manifest.length}`);
      cpSync(made, dir, { recursive: true });
      tamper(dir);
      if (manifest === 'made to fit') refit(dir);
      assert.equal((await ours(dir)).verdict, 'broken');
      const other = second(dir, verifierText(VERIFIER));
      assert.equal(other.status, 2, other.stdout + other.stderr);
    });
  }
}

test('both programs find a readable file that was edited, and one that was added', async () => {
  const dir = join(folder, 'tampered-files');
  cpSync(made, dir, { recursive: true });
  edit(dir, 'certifications.csv', (text) => text.replace('mei', 'eve'));
  writeFileSync(join(dir, 'evals.txt'), 'All is well.\n');
  const found = await ours(dir);
  assert.deepEqual(
    found.breaches.map(({ stream, kind }) => `${stream} ${kind}`),
    ['evals.txt inserted', 'certifications.csv edited'],
  );
  assert.equal(second(dir).status, 2);
});

test('a proof that does not prove what it says is found', async () => {
  const dir = join(folder, 'tampered-proof');
  cpSync(made, dir, { recursive: true });
  edit(dir, onlyFile(dir, /inclusion-certify/), (text) =>
    text.replace(/"leaf_index": "\d+"/, '"leaf_index": "0"'),
  );
  refit(dir);
  assert.deepEqual(
    (await ours(dir)).breaches.map(({ stream }) => stream.slice(0, 25)),
    ['proofs/inclusion-certify-r'].map((name) => name.slice(0, 25)),
  );
});

test('without checkpoints neither program can tell', async () => {
  const dir = join(folder, 'without');
  cpSync(made, dir, { recursive: true });
  for (const gone of ['checkpoints', 'proofs', 'leaves', 'verifier.txt'])
    rmSync(join(dir, gone), { recursive: true });
  refit(dir);
  assert.equal((await verifyExport(dir, { keys: [], verifier: null, copies: null })).verdict, 'cannot tell');
  assert.equal(second(dir).status, 3);
});

test('a stranger draws the same sample from the seed', () => {
  const rows = readFileSync(join(made, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as { stream: string; seq: string; bytes: string; row_hash: string });
  const drawn = rows
    .filter(({ bytes }) => {
      const event = JSON.parse(Buffer.from(bytes, 'base64').toString()) as Record<string, unknown>;
      return event['event_type'] === 'DECISION' && event['entity'] === 'US' && event['period'] === '2026-03';
    })
    .map(({ stream, seq, row_hash: hash }) => ({
      place: `${stream},${seq}`,
      draw: createHash('sha256').update('the auditor').update(Buffer.from(hash, 'hex')).digest('hex'),
    }))
    .sort((a, b) => (a.draw < b.draw ? -1 : 1))
    .slice(0, 2);
  const [, ...sample] = readFileSync(join(made, 'sample.csv'), 'utf8').trimEnd().split('\n');
  assert.ok(drawn.length > 0);
  assert.deepEqual(
    sample.map((row) => row.split(',').slice(0, 3).join(',')),
    drawn.map(({ draw, place }) => `${draw},${place}`),
  );
});

test('a folder that holds something is left alone, and a close that never was is named', async () => {
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  writeFileSync(join(taken, 'mine.txt'), 'mine');
  await assert.rejects(exported(taken), /is not empty/);
  assert.deepEqual(readdirSync(taken), ['mine.txt']);
  const unknown = join(folder, 'unknown');
  await assert.rejects(
    exportAudit(auditor, {
      ...{ entity: 'US', period: '2031-01', out: unknown, verifier: null, evals: null },
      sample: { count: 1, seed: 's' },
    }),
    /no close of US 2031-01/,
  );
  assert.equal(existsSync(unknown), false);
});

test('a cell that a spreadsheet would run is text, and numbers stay numbers', async () => {
  const rows = [{ a: '=HYPERLINK("x")', b: '-12.00', c: '@SUM(1)', d: ['x', 'y'], e: 'two\nlines' }];
  let written = '';
  for await (const piece of csv(['a', 'b', 'c', 'd', 'e'], rows)) written += piece;
  assert.equal(written, `a,b,c,d,e\n"'=HYPERLINK(""x"")",-12.00,'@SUM(1),x y,"two\nlines"\n`);
});
