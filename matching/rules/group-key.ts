import { isStanding, referenceKey } from '../../ledger/keys.ts';
import type { MatchType } from '../../ledger/database.ts';
import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { identifierOf } from '../identifiers-in-text.ts';
import { type Identifier, contradicts, lookupKey, sameIdentifier } from '../identifiers.ts';
import { type Line, byKeys, otherSide, totalOf } from '../line.ts';
import { significantDigits } from '../statistics.ts';
import { isMonthNumber } from '../periods.ts';

/**
 * One line against many that share a payout, deposit slip or batch, to the cent, stated fees included. A side that has no
 * such column names the group in its reference or text.
 */
export const groupKey: Rule = {
  name: 'group_key',
  version: 8,
  find(board) {
    for (const { group, lines, ledger, statement } of groups(board)) {
      if (Math.min(ledger.length, statement.length) !== 1 || gross(ledger) !== gross(statement)) continue;
      if (!namesOneBatch(group) || ofAnotherParty(board, ledger, statement)) continue;
      if (isOneAndOffsets(ledger, statement)) continue;
      const fees = lines.reduce((total, line) => total + line.fee, 0n);
      const currency = ledger[0]?.currency ?? '';
      const stated = fees === 0n ? '' : `, stated fees of ${show(fees, currency)} included`;
      board.take({
        rule: groupKey.name,
        type: shapeOf(ledger, statement),
        lines,
        score: '1.00',
        alternatives: 0,
        reasons: `${ledger.length} ledger and ${statement.length} statement lines of group ${quote(group)} add up to the cent${stated}`,
      });
    }
  },
};

/** False for a label, a month or a date, which batches of several parties share. */
function namesOneBatch(group: string): boolean {
  const key = referenceKey(group) ?? '';
  return /\d/.test(key) && !isStanding(key) && !isMonthNumber(key);
}

/** True when one of many lines has all that the other side's one line comes to: the others are nothing, as a wrong posting and its reversal. */
function isOneAndOffsets(ledger: readonly Line[], statement: readonly Line[]): boolean {
  if (Math.min(ledger.length, statement.length) !== 1) return false;
  const amounts = new Set(ledger.map((line) => gross([line])));
  return statement.some((line) => amounts.has(gross([line])));
}

/** True when all parts are of one party, and the line that they make up plainly of another. */
export function ofAnotherParty(board: Board, ledger: readonly Line[], statement: readonly Line[]): boolean {
  if (ledger.length !== 1 && statement.length !== 1) return false;
  const [parts, [whole]] = ledger.length === 1 ? [statement, ledger] : [ledger, statement];
  const [first] = parts;
  if (!first?.name || !whole?.name || parts.some((part) => !part.name || !alike(board, part, first)))
    return false;
  return !alike(board, first, whole);
}

function alike(board: Board, a: Line, b: Line): boolean {
  return (board.namesAlike(a, b) ?? 0) >= 60;
}

/** Whoever is charged more than a tenth for a payment has not been charged a fee. */
export const LEAST_TIMES_FEE = 10n;

/** Many lines of one group against many, to the cent. A proposal. */
export const groupMany: Rule = {
  name: 'group_many',
  version: 5,
  find(board) {
    for (const { group, lines, ledger, statement } of groups(board))
      if (gross(ledger) === gross(statement) && namesOneBatch(group) && !isOneAndOffsets(ledger, statement))
        board.take({
          rule: groupMany.name,
          type: shapeOf(ledger, statement),
          lines,
          score: percentScore(97),
          alternatives: 0,
          reasons: `${ledger.length} ledger and ${statement.length} statement lines of group ${quote(group)} add up to the cent`,
        });
  },
};

/** A group that adds up but for a fee: one that its text states, or of a usual size. A proposal. */
export const groupRemainder: Rule = {
  name: 'group_remainder',
  version: 5,
  find(board) {
    for (const { group, lines, ledger, statement } of groups(board)) {
      if (!namesOneBatch(group)) continue;
      const currency = ledger[0]?.currency ?? '';
      const rest = gross(ledger) - gross(statement);
      const kept = magnitude(rest);
      const whole = magnitude(gross(ledger));
      const stated = board.fees.isStated(kept, lines);
      const usual =
        Math.min(ledger.length, statement.length) === 1 &&
        (board.fees.isUsualShare(kept, whole, ledger) ||
          (board.fees.isListed(kept, currency) && kept * LEAST_TIMES_FEE <= whole));
      if (!stated && !usual) continue;
      board.take({
        rule: groupRemainder.name,
        type: shapeOf(ledger, statement),
        lines,
        score: percentScore(stated ? 97 : 92),
        alternatives: 0,
        reasons:
          `${ledger.length} ledger and ${statement.length} statement lines of group ${quote(group)} add up but for ` +
          `${show(rest, currency)} ${currency}, ${stated ? 'which the text states' : 'as a fee would leave'}`,
      });
    }
  },
};

/**
 * A line that comes to the total of a batch of the other side and does not name it: all lines of one payout, slip, payroll
 * or payment run, by their group or by the reference that they share. A proposal, where nothing else could be meant.
 */
