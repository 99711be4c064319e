import { dayNumber } from '../../policy/dates.ts';
import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { type Line, amountKey, byKeys, unclaimed } from '../line.ts';
import { linesAlone } from '../partners.ts';
import { significantDigits } from '../statistics.ts';
import { ofAnotherParty, shapeOf } from './group-key.ts';
import { type Batch, FORTNIGHTS, LONGER, batchesOfAll, byMonth } from './kinds-by-period.ts';

const OWN_PERCENT = 80;
// Of a party with more lines some period comes to any amount.
const MOST_LINES = 80;
// A month is paid in the month behind it.
const DAYS_BEHIND = 62;
const ODD_DIGITS = 3;
// In thousandths.
const DISCOUNTS = [10n, 15n, 20n, 25n, 30n, 40n, 50n];

interface Paid {
  readonly whole: Line;
  readonly batch: Batch;
  readonly isLess: boolean;
}

/**
 * A payment of all that the books have of its party for a week, two, half a month or a month, credit notes taken off, to the cent; or of a
 * month less a usual discount: who is sent a statement of account pays that. A proposal.
 */
export const statementOfAccount: Rule = {
  name: 'statement_of_account',
  version: 2,
  find(board) {
    const linesOf = ({ whole, batch }: Paid) => [whole, ...batch.lines];
    for (const one of unclaimed(paidAmong(board), linesOf)) propose(board, one);
  },
};

function paidAmong(board: Board): Paid[] {
  const alone = linesAlone(board);
  const accounts = accountsOf(board, sideOf(alone, 'ledger'));
  const receipts = byKeys(
    sideOf(alone, 'statement').filter(({ minor }) => significantDigits(minor) >= ODD_DIGITS),
    (line) => [amountKey(line, 'statement', line.minor)],
  );
  const wholesOf = (batch: Batch, minor: bigint) => {
    const [first] = batch.lines;
    const same = first ? (receipts.get(amountKey(first, 'statement', minor)) ?? []) : [];
    return same.filter((whole) => isPaidBy(board, whole, batch));
  };
  const exact = batchesOfAll(accounts, [...LONGER, ...FORTNIGHTS], 2).flatMap((batch) =>
    wholesOf(batch, batch.total).map((whole) => ({ whole, batch, isLess: false })),
  );
  const paid = new Set(exact.map(({ whole }) => whole));
  const less = batchesOfAll(accounts, [byMonth]).flatMap((batch) =>
    discounted(batch.total, batch.lines.length).flatMap((minor) =>
      wholesOf(batch, minor)
        .filter((whole) => !paid.has(whole))
        .map((whole) => ({ whole, batch, isLess: true })),
    ),
  );
  return [...exact, ...less];
}

/** The books' lines of each party that has some. */
function accountsOf(board: Board, lines: readonly Line[]): (readonly Line[])[] {
  const accounts = byKeys(lines, (line) => {
    const party = board.partyOf(line);
    return party === null ? [] : [`${line.currency} ${party}`];
  });
  return [...accounts.values()].filter(({ length }) => length >= 2 && length <= MOST_LINES);
}

function isPaidBy(board: Board, whole: Line, { lines, last }: Batch): boolean {
  const days = dayNumber(whole.date) - last;
  const [first] = lines;
  return (
    first !== undefined && days >= 0 && days <= DAYS_BEHIND && board.namePercent(whole, first) >= OWN_PERCENT
  );
}

/** What is left of an amount less a discount of usual percent, in minor units, each part rounded by itself. */
function discounted(total: bigint, parts: number): bigint[] {
  return DISCOUNTS.flatMap((share) => {
    const net = total - (total * share) / 1000n;
    return Array.from({ length: 2 * parts + 1 }, (_, at) => net + BigInt(at - parts));
  });
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
