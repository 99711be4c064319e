import type { Board } from './board.ts';
import { type Line, amountKey } from './line.ts';

/** Open lines that have no such partner. */
export function linesAlone(board: Board): Line[] {
  const partners = linesWithPartner(board);
  return board.open().filter((line) => !partners.has(line));
}

/**
 * Open lines whose very amount one line of the other side has within days, and nothing else in the account: whatever sums fit,
 * they are hardly parts of them.
 */
export function linesWithPartner(board: Board): ReadonlySet<Line> {
  const { statistics, settings } = board;
  const isNear = (one: Line, other: Line) => Math.abs(one.day - other.day) <= settings.windows.amount;
  const ledger = new Map<string, Line>();
  const found = new Set<Line>();
  for (const line of board.open('ledger'))
    if (statistics.isOneOff(line)) ledger.set(amountKey(line, 'ledger', line.minor), line);
  for (const other of board.open('statement')) {
    const one = statistics.isOneOff(other) ? ledger.get(amountKey(other, 'ledger', other.minor)) : undefined;
    if (!one || !isNear(one, other)) continue;
    if (!board.tellsApart(one, other, board.weigh(one, other))) found.add(one).add(other);
  }
  return found;
}
