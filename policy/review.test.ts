import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { anyRequest, likelyConfirm } from './arbitraries.ts';
import { evaluate } from './gate.ts';
import { resolvePointer } from './pointer.ts';
import { reviewPolicy, silentCodes } from './review.ts';
import { POLICY, POLICY_TEXT, policyWith } from './testing.ts';

/** The remarks on the example's policy with one passage exchanged, as `level message`. */
function remarks(from: string | RegExp, to: string): string[] {
  const text = POLICY_TEXT.replace(from, to);
  assert.notEqual(text, POLICY_TEXT, 'nothing was altered');
  return reviewPolicy(text, 'policy.yaml').remarks.map(({ level, message }) => `${level} ${message}`);
}

test('the example is without a remark, and is the policy that loading gives', () => {
  const { policy, remarks: found } = reviewPolicy(POLICY_TEXT, 'policy.yaml');
  assert.deepEqual(found, []);
  assert.equal(policy?.hash, POLICY.hash);
});

test('every fault of a policy that does not load is an error with its line', () => {
  const found = remarks(/materiality_threshold_usd: .*/, 'materiality_threshold_usd: 10000.50\nextra: 1');
  assert.equal(found.length, 2);
  assert.match(found[0] ?? '', /^error policy\.yaml:\d+ materiality_threshold_usd: money must be a quoted/);
  assert.match(found[1] ?? '', /^error policy\.yaml:\d+ extra: is not a key/);
});

test('a secret is an error with its line, and is repeated nowhere', () => {
  const secret = ['sk', 'ant', 'abcdefghijklmnop'].join('-');
  const usable = remarks('model: claude-sonnet-5-5', `model: ${secret}`);
  assert.equal(usable.length, 1);
  assert.match(usable[0] ?? '', /^error policy\.yaml:\d+ looks like an API key; .*renew it/);
  const broken = remarks('default: standard', `default: ${secret}`).join('\n');
  assert.match(broken, /looks like an API key/);
  assert.match(broken, /default: must be one of standard, elevated, restricted; found "\[an API key\]"/);
  assert.ok(!broken.includes('abcdefgh'), broken);
});

const IDLE: readonly (readonly [what: string, from: string | RegExp, to: string, found: RegExp])[] = [
  [
    'a rule about restricted accounts where there are none',
    'US/1030: restricted',
    'US/1030: elevated',
    /rules\.customer_funds: is never quoted: ACCOUNT_FORCED_HUMAN cannot fire/,
  ],
  [
    'a rule about roles where none is asked for',
    /^roles:\n( {2}.*\n)+/m,
    '',
    /rules\.authority: is never quoted: ROLE_REQUIRED cannot fire/,
  ],
  [
    'settlement under a policy nobody approved',
    'approved_by: human:tomas.lindqvist\n',
    '',
    /auto_settle\.rules: settle nothing until a person/,
  ],
  [
    'settlement without a tier',
    '  settle_by_rule: T1\n',
    '',
    /auto_settle\.rules: settle nothing, because tool_tiers has no settle_by_rule/,
  ],
  [
    'a running total below materiality',
    "cumulative_limit_usd: '250000.00'",
    "cumulative_limit_usd: '9000.00'",
    /cumulative_limit_usd: is below materiality_threshold_usd/,
  ],
  ['roles for an action without a tier', '  reopen: T3\n', '', /roles\.reopen: is never asked/],
  [
    'an override for a sensitivity that no account has',
    'US/1030: restricted',
    'US/1030: elevated',
    /tier_overrides\.restricted: raises nothing/,
  ],
];
for (const [what, from, to, found] of IDLE) {
  test(`a warning tells of ${what}`, () => {
    assert.ok(
      remarks(from, to).some((remark) => remark.startsWith('warning ') && found.test(remark)),
      remarks(from, to).join('\n'),
    );
  });
}

test('a control that is called silent never fires', () => {
  const policy = policyWith('US/1030: restricted', 'US/1030: elevated');
  const open = policyWith(/^roles:\n( {2}.*\n)+/m, '');
  for (const [each, code] of [
    [policy, 'ACCOUNT_FORCED_HUMAN'],
    [open, 'ROLE_REQUIRED'],
  ] as const) {
    assert.deepEqual([...silentCodes(each.content).keys()], [code]);
    fc.assert(
      fc.property(fc.oneof(anyRequest, likelyConfirm), (request) => {
        assert.ok(!evaluate(request, each).clauses.some((clause) => clause.code === code));
      }),
      { numRuns: 1000 },
    );
  }
});

test('a JSON pointer is followed as RFC 6901 says', () => {
  const value = { rules: { 'a/b': { text: 'x' }, 'm~n': ['y'] }, '': 0 };
  assert.equal(resolvePointer(value, '/rules/a~1b/text'), 'x');
  assert.equal(resolvePointer(value, '/rules/m~0n/0'), 'y');
  assert.equal(resolvePointer(value, '/'), 0);
  assert.equal(resolvePointer(value, ''), value);
  for (const nowhere of ['/rules/c', '/rules/a~1b/text/0', 'rules', '/constructor', '/rules/__proto__']) {
    assert.equal(resolvePointer(value, nowhere), undefined, nowhere);
  }
});
