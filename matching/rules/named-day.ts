import type { Board, Rule } from '../board.ts';
import { type Line, byKeys, otherSide } from '../line.ts';
import { linesWithPartner } from '../partners.ts';
import { type Pool, solve } from './parts.ts';

// Of more there are too many sums.
const MOST_LINES = 12;
const [DAYS_BEFORE, DAYS_BEHIND] = [1, 6];
const [PERCENT, CHANCE] = [90, 0.05];
const ALIKE_PERCENT = 60;
const [CERTAIN, MOST] = [Infinity, 1_000];

/**
 * A line against several of the other side by the day that it names: those that name it too, as the sales of two cards less what was
 * kept of one; those that are posted on it and are of the line's party, or of its brand of cards; or those of one text that name the
 * line's own day, as it is paid out. A proposal.
 */
export const namedDay: Rule = {
  name: 'named_day',
  version: 1,
  find(board) {
    const partners = linesWithPartner(board);
    const days = new NamedDays(
      board,
      board.open().filter((line) => !partners.has(line)),
    );
    solve(board, namedDay, (line) => (partners.has(line) ? [] : days.poolsOf(line)));
  },
};

/** Open lines by the days that they name, and that they are posted on. */
class NamedDays {
  readonly #board: Board;
  readonly #naming: ReadonlyMap<string, readonly Line[]>;
  readonly #posted: ReadonlyMap<string, readonly Line[]>;

  constructor(board: Board, open: readonly Line[]) {
    this.#board = board;
    this.#naming = byKeys(open, (line) => line.said.days.map((day) => dayKey(line, line.side, day)));
    this.#posted = byKeys(open, (line) => [dayKey(line, line.side, line.date.slice(5))]);
  }

  poolsOf(line: Line): Pool[] {
    const pools = [...this.#ofNumber(line), ...this.#namingToo(line), ...this.#ofParty(line)];
    return [...pools, ...this.#paidOutOn(line)].filter(({ lines }) => lines.length > 1);
  }

  /** Those of a number that it has, as a merchant's, on the days that it names; also before the fee that it states, or less what is kept. */
  *#ofNumber(line: Line): Generator<Pool> {
    const posted = this.#near(line, this.#posted, line.said.days);
    for (const lines of ofNumbers(line, posted)) {
      const pool = { lines, why: 'are of its number and of the days that it names', chance: CHANCE };
      const exact = { ...pool, percent: PERCENT, whole: CERTAIN, onlyWay: true as const };
      yield lines.length > MOST_LINES ? { ...exact, wholeOnly: true } : exact;
      if (line.side === 'ledger') continue;
      if (line.said.fees.length > 0) yield beforeFee(pool);
      else {
        const less = { ...pool, percent: PERCENT - 2, wholeOnly: true as const, lessPercent: true as const };
        yield { ...less, lines: lines.filter((other) => !isPaidApart(other)) };
        yield less;
      }
    }
  }

  /** Those that name one of its days, or all of them. */
  *#namingToo(line: Line): Generator<Pool> {
    const { days, fees } = line.said;
    const all = this.#near(line, this.#naming, days);
    const each = days.map((day) => this.#near(line, this.#naming, [day]));
    for (const lines of days.length > 1 ? [all, ...each] : each)
      if (lines.length <= MOST_LINES)
        yield { lines, why: 'name a day that it names', percent: PERCENT, chance: CHANCE, onlyWay: true };
    if (fees.length > 0 && line.side === 'statement' && all.length <= MOST_LINES)
      yield beforeFee({ lines: all, why: 'name a day that it names' });
  }

  /** Those of its party, or of its brand of cards, that are posted on a day that it names. */
  *#ofParty(line: Line): Generator<Pool> {
    const together = (parts: readonly Line[]) =>
      !parts.some((part) => this.#board.namesKnownOther(part, line));
    for (const day of line.said.days)
      for (const lines of alike(this.#board, line, this.#near(line, this.#posted, [day])))
        yield {
          ...{ lines, why: `are of the day ${day}, which it names`, percent: PERCENT, chance: CHANCE },
          ...{ whole: CERTAIN, wholeOnly: true, together },
          ...(line.side === 'statement' ? { lessPercent: true } : {}),
        };
  }

  /** Those of one text that name the day on which it is paid out, less what is kept. */
  *#paidOutOn(line: Line): Generator<Pool> {
    if (line.side === 'ledger') return;
    const own = this.#naming.get(dayKey(line, otherSide(line), line.date.slice(5))) ?? [];
    for (const lines of byKeys(own, ({ words }) => (words ? [words.joined] : [])).values())
      yield {
        ...{ lines, why: 'name its day', percent: PERCENT - 2, chance: CHANCE },
        ...{ wholeOnly: true, lessPercent: true },
        together: (parts) => areOfSeveral(parts) || parts.every((part) => isOf(this.#board, part, line)),
      };
  }

  /** The other side's lines of some days, near a line. */
  #near(line: Line, days: ReadonlyMap<string, readonly Line[]>, some: readonly string[]): Line[] {
    const lines = some.flatMap((day) => days.get(dayKey(line, otherSide(line), day)) ?? []);
    return [...new Set(lines)].filter((other) => isNear(line, other));
  }
}

function dayKey({ currency }: Line, side: Line['side'], day: string): string {
  return `${currency} ${side} ${day}`;
}

function beforeFee(pool: Pick<Pool, 'lines' | 'why'>): Pool {
  return { ...pool, percent: PERCENT - 1, chance: MOST, beforeFee: true, onlyWay: true };
}

/** Lines by the number, as of a terminal or a merchant, that a line has as well; its group's among them. */
function ofNumbers(line: Line, lines: readonly Line[]): Line[][] {
  const own = new Set(numbersOf(line));
  const shared = byKeys(lines, (other) => numbersOf(other).filter((number) => own.has(number)));
  return [...shared.values()];
}

function numbersOf({ identifiers, group }: Line): string[] {
  const numbers = [...identifiers.map(({ digits }) => digits), (group ?? '').replace(/\D+/g, '')];
  return [...new Set(numbers.filter(({ length }) => length >= SHORTEST_NUMBER))];
}

const SHORTEST_NUMBER = 5;

// American Express and PayPal pay a shop's takings themselves.
function isPaidApart({ said, name, words }: Line): boolean {
  const says = (word: string) => [name, words].some((one) => one?.words.includes(word));
  return said.card === 'amex' || says('paypal') || says('klarna');
}

function isNear(line: Line, { day }: Line): boolean {
  const behind = (line.day - day) * (line.side === 'statement' ? 1 : -1);
  return behind >= -DAYS_BEFORE && behind <= DAYS_BEHIND;
}

// What one party paid is paid out by that party.
function areOfSeveral(parts: readonly Line[]): boolean {
  return new Set(parts.map(({ name }) => name?.joined)).size > 1;
}

function isOf(board: Board, one: Line, other: Line): boolean {
  return board.namePercent(one, other) >= ALIKE_PERCENT;
}

/** Those of the line's brand of cards; and those with its name or with that of one of them, as HMLR beside HM Land Registry. */
function alike(board: Board, line: Line, lines: readonly Line[]): Line[][] {
  const named = lines.filter((other) => isOf(board, line, other));
  const { card } = line.said;
  return [
    card === null ? [] : lines.filter(({ said }) => said.card === card),
    lines.filter((other) => named.includes(other) || named.some((one) => isOf(board, one, other))),
  ];
}
