import assert from 'node:assert/strict';
import test from 'node:test';
import { type LineFacts, claimKey, lineId, nameLines, score, wrongClaims } from './scoring.ts';

const line = (
  side: string,
  externalId: string,
  amount: string,
  more: Partial<LineFacts> = {},
): LineFacts => ({
  entity: 'US',
  account: '1010',
  side,
  externalId,
  date: '2026-03-10',
  currency: 'USD',
  amount,
  reference: null,
  counterparty: 'Acme',
  description: 'Monthly service',
  ...more,
});
const names = nameLines([
  line('ledger', 'L1', '10.00'),
  line('ledger', 'L2', '10.00'),
  line('ledger', 'L3', '10.00', { date: '2026-03-11' }),
  line('statement', 'S1', '10.00'),
  line('statement', 'S2', '10.00'),
]);
const key = (...ids: string[]) =>
  claimKey(
    ids.map((id) => lineId('US', '1010', id.startsWith('L') ? 'ledger' : 'statement', id)),
    names,
  );
const pair = (a: string, b: string, type = 'exact_match') => ({ type, key: key(a, b) });

test('pairings of indistinguishable lines count as equal, whichever way round', () => {
  const crossed = score([pair('L1', 'S1'), pair('L2', 'S2')], [pair('L1', 'S2'), pair('S1', 'L2')]);
  assert.equal(crossed.macroF1, 1);
});

test('lines that differ in the date only are distinguishable', () => {
  assert.notEqual(key('L1', 'S1'), key('L3', 'S1'));
});

test('one row of the answer key answers one claim: the same twice is wrong once', () => {
  const twice = [pair('L1', 'S1'), pair('L2', 'S2')];
  const [only] = score([pair('L1', 'S1')], twice).types;
  assert.deepEqual([only?.right, only?.claimed, only?.precision, only?.recall], [1, 2, 0.5, 1]);
  assert.equal(wrongClaims([pair('L1', 'S1')], twice).length, 1);
});

test('half a group is not the group', () => {
  const group = { type: 'multi_to_one', key: key('L1', 'L3', 'S1') };
  const [part] = score([group], [{ type: 'multi_to_one', key: key('L3', 'S1') }]).types;
  assert.deepEqual([part?.right, part?.f1], [0, 0]);
});

test('a right pairing counts for its true type, and its label is counted apart', () => {
  const told = score([pair('L1', 'S1', 'fuzzy_match')], [pair('L1', 'S1', 'exact_match')]);
  assert.deepEqual(
    told.types.map(({ type, f1 }) => [type, f1]),
    [['fuzzy_match', 1]],
  );
  assert.equal(told.labelled, 0);
});

test('a type that nobody finds pulls the macro mean down like any other', () => {
  const expected = [pair('L1', 'S1'), { type: 'many_to_many', key: key('L2', 'L3', 'S2') }];
  const told = score(expected, [pair('L1', 'S1')]);
  assert.equal(told.macroF1, 0.5);
  assert.equal(told.types.find(({ type }) => type === 'many_to_many')?.recall, 0);
});
