import assert from 'node:assert/strict';
import test from 'node:test';
import { secretsIn, withoutSecrets } from './secrets.ts';
import { POLICY_TEXT } from './testing.ts';

// Put together here, so that no scanner takes this file for a leak.
const join = (...parts: readonly string[]) => parts.join('');
const SECRETS: readonly (readonly [text: string, looksLike: string])[] = [
  [join('https://hooks.', 'slack.com/services/T000/B000/abcdefghijkl'), 'a Slack webhook address'],
  ['https://acme.webhook.office.com/webhookb2/1234', 'a webhook address'],
  ['https://example.com/hooks/my-webhook/12', 'a webhook address'],
  ['postgres://closegate:hunter2@db.example.com/books', 'an address with a password in it'],
  [join('sk', '-ant-api03-', 'abcdefgh12345678'), 'an API key'],
  [join('sk', '_live_', '4242abcdEFGH'), 'an API key'],
  [join('AK', 'IA', 'IOSFODNN7EXAMPLE'), 'an API key'],
  [join('gh', 'p_', 'abcdefghijklmnop1234'), 'an access token'],
  [join('xo', 'xb-', '123456789012-abc'), 'an access token'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl', 'a signed token'],
  [join('-----BEGIN EC PRIV', 'ATE KEY-----'), 'a private key'],
  ['password: hunter2hunter2', 'a password or a key'],
  ['api_key = abcdef123', 'a password or a key'],
  ['0123456789abcdef0123456789abcdef', 'a long hexadecimal key'],
  ['Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A=', 'a long base64 key'],
];

for (const [text, looksLike] of SECRETS) {
  test(`${looksLike} is found, in a comment too, and never repeated: ${text.slice(0, 12)}…`, () => {
    assert.deepEqual(secretsIn(`version: '1'\n# note: ${text} end`), [{ line: 2, looksLike }]);
    assert.deepEqual(secretsIn(`model: "${text}"`), [{ line: 1, looksLike }]);
    const masked = withoutSecrets(`policy.yaml:3 model: found "${text}"`);
    assert.ok(masked.startsWith('policy.yaml:3 '), masked);
    assert.ok(masked.includes(`[${looksLike}]`), masked);
    assert.ok(!masked.includes(text.slice(-8)), masked);
  });
}

test('an ordinary policy raises no alarm', () => {
  assert.deepEqual(secretsIn(POLICY_TEXT), []);
  assert.equal(withoutSecrets(POLICY_TEXT), POLICY_TEXT);
});

test('a hostile line is read in linear time', () => {
  const began = performance.now();
  const hostile = ['sk-'.repeat(300_000), 'token '.repeat(150_000), '-----BEGIN '.repeat(90_000)];
  for (const text of [
    'a'.repeat(900_000),
    'http://'.repeat(100_000),
    'eyJaaaaaa-'.repeat(90_000),
    ...hostile,
  ])
    secretsIn(text);
  assert.ok(performance.now() - began < 5000, 'secretsIn was slow');
});
