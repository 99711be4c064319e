import { isUsualPercent, magnitude, minorOf, show } from '../amounts.ts';
import { type Edge, assign } from '../assign.ts';
import {
  type Board,
  type Rule,
  ambiguity,
  apart,
  identifierKeys,
  percentScore,
  quote,
  scoreOf,
} from '../board.ts';
import type { Evidence } from '../evidence.ts';
import { isLong } from '../identifiers.ts';
import { NameIndex } from '../name-index.ts';
import { significantDigits } from '../statistics.ts';
import { type Line, byKeys, inOrder, lookOf } from '../line.ts';

// What a known shape of difference is worth beside an equal amount, in bits: the likelier by chance, the less.
const SHAPE_BITS = {
  sign: 9,
  refund: 3,
  transposed: 9,
  slip: 6,
  shift: 8,
  charge: 6,
  stated: 9,
  percent: 7,
  cut: 6,
  rounding: 9,
  kept: 5,
  small: 3,
  partial: 3,
  other: -2,
  // Only where the number leaves no doubt, see LONG_BITS.
  overpaid: -7,
} as const;
type Shape = keyof typeof SHAPE_BITS;
const LEAST_BITS = 4;
// In few lines no identifier is rare; a number of twenty digits is one document's everywhere.
const LONG_BITS = 5;
// A document that these two name and nobody else is hardly named by mistake.
const ONLY_TWO_BITS = 3;
const SLACK_BITS = 1;
const ALIKE_PERCENT = 80;
const UNLIKE_PERCENT = 35;
const MOST_NAMESAKES = 60;

/** One event by its identifier, with amounts that differ. A proposal that shows the difference and what it looks like. */
export const amountMismatch: Rule = {
  name: 'amount_mismatch',
  version: 5,
  find(board) {
    const named = byKeys(board.open(), identifierKeys);
    const pairs = new Map<string, [Line, Line]>();
    // With more than one line a side a part of the amount may be part of several, unless it is another party's.
    const isRival = (line: Line, one: Line, other: Line) =>
      line !== one &&
      line !== other &&
      (board.namesAlike(line, line.side === one.side ? one : other) ?? 100) >= UNLIKE_PERCENT;
    const alone = (one: Line, other: Line) =>
      identifierKeys(one).some(
        (key) =>
          named.get(key)?.includes(other) === true &&
          named.get(key)?.some((line) => isRival(line, one, other)) === false,
      );
    for (const lines of named.values()) {
      if (lines.length > MOST_NAMESAKES) continue;
      for (const one of lines)
        for (const other of lines)
          if (one.side === 'ledger' && other.side === 'statement')
            pairs.set(`${one.id} ${other.id}`, [one, other]);
    }
    propose(
      board,
      amountMismatch,
      [...pairs.values()],
      (shape, one, other) => (!IN_PART.has(shape) && shape !== 'kept') || alone(one, other),
      (evidence, one, other, shape) =>
        evidence.shared !== null &&
        (!IN_PART.has(shape) ||
          !isCollective(one, other) ||
          (isAlike(evidence) && board.nameOneDocument(evidence))) &&
        (evidence.days <= board.settings.windows.late || board.nameOneDocument(evidence)) &&
        !board.namesAnother(one, other, evidence),
      board.settings.windows.document,
      (one, other) => {
        const shape = shapeOf(board, one, other);
        return shape !== null && IN_PART.has(shape) && isKept(board, one, other) ? 'kept' : shape;
      },
    );
  },
};

