import type { Line } from './line.ts';
import type { Name } from './names.ts';

type NamedLine = Pick<Line, 'scope' | 'name' | 'words'>;

/**
 * Finds lines whose names may be alike, without comparing all with all: by the beginnings of their words, and where too many
 * share one, by the beginnings of two neighbouring words. Near-linear; a name that is cut off or misspelt further on is
 * still found, one that shares no beginning of a word is not.
 */
export class NameIndex<Named extends NamedLine> {
  // By scope, then by the beginnings of words.
  readonly #blocks = new Map<string, Map<string, Named[]>>();
  readonly #most: number;

  /** @param most lines in one block; what is in larger ones only is not found. The more lines there are, the fewer. */
  constructor(lines: readonly Named[], most = mostIn(lines.length)) {
    this.#most = most;
    for (const line of lines) {
      let blocks = this.#blocks.get(line.scope);
      if (!blocks) this.#blocks.set(line.scope, (blocks = new Map<string, Named[]>()));
      for (const key of keysOf(line)) {
        const block = blocks.get(key);
        if (block) block.push(line);
        else blocks.set(key, [line]);
      }
    }
  }

  /** Lines of the same scope that may have this line's name, and that fit; the line itself may be among them. */
  near(line: NamedLine, fits: (other: Named) => boolean): Named[] {
    const blocks = this.#blocks.get(line.scope);
    const found = new Set<Named>();
    for (const key of blocks ? keysOf(line) : []) {
      const block = blocks?.get(key);
      if (block && block.length <= this.#most) for (const other of block) if (fits(other)) found.add(other);
    }
    return [...found];
  }
}

// So many comparisons are nothing beside the rest of a run; of very many lines a block has some dozens at most.
const COMPARISONS = 1_200_000;

function mostIn(lines: number): number {
  return Math.min(400, Math.max(60, Math.floor(COMPARISONS / Math.max(lines, 1))));
}

function keysOf({ name, words }: NamedLine): ReadonlySet<string> {
  const keys = new Set<string>();
  if (name) addBeginnings(keys, name);
  if (words) addBeginnings(keys, words);
  return keys;
}

function addBeginnings(keys: Set<string>, { words }: Name): void {
  for (const [at, word] of words.entries()) {
    if (word.length >= 3) {
      keys.add(word.slice(0, 4));
      // `mdwst` for Midwest.
      const consonants = word.charAt(0) + word.slice(1).replace(/[aeiou]+/g, '');
      if (consonants.length >= 3) keys.add(`~${consonants.slice(0, 4)}`);
    }
    const next = words[at + 1];
    if (next !== undefined) keys.add(`${word.slice(0, 4)} ${next.slice(0, 2)}`);
  }
}
