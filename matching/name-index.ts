import type { Line } from './line.ts';
import type { Name } from './names.ts';

type NamedLine = Pick<Line, 'scope' | 'name' | 'words'>;

/**
 * Finds lines whose names may be alike, without comparing all with all: by the beginnings of their words, and where too many
 * share one, by the beginnings of two neighbouring words. Near-linear; a name that is cut off or misspelt further on is
 * still found, one that shares no beginning of a word is not.
 */
export class NameIndex<Named extends NamedLine> {
  readonly #blocks = new Map<string, Named[]>();
  readonly #most: number;

  /** @param most lines in one block; what is in larger ones only is not found. The more lines there are, the fewer. */
  constructor(lines: readonly Named[], most = mostIn(lines.length)) {
    this.#most = most;
    for (const line of lines)
      for (const key of keysOf(line)) {
        const block = this.#blocks.get(key);
        if (block) block.push(line);
        else this.#blocks.set(key, [line]);
      }
  }

  /** Lines of the same scope that may have this line's name, and that fit; the line itself may be among them. */
  near(line: NamedLine, fits: (other: Named) => boolean): Named[] {
    const found = new Set<Named>();
    for (const key of keysOf(line)) {
      const block = this.#blocks.get(key) ?? [];
      if (block.length <= this.#most) for (const other of block) if (fits(other)) found.add(other);
    }
    return [...found];
  }
}

// So many comparisons are nothing beside the rest of a run; of very many lines a block has some dozens at most.
const COMPARISONS = 1_200_000;

function mostIn(lines: number): number {
  return Math.min(400, Math.max(60, Math.floor(COMPARISONS / Math.max(lines, 1))));
}

function keysOf(line: NamedLine): string[] {
  return [...new Set([line.name, line.words].flatMap((name) => (name ? beginnings(name) : [])))].map(
    (key) => `${line.scope} ${key}`,
  );
}

function beginnings({ words }: Name): string[] {
  const long = words.filter((word) => word.length >= 3);
  const pairs = words.slice(1).map((word, at) => `${(words[at] ?? '').slice(0, 4)} ${word.slice(0, 2)}`);
  return [...long.map((word) => word.slice(0, 4)), ...long.flatMap(consonantsOf), ...pairs];
}

// `mdwst` for Midwest.
function consonantsOf(word: string): string[] {
  const consonants = word.charAt(0) + word.slice(1).replace(/[aeiou]/g, '');
  return consonants.length < 3 ? [] : [`~${consonants.slice(0, 4)}`];
}
