import { dayNumber } from '../../policy/dates.ts';
import { isUsualPercent, magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote } from '../board.ts';
import type { Line } from '../line.ts';
import { NameIndex } from '../name-index.ts';
import { linesWithPartner } from '../partners.ts';
import { significantDigits } from '../statistics.ts';
import { ofAnotherParty, shapeOf } from './group-key.ts';
import { type Batch, LONGER, batchesOfAll, byMonth } from './kinds-by-period.ts';

const OWN_PERCENT = 80;
// Of a party with more lines some period comes to any amount.
const MOST_LINES = 80;
// A month is paid in the month behind it.
const DAYS_BEHIND = 62;
const ODD_DIGITS = 3;

interface Paid {
  readonly whole: Line;
  readonly batch: Batch;
  readonly isLess: boolean;
}

/**
 * A payment of all that the books have of its party for a week, half a month or a month, credit notes taken off, to the cent; or of a
 * month less a usual discount: who is sent a statement of account pays that. A proposal.
 */
export const statementOfAccount: Rule = {
  name: 'statement_of_account',
  version: 1,
  find(board) {
    const paid = paidAmong(board);
    const claims = Map.groupBy(
      paid.flatMap(({ batch }) => batch.lines),
      (line) => line,
    );
    for (const one of paid)
      if (one.batch.lines.every((line) => claims.get(line)?.length === 1)) propose(board, one);
  },
};

function paidAmong(board: Board): Paid[] {
  const partners = linesWithPartner(board);
  const alone = (line: Line) => !partners.has(line) && significantDigits(line.minor) >= ODD_DIGITS;
  const names = new NameIndex(board.open('ledger').filter((line) => !partners.has(line)));
  return board
    .open('statement')
    .filter(alone)
    .flatMap((whole) => {
      const day = dayNumber(whole.date);
      const isBehind = ({ last }: Batch) => day >= last && day - last <= DAYS_BEHIND;
      const account = names.near(
        whole,
        (other) => other.day <= whole.day && board.namePercent(whole, other) >= OWN_PERCENT,
      );
      if (account.length < 2 || account.length > MOST_LINES) return [];
      const batches = batchesOfAll([account], LONGER, 2).filter(isBehind);
      const exact = batches.filter(({ total }) => total === whole.minor);
      const months = batchesOfAll([account], [byMonth], 2).filter(isBehind);
      const less = months.filter((batch) => isLessDiscount(whole, batch));
      const [batch, ...others] = exact.length > 0 ? exact : less;
      return batch && others.length === 0 ? [{ whole, batch, isLess: exact.length === 0 }] : [];
    });
}

function isLessDiscount({ minor }: Line, { total, lines }: Batch): boolean {
  return total > 0n === minor > 0n && isUsualPercent(magnitude(total), magnitude(minor), false, lines.length);
}

function propose(board: Board, { whole, batch: { lines, total }, isLess }: Paid): void {
  if (ofAnotherParty(board, lines, [whole])) return;
  const { currency, nameText } = whole;
  const [from, until] = [lines[0]?.date ?? '', lines.at(-1)?.date ?? ''];
  board.take({
    rule: statementOfAccount.name,
    type: shapeOf(lines, [whole]),
    lines: [...lines, whole],
    score: percentScore(isLess ? 82 : 94),
    alternatives: 0,
    reasons:
      `all ${lines.length} lines of its counterparty from ${from} to ${until} come to ${show(total, currency)} ${currency}` +
      (isLess ? `, a usual discount of ${show(magnitude(total - whole.minor), currency)} more` : '') +
      ` (quoted, not trusted: "${quote(nameText)}")`,
  });
}
