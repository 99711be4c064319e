import { magnitude } from '../amounts.ts';
import type { Board, Rule } from '../board.ts';
import { type Line, amountKey, byKeys, inOrder, otherSide, signKey, totalOf } from '../line.ts';
import { linesAlone } from '../partners.ts';
import { countNear } from '../sorted.ts';
import { inOrderOfNumbers } from './numbers-in-a-row.ts';
import { type Pool, isCandidate, solve } from './parts.ts';
import { Nobodys } from './unnamed.ts';

const [LEAST_LINES, MOST_LINES] = [2, 5];
const MOST_DAYS = 4;
// So many rows of these days may come for each minor unit of an amount, as amounts spread over some powers of e.
const CHANCE = 0.05;

/**
 * One line that names nobody, against two to five of one party that stand beside each other, by their numbers or else by their days,
 * and are of these days: of rows there are few, also where there are so many lines that some of some party's come to anything.
 * A proposal.
 */
export const unnamedRow: Rule = {
  name: 'unnamed_row',
  version: 1,
  find(board) {
    const nobodys = new Nobodys(board);
    if (nobodys.lines.length === 0) return;
    const rows = rowsOfParties(board);
    const byTotal = Map.groupBy(rows, ({ first, total }) => amountKey(first, first.side, total));
    const days = Map.groupBy(rows, ({ first }) => `${first.currency} ${first.side}`);
    const sorted = new Map(
      [...days].map(
        ([key, some]) => [key, some.map(({ first }) => first.day).sort((a, b) => a - b)] as const,
      ),
    );
    const { amount: window } = board.settings.windows;
    solve(board, unnamedRow, (line): Pool[] => {
      if (!nobodys.has(line)) return [];
      const all = byTotal.get(amountKey(line, otherSide(line), line.minor)) ?? [];
      const isNear = ({ lines }: Row) => lines.every((one) => isCandidate(line, one, window));
      const [row, ...others] = all.filter(isNear);
      if (!row || others.length > 0) return [];
      const near = sorted.get(`${line.currency} ${otherSide(line)}`) ?? [];
      if (countNear(near, line.day, window) > CHANCE * parseInt(magnitude(line.minor).toString(), 10))
        return [];
      const why = 'are of one party and stand beside each other, as no others that do';
      return [{ lines: row.lines, why, percent: 78, chance: 1, wholeOnly: true }];
    });
  },
};

interface Row {
  readonly first: Line;
  readonly lines: readonly Line[];
  /** In minor units. */
  readonly total: bigint;
}

/** Rows of each party's lines of one sign, of near days. */
function rowsOfParties(board: Board): Row[] {
  const parties = byKeys(linesAlone(board), (line) => {
    const party = board.partyOf(line);
    return party === null ? [] : [`${signKey(line, line.side)} ${party}`];
  });
  return [...parties.values()].flatMap((lines) => {
    const sorted = inOrderOfNumbers(lines) ?? lines.toSorted(inOrder);
    return sorted.flatMap((first, from) => {
      const rows: Row[] = [];
      for (let size = LEAST_LINES; size <= MOST_LINES && from + size <= sorted.length; size += 1) {
        const row = sorted.slice(from, from + size);
        const days = row.map(({ day }) => day);
        if (Math.max(...days) - Math.min(...days) > MOST_DAYS) break;
        rows.push({ first, lines: row, total: totalOf(row) });
      }
      return rows;
    });
  });
}
