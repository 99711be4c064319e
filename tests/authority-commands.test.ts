import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { createCloseActivities } from '../activities/close/index.ts';
import { proposeMatch } from '../ledger/matches.ts';
import { lockPeriod } from '../ledger/lock.ts';
import { resultText } from '../ledger/door.ts';
import { settleByRules } from '../ledger/settle.ts';
import { registerCompany } from '../cli/register-company.ts';
import { homeOf, writeRunFile } from '../cli/stack/home.ts';
import { markOf } from '../cli/stack/processes.ts';
import { matchByRules } from '../matching/matcher.ts';
import { loadCompany } from '../statements/company.ts';
import { callBy, line, smallBooks } from './harness/books.ts';
import { closegate, copyOf } from './harness/command.ts';
import { type TestDatabase, freshDatabase } from './harness/database.ts';

let base: TestDatabase;
let reconciliation: string;
const { dir, remove } = copyOf('halden');
const HALDEN = 'examples/halden/policy.yaml';
before(async () => {
  base = await freshDatabase();
  reconciliation = await smallBooks(base.door, {
    ledger: [line('L1', '20.00')],
    statement: [line('S1', '20.00')],
  });
});
after(async () => {
  await base.close();
  remove();
});

const run = (...args: string[]) => closegate([...args, '--dir', dir], { DATABASE_URL: base.url });
const as = (name: string) => ['--as', `human:${name}`];

/** `status` of a stack whose only process is this test. */
async function statusOf() {
  const home = homeOf(dir);
  mkdirSync(home.stateDir, { recursive: true });
  const supervisor = markOf(process.pid, 'this test');
  writeRunFile(home, { supervisor, ready: true, companyDir: dir, processes: {}, addresses: {} });
  const [words, json] = await Promise.all([run('status'), run('status', '--json')]);
  return { words: words.stdout, json: JSON.parse(json.stdout) as object };
}
const escalation = (stdout: string) => /escalation (\d+)/.exec(stdout)?.[1] ?? 'none';

test('policy approve takes two people, and policy list shows who', async () => {
  const file = join(dir, 'policy.yaml');
  writeFileSync(file, readFileSync(HALDEN, 'utf8').replace("version: '2026-03.1'", "version: '2026-03.2'"));
  const own = await run('policy', 'approve', file, ...as('priya.raman'));
  assert.equal(own.code, 1);
  assert.match(own.stdout, /DENIED[^]*SOD_SAME_ACTOR/);
  const first = await run('policy', 'approve', file, ...as('mei.tan'));
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /approve policy 2026-03\.2, hash [0-9a-f]{64}: waits for people/);
  const waiting = await run('policy', 'list');
  assert.match(waiting.stdout, /2026-03\.2 +proposed/);
  assert.match(waiting.stdout, /2026-03\.1 +in force .* first version: human:tomas\.lindqvist, by the file/);
  const inbox = await run('inbox');
  assert.match(inbox.stdout, /APPROVE_POLICY policy [0-9a-f]{64} {2}asked by human:mei\.tan/);
  assert.match(inbox.stdout, /agreed so far: human:mei\.tan/);
  const second = await run('policy', 'approve', file, ...as('tomas.lindqvist'));
  assert.match(second.stdout, /: done/);
  const list = await run('policy', 'list');
  assert.match(list.stdout, /2026-03\.2 +in force .* human:mei\.tan, human:tomas\.lindqvist/);
  assert.match(list.stdout, /2026-03\.1 +former/);
});

test('a folder that differs from the registry is told, and changes neither policy nor actors', async () => {
  const file = join(dir, 'policy.yaml');
  writeFileSync(file, readFileSync(HALDEN, 'utf8').replace("version: '2026-03.1'", "version: '2026-03.3'"));
  const told: string[] = [];
  const changed = await registerCompany(base.door, dir, (text) => told.push(text));
  assert.deepEqual(
    changed.filter((what) => /POLICY|ACTORS/.test(what)),
    ['POLICY_PROPOSED'],
  );
  assert.match(told[0] ?? '', /^policy\.yaml \(hash [0-9a-f]{12}\) differs from the version in force/);
  assert.ok(told.some((text) => text.includes('names engine:import, who is not on the register')));
  assert.match((await run('policy', 'list')).stdout, /2026-03\.3 +proposed/);
});

test('actors add, change, deactivate and list', async () => {
  const add = ['actors', 'add', '--id', 'human:kai.voss', '--name', 'Kai Voss', '--role', 'preparer'];
  assert.equal((await run(...add, ...as('mei.tan'))).code, 0);
  const absent = await run('actors', 'list');
  assert.doesNotMatch(absent.stdout, /kai\.voss/);
  assert.match((await run(...add, ...as('tomas.lindqvist'))).stdout, /add human:kai\.voss: done/);
  const change = ['actors', 'change', 'human:kai.voss', '--role', 'reviewer'];
  await run(...change, ...as('mei.tan'));
  await run(...change, ...as('tomas.lindqvist'));
  const out = ['actors', 'deactivate', 'human:kai.voss', '--rationale', 'Left.'];
  await run(...out, ...as('mei.tan'));
  await run(...out, ...as('priya.raman'));
  const list = await run('actors', 'list');
  assert.match(list.stdout, /human:kai\.voss +Kai Voss +reviewer +human:kai\.voss +NO/);
  assert.equal((await run('actors', 'change', 'human:kai.voss', ...as('mei.tan'))).code, 2);
  const own = await run('actors', 'change', 'human:mei.tan', '--role', 'treasury', ...as('mei.tan'));
  assert.equal(own.code, 1);
  assert.match(own.stdout, /SOD_SAME_ACTOR/);
});

