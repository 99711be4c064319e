import { show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { type Line, amountKey, byKeys, inOrder, otherSide, totalOf, unlike } from '../line.ts';
import { identifierKeys } from '../line-keys.ts';
import { NameIndex } from '../name-index.ts';
import { agreeing, isCandidate, isPartOf } from './parts.ts';

const PERCENT = 80;
const ALIKE_PERCENT = 70;

/**
 * Several lines of one document against those that name it, or else the only one that has its party's name, and one line of these
 * days that does not, of its party or of nobody, and that nothing else but the rest is like. A proposal.
 */
export const componentRest: Rule = {
  name: 'component_rest',
  version: 2,
  find(board) {
    const open = board.open();
    const rests = new Rests(board, open);
    for (const [key, lines] of byKeys(open, identifierKeys))
      for (const side of ['ledger', 'statement'] as const) {
        const [own, theirs] = [sideOf(lines, side), sideOf(lines, otherSide({ side }))];
        if (own.length < 2 || !lines.every((line) => board.isOpen(line))) continue;
        const named = theirs.length > 0 ? [theirs] : rests.ofItsParty(own).map((line) => [line]);
        const found = named.flatMap((some) => {
          const rest = rests.of(own, some);
          return rest ? [[...some, rest]] : [];
        });
        // Two of the party's lines that come to the whole are found from either of them.
        const [others, ...more] = unlike(
          found.map((some) => some.sort(inOrder)),
          (some) => some,
        );
        if (others && more.length === 0) propose(board, key, own, others);
      }
  },
};

/** What may be missing of some lines. */
class Rests {
  readonly #board: Board;
  readonly #open: readonly Line[];
  #having: ReadonlyMap<string, readonly Line[]> | null = null;
  #names: NameIndex<Line> | null = null;

  constructor(board: Board, open: readonly Line[]) {
    this.#board = board;
    this.#open = open;
  }

  /** Lines of the other side that have the party's name, name no document, and may be a part of the whole. */
  ofItsParty(own: readonly Line[]): Line[] {
    const [first] = own;
    if (!first) return [];
    const [whole, { amount: window }] = [totalOf(own), this.#board.settings.windows];
    this.#names ??= new NameIndex(this.#open);
    return this.#names
      .near(first, (line) => isCandidate(first, line, window) && isPartOf(line.minor, whole))
      .filter(
        (line) =>
          this.#board.isOpen(line) &&
          identifierKeys(line).length === 0 &&
          this.#board.statistics.isOneOff(line) &&
          this.#board.namePercent(first, line) >= ALIKE_PERCENT,
      );
  }

  /** The only line that comes to what is missing, of an amount that nothing else in the account has. */
  of(own: readonly Line[], theirs: readonly Line[]): Line | null {
    const [first] = own;
    const [whole, rest] = [totalOf(own), totalOf(own) - totalOf(theirs)];
    if (!first || rest === 0n || !isPartOf(rest, whole)) return null;
    this.#having ??= byKeys(this.#open, (line) => [amountKey(line, line.side, line.minor)]);
    const [found] = this.#having.get(amountKey(first, otherSide(first), rest)) ?? [];
    const { statistics, settings } = this.#board;
    if (!found || !this.#board.isOpen(found) || !statistics.isOneOff(found)) return null;
    const isNear = own.some(({ day }) => Math.abs(day - found.day) <= settings.windows.amount);
    const isNobodys = this.#board.partyOf(found) === null;
    const isTheirs = own.some((line) => this.#board.namePercent(line, found) >= ALIKE_PERCENT);
    const agrees =
      own.every((line) => agreeing(this.#board, line, found)) && identifierKeys(found).length === 0;
    return isNear && agrees && (isNobodys || isTheirs) ? found : null;
  }
}

function propose(board: Board, key: string, own: readonly Line[], others: readonly Line[]): void {
  const lines = [...own, ...others];
  const [first] = own;
  if (!first) return;
  board.take({
    rule: componentRest.name,
    type: 'many_to_many',
    lines: [...sideOf(lines, 'ledger'), ...sideOf(lines, 'statement')],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons:
      `both sides come to ${show(totalOf(own), first.currency)} ${first.currency}: all that names ${quote(key)}, and the only line of ` +
      `these days that comes to the rest`,
  });
}
