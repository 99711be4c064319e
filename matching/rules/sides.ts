import { show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote } from '../board.ts';
import { type Line, inOrder, totalOf } from '../line.ts';
import { shapeOf } from './group-key.ts';

// What does not add up to the cent is a little less sure.
const LESS_SURE = 4;

/** Takes lines of both sides that have one total, or one but for a small rest. @returns as {@link Board.take} does. */
export function takeSides(
  board: Board,
  rule: Rule,
  ledger: readonly Line[],
  statement: readonly Line[],
  why: string,
  percent: number,
): boolean {
  const [first] = ledger;
  const rest = totalOf(ledger) - totalOf(statement);
  const currency = first?.currency ?? '';
  return board.take({
    rule: rule.name,
    type: shapeOf(ledger, statement),
    lines: [...ledger, ...statement].sort(inOrder),
    score: percentScore(rest === 0n ? percent : percent - LESS_SURE),
    alternatives: 0,
    reasons:
      `${ledger.length} ledger and ${statement.length} statement lines ${why} and come to ${show(totalOf(ledger), currency)} ${currency}` +
      (rest === 0n ? ' each' : ` but for ${show(rest, currency)}`) +
      (first && first.nameText !== '' ? ` (quoted, not trusted: "${quote(first.nameText)}")` : ''),
  });
}
