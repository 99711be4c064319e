import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote } from '../board.ts';
import { type Line, byKeys } from '../line.ts';
import { identifierKeys } from '../line-keys.ts';
import { isOdd } from '../statistics.ts';
import { Elsewhere, type Opposites } from './elsewhere.ts';

/**
 * A posting and its reversal on one side: opposite amounts under one reference that nothing on the other side names.
 * A proposal.
 */
export const sameSideOffset: Rule = {
  name: 'same_side_offset',
  version: 13,
  find(board) {
    const named = byKeys(board.open(), identifierKeys);
    const elsewhere = new Elsewhere(board);
    const references = ({ reference }: Line) => (reference === null ? [] : [reference]);
    for (const pair of opposites(board, references, named)) {
      const { first } = pair;
      if (paysThrough(board, pair) || elsewhere.has(pair) || areOfOneBatch(pair)) continue;
      if (hasTwin(board, named, first) && hasTwin(board, named, pair.second)) continue;
      if (isReturnedThere(board, named, pair) || elsewhere.hasReturn(pair)) continue;
      const across = identifierKeys(first).flatMap((key) => named.get(key) ?? []);
      // Where the other side knows this event, one posting is its, and only what was taken back besides is offset.
      const known = across.filter((line) => line.side !== first.side && board.isOpen(line)).length;
      const postings = named
        .get(identifierKeys(first)[0] ?? '')
        ?.filter((line) => line.side === first.side && board.isOpen(line));
      if (known > 0 && (postings?.length ?? 0) - 2 < known) continue;
      offset(board, sameSideOffset, pair, 95, `under reference ${quote(first.referenceText)}`);
    }
  },
};

/** The same by name, where one of the two says that it takes something back. A proposal. */
export const namedOffset: Rule = {
  name: 'named_offset',
  version: 8,
  find(board) {
    const elsewhere = new Elsewhere(board);
    const keys = (line: Line) => [line.name?.joined ?? line.words?.joined ?? ''].filter((key) => key !== '');
    for (const pair of opposites(board, keys)) {
      const [first, second] = [pair.first, pair.second];
      const says = first.said.reverses || second.said.reverses;
      const near = Math.abs(first.day - second.day) <= NEAR_DAYS;
      const contradicting =
        first.identifiers.length > 0 &&
        second.identifiers.length > 0 &&
        board.weigh(first, second).shared === null;
      if (contradicting && !says) continue;
      if ((!says && !near) || elsewhere.has(pair) || elsewhere.hasReturn(pair)) continue;
      const why = `with the same counterparty (quoted, not trusted: "${quote(first.nameText)}")`;
      offset(board, namedOffset, pair, says ? 92 : 85, why);
    }
  },
};

/**
 * The same by identifiers in the texts, by a reversing word alone where no other pair fits, or within two days by a name and an amount
 * that nothing else has. A proposal.
 */
export const reversalInText: Rule = {
  name: 'reversal_in_text',
  version: 10,
  find(board) {
    const named = byKeys(board.open(), identifierKeys);
    const elsewhere = new Elsewhere(board);
    for (const pair of opposites(board, identifierKeys, named))
      if (
        !hasTwin(board, named, pair.first) &&
        !isReturnedThere(board, named, pair) &&
        !elsewhere.hasReturn(pair) &&
        !paysThrough(board, pair) &&
        !elsewhere.has(pair)
      )
        offset(board, reversalInText, pair, 90, 'and name one identifier');
    const isTakenBack = (pair: Opposites) => {
      const both = pair.first.said.reverses && pair.second.said.reverses;
      return (
        takesBackLater(pair.first, pair.second) === (both ? 0 : 1) &&
        !elsewhere.has(pair) &&
        !contradicting(board, pair)
      );
    };
    const isOfDays = ({ first, second, only }: Opposites) =>
      only &&
      isOdd(first.minor) &&
      Math.abs(first.day - second.day) <= NEAR_DAYS &&
      board.namePercent(first, second) >= ALIKE_PERCENT;
    const ofOneName = opposites(board, (line) => board.tellingWords(line));
    for (const pair of ofOneName)
      if (isTakenBack(pair) && board.namePercent(pair.first, pair.second) >= ALIKE_PERCENT)
        offset(board, reversalInText, pair, 84, 'and one of them takes back what one of that name paid');
    for (const pair of ofOneName)
      if (isOfDays(pair) && !elsewhere.hasEither(pair))
        offset(board, reversalInText, pair, 78, 'within two days, of one name and by no round amount');
    for (const pair of opposites(board, () => ['']))
      if (pair.only && isTakenBack(pair))
        offset(board, reversalInText, pair, 80, 'and one of them says that it is a reversal');
  },
};

// A posting that is taken back at once needs no word for it.
const NEAR_DAYS = 2;
const ALIKE_PERCENT = 60;

/**
 * Opposite amounts on one side under one key, the nearest in time first; no line stands in two pairs.
 * @param named open lines by their identifiers, where a line that the other side has as well is to be left out.
 */
