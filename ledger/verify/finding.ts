/** What kind of change a breach looks like. Several may look alike; the first that explains it is named. */
export type BreachKind =
  | 'edited'
  | 'deleted'
  | 'reordered'
  | 'inserted'
  | 'forged'
  | 'rewritten'
  | 'backdated'
  | 'not canonical'
  | 'tail cut'
  | 'stream deleted'
  | 'checkpoint edited'
  | 'forked'
  | 'rolled back';

/** A row, or a checkpoint, that is not what it was. */
export interface Breach {
  /** The audit stream; `checkpoints` for what is about the tree and not about one row. */
  readonly stream: string;
  /** The row's number in its stream; of a checkpoint, its size. */
  readonly seq: string;
  readonly kind: BreachKind;
  readonly finding: string;
  /** The row's recorded instant, ISO 8601 in UTC; null where nothing is left that says it. */
  readonly since: string | null;
  /** Its place in the tree, where a checkpoint covers it. */
  readonly leaf: bigint | null;
}

/** A checkpoint whose signature and root fit. */
export interface Held {
  readonly size: bigint;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** A breach, and the last checkpoint before it that still fits the log: what it covers is as it was sealed. */
export type LocatedBreach = Breach & { readonly lastGood: Held | null };

/** What verification found. */
export interface Verification {
  readonly verdict: 'intact' | 'broken' | 'cannot tell';
  readonly events: bigint;
  readonly streams: bigint;
  readonly breaches: readonly LocatedBreach[];
  /** Why nothing can be told, when the verdict says so. */
  readonly reason: string | null;
  /** How many checkpoints fit, and the last of them; null when none was looked at. */
  readonly checkpoints: { readonly held: bigint; readonly last: Held | null } | null;
  /** The tail that no checkpoint covers; `since` is the time of its oldest event. */
  readonly uncovered: { readonly events: bigint; readonly since: string | null };
  /** What the verdict does not cover, in words. */
  readonly remarks: readonly string[];
}

/** So many breaches are kept: enough to see the pattern, however much was changed. */
export const MAX_BREACHES = 100;

/** Collects breaches up to a limit, and where each stands to the checkpoints. */
export class Breaches {
  readonly #found: Breach[] = [];
  readonly #lastGood = new Map<Breach, Held>();
  #last: Held | null = null;

  get any(): boolean {
    return this.#found.length > 0;
  }

  get full(): boolean {
    return this.#found.length >= MAX_BREACHES;
  }

  add(breach: Breach): void {
    if (this.full) return;
    this.#found.push(breach);
    if (this.#last) this.#place(breach, this.#last);
  }

  /** Takes note of a checkpoint that fits; they come by growing size, after every row was looked at. */
  held(checkpoint: Held): void {
    this.#last = checkpoint;
    for (const breach of this.#found) this.#place(breach, checkpoint);
  }

  #place(breach: Breach, checkpoint: Held): void {
    if (breach.leaf === null || checkpoint.size <= breach.leaf) this.#lastGood.set(breach, checkpoint);
  }

  located(): LocatedBreach[] {
    return this.#found.map((breach) => ({ ...breach, lastGood: this.#lastGood.get(breach) ?? null }));
  }
}
