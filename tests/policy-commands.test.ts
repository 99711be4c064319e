import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { closegate, copyOf } from './harness/command.ts';

const HALDEN = 'examples/halden';
const POLICY = join(HALDEN, 'policy.yaml');

/** Runs a command on a copy of the example whose policy was altered. */
async function altered(from: string | RegExp, to: string, args: (dir: string) => readonly string[]) {
  const { dir, remove } = copyOf('halden');
  const file = join(dir, 'policy.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(from, to));
  assert.notEqual(readFileSync(file, 'utf8'), text, 'nothing was altered');
  try {
    return await closegate(args(dir));
  } finally {
    remove();
  }
}
const checkOf = (dir: string) => ['policy', 'check', join(dir, 'policy.yaml')];

test('policy check passes the examples, and names version and hash', async () => {
  const halden = await closegate(['policy', 'check', POLICY]);
  assert.equal(halden.code, 0, halden.stderr);
  assert.match(
    halden.stdout,
    /policy\.yaml: ok, 0 errors, 0 warnings\n {2}version 2026-03\.1, hash [0-9a-f]{64}/,
  );
  const starter = join('examples', 'starter', 'policy.yaml');
  assert.equal((await closegate(['policy', 'check', starter])).code, 0);
  const strict = await closegate(['policy', 'check', '--strict', starter]);
  assert.equal(strict.code, 1);
  assert.match(
    strict.stdout,
    /warning: rules\.customer_funds: is never quoted.*\n.*\n.*NOT USABLE, 0 errors/,
  );
});

test('policy check refuses float money and unknown keys with their lines, as words and as JSON', async () => {
  const float = (dir: string) => [...checkOf(dir), '--json'];
  const ran = await altered(
    /dual_approval_threshold_usd: .*/,
    'dual_approval_threshold_usd: 100000.5',
    float,
  );
  assert.equal(ran.code, 1);
  const found = JSON.parse(ran.stdout) as {
    ok: boolean;
    hash: null;
    remarks: { level: string; message: string }[];
  };
  assert.deepEqual([found.ok, found.hash], [false, null]);
  assert.match(found.remarks[0]?.message ?? '', /policy\.yaml:\d+ dual_approval.*found the number 100000\.5/);
  const key = await altered('agent:\n', 'allow_everything: true\nagent:\n', checkOf);
  assert.equal(key.code, 1);
  assert.match(key.stdout, /error: policy\.yaml:\d+ allow_everything: is not a key of the policy/);
});

test('policy check finds a webhook address in a comment, and does not repeat it', async () => {
  const address = ['https://hooks.', 'slack.com/services/T0/B0/verysecret'].join('');
  const { code, stdout, stderr } = await altered('agent:\n', `# ask at ${address}\nagent:\n`, checkOf);
  assert.equal(code, 1);
  assert.match(stdout, /error: policy\.yaml:\d+ looks like a Slack webhook address/);
  assert.ok(!(stdout + stderr).includes('verysecret'));
});

test('policy check of a file that is not there fails; without a file it is wrong use', async () => {
  const missing = await closegate(['policy', 'check', '/nowhere/policy.yaml']);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /\/nowhere\/policy\.yaml: the policy cannot be read/);
  assert.equal((await closegate(['policy', 'check'])).code, 2);
});

const explain = (...more: readonly string[]) =>
  closegate([
    ...['policy', 'explain', '--dir', HALDEN, '--entity', 'US', '--period', '2026-03'],
    ...['--at', '2026-04-01T12:00:00Z', '--account', '1010', ...more],
  ]);

test('policy explain quotes the clauses that stop a model, with their pointers', async () => {
  const { code, stdout } = await explain(
    ...['--action', 'confirm', '--as', 'llm:recon-operator', '--proposer', 'llm:recon-operator'],
  );
  assert.equal(code, 0);
  assert.match(stdout, /^llm:recon-operator, confirm in US\/2026-03\/1010: DENIED\n/);
  assert.match(
    stdout,
    /SOD_SAME_ACTOR \(policy\.yaml#\/rules\/segregation_of_duties\/text\)\n {4}"Nobody confirms what they, or/,
  );
  assert.match(stdout, /tier +T2\n/);
});

test('policy explain weighs amount, rule, ambiguity, state and rationale', async () => {
  const outcomeOf = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await explain('--json', ...args);
    assert.equal(code, 0, stderr);
    const { outcome, clauses } = JSON.parse(stdout) as { outcome: string; clauses: { code: string }[] };
    return [outcome, ...clauses.map((clause) => clause.code)];
  };
  const settle = ['--action', 'settle_by_rule', '--as', 'engine:matcher', '--rule', 'exact_reference'];
  assert.deepEqual(await outcomeOf(...settle, '--amount-usd', '10000.00'), ['allow']);
  assert.deepEqual(await outcomeOf(...settle, '--amount-usd', '10.00', '--ambiguous'), [
    'require_human_approval',
    'STRATEGY_REQUIRES_HUMAN',
  ]);
  const confirm = ['--action', 'CONFIRM', '--as', 'human:mei.tan', '--proposer', 'engine:matcher'];
  const large = [...confirm, '--amount-usd', '100000.01'];
  assert.deepEqual(await outcomeOf(...large), ['deny', 'DUAL_APPROVAL_REQUIRED', 'MISSING_RATIONALE']);
  const reasoned = [...large, '--rationale', 'Agrees to the remittance'];
  assert.deepEqual(await outcomeOf(...reasoned), ['require_human_approval', 'DUAL_APPROVAL_REQUIRED']);
  assert.deepEqual(await outcomeOf(...reasoned, '--approved', 'human:tomas.lindqvist'), ['allow']);
  assert.deepEqual(await outcomeOf(...confirm, '--state', 'rejected'), ['deny', 'STATE_INVALID']);
  assert.deepEqual(await outcomeOf(...confirm, '--locked'), ['deny', 'PERIOD_LOCKED']);
  const stranger = ['--action', 'read', '--as', 'human:nobody.known'];
  assert.deepEqual(await outcomeOf(...stranger), ['deny', 'ACTOR_UNKNOWN']);
});

