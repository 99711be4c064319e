import { type Line, byKeys, otherSide } from '../line.ts';
import type { Pool } from './parts.ts';

// Of more there are too many sums.
const MOST_LINES = 12;
const [DAYS_BEFORE, DAYS_BEHIND] = [1, 6];
const [PERCENT, CHANCE] = [90, 0.05];

/** Lines of the other side that name a day which a line names: the sales of two cards on it, less what was kept of one. */
export function ofNamedDay(open: readonly Line[]): (line: Line) => Pool[] {
  const days = byKeys(open, ({ currency, side, said }) =>
    said.days.map((day) => `${currency} ${side} ${day}`),
  );
  return (line) =>
    line.said.days.flatMap((day) => {
      const lines = (days.get(`${line.currency} ${otherSide(line)} ${day}`) ?? []).filter((other) => {
        const behind = (line.day - other.day) * (line.side === 'statement' ? 1 : -1);
        return behind >= -DAYS_BEFORE && behind <= DAYS_BEHIND;
      });
      const why = `name the day ${day}, as it does`;
      return lines.length < 2 || lines.length > MOST_LINES
        ? []
        : [{ lines, why, percent: PERCENT, chance: CHANCE, onlyWay: true as const }];
    });
}
