import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { CODES } from './contract.ts';
import { PolicyError, loadPolicy, parsePolicy, policyHash } from './load.ts';
import { permitsEngineSettlement, retentionYears } from './lookups.ts';
import { POLICY, POLICY_TEXT } from './testing.ts';

function problemsOf(text: string): readonly string[] {
  try {
    parsePolicy(text, 'policy.yaml');
  } catch (error) {
    assert.ok(error instanceof PolicyError, String(error));
    return error.problems;
  }
  return [];
}

/** The example with one passage exchanged, and the line on which the passage stands. */
function altered(from: string, to: string): { text: string; line: number } {
  const at = POLICY_TEXT.indexOf(from);
  assert.notEqual(at, -1, from);
  return { text: POLICY_TEXT.replace(from, to), line: POLICY_TEXT.slice(0, at).split('\n').length };
}

test('loads the example policy, frozen, with its source', () => {
  assert.equal(POLICY.source, POLICY_TEXT);
  assert.equal(POLICY.content.materiality_threshold_usd, '10000.00');
  assert.equal(POLICY.content.agent.model, 'claude-sonnet-5-5');
  assert.ok(permitsEngineSettlement(POLICY));
  assert.throws(() => Object.assign(POLICY.content.tool_tiers, { confirm: 'T0' }), TypeError);
  assert.deepEqual(
    Object.values(POLICY.content.rules)
      .flatMap((rule) => rule.codes)
      .sort(),
    [...CODES].sort(),
  );
});

test('the hash ignores comments, key order and quoting, and notices every value', () => {
  assert.match(POLICY.hash, /^[0-9a-f]{64}$/);
  assert.equal(policyHash(POLICY), POLICY.hash);
  const reordered = POLICY_TEXT.replace("version: '2026-03.1'\n", '') + '\n# more\nversion: "2026-03.1"\n';
  assert.equal(parsePolicy(reordered, 'other.yaml').hash, POLICY.hash);
  assert.notEqual(parsePolicy(altered("'5.00'", "'5.01'").text, 'policy.yaml').hash, POLICY.hash);
});

const refusals: readonly (readonly [why: string, from: string, to: string, message: string])[] = [
  [
    'a float for money',
    "materiality_threshold_usd: '10000.00'",
    'materiality_threshold_usd: 1000.5',
    'materiality_threshold_usd: money must be a quoted string such as "1000.00", found the number 1000.5',
  ],
  [
    'a whole number for money',
    "cumulative_limit_usd: '250000.00'",
    'cumulative_limit_usd: 250000',
    'auto_settle.cumulative_limit_usd: money must be a quoted string such as "1000.00", found the number 250000',
  ],
  [
    'a thousands separator',
    "'10000.00'",
    "'10,000.00'",
    'materiality_threshold_usd: "10,000.00" is not a plain decimal amount like -1234.50',
  ],
  [
    'a tenth of a cent',
    "'10000.00'",
    "'10000.001'",
    'materiality_threshold_usd: 10000.001 has more decimals than USD allows (2)',
  ],
  [
    'a negative limit',
    "'10000.00'",
    "'-1.00'",
    'materiality_threshold_usd: a limit is not negative, found "-1.00"',
  ],
  [
    'an unknown action',
    '  confirm: T2',
    '  confrim: T2\n  confirm: T2',
    'tool_tiers.confrim: is not a key of the policy',
  ],
  ['an unknown key', '  source: ECB', '  sauce: x\n  source: ECB', 'fx.sauce: is not a key of the policy'],
  [
    'an unknown tier',
    '  confirm: T2',
    '  confirm: T9',
    'tool_tiers.confirm: must be one of T0, T1, T2, T3; found "T9"',
  ],
  [
    'a time zone that does not exist',
    'zone: Europe/Berlin',
    'zone: Europe/Bonn',
    'close_calendar.entities.DE.zone: "Europe/Bonn" is not a time zone like Europe/Berlin',
  ],
  [
    'a day that does not exist',
    "'2026-05-27'",
    "'2026-02-30'",
    'close_calendar.entities.SG.holidays.6: "2026-02-30" is not a date like 2026-03-31',
  ],
  [
    'business day zero',
    'opens_business_day: -5',
    'opens_business_day: 0',
    'close_calendar.entities.US.opens_business_day: business day 0 does not exist: 1 is the first after the period, -1 the last within it',
  ],
  [
    'a fraction of a turn',
    'max_turns: 24',
    'max_turns: 2.5',
    'agent.max_turns: must be a whole number, found the number 2.5',
  ],
  [
    'an author of no kind',
    'author: human:priya.raman',
    'author: priya',
    'author: must look like human:priya.raman, found "priya"',
  ],
  [
    'a limit for an unknown entity',
    "SG: '5000.00'",
    "UK: '5000.00'",
    'entity_materiality_overrides.UK: entity UK has no calendar under close_calendar.entities (US, DE, SG)',
  ],
  [
    'an override that loosens',
    'confirm: T3',
    'confirm: T1',
    'tier_overrides.restricted.confirm: T1 is lower than tool_tiers.confirm (T2); an override only raises',
  ],
  [
    'a code that two rules govern',
    '[PERIOD_LOCKED]',
    '[PERIOD_LOCKED, ACTOR_UNKNOWN]',
    'rules.period_lock.codes: ACTOR_UNKNOWN is governed by "registered_actors" already; keep it in one rule',
  ],
  [
    'a repeated key',
    'dual_approval_threshold_usd',
    "version: '2'\ndual_approval_threshold_usd",
    'version: stands here a second time; keep one',
  ],
];

