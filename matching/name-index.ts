import type { Line } from './line.ts';
import type { Name } from './names.ts';

type NamedLine = Pick<Line, 'currency' | 'name' | 'words'>;

/**
 * Finds lines whose names may be alike, without comparing all with all: by the beginnings of their words, and where too many
 * share one, by the beginnings of two neighbouring words; by initials, too. Near-linear; a name that is cut off or misspelt further on is
 * still found, one that shares no beginning of a word is not.
 */
export class NameIndex<Named extends NamedLine> {
  // By currency, then by the beginnings of words.
  readonly #blocks = new Map<string, Map<number, Named[]>>();
  readonly #most: number;

  /** @param most lines in one block; what is in larger ones only is not found. The more lines there are, the fewer. */
  constructor(lines: readonly Named[], most = mostIn(lines.length)) {
    this.#most = most;
    for (const line of lines) {
      let blocks = this.#blocks.get(line.currency);
      if (!blocks) this.#blocks.set(line.currency, (blocks = new Map<number, Named[]>()));
      for (const key of keysOf(line)) {
        const block = blocks.get(key);
        if (block) block.push(line);
        else blocks.set(key, [line]);
      }
    }
  }

  /** Lines of the same currency that may have this line's name, and that fit; the line itself may be among them. */
  near(line: NamedLine, fits: (other: Named) => boolean): Named[] {
    const blocks = this.#blocks.get(line.currency);
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

function keysOf({ name, words }: NamedLine): readonly number[] {
  const keys: number[] = [];
  if (name) addBeginnings(keys, name);
  if (words && words !== name) addBeginnings(keys, words);
  return keys;
}

function addBeginnings(keys: number[], { words }: Name): void {
  const add = (key: number) => {
    if (!keys.includes(key)) keys.push(key);
  };
  if (words.length > 1) add(initialsOf(words));
  const [first = ''] = words;
  if (first.length >= 3 && first.length <= LONGEST_ACRONYM && words.length <= 2)
    for (const letters of [2, 3]) add(initialsOf([...first.slice(0, letters)]));
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word.length >= 3) {
      add(hashOf(word, 4));
      const consonants = consonantsOf(word);
      if (consonants !== null) add(consonants);
    }
    const next = words[at + 1];
    if (next !== undefined) add(hashOf(next, 2, hashOf(word, 4, TWO_WORDS)));
  }
}

const LONGEST_ACRONYM = 6;

/** `bro` of Blue Ridge Office Solutions: as far as two names of one party may agree in it. */
function initialsOf(words: readonly string[]): number {
  return words.slice(0, 3).reduce((hash, word) => hashed(hash, word.charCodeAt(0)), INITIALS);
}

// A beginning as a number (FNV-1a): where two have one number, more lines are compared than need be, and no fewer.
const [WORD, CONSONANTS, TWO_WORDS, INITIALS] = [0x811c9dc5 | 0, 0x2b5a0d6b, 0x6d2b79f5, 0x3c6ef372];

function hashOf(word: string, letters: number, from = WORD): number {
  let hash = from;
  for (let at = 0; at < letters && at < word.length; at += 1) hash = hashed(hash, word.charCodeAt(at));
  return hash;
}

/** `mdws` of Midwest: the first letter and the consonants behind it, four in all; null where there are fewer than three. */
function consonantsOf(word: string): number | null {
  let [hash, letters] = [hashed(CONSONANTS, word.charCodeAt(0)), 1];
  for (let at = 1; at < word.length && letters < 4; at += 1) {
    const letter = word.charCodeAt(at);
    if (VOWELS.has(letter)) continue;
    hash = hashed(hash, letter);
    letters += 1;
  }
  return letters >= 3 ? hash : null;
}

const VOWELS: ReadonlySet<number> = new Set([...'aeiou'].map((letter) => letter.charCodeAt(0)));

function hashed(hash: number, letter: number): number {
  return Math.imul(hash ^ letter, 0x01000193);
}
