import { magnitude } from '../amounts.ts';
import { type Board, type Rule, sideOf } from '../board.ts';
import { type Line, byKeys, inOrder, totalOf } from '../line.ts';
import { eventOrPremisesKeys } from '../line-keys.ts';
import { NameIndex } from '../name-index.ts';
import { linesAlone } from '../partners.ts';
import { isOdd } from '../statistics.ts';
import { equalHalves, equalSubsets } from '../subsets.ts';
import { canReach, isPartOf } from './parts.ts';
import { takeSides } from './sides.ts';

const CHANCE = 0.01;
const ALIKE_PERCENT = 60;
const SURELY_PERCENT = 70;
const MOST_LINES = 60;
// Of more lines that have one total some belong together and others do too.
const MOST_WHOLE = 12;
// Lines that are nearest to each other are tried first.
const NEARER = [1, 2, 4];
const A_MONTH = 23;

/** Several lines against several that hang together by identifiers and have one total. A proposal. */
export const identifierComponent: Rule = {
  name: 'identifier_component',
  version: 10,
  find(board) {
    const blocks = byKeys(board.open(), eventOrPremisesKeys).values();
    for (const lines of components(blocks))
      takeWhole(board, identifierComponent, lines, 94, 'hang together by identifiers');
  },
};

/** Several lines against several of one counterparty that have one total, or all that is open of it against a round one. A proposal. */
export const counterpartyComponent: Rule = {
  name: 'counterparty_component',
  version: 10,
  find(board) {
    const names = new NameIndex(board.open('statement'));
    // The books write a name one way; the other side writes it many ways.
    const ours = byKeys(board.open('ledger'), (line) => {
      const name = line.name ?? line.words;
      return name ? [`${line.currency} ${name.joined}`] : [];
    });
    const alone = new Set(linesAlone(board));
    // What one line comes to by chance, where it is no round one, other rules know.
    const partsOf = (whole: Line) => {
      if (!alone.has(whole) || isOdd(whole.minor)) return [];
      const parts = names.near(whole, (line) => alone.has(line) && isPart(whole, line));
      return canReach(whole, parts) ? parts : [];
    };
    for (const ledger of ours.values()) {
      const [first] = ledger;
      if (!first || ledger.length > MOST_LINES) continue;
      const near = ledger.length > 1 ? names.near(first, () => true) : partsOf(first);
      const alike = near.map((line) => ({ line, percent: board.namePercent(first, line) }));
      // Those whose name may be another's only where the sure ones do not add up.
      for (const least of [SURELY_PERCENT, ALIKE_PERCENT])
        ofOneParty(
          board,
          ledger,
          alike.filter(({ percent }) => percent >= least).map(({ line }) => line),
        );
    }
  },
};

function isPart(whole: Line, part: Line): boolean {
  return Math.abs(whole.day - part.day) <= A_MONTH && isPartOf(part.minor, whole.minor);
}

function ofOneParty(board: Board, ledger: readonly Line[], statement: readonly Line[]): void {
  const of = (lines: readonly Line[], positive: boolean) =>
    lines.filter(({ minor }) => minor > 0n === positive);
  const isMixed = (lines: readonly Line[]) =>
    [true, false].every((positive) => of(lines, positive).length > 0);
  // What comes in and what goes out are seldom one event.
  if (isMixed(ledger) && isMixed(statement))
    for (const positive of [true, false]) inClusters(board, of(ledger, positive), of(statement, positive));
  inClusters(board, ledger, statement);
}

function inClusters(board: Board, ledger: readonly Line[], statement: readonly Line[]): void {
  if (!areSeveral(ledger, statement) || statement.length > MOST_LINES) return;
  const open = () => [...ledger, ...statement].filter((line) => board.isOpen(line)).sort(inOrder);
  const lines = open();
  const span = (lines.at(-1)?.day ?? 0) - (lines[0]?.day ?? 0);
  if (span <= A_MONTH && takeWhole(board, counterpartyComponent, lines, 90, 'have one counterparty')) return;
  for (const gap of [...NEARER, board.settings.windows.amount])
    for (const cluster of clusters(open(), gap))
      if (!takeWhole(board, counterpartyComponent, cluster, 88, 'have one counterparty and near dates'))
        takePart(board, cluster);
}

function areSeveral(ledger: readonly Line[], statement: readonly Line[]): boolean {
  return ledger.length > 0 && statement.length > 0 && ledger.length + statement.length > 2;
}