export const batchTotal: Rule = {
  name: 'batch_total',
  version: 5,
  find(board) {
    const open = board.open();
    const batches = byKeys(open, (line) => {
      const keys = [ownGroup(line), line.reference === null ? null : `${line.currency}\n${line.reference}`];
      return keys.flatMap((key) => (key === null ? [] : [`${line.side} ${key}`]));
    });
    const byTotal = Map.groupBy(
      [...batches.values()].filter((lines) => lines.length > 1),
      (lines) => `${lines[0]?.currency ?? ''} ${otherSide(lines[0] ?? { side: 'ledger' })} ${totalOf(lines)}`,
    );
    const singles = byKeys(open, (line) => {
      const key = `${line.currency} ${line.side} ${line.minor}`;
      return byTotal.has(key) ? [key] : [];
    });
    for (const [total, wholes] of singles) {
      const [whole, ...others] = wholes;
      const found = (byTotal.get(total) ?? []).filter((lines) => lines.every((line) => board.isOpen(line)));
      const [parts, ...more] = found.filter(
        (lines) => lines.length === Math.max(...found.map((some) => some.length)),
      );
      if (
        !whole ||
        !parts ||
        others.length > 0 ||
        more.some((some) => some.some((line) => !parts.includes(line)))
      )
        continue;
      const { group: window } = board.settings.windows;
      if (whole.group !== null || significantDigits(whole.minor) < ODD_DIGITS) continue;
      if (!parts.some((part) => Math.abs(part.day - whole.day) <= window)) continue;
      // What is paid in was booked by then, or hardly later.
      if (whole.side === 'statement' && parts.some((part) => part.day - whole.day > DAYS_BEFORE)) continue;
      const both = [...parts, whole];
      const [ledger, statement] = [sideOf(both, 'ledger'), sideOf(both, 'statement')];
      if (ofAnotherParty(board, ledger, statement)) continue;
      // What the bank's lines name is paid by them, and what was booked twice is no batch.
      if (whole.side === 'ledger' && parts.some((part) => isOfAnother(part, whole))) continue;
      if (areOneAgain(parts)) continue;
      const named = parts[0]?.group ?? parts[0]?.referenceText ?? '';
      board.take({
        rule: batchTotal.name,
        type: shapeOf(ledger, statement),
        lines: both,
        score: percentScore(95),
        alternatives: 0,
        reasons: `all ${parts.length} lines of ${quote(named)} add up to ${show(whole.minor, whole.currency)} ${whole.currency} to the cent, and no other line has that amount`,
      });
    }
  },
};

const [ODD_DIGITS, DAYS_BEFORE] = [3, 5];

function isOfAnother({ identifiers }: Line, whole: Line): boolean {
  return identifiers.some((one) => whole.identifiers.some((other) => contradicts(one, other)));
}

function areOneAgain(lines: readonly Line[]): boolean {
  return lines.every(({ group, minor }) => group === null && minor === lines[0]?.minor);
}

/** What kind of match lines of the two sides make. */
export function shapeOf(ledger: readonly Line[], statement: readonly Line[]): MatchType {
  if (ledger.length === 0 || statement.length === 0) return 'same_side_offset';
  if (ledger.length === 1 && statement.length === 1) return 'fuzzy_match';
  return ledger.length === 1 || statement.length === 1 ? 'multi_to_one' : 'many_to_many';
}

function groups(board: Board) {
  const open = board.open();
  const named = groupNames(open);
  // Who has no group of its own may name one of the other side's.
  const keys = (line: Line) => {
    const own = ownGroup(line);
    if (own !== null) return [own];
    return line.identifiers.flatMap((one) => {
      const group = named.get(`${line.currency}\n${one.key}`) ?? named.get(numberKey(line, one));
      return group?.key && (group.name === null || sameIdentifier(group.name, one)) ? [group.key] : [];
    });
  };
  return [...byKeys(open, keys)].flatMap(([key, all]) => {
    const lines = all.filter((line) => board.isOpen(line));
    const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
    if (ledger.length === 0 || statement.length === 0 || lines.length < 3) return [];
    return [{ group: lines.find(({ group }) => group !== null)?.group ?? key, lines, ledger, statement }];
  });
}

interface GroupName {
  /** Null where two groups share a number. */
  readonly key: string | null;
  readonly name: Identifier | null;
}

/** Groups by what a text may call them: as they are written, or by their number (BULK PAYMENT 471 for RUN00471). */
function groupNames(open: readonly Line[]): Map<string, GroupName> {
  const names = new Map<string, GroupName>();
  for (const line of open) {
    const key = ownGroup(line);
    if (key === null || names.has(key)) continue;
    names.set(key, { key, name: null });
    const name = identifierOf(referenceKey(line.group) ?? '', '');
    if (!name || name.standing) continue;
    const number = numberKey(line, name);
    names.set(number, { key: names.has(number) ? null : key, name });
  }
  return names;
}

// None that a group itself can have: 471 may be a group beside RUN00471.
function numberKey({ currency }: Line, name: Identifier): string {
  return `${currency}\n#${lookupKey(name)}`;
}

function ownGroup({ currency, group }: Line): string | null {
  return group === null ? null : `${currency}\n${referenceKey(group) ?? group}`;
}

/** What lines are worth before fees stated on them. */
function gross(lines: readonly Line[]): bigint {
  return totalOf(lines) + lines.reduce((total, line) => total + line.fee, 0n);
}
