import type { Side } from '../ledger/database.ts';
import type { Line } from './line.ts';
import { NameIndex } from './name-index.ts';
import type { Name } from './names.ts';

type Party = Pick<Line, 'currency' | 'side' | 'name' | 'words'> & { readonly called: Name };

/** Whom each side names, each name once: also those of lines that are matched by now. */
export class Parties {
  readonly #parties: readonly Party[];
  readonly #most: number;
  // Made when it is first asked for: by then much of what is matched has left memory.
  #index: NameIndex<Party> | null = null;

  /** @param most parties in one block of the index, see {@link NameIndex}. */
  constructor(lines: Iterable<Line>, most: number) {
    const seen = new Map<string, Set<Name>>();
    const parties: Party[] = [];
    for (const { currency, side, name, words } of lines) {
      const called = name ?? words;
      if (!called) continue;
      const known = seen.get(`${side} ${currency}`) ?? new Set();
      if (known.size === 0) seen.set(`${side} ${currency}`, known);
      if (known.has(called)) continue;
      known.add(called);
      parties.push({ currency, side, name: called, words: null, called });
    }
    this.#parties = parties;
    this.#most = most;
  }

  /** The names that may be this line's, of one side. */
  near(line: Line, side: Side): Name[] {
    this.#index ??= new NameIndex(this.#parties, this.#most);
    return this.#index.near(line, (other) => other.side === side).map(({ called }) => called);
  }
}