function takeWhole(board: Board, rule: Rule, lines: readonly Line[], percent: number, why: string): boolean {
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  if (!areSeveral(ledger, statement) || lines.length > MOST_WHOLE || totalOf(ledger) !== totalOf(statement))
    return false;
  if (arePairs(board, ledger, statement)) return false;
  const parts = inTurn(ledger, statement) ?? inHalves(ledger, statement);
  if (parts) {
    for (const part of parts)
      takeSides(
        board,
        rule,
        sideOf(part, 'ledger'),
        sideOf(part, 'statement'),
        `${why}, part by part,`,
        percent,
      );
    return true;
  }
  return takeSides(board, rule, ledger, statement, why, percent);
}

/**
 * The lines of both sides cut wherever, in their order, they come to the same: three deposits of nine days' takings are three
 * matches, not one of twelve lines. Null where they only come to the same at their end.
 */
function inTurn(ledger: readonly Line[], statement: readonly Line[]): Line[][] | null {
  const ends = new Map<bigint, number>();
  let total = 0n;
  for (const [at, { minor }] of statement.entries()) ends.set((total += minor), at + 1);
  const parts: Line[][] = [];
  let [from, start] = [0, 0];
  total = 0n;
  for (const [at, { minor }] of ledger.entries()) {
    const end = ends.get((total += minor)) ?? 0;
    if (end <= start) continue;
    parts.push([...ledger.slice(from, at + 1), ...statement.slice(start, end)]);
    [from, start] = [at + 1, end];
  }
  return parts.length > 1 && from === ledger.length && start === statement.length ? parts : null;
}

/** The lines of both sides in two matches, where they can be in one way only; else null. */
function inHalves(ledger: readonly Line[], statement: readonly Line[]): Line[][] | null {
  const half = equalHalves(amountsOf(ledger), amountsOf(statement), CHANCE);
  if (!half) return null;
  const isIn = (places: readonly number[], wanted: boolean) => (_: Line, at: number) =>
    places.includes(at) === wanted;
  return [true, false].map((wanted) => [
    ...ledger.filter(isIn(half.left, wanted)),
    ...statement.filter(isIn(half.right, wanted)),
  ]);
}

function amountsOf(lines: readonly Line[]): bigint[] {
  return lines.map(({ minor }) => minor);
}

function takePart(board: Board, lines: readonly Line[]): void {
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  // Of one against several it is all, or sums of a party are another rule's.
  if (ledger.length < 2 || statement.length < 2) return;
  const found = equalSubsets(amountsOf(ledger), amountsOf(statement), CHANCE);
  if (!found) return;
  const pick = (some: readonly Line[], places: readonly number[]) => places.flatMap((at) => some[at] ?? []);
  const [ours, theirs] = [pick(ledger, found.left), pick(statement, found.right)];
  if (arePairs(board, ours, theirs)) return;
  const why = 'are the only ones of their counterparty that have one total';
  takeSides(board, counterpartyComponent, ours, theirs, why, 85);
}

/** True for lines that each have their like on the other side, but for a rounding, whatever keeps them apart. */
export function arePairs(board: Board, ledger: readonly Line[], statement: readonly Line[]): boolean {
  const isLike = (one: Line, other: Line) =>
    magnitude(one.minor - other.minor) <= board.roundingIn(one.currency);
  return ledger.every((one) => statement.some((other) => isLike(one, other)));
}

/** Lines of one currency that are linked, directly or over others, within blocks. Large blocks and components are left out. */
function components(blocks: Iterable<readonly Line[]>): Line[][] {
  const groups = [...blocks].filter((lines) => lines.length <= MOST_LINES);
  const root = new Map<Line, Line>();
  const find = (line: Line): Line => {
    let at = line;
    for (let up = root.get(at); up && up !== at; up = root.get(at)) at = up;
    return at;
  };
  for (const lines of groups)
    for (const one of lines)
      for (const other of lines)
        if (
          one.side === 'ledger' &&
          other.side === 'statement' &&
          one.currency === other.currency &&
          find(one) !== find(other)
        )
          root.set(find(other), find(one));
  const found = Map.groupBy(new Set(groups.flat()), find);
  return [...found.values()]
    .filter((lines) => lines.length >= 4 && lines.length <= MOST_LINES)
    .map((lines) => lines.sort(inOrder));
}

/** Splits lines where more than so many business days lie between one and the next. */
function clusters(lines: readonly Line[], days: number): Line[][] {
  const found: Line[][] = [];
  let last: Line | null = null;
  for (const line of lines) {
    const current = found.at(-1);
    if (current && last && line.day - last.day <= days) current.push(line);
    else found.push([line]);
    last = line;
  }
  return found;
}
