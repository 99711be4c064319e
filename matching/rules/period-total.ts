import { dayNumber } from '../../policy/dates.ts';
import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { type Line, amountKey, byKeys, otherSide } from '../line.ts';
import { linesAlone } from '../partners.ts';
import { countNear } from '../sorted.ts';
import { significantDigits } from '../statistics.ts';
import { shapeOf } from './group-key.ts';
import { agreeing } from './parts.ts';
import { type Batch, LONGER, batchesOfAll, byDay, kindsOf } from './kinds-by-period.ts';

// Of more lines there are so many periods that some come to any amount.
export const MOST_LINES = 4_000;
// What a period comes to is paid within days of it, and what is paid in pieces was booked before.
const DAYS_BEHIND = 12;
// How many periods near a line may come to its amount by chance.
const [CHANCE, CHANCE_NAMED] = [0.005, 0.1];
const [ODD_DIGITS, SHORTEST_NUMBER] = [4, 4];
const CUTS = [byDay, ...LONGER];

/**
 * A line that comes, to the cent, to all of one kind that the other side has in a day, a week, half a month or a month, or between
 * two weeks without one: a fuel card's invoice, a ticket office's settlement. A kind is what has a name, a word or a number in
 * common. A proposal.
 */
export const periodTotal: Rule = {
  name: 'period_total',
  version: 1,
  find(board) {
    const alone = linesAlone(board);
    const sides = byKeys(alone, ({ currency, side }) => [`${currency} ${side}`]);
    for (const lines of sides.values()) {
      const [first] = lines;
      const others = first ? (sides.get(`${first.currency} ${otherSide(first)}`) ?? []) : [];
      if (lines.length <= MOST_LINES && others.length > 0) proposeTotals(board, lines, others);
    }
  },
};

function proposeTotals(board: Board, lines: readonly Line[], others: readonly Line[]): void {
  const batches = batchesOfAll(kindsOf(lines), CUTS);
  const byTotal = Map.groupBy(batches, ({ total }) => total);
  const days = batches.map(({ last }) => last).sort((a, b) => a - b);
  const sameAmount = byKeys(others, (line) => [amountKey(line, line.side, line.minor)]);
  for (const whole of others) {
    if (significantDigits(whole.minor) < ODD_DIGITS) continue;
    const day = dayNumber(whole.date);
    const isAgain = (line: Line) => line !== whole && Math.abs(dayNumber(line.date) - day) <= DAYS_BEHIND;
    if (sameAmount.get(amountKey(whole, whole.side, whole.minor))?.some(isAgain)) continue;
    const [batch, ...rivals] = (byTotal.get(whole.minor) ?? []).filter(({ last }) =>
      isNear(whole, day, last),
    );
    // Beside the one payment of a period what others come to is nothing.
    if (!batch || rivals.length > 0 || batch.lines.some(({ minor }) => minor === whole.minor)) continue;
    const near = countNear(days, day, DAYS_BEHIND);
    const size = parseInt(magnitude(whole.minor).toString(), 10);
    if (near / size <= (isNamed(board, whole, batch) ? CHANCE_NAMED : CHANCE))
      proposePeriod(board, periodTotal, batch.lines, whole, 90, 'to the cent');
  }
}

function isNear({ side }: Line, day: number, last: number): boolean {
  return Math.abs(day - last) <= DAYS_BEHIND && (side === 'ledger' || day >= last);
}

/** True when both sides have a word that few have or one label, or the batch's own number is the end of one that the line has. */
function isNamed(board: Board, whole: Line, { lines }: Batch): boolean {
  const hasItsNumber = ({ identifiers }: Line) =>
    identifiers.some(
      ({ key, standing }) =>
        standing && key.length >= SHORTEST_NUMBER && whole.identifiers.some((one) => one.key.endsWith(key)),
    );
  const hasItsLabel = ({ said }: Line) => said.labels.some((label) => whole.said.labels.includes(label));
  return (
    lines.some((line) => board.shareTellingWord(whole, line)) ||
    lines.every(hasItsNumber) ||
    lines.every(hasItsLabel)
  );
}

/** Takes a batch's lines and the line that they come to. @param how that is, in words. */
export function proposePeriod(
  board: Board,
  rule: Rule,
  parts: readonly Line[],
  whole: Line,
  percent: number,
  how: string,
): void {
  const lines = [...parts, whole];
  if (parts.every((part) => board.namesKnownOther(part, whole))) return;
  // What the bank's lines name is paid by them.
  if (whole.side === 'ledger' && !parts.every((part) => agreeing(board, part, whole))) return;
  const [from, until] = [parts[0]?.date ?? '', parts.at(-1)?.date ?? ''];
  board.take({
    rule: rule.name,
    type: shapeOf(sideOf(lines, 'ledger'), sideOf(lines, 'statement')),
    lines,
    score: percentScore(percent),
    alternatives: 0,
    reasons:
      `all ${parts.length} lines of one kind from ${from} to ${until} come to ${show(whole.minor, whole.currency)} ${whole.currency} ${how}` +
      (whole.nameText === '' ? '' : ` (quoted, not trusted: "${quote(whole.nameText)}")`),
  });
}
