import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Client } from 'pg';
import { folderCopies } from '../../ledger/checkpoint-copies.ts';
import { signerOf, verifierOf } from '../../ledger/checkpoint.ts';
import { connect } from '../../ledger/connect.ts';
import { resultText } from '../../ledger/door.ts';
import { flagException } from '../../ledger/exceptions.ts';
import { openItems } from '../../ledger/items.ts';
import { proposeMatch, rejectMatch } from '../../ledger/matches.ts';
import { seal } from '../../ledger/seal.ts';
import { notesOf } from '../../ledger/verify/note-files.ts';
import { verifyAudit } from '../../ledger/verify-audit.ts';
import { callBy, smallBooks } from '../harness/books.ts';
import { TEST_AUDIT_KEY, type TestDatabase, asAdmin, freshDatabase } from '../harness/database.ts';
import { ATTACKS, type Attack, STOLEN, VICTIM } from './attacks.ts';

// Every attack, by everybody, as far as they get: prevented, or detected, and by what. docs/safety.md has the table; it
// must say what is measured here.
const SAFETY = new URL('../../docs/safety.md', import.meta.url);
const BEGIN = '<!-- attacks: measured by tests/attacks/attacks.test.ts -->';
const END = '<!-- /attacks -->';

const signer = signerOf(
  'closegate.test/audit',
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
);
const verifier = verifierOf(signer);

/** Books with two checkpoints and a few events behind them, and a backup from between the two. */
let books: TestDatabase;
let backup: TestDatabase;
let folder: string;
before(async () => {
  assert.deepEqual(STOLEN, TEST_AUDIT_KEY);
  folder = mkdtempSync(join(tmpdir(), 'closegate-attacks-'));
  books = await freshDatabase();
  const reconciliation = await smallBooks(books.door);
  assert.equal(`reconciliation/${reconciliation}`, VICTIM);
  await sealBooks();
  await books.db.destroy();
  backup = await freshDatabase(books.name);
  const again = { ...books.door, db: connect(books.url) };
  for (let time = 0; time < 3; time += 1) {
    const [first, second] = (await openItems(again.db, reconciliation, { limit: 2 })).items;
    const proposed = await proposeMatch(again, callBy('llm:recon-operator'), {
      reconciliation,
      itemIds: [first?.id ?? '', second?.id ?? ''],
      rationale: 'They look alike.',
    });
    await rejectMatch(again, callBy('human:mei.tan'), {
      matchId: resultText(proposed, 'match_id'),
      rationale: 'They are not.',
    });
  }
  await sealBooks();
  const [item] = (await openItems(again.db, reconciliation, { limit: 1 })).items;
  await flagException(again, callBy('llm:recon-operator'), {
    reconciliation,
    itemIds: [item?.id ?? ''],
    reasonCode: 'OTHER',
    narrative: 'Nobody knows.',
  });
  await again.db.destroy();
});
after(async () => {
  await backup.close();
  await books.close();
  rmSync(folder, { recursive: true, force: true });
});

async function sealBooks(): Promise<void> {
  const db = connect(books.sealerUrl, 2);
  assert.ok(await seal({ db, auditKey: TEST_AUDIT_KEY, signer, copies: [folderCopies(folder)] }));
  await db.destroy();
}

const WHO = ['engine', 'owner', 'superuser'] as const;
type Who = (typeof WHO)[number];
type Verdict =
  'prevented' | 'detected: chain' | 'detected: checkpoint' | 'detected: outside checkpoint' | 'not detected';

/** What an attacker can become, with everything taken out of the way that this one can take. */
async function become(who: Who, on: TestDatabase, work: (client: Client) => Promise<void>): Promise<void> {
  if (who === 'engine') return await asAdmin(on.url, work);
  await asAdmin(on.adminUrl, async (client) => {
    if (who === 'owner') await client.query('set session authorization audit_owner');
    else await disarm(client);
    await work(client);
  });
}

async function disarm(client: Client): Promise<void> {
  for (const trigger of ['audit_protect_ddl', 'audit_protect_drop'])
    await client.query(`alter event trigger ${trigger} disable`);
  for (const table of ['audit_events', 'audit_leaves', 'audit_checkpoints']) {
    await client.query(`alter table ${table} disable trigger all`);
    for (const rule of ['audit_no_update', 'audit_no_delete'])
      await client.query(`alter table ${table} disable rule ${rule}`);
  }
}

async function judge(on: TestDatabase): Promise<Verdict> {
  const chains = await verifyAudit(on.db, TEST_AUDIT_KEY).catch(() => null);
  if (chains?.verdict !== 'intact') return 'detected: chain';
  if ((await verifyAudit(on.db, TEST_AUDIT_KEY, { verifier })).verdict !== 'intact')
    return 'detected: checkpoint';
  const copies = notesOf(folder, 'the copies', true);
  if ((await verifyAudit(on.db, TEST_AUDIT_KEY, { verifier, copies })).verdict !== 'intact')
    return 'detected: outside checkpoint';
  return 'not detected';
}

async function tried(attack: Attack, who: Who): Promise<Verdict> {
  const victim = await freshDatabase(books.name);
  try {
    const refused = await become(who, victim, (client) => attack.run(client)).then(
      () => null,
      (error: unknown) => error as Error,
    );
    // Refused by the database, not by a mistake of ours.
    if (refused && !(refused instanceof Error && 'severity' in refused)) throw refused;
    if (refused) {
      assert.match(
        refused.message,
        /permission denied|must be owner|append-only|may not be|cannot|not this transaction's time/,
        attack.name,
      );
      return 'prevented';
    }
    return await judge(victim);
  } finally {
    await victim.close();
  }
}

const table: string[][] = [];
for (const attack of ATTACKS) {
  test(`${attack.name}: by the engine, by the owner, by a superuser`, async () => {
    const verdicts: Verdict[] = [];
    for (const who of WHO) verdicts.push(await tried(attack, who));
    table.push([attack.name, ...verdicts]);
    // The processes' own role gets nowhere; the tables' owner may add a row, which is then found.
    assert.equal(verdicts[0], 'prevented');
    assert.notEqual(verdicts[1], 'not detected');
  });
}

test('restore an old backup: the copies outside know more', async () => {
  const verdict = await judge(backup);
  table.push(['restore an old backup', '-', '-', verdict]);
  assert.equal(verdict, 'detected: outside checkpoint');
});

test('untouched books are intact by every check', async () => {
  const untouched = await freshDatabase(books.name);
  assert.equal(await judge(untouched), 'not detected');
  await untouched.close();
});

test('docs/safety.md says what was measured', () => {
  const verdicts = table.flatMap(([, ...cells]) => cells).filter((cell) => cell !== '-');
  const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length;
  const measured = [
    BEGIN,
    '',
    '| attack | by `closegate_engine` | by the table owner | by a superuser, protections taken away |',
    '|---|---|---|---|',
    ...table.map((row) => `| ${row.join(' | ')} |`),
    '',
    `${verdicts.length} tries: ${count('prevented')} prevented, ${count('detected: chain')} detected by chain or HMAC, ` +
      `${count('detected: checkpoint')} by a checkpoint in the database, ${count('detected: outside checkpoint')} only with a ` +
      `checkpoint kept outside, ${count('not detected')} not detected.`,
    '',
    END,
  ].join('\n');
  const text = readFileSync(SAFETY, 'utf8');
  const published = text.slice(text.indexOf(BEGIN), text.indexOf(END) + END.length);
  process.stdout.write(`${measured}\n`);
  assert.equal(published.replaceAll(/ +\|/g, ' |'), measured);
});