test('confirm binds to the version and the policy that the caller saw', async () => {
  const ids = await base.db.selectFrom('items').select('id').execute();
  const match = resultText(
    await proposeMatch(base.door, callBy('llm:recon-operator'), {
      reconciliation,
      itemIds: ids.map(({ id }) => id),
      rationale: 'Same amount.',
    }),
    'match_id',
  );
  const inbox = await run('inbox');
  const hash = /content hash ([0-9a-f]{64})/.exec(inbox.stdout)?.[1] ?? '';
  const confirm = (...more: string[]) => run('confirm', match, ...as('jonas.weber'), ...more);
  const other = await confirm('--content-hash', 'f'.repeat(64));
  assert.equal(other.code, 1);
  assert.match(other.stdout, /APPROVAL_STALE/);
  assert.match((await confirm('--policy-hash', 'f'.repeat(64))).stdout, /APPROVAL_STALE/);
  assert.match((await confirm('--content-hash', hash)).stdout, /: done/);
});

test('decertify and reopen: the second person agrees by the number of the question, and only to that', async () => {
  const other = await smallBooks(base.door, { account: '1030', ledger: [], statement: [] });
  for (const id of [reconciliation, other])
    await settleByRules(base.door, callBy('engine:matcher'), { reconciliation: id, matcher: matchByRules });
  const certify = (id: string, name: string) => run('certify', id, ...as(name), '--rationale', 'Ties out.');
  await certify(other, 'mei.tan');
  await certify(other, 'tomas.lindqvist');
  await certify(reconciliation, 'mei.tan');
  const silent = await run('decertify', reconciliation, ...as('mei.tan'));
  assert.match(silent.stdout, /MISSING_RATIONALE/);
  const withdrawn = await run('decertify', reconciliation, ...as('mei.tan'), '--rationale', 'A late invoice');
  assert.match(withdrawn.stdout, /: done/);
  await certify(reconciliation, 'mei.tan');
  const locked = await lockPeriod(base.door, callBy('engine:close'), { entity: 'US', period: '2026-03' });
  assert.equal(locked.outcome, 'done');

  const until = new Date(Date.now() + 86_400_000).toISOString();
  const asking = ['reopen', 'US/2026-03', '--reason', 'Credit note', '--until', until];
  const first = await run(...asking, ...as('mei.tan'));
  assert.equal(first.code, 0, first.stderr);
  const number = escalation(first.stdout);
  assert.match(first.stdout, new RegExp(`reopen US/2026-03 --as human:YOU --escalation ${number}`));
  const inbox = await run('inbox', '--period', '2026-03');
  assert.match(
    inbox.stdout,
    /REOPEN run close\/US\/2026-03[^]*until: [^]*reason: Credit note|reason: Credit note/,
  );
  const agree = (name: string, ...more: string[]) =>
    run('reopen', 'US/2026-03', '--escalation', number, ...as(name), ...more);
  assert.match((await agree('mei.tan')).stdout, /waits for people/);
  assert.equal((await agree('tomas.lindqvist', '--until', until)).code, 2);
  const wrong = await run('reopen', 'SG/2026-03', '--escalation', number, ...as('tomas.lindqvist'));
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /no pending question to reopen SG\/2026-03/);
  assert.match((await agree('tomas.lindqvist')).stdout, /reopen US\/2026-03: done/);
  const status = await statusOf();
  assert.match(
    status.words,
    new RegExp(
      `^REOPENED US/2026-03 until ${until} by human:mei.tan and human:tomas.lindqvist: Credit note\\n`,
    ),
  );
  assert.partialDeepStrictEqual(status.json, {
    reopened: [{ entity: 'US', period: '2026-03', until, because: 'Credit note', expired: false }],
    decertified: [],
  });
  // The close of a period that was locked once has come to its end: it leaves locking it again to people.
  const close = createCloseActivities({ door: base.door, company: () => loadCompany(dir) });
  assert.deepEqual(await close.lockPeriod({ entity: 'US', period: '2026-03' }), { locked: true, why: null });
  const { state } = await base.db.selectFrom('runs').select('state').executeTakeFirstOrThrow();
  assert.equal(state, 'REOPENED');
  await run('decertify', reconciliation, ...as('mei.tan'), '--rationale', 'To be booked');
  assert.match(
    (await statusOf()).words,
    /DECERTIFIED US\/2026-03\/1010 at .* by human:mei\.tan: To be booked/,
  );
  await certify(reconciliation, 'mei.tan');
  assert.match((await run('lock', 'US/2026-03', ...as('mei.tan'))).stdout, /lock US\/2026-03: done/);
  assert.equal((await run('reopen', 'US/2026-03', ...as('mei.tan'))).code, 2);
  assert.equal((await run(...asking.slice(0, -1), 'tomorrow', ...as('mei.tan'))).code, 2);
});
