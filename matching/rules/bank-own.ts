import { addDays } from '../../policy/dates.ts';
import { type Line, byKeys, otherSide } from '../line.ts';
import type { Pool } from './parts.ts';

const A_MONTH = 28;
// What books the bank's fees is hardly anything else than their total.
const [CHANCE, CHANCE_OF_OWN] = [0.02, 0.2];

/** All that the bank took or gave on its own account on the day of a line that books it, in its month, or in the month before it. */
export function bankOwnTogether(open: readonly Line[]): (line: Line) => Pool[] {
  const together = byKeys(open, ({ currency, side, date, said }) =>
    said.bankOwn ? [date, date.slice(0, 7)].map((when) => `${currency} ${side} ${when}`) : [],
  );
  return (line) => {
    const before = addDays(line.date, -A_MONTH);
    return [...new Set([line.date, line.date.slice(0, 7), before.slice(0, 7)])].flatMap((when) => {
      const lines = together.get(`${line.currency} ${otherSide(line)} ${when}`) ?? [];
      const why = `are all that the bank took or gave of itself in ${when}`;
      const chance = line.said.bankOwn ? CHANCE_OF_OWN : CHANCE;
      const pool = { why, percent: 90, chance, wholeOnly: true as const };
      const { count } = line.said;
      // Five at 20.00 are those of 20.00, where there are five.
      const each = count === null ? [] : lines.filter(({ minor }) => minor * BigInt(count) === line.minor);
      const counted = each.length === count ? [{ ...pool, lines: each, whole: Infinity }] : [];
      return [...counted, ...(lines.length < 2 ? [] : [{ ...pool, lines }])];
    });
  };
}
