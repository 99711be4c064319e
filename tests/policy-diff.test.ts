import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { proposeMatch } from '../ledger/matches.ts';
import { POLICY } from '../policy/testing.ts';
import { callBy, line, smallBooks } from './harness/books.ts';
import { closegate, copyOf } from './harness/command.ts';
import { type TestDatabase, freshDatabase } from './harness/database.ts';

let base: TestDatabase;
const { dir, remove } = copyOf('halden');
const HALDEN = join(dir, 'policy.yaml');
const changed = (name: string, from: string | RegExp, to: string) => {
  const text = readFileSync(HALDEN, 'utf8').replace(from, to);
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const COMMENTED = changed('commented.yaml', /^/, '# another comment\n');
const LOWER = changed(
  'lower.yaml',
  "materiality_threshold_usd: '10000.00'",
  "materiality_threshold_usd: '5000.00'",
);

before(async () => {
  base = await freshDatabase();
  const reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '6000.00'), line('L2', '10.00')],
    statement: [line('S1', '6000.00'), line('S2', '10.00')],
  });
  for (const number of ['1', '2']) {
    const items = await base.db
      .selectFrom('items')
      .select('id')
      .where('external_id', 'in', [`L${number}`, `S${number}`])
      .execute();
    const itemIds = items.map(({ id }) => id);
    await proposeMatch(base.door, callBy('human:ana.ruiz'), {
      reconciliation,
      itemIds,
      rationale: 'One payment.',
    });
  }
});
after(async () => {
  await base.close();
  remove();
});

const diff = (...args: string[]) =>
  closegate(['policy', 'diff', ...args, '--dir', dir], { DATABASE_URL: base.url });

test('policy diff of two files needs no database, and shows what differs by its pointer', async () => {
  const other = changed('other.yaml', 'rules: [exact_reference, group_key]', 'rules: [exact_reference]');
  const { code, stdout } = await closegate(['policy', 'diff', HALDEN, other]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^A {2}version 2026-03\.1, hash [0-9a-f]{64}\nB .*\n\/auto_settle\/rules\n {2}A {2}only here: "group_key"\n$/,
  );
  const same = await closegate(['policy', 'diff', HALDEN, COMMENTED]);
  assert.deepEqual([same.code, /they say the same/.test(same.stdout)], [0, true]);
  const json = await closegate(['policy', 'diff', HALDEN, LOWER, '--json']);
  assert.deepEqual((JSON.parse(json.stdout) as { differences: unknown }).differences, [
    { pointer: '/materiality_threshold_usd', a: '10000.00', b: '5000.00' },
  ]);
});

test('policy diff names versions by in-force, hash or its beginning, and nothing else', async () => {
  assert.equal((await diff('in-force', POLICY.hash.slice(0, 8))).code, 0);
  assert.equal((await diff(POLICY.hash, LOWER)).code, 1);
  const unknown = await diff('in-force', 'nowhere.yaml');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /nowhere\.yaml is neither a file, nor `in-force`/);
  assert.equal((await diff(HALDEN, LOWER, '--period', '2026-03')).code, 2);
});

test('policy diff --against-history lists what would change, then the counts, as words and as JSON', async () => {
  const model = changed('model.yaml', /max_age_days: 5/, 'max_age_days: 4');
  const none = await diff('in-force', model, '--against-history');
  assert.equal(none.code, 0, none.stderr + none.stdout);
  assert.match(none.stdout, /0 outcomes would change/);
  assert.match(
    none.stdout,
    /not replayed, because these act before the gate or beside it: \/fx\/max_age_days/,
  );

  const stricter = changed('stricter.yaml', '  propose: T1\n', '');
  const { code, stdout } = await diff('in-force', stricter, '--against-history');
  assert.equal(code, 1);
  assert.match(
    stdout,
    /CHANGES {2}reconciliation\/US\/2026-03\/1010 #\d+ {2}2\d{3}-[^ ]+ {2}PROPOSE match:\d+, 6000\.00 USD, by human:ana\.ruiz\n {2}then {5}allow\n {2}under B {2}deny TIER_EXCEEDED\n/,
  );
  assert.match(stdout, /PROPOSE +2 +2 +0\n/);
  const json = await diff('in-force', stricter, '--against-history', '--period', '2026-03', '--json');
  const { findings, summary } = JSON.parse(json.stdout) as {
    findings: { kind: string; amount_usd: string }[];
    summary: { changed: number; by_action: Record<string, unknown> };
  };
  assert.deepEqual(
    findings.map(({ kind, amount_usd: dollars }) => [kind, dollars]),
    [
      ['changed', '6000.00'],
      ['changed', '10.00'],
    ],
  );
  assert.equal(summary.changed, 2);
  assert.deepEqual(summary.by_action['PROPOSE'], { decisions: 2, changed: 2, other_clauses: 0 });
  const nothing = await diff('in-force', COMMENTED, '--against-history', '--json');
  assert.deepEqual((JSON.parse(nothing.stdout) as { findings: unknown[] }).findings, []);
});
