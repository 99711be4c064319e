import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { shareIdentifier } from '../identifiers.ts';
import { type Line, amountKey, byKeys, otherSide, signKey, totalOf, unclaimed } from '../line.ts';
import { identifierKeys } from '../line-keys.ts';
import { NameIndex } from '../name-index.ts';
import { linesAlone } from '../partners.ts';
import { countNear } from '../sorted.ts';
import { isOdd } from '../statistics.ts';
import { shapeOf } from './group-key.ts';
import { agreeing, isCandidate, isPartOf } from './parts.ts';

const ALIKE_PERCENT = 70;
const PERCENT = 80;
// How many lines of these days may come for each of the rest's minor units, as amounts spread over some powers of e: with what names
// the document, with what has the name, and where the rest has it as well.
const [CHANCE_NAMED, CHANCE_ALIKE, CHANCE_BOTH] = [0.3, 0.08, 1];
// All lines of a document are one try, and so they are seldom a sum by chance.
const TIMES_OF_DOCUMENT = 4;
const [MOST_FIRST, MOST_PAIRED] = [16, 5];
// Of more lines names are not compared once more.
const MOST_LINES = 10_000;

/**
 * A line, or all lines of one document, against one or two that name the document or the party, and the only line of these days that
 * is the rest, to the cent, whatever that says. A proposal.
 */
export const exactRest: Rule = {
  name: 'exact_rest',
  version: 1,
  find(board) {
    const rests = new Rests(board);
    const found = rests.wholes().flatMap((whole) => rests.of(whole));
    for (const { whole, lines } of unclaimed(found, (one) => one.lines)) propose(board, whole, lines);
  },
};

/** A line, or all lines of one document, the first of which tells what it is. */
interface Whole {
  readonly first: Line;
  readonly lines: readonly Line[];
  /** In minor units. */
  readonly total: bigint;
}

/** It, and its lines with those that come to them. */
interface Found {
  readonly whole: Whole;
  readonly lines: readonly Line[];
}

class Rests {
  readonly #board: Board;
  readonly #naming: ReadonlyMap<string, readonly Line[]>;
  readonly #having: ReadonlyMap<string, readonly Line[]>;
  readonly #names: NameIndex<Line> | null;
  readonly #alone: ReadonlySet<Line>;
  readonly #days: ReadonlyMap<string, readonly number[]>;

  constructor(board: Board) {
    this.#board = board;
    const alone = linesAlone(board);
    this.#alone = new Set(alone);
    this.#naming = byKeys(alone, identifierKeys);
    this.#having = byKeys(alone, (line) => [amountKey(line, line.side, line.minor)]);
    const sides = byKeys(alone, (line) => [signKey(line, line.side)]);
    this.#days = new Map([...sides].map(([key, lines]) => [key, lines.map(({ day }) => day)]));
    this.#names = alone.length > MOST_LINES ? null : new NameIndex(alone);
  }

  /** Each line by itself, and those of one document together. */
  wholes(): Whole[] {
    const documents = byKeys(this.#alone, (line) =>
      identifierKeys(line).map((key) => `${line.currency} ${line.side} ${key}`),
    );
    const several = [...documents.values()].filter(({ length }) => length > 1);
    return [...[...this.#alone].map((line) => [line]), ...several].flatMap((lines) => {
      const [first] = lines;
      return first ? [{ first, lines, total: totalOf(lines) }] : [];
    });
  }

  /** The only way in which something is made up so; none where there are several. */
  of(whole: Whole): Found[] {
    const { first: own, lines, total } = whole;
    const window = this.#board.settings.windows.amount;
    const fits = (line: Line) =>
      isCandidate(own, line, window) && isPartOf(line.minor, total) && agreeing(this.#board, own, line);
    const named = [...new Set(identifierKeys(own).flatMap((key) => this.#naming.get(key) ?? []))].filter(
      (line) => fits(line) && shareIdentifier(own, line),
    );
    const alike = (this.#names?.near(own, fits) ?? []).filter(
      (line) => !named.includes(line) && this.#board.namePercent(own, line) >= ALIKE_PERCENT,
    );
    const has = (first: readonly Line[]) => named.length === 0 || first.some((line) => named.includes(line));
    const firsts = some([...named, ...alike]).filter(has);
    if (firsts.length > MOST_FIRST) return [];
    const chance =
      (named.length > 0 ? CHANCE_NAMED : CHANCE_ALIKE) * (lines.length > 1 ? TIMES_OF_DOCUMENT : 1);
    const found = firsts.flatMap((first) => {
      const rest = this.#restOf(whole, first, firsts.length, chance);
      return rest ? [{ whole, lines: [...lines, ...first, rest] }] : [];
    });
    return found.length === 1 ? found : [];
  }

  #restOf({ first: own, total }: Whole, first: readonly Line[], tried: number, chance: number): Line | null {
    const rest = total - totalOf(first);
    if (!isPartOf(rest, total)) return null;
    const window = this.#board.settings.windows.amount;
    const [one, ...others] = (this.#having.get(amountKey(own, otherSide(own), rest)) ?? []).filter(
      (line) => !first.includes(line) && isCandidate(own, line, window),
    );
    if (!one || others.length > 0 || !isOdd(one.minor)) return null;
    const evidence = this.#board.weigh(own, one);
    if (this.#board.tellsApart(own, one, evidence)) return null;
    const isToo = evidence.shared !== null || (evidence.namePercent ?? 0) >= ALIKE_PERCENT;
    if (!isToo && this.#board.namesKnownOther(own, one)) return null;
    const most = isToo ? CHANCE_BOTH : chance;
    return tried * this.#near(own, window) <= most * parseInt(magnitude(rest).toString(), 10) ? one : null;
  }

  /** How many lines of one sign that have no partner are near on the other side; they are in the order of their days. */
  #near(line: Line, window: number): number {
    return countNear(this.#days.get(signKey(line, otherSide(line))) ?? [], line.day, window);
  }
}

/** Each by itself, and each two where there are few. */
function some(lines: readonly Line[]): (readonly Line[])[] {
  const pairs = lines.flatMap((one, at) => lines.slice(at + 1).map((other) => [one, other]));
  return [...lines.map((one) => [one]), ...(lines.length > MOST_PAIRED ? [] : pairs)];
}

function propose(board: Board, { first, lines: own, total }: Whole, lines: readonly Line[]): void {
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  const { currency } = first;
  board.take({
    rule: exactRest.name,
    type: shapeOf(ledger, statement),
    lines: [...ledger, ...statement],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons:
      `${lines.length - own.length} lines add up to ${show(total, currency)} ${currency} to the cent: what names it, and the only line ` +
      `of these days that is the rest (quoted, not trusted: "${quote(first.nameText)}")`,
  });
}