function opposites(
  board: Board,
  keysOf: (line: Line) => readonly string[],
  named?: ReadonlyMap<string, readonly Line[]>,
): Opposites[] {
  const isOwn = (line: Line) => named === undefined || !isSpokenFor(board, named, line);
  // What is paid in place of something else was not taken back.
  const keys = (line: Line) =>
    line.minor === 0n || line.said.replaces
      ? []
      : keysOf(line).map((key) => `${line.currency} ${line.side} ${magnitude(line.minor)} ${key}`);
  const pairs: Opposites[] = [];
  const taken = new Set<Line>();
  for (const lines of byKeys(board.open(), keys).values()) {
    if (!lines.some(({ minor }) => minor > 0n) || !lines.some(({ minor }) => minor < 0n)) continue;
    const own = lines.filter(isOwn);
    const [positive, negative] = [
      own.filter(({ minor }) => minor > 0n),
      own.filter(({ minor }) => minor < 0n),
    ];
    if (positive.length * negative.length > MOST_PAIRS) continue;
    const near = positive
      .flatMap((plus) => negative.map((minus) => ({ plus, minus, days: Math.abs(plus.day - minus.day) })))
      .filter(({ days }) => days <= board.settings.windows.offset)
      .sort((a, b) => takesBackLater(b.plus, b.minus) - takesBackLater(a.plus, a.minus) || a.days - b.days);
    for (const { plus, minus } of near) {
      if (taken.has(plus) || taken.has(minus)) continue;
      taken.add(plus).add(minus);
      const [first, second] = plus.date <= minus.date ? [plus, minus] : [minus, plus];
      pairs.push({ first, second, only: alike(positive) && alike(negative) });
    }
  }
  return pairs;
}

// What takes back comes after what it takes back; a posting that comes later, such as a reissue, is another.
function takesBackLater(a: Line, b: Line): number {
  if (a.said.reverses === b.said.reverses) return 0;
  const [back, taken] = a.said.reverses ? [a, b] : [b, a];
  return taken.date <= back.date ? 1 : 0;
}

function alike(lines: readonly Line[]): boolean {
  const says = (line: Line) =>
    `${line.name?.joined ?? ''} ${line.words?.joined ?? ''} ${line.reference ?? ''}`;
  return new Set(lines.map(says)).size === 1;
}

const MOST_PAIRS = 10_000;

function contradicting(board: Board, pair: Opposites): boolean {
  return board.weigh(pair.first, pair.second).shared === null && ofTwoParties(board, pair);
}

/** True when the other side has the same amount under an identifier of the line: what came in was booked, its return was not. */
function hasTwin(board: Board, named: ReadonlyMap<string, readonly Line[]>, line: Line): boolean {
  return identifierKeys(line).some((key) =>
    named
      .get(key)
      ?.some((other) => other.side !== line.side && other.minor === line.minor && board.isOpen(other)),
  );
}

/** True when the other side says that the same document came back, by another amount: with what the bank charged for it. */
function isReturnedThere(
  board: Board,
  named: ReadonlyMap<string, readonly Line[]>,
  { first, second }: Opposites,
): boolean {
  const back = first.said.reverses ? first : second;
  return identifierKeys(back).some((key) =>
    named
      .get(key)
      ?.some(
        (other) =>
          other.side !== back.side &&
          other.said.reverses &&
          other.minor > 0n === back.minor > 0n &&
          board.isOpen(other),
      ),
  );
}

/**
 * True when the other side has the amount under an identifier of the line, and none of the line's side that has it too is nearer
 * to it: of a debit, its return and the debit that was presented again, the last.
 */
function isSpokenFor(board: Board, named: ReadonlyMap<string, readonly Line[]>, line: Line): boolean {
  return identifierKeys(line).some((key) => {
    const same = (named.get(key) ?? []).filter((other) => other.minor === line.minor && board.isOpen(other));
    const across = same.filter(({ side }) => side !== line.side);
    const own = same.filter(({ side }) => side === line.side);
    if (across.length === 0 || across.length >= own.length) return across.length > 0;
    if (own.length * across.length > MOST_PAIRS) return false;
    const pairs = own
      .flatMap((one) => across.map((other) => ({ one, other, days: Math.abs(one.day - other.day) })))
      .sort((a, b) => a.days - b.days || a.one.rank - b.one.rank);
    const taken = new Set<Line>();
    for (const { one, other } of pairs) if (!taken.has(one) && !taken.has(other)) taken.add(one).add(other);
    return taken.has(line);
  });
}

// The rent that came in under a flat's code, and the same sum that went out to its landlord.
function paysThrough(board: Board, pair: Opposites): boolean {
  return !pair.first.said.reverses && !pair.second.said.reverses && ofTwoParties(board, pair);
}

// A sale that its payout has, and has taken off again: the batch adds up with both.
function areOfOneBatch({ first, second }: Opposites): boolean {
  return first.group !== null && first.group === second.group;
}

function ofTwoParties(board: Board, { first, second }: Opposites): boolean {
  return first.name !== null && second.name !== null && board.namePercent(first, second) < UNLIKE_PERCENT;
}

const UNLIKE_PERCENT = 50;

function offset(board: Board, rule: Rule, { first, second }: Opposites, percent: number, why: string): void {
  board.take({
    rule: rule.name,
    type: 'same_side_offset',
    lines: [first, second],
    score: percentScore(percent),
    alternatives: 0,
    reasons: `${show(first.minor, first.currency)} and ${show(second.minor, second.currency)} ${first.currency} on the ${first.side} side cancel each other ${why}`,
  });
}