/** One event by its counterparty and date, with amounts that differ in a way that has a name. A proposal. */
export const amountSlip: Rule = {
  name: 'amount_slip',
  version: 5,
  find(board) {
    const window = board.settings.windows.amount;
    const [ledger, statement] = [board.open('ledger'), board.open('statement')];
    const statements = new NameIndex(statement);
    // Seldom asked for.
    let ledgers: NameIndex<Line> | null = null;
    const near = (line: Line) =>
      (line.side === 'ledger' ? statements : (ledgers ??= new NameIndex(ledger))).near(
        line,
        (other) => Math.abs(line.day - other.day) <= window,
      );
    // One after the other: all of them at once are more than all lines.
    function* pairs() {
      for (const one of ledger) for (const other of near(one)) yield [one, other] as const;
    }
    const alike = (evidence: Evidence) => isAlike(evidence) && !evidence.contradicted;
    const onlyOne = (line: Line) =>
      near(line).filter((other) => alike(board.weigh(line, other))).length === 1;
    const mayBe = (shape: Shape) => !IN_PART.has(shape) || shape === 'small';
    // Of round amounts any two differ by one digit, unless nobody else it could be.
    const fits = (evidence: Evidence, one: Line, other: Line, shape: Shape) =>
      alike(evidence) &&
      (SURE.has(shape) ||
        (shape !== 'small' && significantDigits(one.minor) >= 4 && significantDigits(other.minor) >= 4) ||
        (onlyOne(one) && onlyOne(other)));
    propose(board, amountSlip, pairs(), mayBe, fits, window);
  },
};

/** One line against the posting that names its day, less what a processor or an acquirer keeps. A proposal. */
export const dayLessFee: Rule = {
  name: 'day_less_fee',
  version: 3,
  find(board) {
    const ofDay = byKeys(board.open('ledger'), (line) => [`${line.scope} ${line.date.slice(5)}`]);
    const pairs = board.open('statement').flatMap((other) =>
      other.said.days
        .flatMap((day) => ofDay.get(`${other.scope} ${day}`) ?? [])
        .filter((one) => isKept(board, one, other))
        .map((one) => [one, other] as const),
    );
    propose(
      board,
      dayLessFee,
      pairs,
      (shape) => shape === 'kept' || shape === 'stated' || shape === 'percent',
      (evidence, one, other) =>
        evidence.saysDay &&
        !evidence.contradicted &&
        (evidence.shared !== null || (!board.namesAnother(one, other, evidence) && !isNamedCheque(other))),
      board.settings.windows.amount,
      (one, other) => (board.isStatedFee(one.minor - other.minor, [one, other]) ? 'stated' : 'kept'),
    );
  },
};

function isAlike({ namePercent }: Evidence): boolean {
  return (namePercent ?? 0) >= ALIKE_PERCENT;
}

// A slip or a batch, of which one document may be a part.
function isCollective(one: Line, other: Line): boolean {
  return one.said.collective || other.said.collective;
}

/** True where the books have a receipt before what a processor keeps of it. */
function isKept(board: Board, one: Line, other: Line): boolean {
  const [ledger, statement] = one.side === 'ledger' ? [one, other] : [other, one];
  const kept = ledger.minor - statement.minor;
  return statement.minor > 0n && kept > 0n && board.isUsualShare(kept, ledger.minor);
}

// A cheque is one payment, and nothing is taken off it.
function isNamedCheque({ identifiers }: Line): boolean {
  return identifiers.some(({ kind }) => kind === 'CHK');
}

interface Mismatch extends Edge {
  readonly one: Line;
  readonly other: Line;
  readonly shape: Shape;
  readonly evidence: Evidence;
}

