import { type Checkpoint, CheckpointError, type Verifier, openCheckpoint } from '../checkpoint.ts';
import { type Digest, Frontier } from '../merkle.ts';
import type { Breaches, Held } from './finding.ts';

/** A checkpoint as some place holds it. */
export interface KeptNote {
  /** The size that the place files it under. */
  readonly size: bigint;
  readonly note: string;
  /** Where it is kept, for messages: `the database`, or a folder. */
  readonly place: string;
  /** True for a copy outside what is verified: it says what the log was, whoever changed the log since. */
  readonly outside: boolean;
}

/** A leaf in the order of sealing. */
export interface Leaf {
  readonly index: bigint;
  /** Null when the event that was sealed is not in the log any more. */
  readonly hash: Digest | null;
  /** The event, for messages. */
  readonly event: bigint | string;
}

const NOTHING: Digest = '\0'.repeat(32);

/** What the tree's check found. */
export interface TreeFound {
  readonly leaves: bigint;
  readonly held: bigint;
  readonly last: Held | null;
}

/**
 * Recomputes the tree from its leaves and compares it with every checkpoint, of the log itself and of copies outside.
 * Reads leaves and notes once, in order; memory stays flat.
 * @param notes by growing size; those of one size with the log's own first.
 */
export async function checkTree(
  leaves: AsyncIterable<readonly Leaf[]>,
  notes: AsyncIterable<KeptNote>,
  verifier: Verifier,
  breaches: Breaches,
): Promise<TreeFound> {
  const tree = new Frontier();
  const waiting = notes[Symbol.asyncIterator]();
  let next = await waiting.next();
  let own: { readonly size: bigint; readonly note: string } | null = null;
  let [held, last]: [bigint, Held | null] = [0n, null];
  let gone = false;

  const compare = (kept: KeptNote, root: Buffer | null): void => {
    const sameAsOwn = kept.outside && own?.size === kept.size ? own.note === kept.note : null;
    if (sameAsOwn === true) return;
    const said = opened(kept, verifier, breaches);
    if (!kept.outside) own = { size: kept.size, note: kept.note };
    if (!said) return;
    const fits = root?.equals(said.root) ?? false;
    if (fits) {
      if (kept.outside && sameAsOwn === null)
        add(
          breaches,
          kept,
          said,
          'checkpoint edited',
          `${kept.place} holds this checkpoint, the log has lost it: it was deleted`,
        );
      held += 1n;
      last = { size: said.size, at: said.at };
      breaches.held(last);
    } else if (kept.outside && root === null) {
      const finding = `${kept.place} holds this checkpoint, the log has no more than ${tree.size} sealed events: it was rolled back to an older state`;
      add(breaches, kept, said, 'rolled back', finding);
    } else if (kept.outside && !fits) {
      const finding = `${kept.place} holds another checkpoint of this size than the log: there are two histories, the log was rewritten`;
      add(breaches, kept, said, 'forked', finding);
    } else if (!fits && !gone) {
      const finding =
        root === null
          ? `covers ${said.size} events, and only ${tree.size} are sealed: leaves were deleted`
          : 'its root is not that of the events it covers: some were edited, deleted or reordered since the checkpoint before it';
      add(breaches, kept, said, root === null ? 'tail cut' : 'rewritten', finding);
    }
  };
  const upTo = async (size: bigint): Promise<void> => {
    while (!next.done && next.value.size <= size) {
      compare(next.value, next.value.size === size && !gone ? tree.root() : null);
      next = await waiting.next();
    }
  };

  for await (const batch of leaves) {
    for (const { index, hash, event } of batch) {
      if (!next.done && next.value.size <= tree.size) await upTo(tree.size);
      const about = { stream: 'checkpoints', seq: String(index), since: null, leaf: index } as const;
      if (index !== tree.size && !gone) {
        const finding = `the sealed events go from ${tree.size - 1n} to ${index}: the tree's leaves were deleted or inserted`;
        breaches.add({ ...about, kind: 'deleted', finding });
        gone = true;
      }
      if (hash === null) {
        const finding = `event ${event} was sealed as leaf ${index} and is not in the log any more: it was deleted`;
        breaches.add({ ...about, kind: 'deleted', finding });
        gone = true;
      }
      // A tree with a hole has no root to compare; the places of the others are looked at all the same.
      tree.append(hash ?? NOTHING);
    }
  }
  await upTo(tree.size);
  while (!next.done) {
    compare(next.value, null);
    next = await waiting.next();
  }
  return { leaves: tree.size, held, last };
}

function opened(kept: KeptNote, verifier: Verifier, breaches: Breaches): Checkpoint | null {
  try {
    const said = openCheckpoint(verifier, kept.note);
    if (said.size === kept.size) return said;
    throw new CheckpointError(`it covers ${said.size} events, and is kept as one over ${kept.size}`);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    add(breaches, kept, null, 'checkpoint edited', `${kept.place}: ${error.message}`);
    return null;
  }
}

function add(
  breaches: Breaches,
  kept: KeptNote,
  said: Checkpoint | null,
  kind: 'checkpoint edited' | 'rolled back' | 'forked' | 'tail cut' | 'rewritten',
  finding: string,
): void {
  const leaf = kept.size > 0n ? kept.size - 1n : 0n;
  breaches.add({
    stream: 'checkpoints',
    seq: String(kept.size),
    kind,
    finding,
    since: said?.at ?? null,
    leaf,
  });
}

/** Merges notes of several places by size; of one size, in the order of the places. */
export async function* bySize(...places: readonly AsyncIterable<KeptNote>[]): AsyncGenerator<KeptNote> {
  const open = places.map((place) => place[Symbol.asyncIterator]());
  const heads = await Promise.all(open.map((one) => one.next()));
  for (;;) {
    let least = -1;
    for (const [at, head] of heads.entries()) {
      const best = heads[least];
      if (!head.done && (!best || best.done || head.value.size < best.value.size)) least = at;
    }
    const [head, place] = [heads[least], open[least]];
    if (!head || head.done || !place) return;
    yield head.value;
    heads[least] = await place.next();
  }
}
