import { createHash, hash } from 'node:crypto';

// RFC 9162 §2.1.1: leaves and nodes are hashed in separate domains, so that a node can never pass for a leaf.
const [LEAF, NODE] = [Buffer.of(0), Buffer.of(1)];

/** The hash of a leaf: here, of an audit row's `row_hash`. */
export function leafHash(data: Uint8Array): Buffer {
  return bytesOf(leafDigest(data));
}

/** The same as a {@link Digest}, for whoever appends very many. */
export function leafDigest(data: Uint8Array): Digest {
  if (data.length !== leaf.length - 1) return hash('sha256', Buffer.concat([LEAF, data]), 'binary');
  leaf.set(data, 1);
  return hash('sha256', leaf, 'binary');
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return bytesOf(nodeDigest(textOf(left), textOf(right)));
}

/**
 * A digest as a text of 32 characters, each a byte: one hash call that answers with text costs a third of a hash object,
 * and a long log takes two a row.
 */
export type Digest = string;
export const textOf = (bytes: Uint8Array): Digest => Buffer.from(bytes).toString('latin1');
export const bytesOf = (digest: Digest): Buffer => Buffer.from(digest, 'latin1');

const leaf = Buffer.alloc(LEAF.length + 32);
LEAF.copy(leaf);
const node = Buffer.alloc(NODE.length + 64);
NODE.copy(node);

function nodeDigest(left: Digest, right: Digest): Digest {
  node.write(left, 1, 32, 'latin1');
  node.write(right, 33, 32, 'latin1');
  return hash('sha256', node, 'binary');
}

/**
 * A tree as far as appending needs it: the roots of its full subtrees, the largest first. A tree of `size` leaves has as
 * many as `size` has bits set, so a million rows are twenty hashes at most.
 */
export class Frontier {
  #size: bigint;
  readonly #roots: Digest[];

  constructor(size = 0n, roots: readonly Buffer[] = []) {
    if (roots.length !== bitsOf(size))
      throw new Error(`a tree of ${size} leaves has ${bitsOf(size)} full subtrees, not ${roots.length}`);
    this.#size = size;
    this.#roots = roots.map(textOf);
  }

  get size(): bigint {
    return this.#size;
  }

  get roots(): readonly Buffer[] {
    return this.#roots.map(bytesOf);
  }

  /** Adds a leaf by its {@link leafHash} or {@link leafDigest}. */
  append(leaf: Buffer | Digest): void {
    let root = typeof leaf === 'string' ? leaf : textOf(leaf);
    for (let rest = this.#size; rest & 1n; rest >>= 1n) root = nodeDigest(this.#roots.pop() ?? root, root);
    this.#roots.push(root);
    this.#size += 1n;
  }

  /** The Merkle tree hash of all leaves; of none, the hash of nothing (RFC 9162 §2.1.1). */
  root(): Buffer {
    const [last, ...before] = [...this.#roots].reverse();
    if (!last) return createHash('sha256').digest();
    return bytesOf(before.reduce((right, left) => nodeDigest(left, right), last));
  }
}

/** Leaves in order, by their hash. */
export type Leaves = AsyncIterable<Buffer> | Iterable<Buffer>;

/**
 * Proves that a leaf is in the tree of `size` leaves (RFC 9162 §2.1.3.1). Reads the leaves once, in order.
 * @throws {RangeError} when the tree has no such leaf, or there are fewer leaves than said.
 */
export async function inclusionProof(index: bigint, size: bigint, leaves: Leaves): Promise<Buffer[]> {
  if (index < 0n || index >= size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  return await rootsOf(pathRanges(index, 0n, size), size, leaves);
}

/**
 * Proves that the tree of `first` leaves is the beginning of that of `second` leaves (RFC 9162 §2.1.4.1).
 * @throws {RangeError} when it cannot be, or there are fewer leaves than said.
 */
export async function consistencyProof(first: bigint, second: bigint, leaves: Leaves): Promise<Buffer[]> {
  if (first < 1n || first > second)
    throw new RangeError(`a tree of ${first} leaves is not the beginning of one of ${second}`);
  return await rootsOf(subproofRanges(first, 0n, second, true), second, leaves);
}

/** True when the proof shows that the leaf is in the tree with that root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  leaf: Buffer,
  index: bigint,
  size: bigint,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (index < 0n || index >= size) return false;
  let [fn, sn, hash] = [index, size - 1n, leaf];
  for (const sibling of proof) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else hash = nodeHash(hash, sibling);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && hash.equals(root);
}

/** True when the proof shows that the first tree is the beginning of the second (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  first: bigint,
  second: bigint,
  proof: readonly Buffer[],
  firstRoot: Buffer,
  secondRoot: Buffer,
): boolean {
  if (first < 1n || first > second) return false;
  if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot);
  // A first tree that is full is itself the first hash of the proof, which is then left out.
  const path = (first & (first - 1n)) === 0n ? [firstRoot, ...proof] : [...proof];
  const [start, ...rest] = path;
  if (!start) return false;
  let [fn, sn] = [first - 1n, second - 1n];
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let [older, newer] = [start, start];
  for (const hash of rest) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      [older, newer] = [nodeHash(hash, older), nodeHash(hash, newer)];
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else newer = nodeHash(newer, hash);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && older.equals(firstRoot) && newer.equals(secondRoot);
}

/** A run of leaves, from the first up to but not including the last. */
export type Range = readonly [from: bigint, to: bigint];

/** The subtrees beside the path of a leaf, the deepest first: their roots are its inclusion proof. */
export function pathRanges(index: bigint, from: bigint, to: bigint): Range[] {
  if (to - from === 1n) return [];
  const middle = from + splitOf(to - from);
  return index < middle
    ? [...pathRanges(index, from, middle), [middle, to]]
    : [...pathRanges(index, middle, to), [from, middle]];
}

/** The subtrees whose roots prove that the tree of `first` leaves begins that of `second` leaves. */
export function consistencyRanges(first: bigint, second: bigint): Range[] {
  return subproofRanges(first, 0n, second, true);
}

/** `whole`: the first tree is this subtree from its beginning, so its root is known to whoever verifies. */
function subproofRanges(first: bigint, from: bigint, to: bigint, whole: boolean): Range[] {
  if (first === to) return whole ? [] : [[from, to]];
  const middle = from + splitOf(to - from);
  return first <= middle
    ? [...subproofRanges(first, from, middle, whole), [middle, to]]
    : [...subproofRanges(first, middle, to, false), [from, middle]];
}

async function rootsOf(ranges: readonly Range[], size: bigint, leaves: Leaves): Promise<Buffer[]> {
  const trees = ranges.map((range) => ({ range, tree: new Frontier() }));
  const inOrder = [...trees].sort((a, b) => (a.range[0] < b.range[0] ? -1 : 1));
  let [index, next] = [0n, 0];
  for await (const leaf of leaves) {
    if (index === size) break;
    const current = inOrder[next];
    if (current && index >= current.range[0]) current.tree.append(leaf);
    index += 1n;
    if (current && index === current.range[1]) next += 1;
  }
  if (index < size) throw new RangeError(`there are ${index} leaves, fewer than ${size}`);
  return trees.map(({ tree }) => tree.root());
}

/** The largest power of two below a number above one. */
function splitOf(size: bigint): bigint {
  return 1n << BigInt((size - 1n).toString(2).length - 1);
}

function bitsOf(size: bigint): number {
  return size.toString(2).replaceAll('0', '').length;
}