for (const [why, from, to, message] of refusals) {
  test(`refuses ${why}, naming file and line`, () => {
    const { text, line } = altered(from, to);
    assert.deepEqual(problemsOf(text), [`policy.yaml:${line} ${message}`]);
  });
}

test('refuses a policy that leaves a control without a sentence', () => {
  const problems = problemsOf(altered('FX_RATE_MISSING, FX_RATE_STALE', 'FX_RATE_MISSING').text);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^policy\.yaml:\d+ rules: no rule governs FX_RATE_STALE;/);
});

test('refuses roles that open a sensitive account to more people', () => {
  const wider = altered('restricted: [controller, treasury]', 'restricted: [controller, preparer]').text;
  assert.match(
    problemsOf(wider).join(),
    /roles\.confirm\.restricted: "preparer" is enough for restricted but not for/,
  );
  const forgotten = altered('    restricted: [controller, treasury]\n', '').text;
  assert.match(
    problemsOf(forgotten).join(),
    /roles\.confirm: elevated needs a role but restricted needs none/,
  );
});

test('lists every problem at once, by line', () => {
  const text = POLICY_TEXT.replace("'10000.00'", '1e4')
    .replace('author: human', 'autor: human')
    .replace('FX_RATE_STALE', 'FX_OLD')
    .replace('max_turns: 24', 'max_turns: 0');
  const problems = problemsOf(text);
  assert.equal(problems.length, 6, problems.join('\n'));
  const lines = problems.map((problem) => Number.parseInt(problem.split(':')[1] ?? '', 10));
  assert.deepEqual(
    lines,
    lines.toSorted((a, b) => a - b),
  );
});

const hostile: readonly (readonly [why: string, text: string, message: RegExp])[] = [
  ['an empty file', '', /^policy\.yaml:1 \(top level\): must be a block of keys, found nothing$/],
  ['a list', '- a', /must be a block of keys, found a list/],
  ['two documents', 'a: 1\n---\nb: 2', /^policy\.yaml:2 begins a second document/],
  ['an alias', 'a: &x [1]\nb: *x', /alias/],
  ['a bomb of aliases', 'a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: [*c,*c,*c]', /alias/],
  ['a tag', 'a: !!js/function x', /^policy\.yaml:1 Unresolved tag/],
  ['a prototype', '__proto__: {author: x}', /__proto__: is not a key of the policy/],
  ['broken YAML', 'a: [1', /^policy\.yaml:\d+ /],
  ['megabytes', `a: ${'x'.repeat(1_000_001)}`, /characters, more than/],
];
for (const [why, text, message] of hostile) {
  test(`refuses ${why}`, () => {
    assert.ok(
      problemsOf(text).some((problem) => message.test(problem)),
      problemsOf(text).join('\n').slice(0, 500),
    );
  });
}

test('names a file that cannot be read', () => {
  assert.throws(() => loadPolicy('/nowhere/policy.yaml'), {
    name: 'PolicyError',
    message: /^\/nowhere\/policy\.yaml: /,
  });
  const folder = mkdtempSync(join(tmpdir(), 'policy-'));
  try {
    const path = join(folder, 'policy.yaml');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x61]));
    assert.throws(() => loadPolicy(path), { name: 'PolicyError', message: /cannot be read/ });
    writeFileSync(path, POLICY_TEXT);
    assert.equal(loadPolicy(path).hash, POLICY.hash);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('how long copies of checkpoints are kept is seven years, or what the policy says in whole years', () => {
  const withYears = (years: string) => `${POLICY_TEXT}\naudit:\n  retention_years: ${years}\n`;
  assert.equal(retentionYears(null), 7);
  assert.equal(retentionYears(POLICY), 7);
  assert.equal(retentionYears(parsePolicy(withYears('10'), 'policy.yaml')), 10);
  for (const years of ['0', '100', '7.5', '"7"', '']) {
    const problems = problemsOf(withYears(years)).join();
    assert.match(problems, /audit\.retention_years: must be/, years);
  }
});

test('a policy without an approver loads, and lets no rule settle', () => {
  const text = altered('approved_by: human:tomas.lindqvist\n', '').text;
  assert.ok(!permitsEngineSettlement(parsePolicy(text, 'policy.yaml')));
});
