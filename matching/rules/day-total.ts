import { show } from '../amounts.ts';
import { type Board, type Rule, percentScore, sideOf } from '../board.ts';
import { type Line, amountKey, byKeys, otherSide, totalOf } from '../line.ts';
import { significantDigits } from '../statistics.ts';
import { ofAnotherParty, shapeOf } from './group-key.ts';

const LEAST_LINES = 3;
// What is sold on a day is paid out within days of it, and what is paid in is booked then or soon.
const DAYS_BEHIND = 4;
// Round amounts are some day's total by chance.
const ODD_DIGITS = 3;
const OWN_PERCENT = 60;

/**
 * A line that comes to all that is open of one day of the other side, with what was given back and kept: a processor's payout, a
 * payment run. A proposal, where no other line or day of these days has that amount.
 */
export const dayTotal: Rule = {
  name: 'day_total',
  version: 2,
  find(board) {
    const open = board.open();
    const days = byKeys(open, ({ side, currency, date }) => [`${side} ${currency} ${date}`]);
    const byTotal = Map.groupBy([...days.values()].filter(isOfMany), (lines) =>
      lines[0] ? amountKey(lines[0], otherSide(lines[0]), totalOf(lines)) : '',
    );
    const singles = byKeys(open, (line) => {
      const key = amountKey(line, line.side, line.minor);
      return byTotal.has(key) ? [key] : [];
    });
    for (const [total, wholes] of singles)
      for (const whole of wholes) {
        const [day, ...more] = (byTotal.get(total) ?? []).filter((lines) => isSoonBehind(whole, lines));
        const others = wholes.filter((other) => other !== whole && day && isSoonBehind(other, day));
        if (day && others.length + more.length === 0) propose(board, whole, day);
      }
  },
};

// What one party has on a day is looked for by its name.
function isOfMany(lines: readonly Line[]): boolean {
  const [first] = lines;
  return lines.length >= LEAST_LINES && lines.some((line) => textOf(line) !== textOf(first));
}

function textOf(line: Line | undefined): string | undefined {
  return (line?.name ?? line?.words)?.joined;
}

function propose(board: Board, whole: Line, day: readonly Line[]): void {
  if (significantDigits(whole.minor) < ODD_DIGITS) return;
  // Beside the one payment of a day what others come to is nothing.
  if (day.some(({ minor }) => minor === whole.minor)) return;
  const parts = withoutOffsets(board, day);
  const lines = [...parts, whole];
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  if (parts.length < 2 || ofAnotherParty(board, ledger, statement)) return;
  board.take({
    rule: dayTotal.name,
    type: shapeOf(ledger, statement),
    lines,
    score: percentScore(95),
    alternatives: 0,
    reasons: `all ${parts.length} lines of ${parts[0]?.date ?? ''} add up to ${show(whole.minor, whole.currency)} ${whole.currency} to the cent, and no other line of these days has that amount`,
  });
}

function isSoonBehind({ side, day }: Line, [first]: readonly Line[]): boolean {
  const behind = (day - (first?.day ?? day)) * (side === 'statement' ? 1 : -1);
  return behind >= 0 && behind <= DAYS_BEHIND;
}

/** Lines without what one of them takes back of another, which adds nothing to them. */
function withoutOffsets(board: Board, lines: readonly Line[]): Line[] {
  const offset = new Set<Line>();
  for (const line of lines.filter(({ minor }) => minor < 0n)) {
    const other = lines.find(
      (one) => one.minor === -line.minor && !offset.has(one) && board.namePercent(one, line) >= OWN_PERCENT,
    );
    if (other) offset.add(line).add(other);
  }
  return lines.filter((line) => !offset.has(line));
}
