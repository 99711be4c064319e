import type { Board } from './board.ts';
import { type Line, byKeys, otherSide } from './line.ts';

/**
 * Lines whose very amount one line of the other side has within days, and nothing else in the account: whatever sums fit, they
 * are hardly parts of them.
 */
export class Partners {
  readonly #board: Board;
  readonly #having: ReadonlyMap<string, readonly Line[]>;

  constructor(board: Board) {
    this.#board = board;
    const { statistics } = board;
    this.#having = byKeys(
      board.open().filter((line) => statistics.isOneOff(line)),
      (line) => [keyOf(line, line.side)],
    );
  }

  has(line: Line): boolean {
    const [other] = this.#board.statistics.isOneOff(line)
      ? (this.#having.get(keyOf(line, otherSide(line))) ?? [])
      : [];
    if (!other || Math.abs(other.day - line.day) > this.#board.settings.windows.amount) return false;
    const evidence = this.#board.weigh(line, other);
    return !evidence.contradicted && !this.#board.namesAnother(line, other, evidence);
  }
}

function keyOf({ currency, minor }: Line, side: Line['side']): string {
  return `${side} ${currency} ${minor}`;
}
