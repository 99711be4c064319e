import type { Board, Rule } from '../board.ts';
import { type Line, isBanksOwn } from '../line.ts';
import { countWhile } from '../sorted.ts';
import { isOdd } from '../statistics.ts';
import { type Pool, canReach, sameSign, solve } from './parts.ts';

// Nothing ties the pieces to it but what they come to: among so few lines that chance brings such a sum once in a thousand lines.
const CHANCE = 0.001;
const MOST_PIECES = 3;
const DAYS_BEFORE = 1;
// The nearest are tried first.
const WITHIN = [1, 3, 5];
const PERCENT = 70;
// What is kept, and a tax on it, are rounded each by itself.
const ROUNDED = [0n, 1n, -1n];
// Among more lines than these some come to anything.
const [MOST_LINES, MOST_SEEN] = [60, 240];

/**
 * One posting against two or three lines of the days behind it that nothing else explains, and that are the only ones which
 * come to it, to the cent, or less what is kept of every payment: a payment in pieces, of which nobody says whose it is. A
 * proposal.
 */
export const paidInPieces: Rule = {
  name: 'paid_in_pieces',
  version: 1,
  find(board) {
    const statement = board.open('statement').filter(({ said }) => !said.bankOwn);
    solve(board, paidInPieces, (line) =>
      line.side === 'ledger' && isOdd(line.minor) ? poolsOf(board, line, statement) : [],
    );
  },
};

function poolsOf(board: Board, line: Line, statement: readonly Line[]): Pool[] {
  const pools: Pool[] = [];
  const orTo = board.fees
    .netOf(line.minor, line.currency)
    .flatMap((net) => ROUNDED.map((unit) => net + unit));
  const kept = orTo.reduce((most, net) => (line.minor - net > most ? line.minor - net : most), 0n);
  for (const days of WITHIN) {
    const near = behind(line, statement, days);
    const smaller = near ? sameSign(line, near) : null;
    if (!smaller || smaller.length > MOST_LINES) break;
    const lines = smaller.filter((other) => mayBePiece(board, line, other));
    if (!canReach(line, lines, kept)) continue;
    const why = 'are the only open lines of these days that do';
    pools.push({ lines, why, orTo, percent: PERCENT, chance: CHANCE, most: MOST_PIECES, onlyWay: true });
  }
  return pools;
}

/** Of lines in the order of their dates, those of so many days behind a posting; null where they are very many. */
function behind(line: Line, statement: readonly Line[], days: number): Line[] | null {
  let at = countWhile(statement, ({ day }) => day < line.day - DAYS_BEFORE);
  const found: Line[] = [];
  for (let other = statement[at]; other; other = statement[(at += 1)]) {
    if (other.day - line.day > days) break;
    if (found.length === MOST_SEEN) return null;
    if (other.currency === line.currency) found.push(other);
  }
  return found;
}

function mayBePiece(board: Board, line: Line, other: Line): boolean {
  const evidence = board.weigh(line, other);
  return (
    !evidence.contradicted &&
    !isBanksOwn(line, other) &&
    !board.namesAnother(line, other, evidence) &&
    !board.namesKnownOther(line, other)
  );
}
