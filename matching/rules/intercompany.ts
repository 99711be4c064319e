import { magnitude, show } from '../amounts.ts';
import { type Rule, ambiguity, apart, percentScore, sideOf } from '../board.ts';
import { type Line, byKeys } from '../line.ts';

/** Same reference in two currencies, apart by no more than exchange rates explain. A proposal; the difference is exchange. */
export const intercompanyReference: Rule = {
  name: 'intercompany_reference',
  version: 4,
  find(board) {
    const keys = (line: Line) => (line.reference === null ? [] : [line.reference]);
    const { exchange } = board;
    if (exchange === null) return;
    for (const lines of byKeys(board.open(), keys).values()) {
      const [ledgers, statements] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
      const others = Math.max(ledgers.length, statements.length) - 1;
      for (const ledger of ledgers) {
        const fits = statements
          .filter((line) => board.isOpen(line) && line.currency !== ledger.currency)
          .filter((line) => Math.abs(line.day - ledger.day) <= board.settings.windows.reference)
          .filter((line) => magnitude(ledger.base - line.base) <= exchange.tolerance)
          .sort((a, b) => compare(magnitude(ledger.base - a.base), magnitude(ledger.base - b.base)));
        const [statement] = fits;
        if (!statement) continue;
        const difference = `${show(ledger.base - statement.base, exchange.currency)} ${exchange.currency}`;
        board.take({
          rule: intercompanyReference.name,
          type: 'fuzzy_match',
          lines: [ledger, statement],
          score: percentScore(others === 0 ? 95 : 60),
          alternatives: others,
          reasons:
            `same reference ${ledger.referenceText}; ${show(ledger.minor, ledger.currency)} ${ledger.currency} against ${show(statement.minor, statement.currency)} ${statement.currency}, ` +
            `which leaves an exchange difference of ${difference} at the rate of ${statement.date}, ${apart(ledger, statement)}${ambiguity(others)}`,
        });
      }
    }
  },
};

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
