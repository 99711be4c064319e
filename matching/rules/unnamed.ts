// Lines that name nobody and no document, and that only their amounts tie to somebody.
import { type Board, type Rule } from '../board.ts';
import { shareIdentifier } from '../identifiers.ts';
import { type Line, amountKey, byKeys, otherSide, totalOf } from '../line.ts';
import { identifierKeys } from '../line-keys.ts';
import { NameIndex } from '../name-index.ts';
import { countWhile } from '../sorted.ts';
import { isOdd } from '../statistics.ts';
import { subsetFor } from '../subsets.ts';
import { type Pool, agreeing, canReach, isCandidate, isPartOf, sameSign, solve } from './parts.ts';

// Among so few lines that chance brings such a sum once in some hundred lines.
const CHANCE_REST = 0.005;
const CHANCE_OF_ALL = 0.01;
const [REST_PERCENT, TOTAL_PERCENT] = [82, 78];
const MOST_LINES = 5;
const ALIKE_PERCENT = 70;
// Where so many lines are near, some party's come to anything.
const MOST_SEEN = 240;

/**
 * One line against those that name its document or its party, and lines of these days that name nobody and come to the rest.
 * A proposal.
 */
export const unnamedRest: Rule = {
  name: 'unnamed_rest',
  version: 2,
  find(board) {
    const nobodys = new Nobodys(board);
    if (nobodys.lines.length === 0) return;
    const named = new Named(board);
    solve(board, unnamedRest, (line) => {
      const orphans = nobodys.near(line).filter((other) => isPartOf(other.minor, line.minor));
      return orphans.length === 0 ? [] : restsOf(line, named, orphans);
    });
  },
};

/** What names a line's document or its party. */
class Named {
  readonly #board: Board;
  readonly #naming: ReadonlyMap<string, readonly Line[]>;
  readonly #names: NameIndex<Line>;

  constructor(board: Board) {
    this.#board = board;
    const open = board.open();
    this.#naming = byKeys(open, identifierKeys);
    this.#names = new NameIndex(open.filter(({ name, words }) => name ?? words));
  }

  ofItsDocument(line: Line): Line[] {
    const near = identifierKeys(line).flatMap((key) => this.#naming.get(key) ?? []);
    return [...new Set(near)].filter((other) => this.#isNear(line, other) && shareIdentifier(line, other));
  }

  ofItsParty(line: Line): Line[] {
    return this.#names
      .near(line, (other) => this.#isNear(line, other) && isPartOf(other.minor, line.minor))
      .filter(
        (other) =>
          this.#board.namePercent(line, other) >= ALIKE_PERCENT && agreeing(this.#board, line, other),
      );
  }

  #isNear(line: Line, other: Line): boolean {
    return isCandidate(line, other, this.#board.settings.windows.amount);
  }
}

function restsOf(line: Line, known: Named, orphans: readonly Line[]): Pool[] {
  const named = known.ofItsDocument(line);
  const rest = line.minor - totalOf(named);
  if (rest === 0n || (named.length > 0 && !isPartOf(rest, line.minor))) return [];
  const also = known.ofItsParty(line).filter((other) => !named.includes(other));
  const why = 'name it, or are the only lines of these days that come to the rest';
  const shape = { why, percent: REST_PERCENT, chance: CHANCE_REST, whole: CHANCE_REST };
  const upTo = (lines: readonly Line[]) =>
    lines.filter((other) => isPartOf(other.minor, rest) || other.minor === rest);
  if (named.length > 0)
    return [orphans, ...(also.length > 0 ? [[...also, ...orphans]] : [])]
      .map(upTo)
      .flatMap((lines) => (lines.length > 0 ? [{ ...shape, lines, named }] : []));
  const together = (parts: readonly Line[]) => also.some((other) => parts.includes(other));
  return also.length > 0
    ? [{ ...shape, lines: [...also, ...orphans], together, most: MOST_LINES, onlyWay: true }]
    : [];
}

/** One line that names nobody, against two to five of one party, where no other party's come to it. A proposal. */
export const unnamedTotal: Rule = {
  name: 'unnamed_total',
  version: 2,
  find(board) {
    const nobodys = new Nobodys(board);
    const ofSide = (side: Line['side']) => board.open(side).filter((line) => board.partyOf(line) !== null);
    const named = { ledger: ofSide('ledger'), statement: ofSide('statement') };
    solve(board, unnamedTotal, (line) =>
      nobodys.has(line) ? totalsOf(board, line, named[otherSide(line)]) : [],
    );
  },
};

function totalsOf(board: Board, line: Line, others: readonly Line[]): Pool[] {
  const near = within(line, others, board.settings.windows.amount);
  if (!near) return [];
  const parties = Map.groupBy(sameSign(line, near), (other) => board.partyOf(other));
  const chance = CHANCE_OF_ALL / parties.size;
  const fitting = [...parties].filter(([, lines]) => canReach(line, lines) && comeTo(line, lines, chance));
  const [only, ...more] = fitting;
  if (!only || more.length > 0) return [];
  const why = 'are the only ones of one party that do';
  return [{ lines: only[1], why, percent: TOTAL_PERCENT, chance, most: MOST_LINES, onlyWay: true }];
}

function comeTo(line: Line, lines: readonly Line[], chance: number): boolean {
  const amounts = lines.map(({ minor }) => minor);
  return totalOf(lines) === line.minor || subsetFor(amounts, line.minor, chance, 2, MOST_LINES) !== null;
}

/** Open lines that name nobody and no document, and whose amount nothing on the other side has. */
export class Nobodys {
  readonly lines: readonly Line[];
  readonly #window: number;
  readonly #all: ReadonlySet<Line>;

  constructor(board: Board) {
    this.#window = board.settings.windows.amount;
    const open = board.open();
    const having = byKeys(open, (line) => [amountKey(line, line.side, line.minor)]);
    const isExplained = (line: Line) =>
      (having.get(amountKey(line, otherSide(line), line.minor)) ?? []).some((other) =>
        isCandidate(line, other, board.settings.windows.group),
      );
    const words = { ledger: wordsOf(board.open('ledger')), statement: wordsOf(board.open('statement')) };
    // A word that the other side has never heard names nobody there: `Consolidated payment`.
    const saysNothing = (line: Line) =>
      !line.name &&
      line.identifiers.every(({ standing }) => standing) &&
      !board.tellingWords(line).some((word) => words[otherSide(line)].has(word));
    this.lines = open.filter(
      (line) => isOdd(line.minor) && !line.said.bankOwn && saysNothing(line) && !isExplained(line),
    );
    this.#all = new Set(this.lines);
  }

  has(line: Line): boolean {
    return this.#all.has(line);
  }

  near(line: Line): readonly Line[] {
    return within(line, this.lines, this.#window)?.filter(({ side }) => side !== line.side) ?? [];
  }
}

function wordsOf(lines: readonly Line[]): ReadonlySet<string> {
  return new Set(lines.flatMap(({ name, words }) => [...(name?.words ?? []), ...(words?.words ?? [])]));
}

/** Of lines in the order of their dates those within a window of business days; null where they are very many. */
function within(line: Line, lines: readonly Line[], window: number): Line[] | null {
  const from = countWhile(lines, ({ day }) => day < line.day - window);
  const to = countWhile(lines, ({ day }) => day <= line.day + window);
  return to - from > MOST_SEEN
    ? null
    : lines.slice(from, to).filter(({ currency }) => currency === line.currency);
}
