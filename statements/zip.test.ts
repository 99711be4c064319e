import assert from 'node:assert/strict';
import test from 'node:test';
import { zipOf } from '../tests/harness/zip.ts';
import { ZipError, isZip, onlyFileOf } from './zip.ts';

const CONTENT = Buffer.from('Date,USD\n2026-04-01,1.08\n'.repeat(50));
const MOST = 10_000;

test('reads the one file of an archive, deflated or stored', () => {
  for (const stored of [false, true]) {
    const zip = zipOf([{ name: 'eurofxref.csv', content: CONTENT }], { stored });
    assert.equal(isZip(zip), true);
    const { name, bytes } = onlyFileOf(zip, MOST);
    assert.deepEqual([name, bytes.equals(CONTENT)], ['eurofxref.csv', true]);
  }
  assert.equal(isZip(CONTENT), false);
});

const one = zipOf([{ name: 'a.csv', content: CONTENT }]);
const with4 = (at: number, value: number) => {
  const changed = Buffer.from(one);
  changed.writeUInt32LE(value, at);
  return changed;
};
const directory = one.readUInt32LE(one.length - 6);

for (const [why, zip, message] of [
  ['several files', zipOf(['a', 'b'].map((name) => ({ name, content: CONTENT }))), /holds 2 files, not one/],
  [
    'more bytes than allowed',
    zipOf([{ name: 'a', content: Buffer.alloc(MOST + 1) }]),
    /unpacks to 10001 bytes, more/,
  ],
  ['a bomb that states a small size', with4(directory + 24, 10), /damaged/],
  ['another check sum', with4(directory + 16, 1), /size and check sum/],
  ['encryption', with4(directory + 8, 0x00080001), /encrypted/],
  ['another compression', with4(directory + 8, 0x000e0000), /packed in another way/],
  ['an archive that breaks off', one.subarray(0, one.length - 5), /does not end as a zip/],
  ['a directory beyond its end', with4(one.length - 6, 0x7fffffff), /breaks off/],
  ['a directory in the wrong place', with4(one.length - 6, 1), /no directory/],
  ['a file in the wrong place', with4(directory + 42, 4), /no file where/],
] as const) {
  test(`refuses ${why}`, () => {
    assert.throws(
      () => onlyFileOf(zip, MOST),
      (error: unknown) => error instanceof ZipError && message.test(error.message),
    );
  });
}
