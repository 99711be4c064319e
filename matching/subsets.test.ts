import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { equalSubsets, subsetFor } from './subsets.ts';

test('a subset that is found adds up, and one that is the only one says so', () => {
  const amounts = [41_025n, 9_999n, 120_033n, 7_717n];
  assert.deepEqual(subsetFor(amounts, 41_025n + 120_033n, 0.02), { places: [0, 2], others: 0 });
});

test('what it finds is what trying all would find, and it says how many there are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt(1n, 40n), { minLength: 3, maxLength: 9 }),
      fc.bigInt(2n, 120n),
      (amounts, target) => {
        const found = subsetFor(amounts, target, 1e6);
        const all: number[][] = [];
        for (let mask = 1; mask < 1 << amounts.length; mask += 1) {
          const places = [...amounts.keys()].filter((at) => (mask >> at) & 1);
          const total = places.reduce((sum, at) => sum + (amounts[at] ?? 0n), 0n);
          if (places.length >= 2 && places.length < amounts.length && total === target) all.push(places);
        }
        const least = Math.min(...all.map((places) => places.length));
        const smallest = all.filter((places) => places.length === least);
        if (found === null) return assert.deepEqual(smallest, []);
        assert.ok(smallest.some((places) => places.join() === found.places.join()));
        assert.equal(found.others, all.length - 1);
      },
    ),
    { numRuns: 300 },
  );
});

test('among so many subsets that some fit by chance none is looked for', () => {
  const amounts = Array.from({ length: 30 }, (_, at) => BigInt(1_000 + 37 * at));
  assert.equal(subsetFor(amounts, 9_999n, 0.02), null);
});

test('round amounts have few possible sums, so that one that fits tells nothing', () => {
  assert.equal(subsetFor([10_000n, 20_000n, 30_000n, 40_000n], 50_000n, 0.02), null);
});

test('equal subsets of two sides are found when there is just one pair of them', () => {
  const found = equalSubsets([61_240n, 8_765n, 300_001n], [50_000n, 20_005n, 99_999n], 0.02);
  assert.deepEqual(found, { left: [0, 1], right: [0, 1] });
});
