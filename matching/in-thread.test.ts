import assert from 'node:assert/strict';
import test from 'node:test';
import { HeldLines } from '../ledger/open-lines.ts';
import { POLICY } from '../policy/testing.ts';
import { matchInThread } from './in-thread.ts';
import { matchByRules } from './matcher.ts';
import { DOLLARS } from './testing.ts';

/** Rows as COPY's binary form has them: so many pairs of lines, each under a reference of its own. */
function held(pairs: number, date = '2026-03-10'): HeldLines {
  const rows: Buffer[] = [];
  for (let at = 0; at < pairs; at += 1)
    for (const side of ['ledger', 'statement']) {
      const id = Buffer.alloc(8);
      id.writeBigInt64BE(BigInt(2 * at + (side === 'ledger' ? 1 : 2)));
      const amount = `${at + 1}.17`;
      const texts = [side, `${side}-${at}`, date, 'USD', amount, amount, null, `INV-${10_000 + at}`];
      rows.push(row([id, ...[...texts, 'Acme Works', null, null].map(bytesOf)]));
    }
  const bytes = Buffer.from(new ArrayBuffer(rows.reduce((total, { length }) => total + length, 0)));
  let at = 0;
  for (const one of rows) at += one.copy(bytes, at);
  return new HeldLines([{ bytes, length: bytes.length }]);
}

function row(fields: readonly (Buffer | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  return Buffer.concat([count, ...fields.flatMap((field) => [lengthOf(field), field ?? Buffer.alloc(0)])]);
}

function lengthOf(field: Buffer | null): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(field?.length ?? -1);
  return length;
}

const bytesOf = (text: string | null) => (text === null ? null : Buffer.from(text));

async function all<Value>(batches: Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>) {
  const found: Value[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

test('many lines are matched in a thread, and the same is found', async () => {
  const many = held(5_000);
  assert.ok(many.bytes > 500_000);
  const found = await all(matchInThread(many, DOLLARS, POLICY));
  assert.equal(many.bytes, 0, 'the thread has the bytes');
  assert.equal(found.length, 5_000);
  assert.deepEqual(found, await all(matchByRules(held(5_000), DOLLARS, POLICY)));
});

test('what goes wrong in the thread is told, and the next account is matched all the same', async () => {
  const failing = all(matchInThread(held(5_000, 'no date'), DOLLARS, POLICY));
  const next = all(matchInThread(held(5_000), DOLLARS, POLICY));
  await assert.rejects(failing, Error);
  assert.equal((await next).length, 5_000);
});

test('whoever stops early ends the thread', async () => {
  for await (const batch of matchInThread(held(5_000), DOLLARS, POLICY)) {
    assert.ok(batch.length > 0);
    break;
  }
  assert.equal((await all(matchInThread(held(5_000), DOLLARS, POLICY))).length, 5_000);
});
