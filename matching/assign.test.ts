import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Edge, assign } from './assign.ts';

const edge = (row: number, column: number, gain: number): Edge => ({ row, column, gain });

/** The largest total of any assignment, by trying all. */
function best(edges: readonly Edge[], without: Edge | null = null): number {
  const rows = [...new Set(edges.map(({ row }) => row))];
  const go = (at: number, used: ReadonlySet<number>): number => {
    const row = rows[at];
    if (row === undefined) return 0;
    let most = go(at + 1, used);
    for (const one of edges)
      if (one.row === row && one !== without && !used.has(one.column))
        most = Math.max(most, one.gain + go(at + 1, new Set([...used, one.column])));
    return most;
  };
  return go(0, new Set());
}

const graph = fc
  .uniqueArray(fc.record({ row: fc.nat(5), column: fc.nat(5), gain: fc.integer({ min: 1, max: 12 }) }), {
    selector: ({ row, column }) => `${row} ${column}`,
    maxLength: 18,
  })
  .map((edges): Edge[] => edges);

test('the total is the largest there is', () => {
  fc.assert(
    fc.property(graph, (edges) => {
      const total = assign(edges, 0).reduce((sum, { gain }) => sum + gain, 0);
      assert.equal(total, best(edges));
    }),
    { numRuns: 400 },
  );
});

test('a pair is ambiguous just when a solution without it is as good', () => {
  fc.assert(
    fc.property(graph, (edges) => {
      for (const pair of assign(edges, 0)) {
        const own = edges.find(({ row, column }) => row === pair.row && column === pair.column) ?? null;
        assert.equal(pair.alternatives > 0, best(edges, own) === best(edges), JSON.stringify(pair));
      }
    }),
    { numRuns: 400 },
  );
});

test('three rows that fit one column have two alternatives, and the first of them is taken', () => {
  const [only] = assign([edge(0, 0, 5), edge(1, 0, 5), edge(2, 0, 5)], 0.5);
  assert.equal(only?.alternatives, 2);
  assert.equal(only.row, 0);
});

test('a slightly worse rival is as good within the slack, and a clearly worse one is not', () => {
  assert.equal(assign([edge(0, 0, 5), edge(1, 0, 4.8)], 0.5)[0]?.alternatives, 1);
  assert.equal(assign([edge(0, 0, 5), edge(1, 0, 3)], 0.5)[0]?.alternatives, 0);
});
