import { addDays } from '../../policy/dates.ts';
import { type Line, byKeys, otherSide } from '../line.ts';
import type { Pool } from './parts.ts';

const A_MONTH = 28;
// What books the bank's fees is hardly anything else than their total.
const [CHANCE, CHANCE_OF_OWN] = [0.02, 0.2];

/** All that the bank took or gave on its own account in the month of a line that books it, or in the month before it. */
export function bankOwnOfMonth(open: readonly Line[]): (line: Line) => Pool[] {
  const months = byKeys(open, ({ currency, side, date, said }) =>
    said.bankOwn ? [`${currency} ${side} ${date.slice(0, 7)}`] : [],
  );
  return (line) => {
    const near = new Set([line.date, addDays(line.date, -A_MONTH)].map((date) => date.slice(0, 7)));
    return [...near].flatMap((month) => {
      const lines = months.get(`${line.currency} ${otherSide(line)} ${month}`) ?? [];
      const why = 'are all that the bank took or gave of itself in a month';
      const chance = line.said.bankOwn ? CHANCE_OF_OWN : CHANCE;
      return lines.length < 2 ? [] : [{ lines, why, percent: 90, chance, wholeOnly: true as const }];
    });
  };
}
