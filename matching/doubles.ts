import type { Board } from './board.ts';
import { type Line, amountKey, byKeys, otherSide } from './line.ts';

/** A ledger's line and the statement's that is to settle with it. */
export type Pair = readonly [ledger: Line, statement: Line];

// Of very many equal amounts those that are nearest in date are looked at.
const MOST_LOOKED_AT = 60;
// Where more of a party's payments are the same, one without a number is in no particular one's place.
const MOST_IN_DOUBT = 3;

/**
 * Lines that could be meant in place of one of a pair: open, of the same amount, near, and of the same document or party
 * however they write it. A payment that came twice, a debit presented again, or a posting booked twice.
 */
export class Doubles {
  readonly #board: Board;
  readonly #others: ReadonlyMap<string, readonly Line[]>;
  readonly #paired: ReadonlyMap<string, readonly Line[]>;
  readonly #forMany = new Map<Line, boolean>();

  /** @param pairs all that are to settle; their lines have partners, and are nobody's doubles. */
  constructor(board: Board, pairs: readonly Pair[]) {
    this.#board = board;
    const taken = new Set(pairs.flat());
    this.#paired = byKeys(taken, (line) => [keyOf(line, line.side)]);
    this.#others = byKeys(board.open(), (line) => {
      const key = keyOf(line, line.side);
      const isEqual = this.#paired.has(key) || this.#paired.has(keyOf(line, otherSide(line)));
      return isEqual && !taken.has(line) ? [key] : [];
    });
  }

  /**
   * True when more lines of one side could be meant than lines of the other would go with: of all, or of those that name the very
   * document.
   */
  of([ledger, statement]: Pair): boolean {
    const [paid, booked] = [this.#inPlaceOf(ledger), this.#inPlaceOf(statement)];
    const naming = (ties: readonly Tie[]) => ties.filter(({ byNumber }) => byNumber);
    const areMore = (some: readonly Tie[], others: readonly Tie[]) =>
      some.length > this.#withPartners(some, others) ||
      naming(some).length > this.#withPartners(naming(some), naming(others));
    return areMore(paid, booked) || areMore(booked, paid);
  }

  /** Lines of the other side that this one may be an event with, instead of its partner. */
  #inPlaceOf(line: Line): Tie[] {
    return this.#near(this.#others, line).filter(
      ({ other, byNumber }) => byNumber || !this.#isForMany(other),
    );
  }

  /** True where a line without a number is in no particular one's place. */
  #isForMany(line: Line): boolean {
    let known = this.#forMany.get(line);
    if (known === undefined) {
      known = this.#near(this.#paired, line).filter(({ byNumber }) => !byNumber).length > MOST_IN_DOUBT;
      this.#forMany.set(line, known);
    }
    return known;
  }

  #near(among: ReadonlyMap<string, readonly Line[]>, line: Line): Tie[] {
    const others = among.get(keyOf(line, otherSide(line))) ?? [];
    return nearest(others, line).flatMap((other) => tie(this.#board, line, other) ?? []);
  }

  /** How many lines go with some of these: those that are known, and what could be meant with them instead. */
  #withPartners(ties: readonly Tie[], known: readonly Tie[]): number {
    const isNaming = ties.every(({ byNumber }) => byNumber);
    const more = ties.flatMap(({ other }) => this.#near(this.#others, other));
    return new Set(
      [...known, ...more].filter(({ byNumber }) => byNumber || !isNaming).map(({ other }) => other),
    ).size;
  }
}

interface Tie {
  readonly other: Line;
  /** True where it is the document's number that the two share, and not a name alone. */
  readonly byNumber: boolean;
}

const keyOf = (line: Line, side: Line['side']) => amountKey(line, side, line.minor);

function nearest(lines: readonly Line[], { day }: Line): readonly Line[] {
  if (lines.length <= MOST_LOOKED_AT) return lines;
  return lines
    .toSorted((a, b) => Math.abs(a.day - day) - Math.abs(b.day - day) || a.rank - b.rank)
    .slice(0, MOST_LOOKED_AT);
}

/** What makes two lines of one amount one event, if anything: a document's number, or a party's name. */
function tie(board: Board, line: Line, other: Line): Tie | null {
  if (Math.abs(line.day - other.day) > board.settings.windows.reference) return null;
  if (line.said.reverses !== other.said.reverses) return null;
  const evidence = board.weigh(line, other);
  if (!evidence.textual || evidence.disagrees || board.tellsApart(line, other, evidence)) return null;
  return { other, byNumber: evidence.shared !== null };
}
