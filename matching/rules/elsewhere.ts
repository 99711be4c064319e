import { magnitude } from '../amounts.ts';
import type { Board } from '../board.ts';
import { type Line, amountKey, byKeys, otherSide } from '../line.ts';

const ALIKE_PERCENT = 60;

/** Two lines of one side that may be an offset. */
export interface Opposites {
  readonly first: Line;
  readonly second: Line;
  /** Neither line has another opposite in reach, or only such as are the same but for their ids. */
  readonly only: boolean;
}

/** What the other side has in near days. */
export class Elsewhere {
  readonly #board: Board;
  readonly #byAmount: ReadonlyMap<string, readonly Line[]>;
  readonly #returns: readonly Line[];

  constructor(board: Board) {
    this.#board = board;
    this.#byAmount = byKeys(board.open(), (line) => [amountKey(line, line.side, line.minor)]);
    this.#returns = board.open().filter(({ said }) => said.reverses);
  }

  /**
   * True where it has both amounts too, as of a deposit that was returned, so that each has its partner there; or only the
   * one that takes back, or only the one that is taken back.
   */
  has(pair: Opposites): boolean {
    return (
      [pair.first, pair.second].every((line) => this.#likely(line).length > 0) ||
      this.#hasTakenBack(pair) ||
      this.#hasTaken(pair)
    );
  }

  /** True where it has what was taken back, with the name or saying so, as of a cheque that came back out of a deposit. */
  #hasTakenBack({ first, second }: Opposites): boolean {
    const back = first.said.reverses && !second.said.reverses ? first : second;
    const across = this.#near(back, otherSide(back)).filter(
      (other) =>
        (back.said.reverses && other.said.reverses) ||
        (this.#board.namesAlike(back, other) ?? 0) >= ALIKE_PERCENT,
    );
    return across.length > 0 && across.length >= this.#near(back, back.side).length;
  }

  /** True where it has the return of that party, with what it states, or what a bank takes, for it. */
  hasReturn({ first, second }: Opposites): boolean {
    const back = first.said.reverses ? first : second;
    return this.#returns.some((other) => {
      const charged = magnitude(other.minor) - magnitude(back.minor);
      return (
        other.side !== back.side &&
        other.currency === back.currency &&
        other.minor > 0n === back.minor > 0n &&
        charged > 0n &&
        Math.abs(other.day - back.day) <= this.#board.settings.windows.amount &&
        (this.#board.fees.isStated(charged, [other]) || this.#board.fees.isListed(charged, other.currency)) &&
        this.#board.namePercent(back, other) >= ALIKE_PERCENT &&
        this.#board.isOpen(other)
      );
    });
  }

  /** True where it has one of them. */
  hasEither({ first, second }: Opposites): boolean {
    return [first, second].some((line) => this.#near(line, otherSide(line)).length > 0);
  }

  /** True where it has what was taken back, by an amount that neither side has again: its return is not booked yet. */
  #hasTaken({ first, second }: Opposites): boolean {
    const { statistics } = this.#board;
    const taken = first.said.reverses ? second : first;
    return statistics.isOneOff(taken) && this.#likely(taken).some((other) => statistics.isOneOff(other));
  }

  /** What may be a line's partner there: of no other document and no other party. */
  #likely(line: Line): Line[] {
    return this.#near(line, otherSide(line)).filter(
      (other) => !this.#board.tellsApart(line, other, this.#board.weigh(line, other)),
    );
  }

  /** Open lines of a side with a line's amount. */
  #near(line: Line, side: Line['side']): Line[] {
    const { amount } = this.#board.settings.windows;
    return (this.#byAmount.get(amountKey(line, side, line.minor)) ?? []).filter(
      (other) => this.#board.isOpen(other) && Math.abs(other.day - line.day) <= amount,
    );
  }
}
