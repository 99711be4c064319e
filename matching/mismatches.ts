// Pairs of one event whose amounts differ: weighed, assigned, and proposed with the difference.
import { show } from './amounts.ts';
import { type Edge, assign } from './assign.ts';
import { type Board, type Rule, ambiguity, apart, percentScore, quote, scoreOf } from './board.ts';
import type { Evidence } from './evidence.ts';
import { isLong } from './identifiers.ts';
import { type Line, byKeys, inOrder, lookOf } from './line.ts';
import { type Shape, meaningOf } from './shapes.ts';

const LEAST_BITS = 4;
// In few lines no identifier is rare; a number of twenty digits is one document's everywhere.
const LONG_BITS = 5;
// A document that these two name and nobody else is hardly named by mistake.
const ONLY_TWO_BITS = 3;
const SLACK_BITS = 1;
const ALIKE_PERCENT = 80;
// Who states to the cent what is missing may be late, and name a wrong document.
const LEAST_BITS_STATED = -2;

/** What a rule looks at, and what it takes for one event. */
export interface Search {
  /** A ledger line and a statement line each. */
  readonly pairs: Iterable<readonly [Line, Line]>;
  /** What their difference looks like; null where the rule has nothing to do with it. */
  readonly shapeFor: (ledger: Line, statement: Line) => Shape | null;
  readonly fits: (evidence: Evidence, ledger: Line, statement: Line, shape: Shape) => boolean;
  /** Among how many days' lines a partner is looked for, in business days. */
  readonly window: number;
}

interface Mismatch extends Edge {
  readonly one: Line;
  readonly other: Line;
  readonly shape: Shape;
  readonly evidence: Evidence;
}

/** Takes the best assignment of the pairs that fit; what has rivals that are as good stays open. */
export function proposeMismatches(board: Board, rule: Rule, search: Search): void {
  const edges = edgesOf(board, search);
  const fees = byKeys(
    board.open('ledger').filter(({ said }) => said.bankOwn),
    (line) => [`${line.currency} ${line.minor}`],
  );
  const repeats = repeatsAmong(edges);
  const firsts = edges.filter(({ one, other }) => !repeats.later.has(one) && !repeats.later.has(other));
  const byPlace = new Map(firsts.map((edge) => [`${edge.row} ${edge.column}`, edge] as const));
  for (const { row, column, alternatives: rivals } of assign(firsts, SLACK_BITS)) {
    const edge = byPlace.get(`${row} ${column}`);
    if (!edge || rivals > 0) continue;
    const { one, other, shape } = edge;
    const { inPart, takenOff } = meaningOf(shape);
    const alternatives = Math.max(repeats.of(one), repeats.of(other));
    const fee = takenOff ? bookedApart(board, fees, one, other) : null;
    const taken = board.take({
      rule: rule.name,
      type: fee ? 'multi_to_one' : 'fuzzy_match',
      lines: fee ? [one, fee, other] : [one, other],
      score: inPart ? percentScore(70) : scoreOf(edge.gain),
      alternatives,
      reasons: `${reasonsOf(edge)}${fee ? ', booked apart' : ''}${ambiguity(alternatives)}`,
    });
    if (taken && one.minor > other.minor) board.fees.learnTakenOff(one.minor - other.minor, one.currency);
  }
}

function edgesOf(board: Board, { pairs, shapeFor, fits, window }: Search): Mismatch[] {
  const [rows, columns] = [new Map<Line, number>(), new Map<Line, number>()];
  const place = (of: Map<Line, number>, line: Line) => {
    const at = of.get(line) ?? of.size;
    of.set(line, at);
    return at;
  };
  const edges: Mismatch[] = [];
  for (const [one, other] of pairs) {
    if (one.currency !== other.currency || one.minor === other.minor) continue;
    const shape = shapeFor(one, other);
    if (shape === null) continue;
    const evidence = board.weigh(one, other);
    if (!fits(evidence, one, other, shape)) continue;
    const gain = gainOf(board, one, shape, evidence, window);
    if (gain >= LEAST_BITS)
      edges.push({ row: place(rows, one), column: place(columns, other), gain, one, other, shape, evidence });
  }
  return edges;
}

function gainOf(board: Board, one: Line, shape: Shape, evidence: Evidence, window: number): number {
  const { shared, identifierBits, nameBits, dateBits, saysDay } = evidence;
  const only = board.nameOneDocument(evidence) ? ONLY_TWO_BITS : 0;
  const document = shared && isLong(shared) ? LONG_BITS : only;
  const least = shape === 'stated' ? LEAST_BITS_STATED : -Infinity;
  const pool = board.statistics.pool(one, saysDay ? 1 : window);
  return (
    Math.max(identifierBits, least) +
    nameBits +
    document +
    Math.max(dateBits, least) +
    meaningOf(shape).bits -
    pool
  );
}

function reasonsOf({ one, other, shape, evidence: { shared, namePercent } }: Mismatch): string {
  const by = shared
    ? `both name ${quote(shared.key)}`
    : namePercent === null
      ? 'one names the day of the other'
      : `counterparties ${namePercent}% alike (quoted, not trusted: "${quote(one.nameText)}" and "${quote(other.nameText)}")`;
  const [ours, theirs, rest] = [one.minor, other.minor, one.minor - other.minor].map((minor) =>
    show(minor, one.currency),
  );
  return `${by}, ${apart(one, other)}; ${ours} against ${theirs} ${one.currency}, difference ${rest}: ${meaningOf(shape).words}`;
}

/** True for two names that hardly are of two parties. */
export function isAlike({ namePercent }: Evidence): boolean {
  return (namePercent ?? 0) >= ALIKE_PERCENT;
}

/** Which lines look the same as an earlier one, and how many others look the same as a line: the first of them is taken. */
function repeatsAmong(edges: readonly Mismatch[]): {
  later: ReadonlySet<Line>;
  of: (line: Line) => number;
} {
  const looks = byKeys(new Set(edges.flatMap(({ one, other }) => [one, other])), (line) => [lookOf(line)]);
  const later = new Set<Line>();
  for (const lines of looks.values()) for (const line of lines.sort(inOrder).slice(1)) later.add(line);
  return { later, of: (line) => (looks.get(lookOf(line))?.length ?? 1) - 1 };
}

const APART_DAYS = 1;

/** The posting that books what was taken off by itself, on the same day or the next; null where there is none or several. */
function bookedApart(
  board: Board,
  fees: ReadonlyMap<string, readonly Line[]>,
  one: Line,
  other: Line,
): Line | null {
  const found = (fees.get(`${one.currency} ${other.minor - one.minor}`) ?? []).filter(
    // One that another pair has taken is that one's.
    (line) => line !== one && Math.abs(line.day - one.day) <= APART_DAYS && board.isOpen(line),
  );
  const sameDay = found.filter(({ date }) => date === one.date);
  const [first, ...others] = sameDay.length > 0 ? sameDay : found;
  // Of several that look the same it is the first.
  return first && others.every((line) => lookOf(line) === lookOf(first)) ? first : null;
}
