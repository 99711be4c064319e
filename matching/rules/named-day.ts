import type { Board } from '../board.ts';
import { type Line, byKeys, otherSide } from '../line.ts';
import type { Pool } from './parts.ts';

// Of more there are too many sums.
const MOST_LINES = 12;
const [DAYS_BEFORE, DAYS_BEHIND] = [1, 6];
const [PERCENT, CHANCE] = [90, 0.05];
const ALIKE_PERCENT = 60;
const CERTAIN = Infinity;

/**
 * Lines of the other side by the day that a line names: those that name it too, as the sales of two cards less what was kept of one;
 * those that are posted on it and are of the line's party; and those of one text that name the line's own day, as it is paid out.
 */
export function ofNamedDay(board: Board, open: readonly Line[]): (line: Line) => Pool[] {
  const naming = byKeys(open, ({ currency, side, said }) =>
    said.days.map((day) => `${currency} ${side} ${day}`),
  );
  const posted = byKeys(open, ({ currency, side, date }) => [`${currency} ${side} ${date.slice(5)}`]);
  return (line) => {
    const across = `${line.currency} ${otherSide(line)}`;
    const near = (lines: readonly Line[] | undefined) => (lines ?? []).filter((other) => isNear(line, other));
    const pools = line.said.days.flatMap((day): Pool[] => {
      const why = `are of the day ${day}, which it names`;
      const pool = { why, percent: PERCENT, chance: CHANCE };
      const lines = near(naming.get(`${across} ${day}`));
      return [
        ...(lines.length <= MOST_LINES ? [{ ...pool, lines, onlyWay: true as const }] : []),
        ...[ofParty(board, line, near(posted.get(`${across} ${day}`)))].map((all) => ({
          ...{ ...pool, lines: all, whole: CERTAIN, wholeOnly: true as const },
        })),
      ];
    });
    const own = naming.get(`${across} ${line.date.slice(5)}`) ?? [];
    for (const lines of byKeys(own, ({ words }) => (words ? [words.joined] : [])).values())
      pools.push({
        ...{ lines, why: `name its day`, percent: PERCENT - 2, chance: CHANCE },
        ...{ wholeOnly: true, lessPercent: true },
      });
    return pools.filter(({ lines }) => lines.length > 1);
  };
}

function isNear(line: Line, { day }: Line): boolean {
  const behind = (line.day - day) * (line.side === 'statement' ? 1 : -1);
  return behind >= -DAYS_BEFORE && behind <= DAYS_BEHIND;
}

/** Those with the line's name, and those with the name of one of them: HMLR beside HM Land Registry. */
function ofParty(board: Board, line: Line, lines: readonly Line[]): Line[] {
  const isOf = (one: Line, other: Line) => board.namePercent(one, other) >= ALIKE_PERCENT;
  const named = lines.filter((other) => isOf(line, other));
  return lines.filter((other) => named.includes(other) || named.some((one) => isOf(one, other)));
}
