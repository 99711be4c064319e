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
    const pools = poolsAmong(
      board,
      board.open().filter((line) => !partners.has(line)),
    );
    solve(board, namedDay, (line) => (partners.has(line) ? [] : pools(line)));
  },
};

function poolsAmong(board: Board, open: readonly Line[]): (line: Line) => Pool[] {
  const naming = byKeys(open, ({ currency, side, said }) =>
    said.days.map((day) => `${currency} ${side} ${day}`),
  );
  const posted = byKeys(open, ({ currency, side, date }) => [`${currency} ${side} ${date.slice(5)}`]);
  return (line) => {
    const across = `${line.currency} ${otherSide(line)}`;
    const together = (parts: readonly Line[]) => !parts.some((part) => board.namesKnownOther(part, line));
    const near = (lines: readonly Line[] | undefined) => (lines ?? []).filter((other) => isNear(line, other));
    const numbered = near(line.said.days.flatMap((day) => posted.get(`${across} ${day}`) ?? []));
    const pools = ofNumbers(line, numbered).flatMap((lines): Pool[] => {
      const pool = { lines, why: 'are of its number and of the days that it names', chance: CHANCE };
      const exact = { ...pool, percent: PERCENT, whole: CERTAIN, onlyWay: true as const };
      const some = lines.length > MOST_LINES ? { ...exact, wholeOnly: true as const } : exact;
      if (line.side === 'ledger') return [some];
      if (line.said.fees.length > 0)
        return [some, { ...pool, percent: PERCENT - 1, chance: MOST, beforeFee: true, onlyWay: true }];
      const less = { ...pool, percent: PERCENT - 2, wholeOnly: true as const, lessPercent: true as const };
      return [some, { ...less, lines: lines.filter((other) => !isPaidApart(other)) }, less];
    });
    const stated = line.said.fees.length > 0 && line.side === 'statement';
    const before = {
      why: 'name a day that it names',
      chance: MOST,
      beforeFee: true as const,
      onlyWay: true as const,
    };
    const all = near([...new Set(line.said.days.flatMap((day) => naming.get(`${across} ${day}`) ?? []))]);
    if (all.length <= MOST_LINES && line.said.days.length > 1)
      pools.push({ lines: all, why: before.why, percent: PERCENT, chance: CHANCE, onlyWay: true });
    if (all.length <= MOST_LINES && stated) pools.push({ ...before, lines: all, percent: PERCENT - 1 });
    const ofDays = line.said.days.flatMap((day): Pool[] => {
      const why = `are of the day ${day}, which it names`;
      const pool = { why, percent: PERCENT, chance: CHANCE };
      const lines = near(naming.get(`${across} ${day}`));
      return [
        ...(lines.length <= MOST_LINES ? [{ ...pool, lines, onlyWay: true as const }] : []),
        ...alike(board, line, near(posted.get(`${across} ${day}`))).map((all) => ({
          ...{ ...pool, lines: all, whole: CERTAIN, wholeOnly: true as const, together },
          ...(line.side === 'statement' ? { lessPercent: true as const } : {}),
        })),
      ];
    });
    pools.push(...ofDays);
    if (line.side === 'ledger') return pools.filter(({ lines }) => lines.length > 1);
    const own = naming.get(`${across} ${line.date.slice(5)}`) ?? [];
    for (const lines of byKeys(own, ({ words }) => (words ? [words.joined] : [])).values())
      pools.push({
        ...{ lines, why: 'name its day', percent: PERCENT - 2, chance: CHANCE },
        ...{ wholeOnly: true, lessPercent: true },
        together: (parts) => areOfSeveral(parts) || parts.every((part) => isOf(board, part, line)),
      });
    return pools.filter(({ lines }) => lines.length > 1);
  };
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
