import { show } from '../amounts.ts';
import { type Edge, assign } from '../assign.ts';
import { type Board, type Rule, ambiguity, apart, quote, scoreOf, sideOf } from '../board.ts';
import type { Evidence } from '../evidence.ts';
import { shareIdentifier } from '../identifiers.ts';
import { type Line, byKeys, haveTexts, isBanksOwn, lookOf } from '../line.ts';
import { areMisdated } from '../misdated.ts';
import { areOfOneDocument, isAgain, isOneAgain, withoutRepeats } from '../repeats.ts';
import { significantDigits } from '../statistics.ts';

// Odds below these are left open: 8 : 1 where a text agrees, 64 : 1 where nothing but amount and date does.
const LEAST_BITS_WITH_TEXT = 3;
const LEAST_BITS_WITHOUT = 6;
// Nothing else that is open has this amount, in the whole account: 99 in 100 of such pairs are right.
const ALONE_BITS = 2;
// Both have a text, and the two have nothing in common.
const UNLIKE_TEXT_BITS = -2;
const PLAIN_PERCENT = 90;
const PLAIN_BITS = 4.2;
// A full name that few have is somebody's within weeks, and a name that is nearly alike on the same or the next day.
const TELLING_NAME_BITS = 6;
const LATE_BITS = -1;
const NEARLY_NAME_BITS = 3;
const NEARLY_PERCENT = 75;
const LATE_DIGITS = 2;
const DOUBTFUL_PERCENT = 35;
const ALIKE_PERCENT = 60;
const WORD_DAYS = 3;
const MONTHS_APART = 30;
// Two solutions whose odds differ by less than this factor (in bits) are as good as each other.
const SLACK_BITS = 0.4;
// Less than what counts as a difference, and more than a step in which gains are compared.
const OTHER_DATE_BITS = 1 / 32;
// Past this many pairs in one amount, lines that look the same are weighed once for all of them.
const MOST_PAIRS = 40_000;

/** Same amount, near dates, and a text that agrees; the best assignment of all that share the amount. A proposal. */
export const amountDateText: Rule = {
  name: 'amount_date_text',
  version: 14,
  find: (board) => pairEqualAmounts(board, amountDateText),
};

/** Same amount and near dates and nothing else: too often wrong to settle. A proposal, only where nothing else fits. */
export const amountDate: Rule = {
  name: 'amount_date',
  version: 12,
  find: (board) => pairEqualAmounts(board, amountDate),
};

/**
 * As `amount_date_text`, once it is known from the pairs that were found how the other side writes a counterparty, such as
 * VZWRLSS for Verizon Wireless. A proposal.
 */
export const amountDateAlias: Rule = {
  name: 'amount_date_alias',
  version: 11,
  find: (board) => pairEqualAmounts(board, amountDateAlias),
};

function pairEqualAmounts(board: Board, rule: Rule): void {
  const withText = rule !== amountDate;
  const window = withText ? board.settings.windows.reference : board.settings.windows.amount;
  for (const lines of byKeys(board.open(), (line) => [`${line.currency} ${line.minor}`]).values()) {
    const [ours, theirs] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
    if (ours.length === 0 || theirs.length === 0) continue;
    const again = new Map<Line, number>();
    const ledger = withText ? withoutRepeats(board, ours, theirs, again) : ours;
    const statement = withText ? withoutRepeats(board, theirs, ours, again) : theirs;
    const weighed = pairsOf(board, rule, ledger, statement, window);
    const matrix = new Map(weighed.map((pair) => [pair.row * statement.length + pair.column, pair] as const));
    for (const { row, column, alternatives: exchanges } of assign(weighed, SLACK_BITS)) {
      const pair = matrix.get(row * statement.length + column);
      const [one, other] = [ledger[row], statement[column]];
      if (!pair || !one || !other) continue;
      const alternatives = Math.max(exchanges, again.get(one) ?? 0, again.get(other) ?? 0);
      // Only what is ambiguous has rivals worth naming.
      const rivals =
        alternatives === 0
          ? []
          : weighed.filter((rival) => rival !== pair && (rival.row === row || rival.column === column));
      // Without a text nobody can say which of two it is, and a guess would look like knowledge; unless the two look the same.
      const looksThe = (same: Line, line: Line | undefined) =>
        line !== undefined &&
        (lookOf(line) === lookOf(same) || isAgain(line, same) || areOfOneDocument(line, same));
      if (
        !withText &&
        rivals.some((rival) => !looksThe(one, ledger[rival.row]) || !looksThe(other, statement[rival.column]))
      )
        continue;
      board.take({
        rule: rule.name,
        type: pair.evidence.shared ? 'exact_match' : 'fuzzy_match',
        lines: [one, other],
        score: scoreOf(
          pair.gain,
          rivals.map((rival) => rival.gain),
        ),
        alternatives,
        reasons: reasonsOf(one, other, pair.evidence) + ambiguity(alternatives),
      });
    }
  }
}

