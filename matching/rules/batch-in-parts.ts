import { show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { type Line, amountKey, byKeys, otherSide, totalOf } from '../line.ts';
import { significantDigits } from '../statistics.ts';
import { ofAnotherParty, shapeOf } from './group-key.ts';

const [ODD_DIGITS, DAYS_BEFORE, DAYS_BEHIND] = [4, 1, 4];
const MOST_PARTS = 6;
const PERCENT = 90;

/**
 * All lines of one batch against the few of one day and text that come to the same total: a deposit of which a part is available at
 * once and a part the next day. A proposal, where nothing else of these days has that total.
 */
export const batchInParts: Rule = {
  name: 'batch_in_parts',
  version: 1,
  find(board) {
    const open = board.open();
    const batches = byKeys(open, ({ side, currency, group, reference }) => {
      const batch = group ?? reference;
      return batch === null ? [] : [`${side} ${currency} ${batch}`];
    });
    const parts = byKeys(open, ({ side, currency, date, minor, words, name }) =>
      words || name
        ? [
            `${side} ${currency} ${date} ${minor > 0n ? '+' : '-'} ${name?.joined ?? ''} ${words?.joined ?? ''}`,
          ]
        : [],
    );
    const byTotal = Map.groupBy(
      [...parts.values()].filter(({ length }) => length > 1 && length <= MOST_PARTS),
      (lines) => (lines[0] ? amountKey(lines[0], lines[0].side, totalOf(lines)) : ''),
    );
    if (byTotal.size === 0) return;
    for (const lines of batches.values()) {
      const [first] = lines;
      if (!first || lines.length < 2 || significantDigits(totalOf(lines)) < ODD_DIGITS) continue;
      const found = byTotal.get(amountKey(first, otherSide(first), totalOf(lines))) ?? [];
      const [some, ...more] = found.filter((of) => areOne(board, lines, of));
      if (some && more.length === 0) propose(board, lines, some);
    }
  },
};

function areOne(board: Board, batch: readonly Line[], parts: readonly Line[]): boolean {
  const [first, other] = [batch[0], parts[0]];
  if (!first || !other) return false;
  const behind = (other.day - first.day) * (first.side === 'ledger' ? 1 : -1);
  if (behind < -DAYS_BEFORE || behind > DAYS_BEHIND) return false;
  // What each pays for itself needs no sum.
  if (batch.some(({ minor }) => parts.some((part) => part.minor === minor))) return false;
  return [...batch, ...parts].every((line) => board.isOpen(line));
}

function propose(board: Board, batch: readonly Line[], parts: readonly Line[]): void {
  const lines = [...batch, ...parts];
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  if (ofAnotherParty(board, ledger, statement)) return;
  const [first] = batch;
  const currency = first?.currency ?? '';
  board.take({
    rule: batchInParts.name,
    type: shapeOf(ledger, statement),
    lines,
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons: `all ${batch.length} lines of ${quote(first?.group ?? first?.referenceText ?? '')} and ${parts.length} of one day and text come to ${show(totalOf(batch), currency)} ${currency} to the cent`,
  });
}
