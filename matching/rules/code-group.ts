import { magnitude, minorOf } from '../amounts.ts';
import { type Board, type Rule, quote, sideOf } from '../board.ts';
import { type Line, byKeys, otherSide, totalOf } from '../line.ts';
import { subsetFor } from '../subsets.ts';
import { LEAST_TIMES_FEE } from './group-key.ts';
import { takeSides } from './sides.ts';
import { arePairs } from './many-to-many.ts';
import { agreeing } from './parts.ts';

const MOST_LINES = 24;
const CHANCE_OF_DAY = 0.05;

/**
 * Lines of both sides that have a short code in their texts (`run W9`, `PP06`, `batch B12`) and one total, less at most what
 * a processor keeps where one line pays them all. A proposal.
 */
export const codeGroup: Rule = {
  name: 'code_group',
  version: 4,
  find(board) {
    for (const [key, lines] of byKeys(board.open(), codesOf)) {
      const open = lines.filter((line) => board.isOpen(line));
      const [ledger, statement] = [sideOf(open, 'ledger'), sideOf(open, 'statement')];
      if (ledger.length === 0 || statement.length === 0 || open.length < 3 || open.length > MOST_LINES)
        continue;
      if (!areNear(board, open)) continue;
      const rest = totalOf(ledger) - totalOf(statement);
      if (rest !== 0n && !isLeftOver(board, rest, ledger, statement)) continue;
      takeSides(
        board,
        codeGroup,
        ledger,
        statement,
        `name ${quote(key.slice(key.lastIndexOf(' ') + 1))}`,
        92,
      );
    }
  },
};

/**
 * A day's postings against several lines that name that day and are written alike: books by card brand, a bank by terminal.
 * Or a line that names a day against several of the other side that name it too: a day's card sales, paid brand by brand. A
 * proposal.
 */
export const dayGroup: Rule = {
  name: 'day_group',
  version: 6,
  find(board) {
    takeNamed(board);
    const ofDay = byKeys(board.open('ledger'), (line) => [`${line.currency} ${line.date.slice(5)}`]);
    const alike = byKeys(board.open('statement'), (line) =>
      line.said.days.map((day) => `${line.currency} ${day} ${writtenAs(line)}`),
    );
    for (const [key, lines] of alike) {
      const statement = lines.filter((line) => board.isOpen(line));
      const [first] = statement;
      if (!first || statement.length < 2 || statement.length > MOST_LINES) continue;
      const [, day = ''] = / (\d\d-\d\d) /.exec(key.slice(first.currency.length)) ?? [];
      const postings = (ofDay.get(`${first.currency} ${day}`) ?? []).filter((line) => board.isOpen(line));
      for (const ledger of byKeys(postings, ({ group }) => [group ?? '']).values()) {
        if (ledger.length < 2 || ledger.length > MOST_LINES || !areNear(board, [...ledger, ...statement]))
          continue;
        const parts = adding(ledger, totalOf(statement));
        // What is on both sides by itself is no group.
        if (
          parts &&
          (parts === ledger || areOfOneKind(parts)) &&
          !arePairs(board, parts, statement) &&
          takeSides(board, dayGroup, parts, statement, `are of one day (${day})`, 88)
        )
          break;
      }
    }
  },
};

function takeNamed(board: Board): void {
  const naming = byKeys(board.open(), (line) => line.said.days.map((day) => dayOf(line, line.side, day)));
  for (const line of board.open())
    for (const day of line.said.days) {
      const others = (naming.get(dayOf(line, otherSide(line), day)) ?? []).filter(
        (other) =>
          board.isOpen(other) && other.minor > 0n === line.minor > 0n && areNear(board, [line, other]),
      );
      if (!board.isOpen(line) || others.length < 2 || others.length > MOST_LINES) continue;
      const parts = adding(others, line.minor);
      if (!parts || !parts.every((part) => agreeing(board, line, part))) continue;
      const [ledger, statement] = line.side === 'ledger' ? [[line], parts] : [parts, [line]];
      takeSides(board, dayGroup, ledger, statement, `name one day (${day})`, 90);
    }
}

function dayOf({ currency }: Line, side: Line['side'], day: string): string {
  return `${currency} ${side} ${day}`;
}

function adding(lines: readonly Line[], total: bigint): readonly Line[] | null {
  if (totalOf(lines) === total) return lines;
  const found = subsetFor(
    lines.map(({ minor }) => minor),
    total,
    CHANCE_OF_DAY,
  );
  return found?.others === 0 ? found.places.flatMap((at) => lines[at] ?? []) : null;
}

// Some of a day have to have more in common than the day.
function areOfOneKind([first, ...others]: readonly Line[]): boolean {
  return others.every(({ words }) => words?.joined === first?.words?.joined);
}

// One merchant's lines: the same words and the same long number.
function writtenAs({ words, identifiers }: Line): string {
  const merchant = identifiers.filter(({ digits }) => digits.length >= SHORTEST_MERCHANT);
  return [words?.joined ?? '', ...merchant.map(({ key }) => key)].join(' ');
}

const SHORTEST_MERCHANT = 8;

// Letters and digits in one short word; longer ones are identifiers.
function codesOf({ currency, name, words }: Line): string[] {
  const said = [...(name?.words ?? []), ...(words?.words ?? [])];
  return said.filter((word) => /\d/.test(word) && /[a-z]/.test(word)).map((code) => `${currency} ${code}`);
}

function areNear(board: Board, lines: readonly Line[]): boolean {
  const days = lines.map(({ day }) => day);
  return Math.max(...days) - Math.min(...days) <= board.settings.windows.group;
}

/** Rounding, or what is kept of a payout: the statement has one line less a fee. */
function isLeftOver(
  board: Board,
  rest: bigint,
  ledger: readonly Line[],
  statement: readonly Line[],
): boolean {
  const [first] = ledger;
  if (!first) return false;
  if (magnitude(rest) <= (minorOf(board.settings.rounding, first.currency) ?? 0n)) return true;
  const whole = totalOf(ledger);
  if (statement.length > 1 || rest < 0n || whole <= 0n) return false;
  return (
    board.fees.isUsualShare(rest, whole, ledger) ||
    (board.fees.isStated(rest, statement) && rest * LEAST_TIMES_FEE <= whole)
  );
}