function propose(
  board: Board,
  rule: Rule,
  pairs: Iterable<readonly [Line, Line]>,
  shapes: (shape: Shape, one: Line, other: Line) => boolean,
  fits: (evidence: Evidence, one: Line, other: Line, shape: Shape) => boolean,
  window: number,
  shapeFor = (one: Line, other: Line): Shape | null => shapeOf(board, one, other),
): void {
  const [rows, columns] = [new Map<Line, number>(), new Map<Line, number>()];
  const place = (of: Map<Line, number>, line: Line) => {
    const at = of.get(line) ?? of.size;
    of.set(line, at);
    return at;
  };
  const edges: Mismatch[] = [];
  for (const [one, other] of pairs) {
    if (one.scope !== other.scope || one.minor === other.minor) continue;
    const shape = shapeFor(one, other);
    if (shape === null || !shapes(shape, one, other)) continue;
    const evidence = board.weigh(one, other);
    if (evidence.days > window || !fits(evidence, one, other, shape)) continue;
    const only = board.nameOneDocument(evidence) ? ONLY_TWO_BITS : 0;
    const long = evidence.shared && isLong(evidence.shared) ? LONG_BITS : only;
    const text = evidence.identifierBits + evidence.nameBits + long;
    const gain =
      text +
      evidence.dateBits +
      SHAPE_BITS[shape] -
      board.statistics.pool(one, evidence.saysDay ? 1 : Math.min(window, board.settings.windows.late));
    if (gain < LEAST_BITS) continue;
    edges.push({ row: place(rows, one), column: place(columns, other), gain, one, other, shape, evidence });
  }
  const fees = byKeys(
    board.open('ledger').filter(({ said }) => said.bankOwn),
    (line) => [`${line.scope} ${line.minor}`],
  );
  const repeats = repeatsAmong(edges);
  const firsts = edges.filter(({ one, other }) => !repeats.later.has(one) && !repeats.later.has(other));
  const byPlace = new Map(firsts.map((edge) => [`${edge.row} ${edge.column}`, edge] as const));
  for (const { row, column, alternatives: rivals } of assign(firsts, SLACK_BITS)) {
    const edge = byPlace.get(`${row} ${column}`);
    if (!edge || rivals > 0) continue;
    const { one, other, shape, evidence } = edge;
    const alternatives = Math.max(repeats.of(one), repeats.of(other));
    const fee = TAKEN_OFF.has(shape) ? bookedApart(board, fees, one, other) : null;
    const difference = show(one.minor - other.minor, one.currency);
    const by = evidence.shared
      ? `both name ${quote(evidence.shared.key)}`
      : evidence.namePercent === null
        ? 'one names the day of the other'
        : `counterparties ${evidence.namePercent ?? 0}% alike (quoted, not trusted: "${quote(one.nameText)}" and "${quote(other.nameText)}")`;
    board.take({
      rule: rule.name,
      type: fee ? 'multi_to_one' : 'fuzzy_match',
      lines: fee ? [one, fee, other] : [one, other],
      score: IN_PART.has(shape) ? percentScore(70) : scoreOf(edge.gain),
      alternatives,
      reasons: `${by}, ${apart(one, other)}; ${show(one.minor, one.currency)} against ${show(other.minor, other.currency)} ${one.currency}, difference ${difference}: ${IN_WORDS[shape]}${fee ? ', booked apart' : ''}${ambiguity(alternatives)}`,
    });
  }
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

// Of these the amounts say nothing: what ties the lines must say it all.
const IN_PART: ReadonlySet<Shape> = new Set(['refund', 'small', 'partial', 'other', 'overpaid']);
// These are hardly ever chance, however round the amounts.
const SURE: ReadonlySet<Shape> = new Set(['sign', 'charge', 'stated', 'percent', 'cut', 'rounding']);
const TAKEN_OFF: ReadonlySet<Shape> = new Set(['charge', 'stated', 'percent', 'kept', 'small']);
const APART_DAYS = 1;

/** The posting that books what was taken off by itself, on the same day or the next; null where there is none or several. */
function bookedApart(
  board: Board,
  fees: ReadonlyMap<string, readonly Line[]>,
  one: Line,
  other: Line,
): Line | null {
  const found = (fees.get(`${one.scope} ${other.minor - one.minor}`) ?? []).filter(
    // One that another pair has taken is that one's.
    (line) => line !== one && Math.abs(line.day - one.day) <= APART_DAYS && board.isOpen(line),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}

const IN_WORDS: Record<Shape, string> = {
  sign: 'the sign is turned',
  refund: 'the sign is turned, and one of them says that it gives back',
  transposed: 'digits are transposed',
  slip: 'one digit is mistaken',
  shift: 'the decimal point is shifted',
  charge: 'a bank or wire fee on the list',
  stated: 'a fee or deduction that the text states',
  percent: 'a discount, a tax withheld or a tip of usual percent',
  cut: 'the cents were left out',
  rounding: 'rounding',
  kept: 'what a processor keeps',
  small: 'no more than a fee, on no list',
  partial: 'a part of the amount',
  other: 'of no known shape',
  overpaid: 'more than was booked',
};

/** What the difference of two amounts looks like; null when they have nothing to do with each other. */
export function shapeOf(board: Board, one: Line, other: Line): Shape | null {
  // What gives money back has the other sign for its own reason.
  if (one.minor === -other.minor) {
    if (one.said.reverses === other.said.reverses) return 'sign';
    const [ledger] = one.side === 'ledger' ? [one] : [other];
    // A bank's refund of what the books have as a sale is another event.
    return ledger.said.reverses ? 'refund' : null;
  }
  if (one.minor > 0n !== other.minor > 0n) return null;
  const [a, b] = [magnitude(one.minor), magnitude(other.minor)];
  const gap = magnitude(a - b);
  if (gap <= board.roundingIn(one.currency)) return 'rounding';
  if (areTransposed(a, b)) return 'transposed';
  // A fee makes the account poorer than was booked, never richer.
  if (one.minor - other.minor === gap && board.isListedFee(gap, one.currency)) return 'charge';
  if (board.isStatedFee(gap, [one, other])) return 'stated';
  if (isUsualPercent(a, b, one.minor < 0n)) return 'percent';
  if (leavesOutCents(a, b, one.currency) || leavesOutCents(b, a, one.currency)) return 'cut';
  // Of two round amounts it tells nothing that they differ by a digit.
  if (differByOneDigit(a, b) && significantDigits(a) >= 3 && significantDigits(b) >= 3) return 'slip';
  if (a === b * 10n || b === a * 10n || a === b * 100n || b === a * 100n) return 'shift';
  if (gap * 20n <= a && board.isFeeAtMost(gap, one.currency)) return 'small';
  if (b < a && b * 10n >= a) return 'partial';
  // More than was booked: who overpays does not double.
  if (b * 100n <= a * 120n) return 'other';
  return b * 100n <= a * 150n ? 'overpaid' : null;
}

/** True for 17.00 where the other is 17.83 or 16.62. */
function leavesOutCents(whole: bigint, exact: bigint, currency: string): boolean {
  const unit = minorOf('1', currency) ?? 1n;
  return unit > 1n && whole % unit === 0n && magnitude(whole - exact) < unit && whole > 0n;
}

/** The same digits in another order; then their difference can be divided by nine. */
function areTransposed(a: bigint, b: bigint): boolean {
  if ((a - b) % 9n !== 0n) return false;
  const [ours, theirs] = [a.toString(), b.toString()];
  if (ours.length !== theirs.length) return false;
  const wrong = mistaken(ours, theirs);
  if (wrong.length < 2 || wrong.length > 3) return false;
  const sorted = (text: string) =>
    wrong
      .map((at) => text[at])
      .sort()
      .join('');
  return sorted(ours) === sorted(theirs);
}

/** One digit is mistaken; then their difference is a digit and zeros. */
function differByOneDigit(a: bigint, b: bigint): boolean {
  if (significantDigits(a - b) !== 1) return false;
  const [ours, theirs] = [a.toString(), b.toString()];
  return ours.length === theirs.length && mistaken(ours, theirs).length === 1;
}

/** At which places two numbers of one length have other digits. */
function mistaken(ours: string, theirs: string): number[] {
  return [...ours].flatMap((digit, at) => (digit === theirs[at] ? [] : [at]));
}