type Weighed = Edge & { readonly evidence: Evidence };

function pairsOf(
  board: Board,
  rule: Rule,
  ledger: readonly Line[],
  statement: readonly Line[],
  window: number,
): Weighed[] {
  const withText = rule !== amountDate;
  // Twice on one side and once on the other: what stands there again adds no other event.
  const isRepeated =
    !withText && ledger.length !== statement.length && isOneAgain(ledger) && isOneAgain(statement);
  const weigh = (one: Line, other: Line): Omit<Weighed, 'row' | 'column'> | null => {
    const { late, document, name: named } = board.settings.windows;
    const days = Math.abs(one.day - other.day);
    const misdated =
      withText && days > window && areMisdated(one.date, other.date) && areOneOff(board, one, other);
    const isFar = !misdated && days > (withText ? Math.max(window, late) : named);
    if (isFar && (!withText || days > document || !shareIdentifier(one, other))) return null;
    const evidence = board.weigh(one, other);
    // What is of two documents, and months apart, is no late payment.
    if (days > MONTHS_APART && nameOthers(board, one, other) && evidence.shared === null) return null;
    if (evidence.textual !== withText || (isFar && !board.nameOneDocument(evidence))) return null;
    // Cheques take their time: of an amount that nothing else in the account has.
    if (!withText && days > window && !areOneOff(board, one, other)) return null;
    // A fee that the bank took is no payment of somebody's, and has a text, if not one to compare.
    if (!withText && isBanksOwn(one, other) && !areOneOff(board, one, other)) return null;
    // Two names that are not alike are a text that does not agree.
    if (!withText && one.name && other.name && !isUnmistakable(board, one, other, evidence)) return null;
    if (!withText && !evidence.saysDay && board.namesKnownOther(one, other)) return null;
    if (withText && evidence.alias !== (rule === amountDateAlias) && !evidence.shared) return null;
    if (!evidence.shared && board.tellsApart(one, other, evidence)) return null;
    const times = ledger.length === statement.length ? ledger.length : 0;
    const isOnly = times === 1 && isNearlyNamed(one, evidence);
    const isWritten = misdated && (evidence.namePercent ?? 0) >= PLAIN_PERCENT;
    const mayBeLate = isWritten || evidence.shared || evidence.miswritten || (isOnly && days <= late);
    if (days > named && !mayBeLate && !isLate(board, one, other, evidence)) return null;
    // One amount and one name in near days is somebody's payment, however common both are: what is common is ambiguous.
    const floor = evidence.identifierBits >= 0 ? plainBits(board, evidence, isOnly) : 0;
    const alone =
      times === 1 || (times > 1 && (!withText || areAlike(evidence)))
        ? aloneBits(board, one, times)
        : isRepeated
          ? ALONE_BITS + board.statistics.recurrence(one)
          : 0;
    const saySame = board.shareTellingWord(one, other) || cameBack(one, other);
    const unlike = !withText && haveTexts(one, other) && !saySame ? UNLIKE_TEXT_BITS : 0;
    const gain = Math.max(floor, board.bits(one, evidence, window) + alone + unlike);
    return gain < (withText ? LEAST_BITS_WITH_TEXT : LEAST_BITS_WITHOUT) ? null : { gain, evidence };
  };
  if (ledger.length * statement.length <= MOST_PAIRS) {
    return ledger.flatMap((one, row) =>
      statement.flatMap((other, column) => {
        const found = weigh(one, other);
        // A weekend's days are one business day, and yet one of them is the other line's.
        const away = one.date === other.date ? 0 : OTHER_DATE_BITS;
        return found ? [{ ...found, gain: found.gain - away, row, column }] : [];
      }),
    );
  }
  return lookAlikes(ledger, statement, weigh);
}

/**
 * A payment after a month by its name alone: only of an amount that nothing else in the account has, and no round one. By the
 * whole name also later, and of an amount that others have; but that party only once.
 */
function isLate(board: Board, one: Line, other: Line, { days, namePercent, nameBits }: Evidence): boolean {
  const { late, name } = board.settings.windows;
  if (days <= 2 * name && areOneOff(board, one, other)) return true;
  const whole = (namePercent ?? 0) >= PLAIN_PERCENT && nameBits >= TELLING_NAME_BITS;
  return (
    days <= late &&
    whole &&
    significantDigits(one.minor) >= LATE_DIGITS &&
    board.statistics.isOnlyOfParty(one) &&
    board.statistics.isOnlyOfParty(other)
  );
}

