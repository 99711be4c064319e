import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { type Line, amountKey, byKeys, otherSide, totalOf } from '../line.ts';
import { identifierKeys } from '../line-keys.ts';
import { agreeing } from './parts.ts';

const PERCENT = 80;
const ALIKE_PERCENT = 70;

/**
 * Several lines of one document against those that name it, and one line of these days that does not, of its party or of nobody,
 * and that nothing else but the rest is like. A proposal.
 */
export const componentRest: Rule = {
  name: 'component_rest',
  version: 1,
  find(board) {
    const open = board.open();
    let having: ReadonlyMap<string, readonly Line[]> | null = null;
    for (const [key, lines] of byKeys(open, identifierKeys))
      for (const side of ['ledger', 'statement'] as const) {
        const [own, theirs] = [sideOf(lines, side), sideOf(lines, otherSide({ side }))];
        if (own.length < 2 || theirs.length === 0 || !lines.every((line) => board.isOpen(line))) continue;
        const rest = restOf(
          board,
          own,
          theirs,
          (having ??= byKeys(open, (line) => [amountKey(line, line.side, line.minor)])),
        );
        if (rest) propose(board, key, own, [...theirs, rest]);
      }
  },
};

/** The only line that comes to what is missing, of an amount that nothing else in the account has. */
function restOf(
  board: Board,
  own: readonly Line[],
  theirs: readonly Line[],
  having: ReadonlyMap<string, readonly Line[]>,
): Line | null {
  const [first] = own;
  const [whole, rest] = [totalOf(own), totalOf(own) - totalOf(theirs)];
  if (!first || rest === 0n || rest > 0n !== whole > 0n || magnitude(rest) >= magnitude(whole)) return null;
  const [found] = having.get(amountKey(first, otherSide(first), rest)) ?? [];
  if (!found || !board.isOpen(found) || !board.statistics.isOneOff(found)) return null;
  const isNear = own.some(({ day }) => Math.abs(day - found.day) <= board.settings.windows.amount);
  const isNobodys = board.partyOf(found) === null;
  const isTheirs = own.some((line) => board.namePercent(line, found) >= ALIKE_PERCENT);
  const agrees = own.every((line) => agreeing(board, line, found)) && identifierKeys(found).length === 0;
  return isNear && agrees && (isNobodys || isTheirs) ? found : null;
}

function propose(board: Board, key: string, own: readonly Line[], others: readonly Line[]): void {
  const lines = [...own, ...others];
  const [first] = own;
  if (!first) return;
  board.take({
    rule: componentRest.name,
    type: 'many_to_many',
    lines: [...sideOf(lines, 'ledger'), ...sideOf(lines, 'statement')],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons:
      `both sides come to ${show(totalOf(own), first.currency)} ${first.currency}: all that names ${quote(key)}, and the only line of ` +
      `these days that comes to the rest`,
  });
}