test('policy explain takes no amount, action, instant, proposer or month that it cannot read', async () => {
  const good = ['--action', 'confirm', '--as', 'human:mei.tan'];
  for (const [args, words] of [
    [[...good, '--amount-usd', '1e3'], /not a plain decimal amount/],
    [[...good, '--amount-usd', '-5'], /not negative/],
    [[...good, '--amount-usd', '1.005'], /more decimals than USD allows/],
    [[...good, '--at', 'yesterday'], /an instant with its offset/],
    [[...good, '--period', '2026-13'], /2026-13/],
    [[...good, '--proposer', 'human:nobody'], /is not in actors\.yaml; it has human:ana\.ruiz/],
    [['--action', 'zap', '--as', 'human:mei.tan'], /one of read, import/],
  ] as const) {
    const { code, stderr } = await explain(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, words);
  }
});

test('calendar shows each window in local and UTC time, and where windows overlap', async () => {
  const { code, stdout } = await closegate(['calendar', '--dir', HALDEN, '--period', '2026-03']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /US +America\/New_York +2026-03-25 00:00 -04:00 +stays open +2026-03-25 04:00 +stays open/,
  );
  assert.match(
    stdout,
    /SG +Asia\/Singapore +2026-03-25 00:00 \+08:00 +stays open +2026-03-24 16:00 +stays open/,
  );
  assert.match(stdout, /US \+ DE +2026-03-25 04:00 +stays open +US\/1300 with DE\/2300 \(USD, EUR\)/);
});

test('calendar: windows of one day each, far apart in the world, do not all overlap', async () => {
  const args = (dir: string) => ['calendar', '--dir', dir, '--period', '2026-05', '--json'];
  const { code, stdout } = await altered(
    /opens_business_day: -5\n {6}closes_business_day: null/g,
    'opens_business_day: 1\n      closes_business_day: 1',
    args,
  );
  assert.equal(code, 0);
  const { windows, overlaps } = JSON.parse(stdout) as {
    windows: { entity: string; opensLocal: string; closesAt: string }[];
    overlaps: { entities: string[]; opensAt: string; closesAt: string }[];
  };
  // 1 June 2026 is a Monday, and a holiday in Singapore only, whose window is the Tuesday.
  assert.deepEqual(
    windows.map(({ entity, opensLocal }) => `${entity} ${opensLocal}`),
    ['US 2026-06-01 00:00 -04:00', 'DE 2026-06-01 00:00 +02:00', 'SG 2026-06-02 00:00 +08:00'],
  );
  assert.deepEqual(
    overlaps.map(({ entities, opensAt, closesAt }) => `${entities.join('+')} ${opensAt} ${closesAt}`),
    [
      'US+DE 2026-06-01T04:00:00Z 2026-06-01T22:00:00Z',
      'US+SG 2026-06-01T16:00:00Z 2026-06-02T04:00:00Z',
      'DE+SG 2026-06-01T16:00:00Z 2026-06-01T22:00:00Z',
    ],
  );
});

test('calendar without a month, or with one that does not exist, is wrong use', async () => {
  assert.equal((await closegate(['calendar', '--dir', HALDEN])).code, 2);
  const wrong = await closegate(['calendar', '--dir', HALDEN, '--period', '2026-13']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /2026-13/);
});

test('every command has help with an example', async () => {
  for (const name of [
    ['policy', 'check'],
    ['policy', 'explain'],
    ['policy', 'diff'],
    ['fx', 'import'],
    ['calendar'],
  ]) {
    const { code, stdout } = await closegate([...name, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Example:\\n {2}closegate ${name.join(' ')} `));
  }
});
