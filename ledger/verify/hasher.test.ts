import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import { rowHash, rowHmac } from '../audit.ts';
import { RowHasher, framedName } from './hasher.ts';
import { parseRecorded } from './rows.ts';

test('digests are those of the write path, whatever the length of bytes, name and key', () => {
  const hasher = new RowHasher();
  const prev = Buffer.alloc(32, 5);
  for (const stream of ['s', 'reconciliation/ÜS/2026-03/1010'])
    for (const length of [0, 1, 64, 500, 40_000])
      for (const secret of [Buffer.alloc(32, 1), Buffer.alloc(64, 2), Buffer.alloc(100, 3)]) {
        const name = framedName(stream);
        const row = { seq: 7n, prev_hash: prev.toString('hex'), bytes: Buffer.alloc(length, 65) };
        assert.equal(hasher.row(name, row, 7n), rowHash(stream, 7n, prev, row.bytes).toString('hex'));
        const hmac = hasher.hmac({ id: 'k', secret }, name, row);
        assert.equal(hmac, rowHmac(secret, stream, 7n, prev, row.bytes).toString('hex'));
        assert.equal(hmac, theLibrarys(secret, name, prev, row.bytes));
      }
});

/** The HMAC as the format's description says it, by the library. */
function theLibrarys(secret: Buffer, name: Buffer, prev: Buffer, bytes: Buffer): string {
  const position = Buffer.from('0000000000000007', 'hex');
  const message = Buffer.concat([Buffer.from('closegate/audit/hmac/v1\0'), name, position, prev, bytes]);
  return createHmac('sha256', secret).update(message).digest('hex');
}

test('a previous hash that is none does not hash as the row before it did', () => {
  const hasher = new RowHasher();
  const name = framedName('s');
  const row = { seq: 1n, prev_hash: 'ff'.repeat(32), bytes: Buffer.from('{}') };
  const right = hasher.row(name, row, 1n);
  assert.notEqual(hasher.row(name, { ...row, prev_hash: '' }, 1n), right);
  assert.notEqual(hasher.row(name, row, -1n), right);
});

test('only the canonical form of an object is read', () => {
  const read = (text: string) => parseRecorded(Buffer.from(text));
  assert.deepEqual(read('{"a":1,"b":[{"c":null}]}'), { a: 1, b: [{ c: null }] });
  assert.deepEqual(read('{"10":1,"9":2}'), { '10': 1, '9': 2 });
  assert.deepEqual(read('{"a":"\\\\ud"}'), { a: '\\ud' });
  for (const text of [
    ...['{"b":1,"a":2}', '{"a":[{"d":1,"c":2}]}', '{"9":1,"10":2}', '{"a":1,"a":2}', '{"a": 1}', '{"a":1.0}'],
    ...['{"a":"\\u0041"}', '{"a":"\\ud800"}', '{"a": "\\ud800"}', '[]', 'null', '"a"', '{', ''],
  ])
    assert.equal(read(text), null, text);
  assert.equal(parseRecorded(Buffer.from([0x7b, 0xff, 0x7d])), null);
});
