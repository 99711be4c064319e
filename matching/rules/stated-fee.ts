import { show } from '../amounts.ts';
import { type Board, type Rule, apart, percentScore, quote } from '../board.ts';
import { type Line, amountKey, byKeys, otherSide, unclaimed } from '../line.ts';
import { linesAlone } from '../partners.ts';
import { isOdd } from '../statistics.ts';

const PERCENT = 85;

/**
 * A line that states what is kept of it, as a sum or a percentage, and the only line of these days that is the rest to the cent,
 * whoever that names: what a lender pays out for a customer. A proposal.
 */
export const statedFee: Rule = {
  name: 'stated_fee',
  version: 1,
  find(board) {
    const alone = linesAlone(board);
    const having = byKeys(alone, (line) => [amountKey(line, line.side, line.minor)]);
    const found = alone
      .filter(({ said, minor }) => said.fees.length > 0 && minor > 0n)
      .flatMap((line) => {
        // Books have the whole, and a statement what is left of it.
        const rests = line.said.fees.map((fee) => line.minor + (line.side === 'ledger' ? -fee : fee));
        const others = rests.flatMap((rest) =>
          (having.get(amountKey(line, otherSide(line), rest)) ?? []).filter((other) =>
            mayBe(board, line, other),
          ),
        );
        const [other, ...more] = new Set(others);
        return other && more.length === 0 ? [{ line, other }] : [];
      });
    for (const { line, other } of unclaimed(found, (one) => [one.line, one.other]))
      propose(board, ...(line.side === 'ledger' ? ([line, other] as const) : ([other, line] as const)));
  },
};

function mayBe(board: Board, line: Line, other: Line): boolean {
  const behind = (other.day - line.day) * (line.side === 'ledger' ? 1 : -1);
  if (behind < 0 || behind > board.settings.windows.amount || !isOdd(other.minor)) return false;
  return !board.tellsApart(line, other, board.weigh(line, other));
}

function propose(board: Board, ledger: Line, statement: Line): void {
  const { currency } = ledger;
  const [ours, theirs, rest] = [ledger.minor, statement.minor, ledger.minor - statement.minor].map((minor) =>
    show(minor, currency),
  );
  board.take({
    rule: statedFee.name,
    type: 'fuzzy_match',
    lines: [ledger, statement],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons: `${ours ?? ''} against ${theirs ?? ''} ${currency}, ${apart(ledger, statement)}, difference ${rest ?? ''}: what the text states, and no other line is the rest (quoted, not trusted: "${quote(ledger.nameText)}")`,
  });
}