function cameBack(one: Line, other: Line): boolean {
  return one.said.reverses && other.said.reverses;
}

function areAlike({ namePercent }: Evidence): boolean {
  return (namePercent ?? 0) >= ALIKE_PERCENT;
}

/** The initials of a name, or most of it, and an amount that is not very round: enough where nobody else has that amount. */
function isNearlyNamed(line: Line, { namePercent, nameBits }: Evidence): boolean {
  return (
    (namePercent ?? 0) >= NEARLY_PERCENT &&
    nameBits >= NEARLY_NAME_BITS &&
    significantDigits(line.minor) > LATE_DIGITS
  );
}

/**
 * A name that may be miswritten, or one word of it that few have, within days, and an amount that nothing else in the account
 * has.
 */
function isUnmistakable(board: Board, one: Line, other: Line, { days, namePercent }: Evidence): boolean {
  return (
    ((namePercent ?? 0) >= DOUBTFUL_PERCENT || board.shareTellingWord(one, other)) &&
    days <= WORD_DAYS &&
    areOneOff(board, one, other)
  );
}

// A bank's own number of a transfer or a cheque names no document.
function nameOthers({ statistics }: Board, ...lines: readonly Line[]): boolean {
  return lines.every(({ identifiers }) =>
    identifiers.some((one) => one.own && !one.standing && statistics.registers.usesKind(one.kind)),
  );
}

function areOneOff(board: Board, one: Line, other: Line): boolean {
  return board.statistics.isOneOff(one) && board.statistics.isOneOff(other);
}

function plainBits(
  board: Board,
  { namePercent, nameBits, days, dateBits }: Evidence,
  isOnly: boolean,
): number {
  const percent = namePercent ?? 0;
  if (percent >= PLAIN_PERCENT && days <= board.settings.windows.amount) return PLAIN_BITS + dateBits;
  if (isOnly || (percent >= PLAIN_PERCENT && nameBits >= TELLING_NAME_BITS))
    return PLAIN_BITS + Math.max(dateBits, LATE_BITS);
  return percent >= NEARLY_PERCENT && days <= 1 ? PLAIN_BITS + dateBits - 2 : 0;
}

/**
 * For very many lines of one amount: lines that look the same are one class, classes are weighed, and the members of two
 * classes meet one to one and each with its next but one neighbours, which says how ambiguous they are.
 */
function lookAlikes(
  ledger: readonly Line[],
  statement: readonly Line[],
  weigh: (one: Line, other: Line) => Omit<Weighed, 'row' | 'column'> | null,
): Weighed[] {
  const [rows, columns] = [classesOf(ledger), classesOf(statement)];
  const pairs: Weighed[] = [];
  for (const row of rows)
    for (const column of columns) {
      const [one, other] = [ledger[row[0] ?? 0], statement[column[0] ?? 0]];
      if (pairs.length >= MOST_PAIRS || !one || !other) return pairs;
      const found = weigh(one, other);
      if (!found) continue;
      for (const [at, member] of row.entries())
        for (const step of [0, 1]) {
          const partner = column[(at + step) % column.length];
          if (partner !== undefined && (step === 0 ? at < column.length : column.length > 1))
            pairs.push({ ...found, row: member, column: partner });
        }
    }
  return pairs;
}

// Where both sides have an amount equally often it is no coincidence that the other side has it, only which is whose.
function aloneBits(board: Board, line: Line, times: number): number {
  return times === 1 ? ALONE_BITS : ALONE_BITS + board.statistics.recurrence(line) - Math.log2(times);
}

function classesOf(lines: readonly Line[]): number[][] {
  const classes = Map.groupBy(lines.entries(), ([, line]) => lookOf(line));
  return [...classes.values()].map((members) => members.map(([at]) => at));
}

function reasonsOf(one: Line, other: Line, { shared, namePercent }: Evidence): string {
  const parts = [`same amount ${show(one.minor, one.currency)} ${one.currency}`, apart(one, other)];
  if (shared) parts.push(`both name ${quote(shared.key)}`);
  if (namePercent !== null)
    parts.push(
      `counterparties ${namePercent}% alike (quoted, not trusted: "${quote(one.nameText)}" and "${quote(other.nameText)}")`,
    );
  if (!shared && namePercent === null)
    parts.push(cameBack(one, other) ? 'both say that it came back' : 'no text to compare');
  return parts.join(', ');
}
