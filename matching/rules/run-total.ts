import { dayNumber } from '../../policy/dates.ts';
import { magnitude } from '../amounts.ts';
import { type Board, type Rule } from '../board.ts';
import { type Line, amountKey, byKeys, inOrder, otherSide, unlike } from '../line.ts';
import { linesAlone } from '../partners.ts';
import { significantDigits } from '../statistics.ts';
import { kindsOf } from './kinds-by-period.ts';
import { proposePeriod } from './period-total.ts';

// A card's cycle is paid within a month, and what is paid in pieces was booked by then.
const DAYS_BEHIND = 31;
const LONGEST_DAYS = 45;
// Of two only where more than their sum tells.
const [LEAST_LINES, LEAST_TOLD] = [3, 2];
const ODD_DIGITS = 4;
// How many runs near a line may come to its amount by chance: all of them, and of a kind that the line names, or of which another
// line's run begins or ends where this one ends or begins.
const [CHANCE, CHANCE_TOLD] = [0.002, 0.1];
// Of more lines there are so many runs that some come to any amount.
const MOST_LINES = 1_500;
const MOST_TRIED = 8_000_000;

/**
 * Lines that come, to the cent, to all of one kind that the other side has between two days, or between two numbers, whichever they
 * are: the cycles of a card that is paid off, the vouchers of a petty cash that is made good. What one run does not tell, runs tell
 * of which the next begins where the one before ended. A proposal.
 */
export const runTotal: Rule = {
  name: 'run_total',
  version: 1,
  find(board) {
    const sides = byKeys(linesAlone(board), ({ currency, side }) => [`${currency} ${side}`]);
    for (const lines of sides.values()) {
      const [first] = lines;
      const others = first ? (sides.get(`${first.currency} ${otherSide(first)}`) ?? []) : [];
      if (lines.length <= MOST_LINES && others.length > 0) proposeRuns(board, lines, others);
    }
  },
};

/** Some of a kind's lines, from one place to before another, that come to a line of the other side. */
interface Run {
  readonly whole: Line;
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
}

function proposeRuns(board: Board, lines: readonly Line[], others: readonly Line[]): void {
  const kinds = [...kindsOf(lines).map((kind) => new Kind(kind, true)), ...seriesOf(lines)];
  const tried = kinds.reduce((total, { lines: { length } }) => total + length, 0) * others.length;
  if (tried > MOST_TRIED) return;
  const sameAmount = byKeys(others, (line) => [amountKey(line, line.side, line.minor)]);
  const runs = others.flatMap((whole) => {
    const again = sameAmount.get(amountKey(whole, whole.side, whole.minor)) ?? [];
    return significantDigits(whole.minor) < ODD_DIGITS || again.length > 1 ? [] : runsTo(whole, kinds);
  });
  const isChained = (run: Run) =>
    runs.some(
      ({ kind, whole, from, to }) =>
        kind === run.kind && whole !== run.whole && (to === run.from || from === run.to),
    );
  for (const [whole, found] of Map.groupBy(runs, (run) => run.whole)) {
    const size = parseInt(magnitude(whole.minor).toString(), 10);
    const near = kinds.reduce((total, kind) => total + kind.runsNear(whole), 0);
    const told = found.filter(
      (run) => run.kind.runsNear(whole) <= CHANCE_TOLD * size && (isChained(run) || isNamed(board, run)),
    );
    const many = near <= CHANCE * size ? found.filter(({ from, to }) => to - from >= LEAST_LINES) : [];
    const [run, ...rivals] = told.length > 0 ? told : many;
    if (run && rivals.length === 0)
      proposePeriod(board, runTotal, linesOf(run), whole, told.length > 0 ? 88 : 80, 'to the cent');
  }
}

/** True where the line has a word of all the run's that few have. */
function isNamed(board: Board, run: Run): boolean {
  return linesOf(run).every((line) => board.shareTellingWord(run.whole, line));
}

