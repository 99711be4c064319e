import { Frontier, type Leaves, type Range, consistencyRanges, pathRanges } from '../merkle.ts';

/** Inclusion or consistency proofs to be made over one tree. */
export interface Wanted {
  readonly inclusions: readonly { readonly index: bigint; readonly size: bigint }[];
  readonly consistencies: readonly { readonly from: bigint; readonly to: bigint }[];
}

/**
 * Makes many proofs in one pass over the leaves: the subtrees that they need are mostly the same ones.
 * @throws {RangeError} when there are fewer leaves than a proof needs.
 */
export async function makeProofs(
  wanted: Wanted,
  leaves: Leaves,
): Promise<{ readonly inclusions: readonly Buffer[][]; readonly consistencies: readonly Buffer[][] }> {
  const trees = new Map<string, { readonly range: Range; readonly tree: Frontier }>();
  const keyed = (ranges: readonly Range[]) =>
    ranges.map((range) => {
      const key = range.join('-');
      if (!trees.has(key)) trees.set(key, { range, tree: new Frontier() });
      return key;
    });
  const inclusions = wanted.inclusions.map(({ index, size }) => keyed(pathRanges(index, 0n, size)));
  const consistencies = wanted.consistencies.map(({ from, to }) => keyed(consistencyRanges(from, to)));
  const waiting = [...trees.values()].sort((a, b) => (a.range[0] < b.range[0] ? -1 : 1));
  let [next, index] = [0, 0n];
  let growing: typeof waiting = [];
  for await (const leaf of leaves) {
    for (let tree = waiting[next]; tree && tree.range[0] === index; tree = waiting[next]) {
      growing.push(tree);
      next += 1;
    }
    for (const { tree } of growing) tree.append(leaf);
    index += 1n;
    growing = growing.filter(({ range }) => range[1] > index);
  }
  if (growing.length > 0 || next < waiting.length)
    throw new RangeError(`there are ${index} leaves, fewer than the proofs need`);
  const roots = (keys: readonly string[]) =>
    keys.map((key) => trees.get(key)?.tree.root() ?? Buffer.alloc(0));
  return { inclusions: inclusions.map(roots), consistencies: consistencies.map(roots) };
}
