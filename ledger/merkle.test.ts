import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  Frontier,
  consistencyProof,
  inclusionProof,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

// The eight leaves and their roots that Certificate Transparency's implementations test themselves with.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHash(Buffer.from(hex, 'hex')));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const hex = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'));

test('the roots are those of Certificate Transparency', () => {
  const tree = new Frontier();
  const roots = [tree.root(), ...LEAVES.map((leaf) => (tree.append(leaf), tree.root()))];
  assert.deepEqual(hex(roots), ROOTS);
});

test('the proofs are those of Certificate Transparency', async () => {
  const beside = [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ];
  assert.deepEqual(hex(await inclusionProof(0n, 8n, LEAVES)), beside);
  assert.deepEqual(hex(await consistencyProof(1n, 8n, LEAVES)), beside);
  assert.deepEqual(hex(await consistencyProof(6n, 8n, LEAVES)), [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

test('a tree that goes on from its frontier is the tree that was never interrupted', () => {
  const whole = new Frontier();
  let resumed = new Frontier();
  for (const leaf of LEAVES) {
    whole.append(leaf);
    resumed = new Frontier(resumed.size, resumed.roots);
    resumed.append(leaf);
  }
  assert.deepEqual(resumed.root(), whole.root());
  assert.throws(() => new Frontier(3n, [Buffer.alloc(32)]), /3 leaves has 2 full subtrees, not 1/);
});

const trees = fc
  .array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })
  .map((datas) => datas.map((data, index) => leafHash(Buffer.concat([Buffer.of(index), data]))));
const rootOf = (leaves: readonly Buffer[]) => {
  const tree = new Frontier();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
};
const flipped = (hash: Buffer) => Buffer.from(hash.map((byte, index) => (index === 7 ? byte ^ 1 : byte)));

test('every leaf of every tree has an inclusion proof, which holds for it alone', async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.nat(), async (leaves, number) => {
      const [size, at] = [BigInt(leaves.length), number % leaves.length];
      const [leaf, index, root] = [leaves[at] ?? leafHash(Buffer.of()), BigInt(at), rootOf(leaves)];
      const proof = await inclusionProof(index, size, leaves);
      assert.ok(verifyInclusion(leaf, index, size, proof, root));
      assert.ok(!verifyInclusion(flipped(leaf), index, size, proof, root));
      assert.ok(!verifyInclusion(leaf, index + 1n, size, proof, root));
      assert.ok(!verifyInclusion(leaf, index, size, proof, flipped(root)));
      assert.ok(!verifyInclusion(leaf, index, size, [...proof, root], root));
      for (const [place, hash] of proof.entries())
        assert.ok(!verifyInclusion(leaf, index, size, proof.with(place, flipped(hash)), root));
    }),
  );
});

test('every beginning of every tree has a consistency proof, and no other tree has it', async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.nat(), async (leaves, number) => {
      const [second, first] = [BigInt(leaves.length), BigInt(1 + (number % leaves.length))];
      const [before, after] = [rootOf(leaves.slice(0, 1 + (number % leaves.length))), rootOf(leaves)];
      const proof = await consistencyProof(first, second, leaves);
      assert.ok(verifyConsistency(first, second, proof, before, after));
      assert.ok(!verifyConsistency(first, second, proof, flipped(before), after));
      assert.ok(!verifyConsistency(first, second, proof, before, flipped(after)));
      assert.ok(!verifyConsistency(first, second, [...proof, after], before, after));
      for (const [place, hash] of proof.entries())
        assert.ok(!verifyConsistency(first, second, proof.with(place, flipped(hash)), before, after));
    }),
  );
});

test('a leaf or a beginning that the tree does not have is refused', async () => {
  await assert.rejects(inclusionProof(8n, 8n, LEAVES), /8 leaves has no leaf 8/);
  await assert.rejects(consistencyProof(9n, 8n, LEAVES), /9 leaves is not the beginning of one of 8/);
  await assert.rejects(inclusionProof(0n, 9n, LEAVES), /there are 8 leaves, fewer than 9/);
});