function linesOf({ kind, from, to }: Run): readonly Line[] {
  return kind.lines.slice(from, to);
}

/** Of each list of lines one run only. */
function runsTo(whole: Line, kinds: readonly Kind[]): Run[] {
  const runs = kinds.flatMap((kind) => [...kind.runsTo(whole)]);
  return unlike(runs, linesOf);
}

/** The lines of each register of numbers, as PCV-N of PCV-N0212, in the order of their numbers. */
function seriesOf(lines: readonly Line[]): Kind[] {
  const series = byKeys(lines, ({ reference }) => {
    const [, register] = NUMBERED.exec(reference ?? '') ?? [];
    return register === undefined ? [] : [register];
  });
  const number = ({ reference }: Line) =>
    (NUMBERED.exec(reference ?? '')?.[2] ?? '').padStart(LONGEST_NUMBER, '0');
  return [...series.values()]
    .filter(({ length }) => length >= LEAST_LINES)
    .map(
      (all) =>
        new Kind(
          all.sort((a, b) => (number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : inOrder(a, b))),
          false,
        ),
    );
}

const NUMBERED = /^(.*[A-Z])(\d{1,12})$/;
const LONGEST_NUMBER = 12;

/** Lines of one kind in an order, and what they come to up to each of them. */
class Kind {
  readonly lines: readonly Line[];
  readonly #days: readonly number[];
  /** Up to each place where a run may begin or end. */
  readonly #totals: readonly bigint[];
  readonly #ends: readonly boolean[];

  /** @param byDays where lines of one day stand in one run. */
  constructor(lines: readonly Line[], byDays: boolean) {
    this.lines = lines;
    this.#days = lines.map(({ date }) => dayNumber(date));
    const totals = [0n];
    for (const { minor } of lines) totals.push((totals.at(-1) ?? 0n) + minor);
    this.#totals = totals;
    this.#ends = totals.map(
      (_, at) => !byDays || at === 0 || at === lines.length || this.#days[at - 1] !== this.#days[at],
    );
  }

  /** How many runs could be a line's. */
  runsNear(whole: Line): number {
    const [first, last] = this.#placesNear(whole);
    const places = last - first + 1;
    return places < LEAST_LINES ? 0 : (places * places) / 2;
  }

  /** The runs that come to a line, to the cent. */
  *runsTo(whole: Line): Generator<Run> {
    const [first, last] = this.#placesNear(whole);
    const begins = new Map<bigint, number[]>();
    for (let to = first; to <= last; to += 1) {
      if (!this.#ends[to]) continue;
      const total = this.#totals[to] ?? 0n;
      for (const from of begins.get(total - whole.minor) ?? [])
        if (to - from >= LEAST_TOLD && this.#isOf(whole, from, to)) yield { whole, kind: this, from, to };
      const known = begins.get(total);
      if (known) known.push(to);
      else begins.set(total, [to]);
    }
  }

  #placesNear(whole: Line): [number, number] {
    const day = dayNumber(whole.date);
    const isNear = (at: number) => {
      const days = day - at;
      return (
        days <= DAYS_BEHIND + LONGEST_DAYS && (whole.side === 'ledger' ? days >= -DAYS_BEHIND : days >= 0)
      );
    };
    const first = this.#days.findIndex(isNear);
    return first < 0 ? [0, -1] : [first, this.#days.findLastIndex(isNear) + 1];
  }

  #isOf(whole: Line, from: number, to: number): boolean {
    const days = this.#days.slice(from, to);
    const [first, last] = [Math.min(...days), Math.max(...days)];
    const behind = dayNumber(whole.date) - last;
    const mayBe =
      whole.side === 'ledger' ? Math.abs(behind) <= DAYS_BEHIND : behind >= 0 && behind <= DAYS_BEHIND;
    return mayBe && last - first <= LONGEST_DAYS;
  }
}
