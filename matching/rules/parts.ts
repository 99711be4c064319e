// How the parts of one line are looked for: among which lines, what counts as adding up, and who gets a part that two claim.
import { isRoundShare, isUsualPercent, magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { contradicts, sameIdentifier } from '../identifiers.ts';
import { type Line, inOrder, totalOf } from '../line.ts';
import { type Solution, rangeOf, subsetFor } from '../subsets.ts';
import { LEAST_TIMES_FEE, ofAnotherParty, shapeOf } from './group-key.ts';

/** Lines among which the parts of one line are looked for. */
export interface Pool {
  readonly lines: readonly Line[];
  readonly why: string;
  readonly percent: number;
  readonly chance: number;
  /** The same for all of the pool at once, where that is more. */
  readonly whole?: number;
  /** All of the pool may also come to the line but for a fee on the list. */
  readonly lessFee?: boolean;
  /** Lines that belong to it in any case; the pool is what may belong to it as well. */
  readonly named?: readonly Line[];
  /** All of the pool is named by the line: it may also come to it but for a discount or another small rest; beside `named`, but for a discount only. */
  readonly agreed?: true;
  /** What some of the pool may come to besides the line's own amount, in minor units. */
  readonly orTo?: readonly bigint[];
  /** Some of the pool may come to what the line was before a fee that its text states, and to nothing else. */
  readonly beforeFee?: true;
  /** All of the pool may also come to the line but for a percentage as processors keep it. */
  readonly lessPercent?: true;
  /** All of the pool may also come to the line but for a fee in even thousandths, as processors keep it. */
  readonly lessShare?: true;
  /** All of the pool is named by the line, each by itself: the last of it may be paid in part. */
  readonly inPart?: true;
  /** How many parts there are at least; two where nothing is said. */
  readonly least?: number;
  /** How many there are at most, where that is known. */
  readonly most?: number;
  /** All of the pool has the line's very name. */
  readonly areOnes?: boolean;
  /** Of several sets that add up none is taken, however alike they are. */
  readonly onlyWay?: true;
  /** Only all of the pool is tried. */
  readonly wholeOnly?: true;
  /** Whether these parts can be this line's; looked at only once they add up. */
  readonly together?: (parts: readonly Line[]) => boolean;
}

// What is less sure may yet be found surer.
const SURE_PERCENT = 88;

interface Solved extends Pool {
  readonly line: Line;
  readonly parts: readonly Line[];
  readonly others: number;
}

/**
 * Looks for each open line's parts, then takes what no other line could claim as well, the surest first.
 * @param poolsOf is asked before anything is taken: what was open when the rule began is open then.
 */
export function solve(board: Board, rule: Rule, poolsOf: (line: Line) => readonly Pool[]): void {
  const solved: Solved[] = [];
  for (const line of board.open()) {
    if (line.minor === 0n) continue;
    let best: Solved | null = null;
    for (const pool of poolsOf(line)) {
      const found = partsOf(board, line, pool);
      if (!found || cancelOut(found.parts) || isCountedOtherwise(line, found.parts)) continue;
      // What one of them pays to the cent needs no fee.
      if (found.parts.some(({ minor }) => minor === line.minor)) continue;
      if (pool.together?.(found.parts) === false) continue;
      // What adds up in several ways may add up in one way among fewer lines, and what adds up but for a fee to the cent.
      if (best === null || (found.others === 0 && (best.others > 0 || found.percent > best.percent)))
        best = found;
      if (best.others === 0 && best.percent >= SURE_PERCENT) break;
    }
    if (best) solved.push(best);
  }
  const claims = new Map<Line, number[]>();
  for (const { parts, percent } of solved)
    for (const part of parts) claims.set(part, [...(claims.get(part) ?? []), percent]);
  for (const { line, parts, others, why, percent } of solved.sort(surestFirst)) {
    // Whoever is less sure of a part has no claim to it.
    const asSure = (part: Line) => claims.get(part)?.filter((other) => other >= percent).length ?? 0;
    const contested = Math.max(...parts.map(asSure)) - 1;
    if (contested > 0 && percent < 97) continue;
    const lines = [line, ...parts].sort(inOrder);
    const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
    const taken = board.take({
      rule: rule.name,
      type: shapeOf(ledger, statement),
      lines,
      score: percentScore(others > 0 ? 50 : percent),
      alternatives: others + Math.max(0, contested),
      reasons:
        `${parts.length} lines add up to ${show(line.minor, line.currency)} ${line.currency} ${exactly(line, parts)} and ${why}` +
        (line.nameText === '' ? '' : ` (quoted, not trusted: "${quote(line.nameText)}")`) +
        (others > 0 ? `; ambiguous: ${others} other sets of lines add up as well` : ''),
    });
    if (taken && others === 0) board.fees.learnPayout(parts, line);
  }
}

// A collection, its return and the next try are an offset and a payment, not three parts.
function cancelOut(parts: readonly Line[]): boolean {
  const amounts = new Set(parts.map(({ minor }) => minor));
  return parts.some(({ minor }) => amounts.has(-minor));
}

// What says that it is many, and how many, is as many: of its own sign, or with what was taken off.
function isCountedOtherwise(line: Line, parts: readonly Line[]): boolean {
  const { collective, count } = line.said;
  if (!collective || count === null) return false;
  return parts.length !== count && sameSign(line, parts).length !== count;
}

function exactly(line: Line, parts: readonly Line[]): string {
  const rest = magnitude(totalOf(parts) - line.minor);
  return rest === 0n ? 'to the cent' : `but for ${show(rest, line.currency)}`;
}

function surestFirst(a: Solved, b: Solved): number {
  return (
    a.others - b.others || b.percent - a.percent || b.parts.length - a.parts.length || inOrder(a.line, b.line)
  );
}

function partsOf(board: Board, line: Line, pool: Pool): Solved | null {
  const { lines, chance, named } = pool;
  if (named) {
    if (pool.agreed) return lessDiscount(line, pool, [...named, ...lines]);
    const rest = line.minor - totalOf(named);
    if (totalOf(lines) === rest && isTelling(line, lines, chance, true))
      return { ...pool, line, parts: [...named, ...lines], others: 0 };
    const found = subsetFor(
      lines.map((one) => one.minor),
      rest,
      chance,
      1,
    );
    if (!found || found.others > 0) return null;
    return { ...pool, line, parts: [...named, ...found.places.flatMap((at) => lines[at] ?? [])], others: 0 };
  }
  if (lines.length < 2) return null;
  // All of a pool is one try, however many lines it has.
  const whole = sameSign(line, lines).length === lines.length ? (pool.whole ?? chance) : chance;
  const amounts = [line.minor, ...(pool.orTo ?? [])];
  if (amounts.includes(totalOf(lines)) && isTelling(line, lines, whole, pool.areOnes === true))
    return { ...pool, line, parts: lines, others: 0 };
  const short = line.side === 'ledger' ? line.minor - totalOf(lines) : totalOf(lines) - line.minor;
  if (pool.lessFee && short !== 0n && board.fees.isStated(magnitude(short), [line, ...lines]))
    return { ...pool, line, parts: lines, others: 0 };
  // Each part was rounded by itself.
  if (pool.lessFee && magnitude(short) <= BigInt(lines.length))
    return { ...pool, line, parts: lines, others: 0 };
  if (
    pool.lessFee &&
    short * LEAST_TIMES_FEE <= magnitude(line.minor) &&
    board.fees.isListed(short, line.currency)
  )
    return { ...pool, line, parts: lines, others: 0, percent: 88 };
  // What is kept is kept of what the books have.
  if (pool.lessPercent && line.side === 'statement' && board.fees.isPriced(short, lines))
    return { ...pool, line, parts: lines, others: 0, percent: 90 };
  if (short > 0n && lessByPercent(board, line, pool, short))
    return { ...pool, line, parts: lines, others: 0, percent: 85 };
  if (pool.lessShare && isKeptShare(board, line, lines)) return { ...pool, line, parts: lines, others: 0 };
  if (pool.inPart && short > 0n && leavesOnePart(line, lines, short))
    return { ...pool, line, parts: lines, others: 0, percent: 75 };
  if (pool.beforeFee && line.said.fees.includes(totalOf(lines) - line.minor))
    return { ...pool, line, parts: lines, others: 0 };
  if (pool.wholeOnly || lines.length > board.settings.sum_pool) return null;
  for (const amount of pool.beforeFee ? line.said.fees.map((fee) => line.minor + fee) : amounts) {
    const found: Solution | null = subsetFor(
      lines.map((one) => one.minor),
      amount,
      chance,
      pool.least,
      pool.most,
    );
    // Several sets that add up: a guess, unless the text ties them together.
    if (!found || (found.others > 0 && (pool.onlyWay === true || !interchangeable(lines, found)))) continue;
    return { ...pool, line, parts: found.places.flatMap((at) => lines[at] ?? []), others: found.others };
  }
  return null;
}

// Who names some and pays all that is open of the party may take off a discount.
function lessDiscount(line: Line, pool: Pool, parts: readonly Line[]): Solved | null {
  const [whole, paid] = [magnitude(totalOf(parts)), magnitude(line.minor)];
  const isDiscount = line.side === 'statement' && isUsualPercent(whole, paid, false, parts.length);
  return isDiscount ? { ...pool, line, parts, others: 0, percent: DISCOUNT_PERCENT } : null;
}

const DISCOUNT_PERCENT = 82;

// True where the rest is less than the largest of the parts: each of them is paid, one not wholly.
function leavesOnePart({ side }: Line, lines: readonly Line[], short: bigint): boolean {
  return side === 'statement' && lines.some(({ minor }) => magnitude(minor) > short);
}

function isKeptShare(board: Board, line: Line, lines: readonly Line[]): boolean {
  const whole = totalOf(lines);
  const kept = whole - line.minor;
  return (
    line.side === 'statement' &&
    line.minor > 0n &&
    kept > 0n &&
    board.fees.isUsualShare(kept, whole, lines) &&
    isRoundShare(kept, whole)
  );
}

function lessByPercent(
  board: Board,
  line: Line,
  { lines, agreed, lessPercent }: Pool,
  short: bigint,
): boolean {
  const [whole, rest] =
    line.side === 'statement' ? [totalOf(lines), line.minor] : [line.minor, totalOf(lines)];
  if (
    agreed &&
    (isUsualPercent(magnitude(whole), magnitude(rest), false, lines.length) ||
      short * LEAST_TIMES_REST <= magnitude(whole))
  )
    return true;
  return (
    lessPercent === true && board.fees.isUsualShare(short, whole, line.side === 'statement' ? lines : [line])
  );
}

// Who names every document and pays a fiftieth less has taken off something.
const LEAST_TIMES_REST = 50n;

// One try among as many sums as the amount has units: of round amounts one in few fits by chance.
function isTelling(line: Line, lines: readonly Line[], chance: number, areOnes: boolean): boolean {
  return rangeOf([...lines.map((one) => one.minor), line.minor], areOnes) * chance >= 1;
}

// Sets that differ only by which of some equal amounts they hold.
function interchangeable(lines: readonly Line[], { places, others }: Solution): boolean {
  const amounts = new Set(places.map((at) => lines[at]?.minor));
  const same = lines.filter((line) => amounts.has(line.minor)).length;
  return others <= (same - places.length + 1) * places.length;
}

/** False when all parts are of one party, and the line plainly of another. */
export function ofOneParty(board: Board, line: Line, parts: readonly Line[]): boolean {
  return line.side === 'ledger'
    ? !ofAnotherParty(board, [line], parts)
    : !ofAnotherParty(board, parts, [line]);
}

/**
 * False when all of them together are less than the line: most lines are done with here.
 * @param slack by how much they may be less, in minor units.
 */
export function canReach(line: Line, others: readonly Line[], slack = 0n): boolean {
  if (others.length < 2) return false;
  const positive = line.minor > 0n;
  let total = positive ? slack : -slack;
  for (const other of others) if (other.minor > 0n === positive) total += other.minor;
  return positive ? total >= line.minor : total <= line.minor;
}

/** Those that can be parts of the line by themselves: of its sign and smaller. */
export function sameSign(line: Line, others: readonly Line[]): Line[] {
  return others.filter((other) => isPartOf(other.minor, line.minor));
}

/** True for an amount in minor units of another's sign and smaller. */
export function isPartOf(part: bigint, whole: bigint): boolean {
  return part > 0n === whole > 0n && magnitude(part) < magnitude(whole);
}

/** Lines of the other side within a window in business days, of those that were open when the rule began. */
export function candidates(line: Line, lines: Iterable<Line>, window: number): Line[] {
  return [...lines].filter((other) => isCandidate(line, other, window));
}

/** True for a line of the other side within a window in business days. */
export function isCandidate(line: Line, other: Line, window: number): boolean {
  return (
    other.side !== line.side && other.currency === line.currency && Math.abs(other.day - line.day) <= window
  );
}

/** False when both name documents of one register and none is the same: an invoice is not the sum of other invoices. */
export function agreeing(board: Board, line: Line, other: Line): boolean {
  let differ = false;
  for (const one of line.identifiers)
    for (const two of other.identifiers) {
      if (sameIdentifier(one, two)) return true;
      differ ||=
        contradicts(one, two) ||
        (!one.standing && !two.standing && board.statistics.registers.ofOneRegister(one, two));
    }
  return !differ;
}
