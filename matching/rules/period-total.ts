import { dayNumber } from '../../policy/dates.ts';
import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote, sideOf } from '../board.ts';
import { type Line, amountKey, byKeys, otherSide, totalOf } from '../line.ts';
import { linesWithPartner } from '../partners.ts';
import { agrees, percentOf, shareOf } from '../shares.ts';
import { countWhile } from '../sorted.ts';
import { significantDigits } from '../statistics.ts';
import { shapeOf } from './group-key.ts';

const LEAST_LINES = 3;
const LEAST_PERIODS = 3;
const [SHORTEST_WORD, SHORTEST_NUMBER] = [3, 4];
// Of more lines there are so many periods that some come to any amount.
const MOST_LINES = 4_000;
// What a period comes to is paid within days of it, and what is paid in pieces was booked before.
const DAYS_BEHIND = 12;
// Of receipts that come one behind each period some come later.
const [SERIES_DAYS, DAYS_LATER] = [20, 30];
// How many periods near a line may come to its amount by chance.
const CHANCE = 0.005;
const CHANCE_NAMED = 0.1;
const ODD_DIGITS = 4;

type PeriodOf = (date: string) => string;

// A week that begins on any of its days, half a month, a month.
const LONGER: readonly PeriodOf[] = [
  ...Array.from(
    { length: 7 },
    (_, first) => (date: string) => String(Math.floor((dayNumber(date) + first) / 7)),
  ),
  (date) => `${date.slice(0, 7)} ${date.slice(8) <= '15' ? 'first' : 'second'}`,
  (date) => date.slice(0, 7),
];
const PERIODS: readonly PeriodOf[] = [(date) => date, ...LONGER];
// What is paid out of a period is paid behind it, or behind the next one.
const LAGS = LONGER.flatMap((period) => [[period, 0] as const, [period, 1] as const]);

/** What was posted of one kind in one period, in the order of the days. */
interface Batch {
  readonly lines: readonly Line[];
  readonly total: bigint;
  /** Of its last line, as {@link dayNumber} has it. */
  readonly last: number;
}

/**
 * A line that comes to all of one kind that the other side has in a week, half a month or a month: a fuel card's invoice, a
 * ticket office's settlement; also less one share that is kept of each period. A kind is what one name, or one word of their
 * texts, has in common. A proposal.
 */
export const periodTotal: Rule = {
  name: 'period_total',
  version: 1,
  find(board) {
    const partners = linesWithPartner(board);
    const alone = board.open().filter((line) => !partners.has(line));
    const sides = byKeys(alone, ({ currency, side }) => [`${currency} ${side}`]);
    for (const lines of sides.values()) {
      const [first] = lines;
      const others = first ? (sides.get(`${first.currency} ${otherSide(first)}`) ?? []) : [];
      if (lines.length > MOST_LINES || others.length === 0) continue;
      if (first?.side === 'ledger') proposeNets(board, kindsOf(lines), others);
      const open = (some: readonly Line[]) => some.filter((line) => board.isOpen(line));
      proposeTotals(board, kindsOf(open(lines)), open(others));
    }
  },
};

/** All lines, those of each name, and those with each word; each such list once. */
function kindsOf(lines: readonly Line[]): (readonly Line[])[] {
  const kinds = byKeys(lines, ({ name, words, identifiers }) => [
    'all',
    ...identifiers.filter(({ standing }) => standing).map(({ key }) => `number ${key}`),
    ...(name ? [`name ${name.joined}`] : []),
    ...[...(name?.words ?? []), ...(words?.words ?? [])].filter((word) => word.length >= SHORTEST_WORD),
  ]);
  return unlike([...kinds.values()].filter((kind) => kind.length >= LEAST_LINES));
}

function unlike(lists: readonly (readonly Line[])[]): (readonly Line[])[] {
  return [...new Map(lists.map((list) => [list.map(({ rank }) => rank).join(' '), list] as const)).values()];
}

function batchesOf(kind: readonly Line[], periodOf: PeriodOf): Batch[] {
  return [...byKeys(kind, ({ date }) => [periodOf(date)]).values()].map(batchOf);
}

function batchOf(lines: readonly Line[]): Batch {
  return { lines, total: totalOf(lines), last: dayNumber(lines.at(-1)?.date ?? '') };
}

function proposeTotals(board: Board, kinds: readonly (readonly Line[])[], others: readonly Line[]): void {
  const lists = kinds.flatMap((kind) =>
    PERIODS.flatMap((period) => batchesOf(kind, period).map(({ lines }) => lines)),
  );
  const batches = unlike(lists.filter((lines) => lines.length >= LEAST_LINES)).map(batchOf);
  const byTotal = Map.groupBy(batches, ({ total }) => total);
  const days = batches.map(({ last }) => last).sort((a, b) => a - b);
  for (const same of byKeys(others, (line) => [amountKey(line, line.side, line.minor)]).values()) {
    const [whole, ...more] = same;
    if (!whole || more.length > 0 || significantDigits(whole.minor) < ODD_DIGITS) continue;
    const day = dayNumber(whole.date);
    const [batch, ...rivals] = (byTotal.get(whole.minor) ?? []).filter((one) => isNear(whole, day, one.last));
    // Beside the one payment of a period what others come to is nothing.
    if (!batch || rivals.length > 0 || batch.lines.some(({ minor }) => minor === whole.minor)) continue;
    const near =
      countWhile(days, (last) => last <= day + DAYS_BEHIND) -
      countWhile(days, (last) => last < day - DAYS_BEHIND);
    const named =
      batch.lines.some((line) => board.shareTellingWord(whole, line)) ||
      batch.lines.every((line) => hasItsNumber(whole, line));
    const size = parseInt(magnitude(whole.minor).toString(), 10);
    if (near / size > (named ? CHANCE_NAMED : CHANCE)) continue;
    propose(board, batch.lines, whole, 90, 'to the cent');
  }
}

/** True when one line has the number of the other's shop, terminal or card, or one that ends with it. */
function hasItsNumber(whole: Line, { identifiers }: Line): boolean {
  return identifiers.some(
    ({ key, standing }) =>
      standing && key.length >= SHORTEST_NUMBER && whole.identifiers.some((one) => one.key.endsWith(key)),
  );
}

/** Periods of one kind against receipts that are written alike, one behind each of them, and all less by one share. */
function proposeNets(board: Board, kinds: readonly (readonly Line[])[], others: readonly Line[]): void {
  const series = byKeys(
    others.filter(({ minor, said }) => minor > 0n && !said.bankOwn),
    ({ name, words }) => [(name ?? words)?.joined ?? ''],
  );
  for (const receipts of series.values()) {
    if (receipts.length < LEAST_PERIODS) continue;
    const currency = receipts[0]?.currency ?? '';
    for (const kind of kinds)
      for (const [period, skipped] of LAGS) {
        const observed = observedIn(
          board,
          batchesOf(
            kind.filter((line) => board.isOpen(line)),
            period,
          ),
          receipts,
          skipped,
        );
        if (observed.length < LEAST_PERIODS) continue;
        const share = shareOf(observed, board.feeEach(currency), LEAST_PERIODS);
        if (!share) continue;
        const agreeing = observed.filter((one) => agrees(one, share));
        // Days are another rule's.
        if (agreeing.filter(isOfDays).length * 2 < observed.length) continue;
        const each = share.each > 0n ? ` and ${show(share.each, currency)} of each` : '';
        for (const { lines, receipt } of agreeing)
          propose(
            board,
            lines,
            receipt,
            85,
            `less ${percentOf(share)} percent${each}, as ${agreeing.length} periods of it are`,
          );
      }
  }
}

/** Each batch with the receipt behind it, if it may be that less something. @param skipped how many receipts come in between. */
function observedIn(board: Board, batches: readonly Batch[], receipts: readonly Line[], skipped: number) {
  return batches.flatMap((batch) => {
    const behind = receipts.filter((one) => board.isOpen(one) && dayNumber(one.date) >= batch.last);
    const receipt = behind[skipped];
    const isSoon = receipt && dayNumber(receipt.date) - batch.last <= SERIES_DAYS + skipped * DAYS_LATER;
    const kept = batch.total - (receipt?.minor ?? 0n);
    return receipt && isSoon && kept > 0n && kept * MOST_KEPT < batch.total
      ? [{ ...batch, receipt, gross: batch.total, kept, payments: batch.lines.length }]
      : [];
  });
}

function isOfDays({ lines }: Batch): boolean {
  return lines[0]?.date !== lines.at(-1)?.date;
}

// A half of the gross amount is not kept by anybody.
const MOST_KEPT = 2n;

function isNear({ side }: Line, day: number, last: number): boolean {
  return side === 'statement' ? isBehind(day, last) : Math.abs(day - last) <= DAYS_BEHIND;
}

function isBehind(day: number, last: number): boolean {
  return day >= last && day - last <= DAYS_BEHIND;
}

function propose(board: Board, parts: readonly Line[], whole: Line, percent: number, how: string): void {
  const lines = [...parts, whole];
  const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
  if (parts.every((part) => board.namesKnownOther(part, whole))) return;
  const [from, until] = [parts[0]?.date ?? '', parts.at(-1)?.date ?? ''];
  board.take({
    rule: periodTotal.name,
    type: shapeOf(ledger, statement),
    lines,
    score: percentScore(percent),
    alternatives: 0,
    reasons:
      `all ${parts.length} lines of one kind from ${from} to ${until} come to ${show(whole.minor, whole.currency)} ${whole.currency} ${how}` +
      (whole.nameText === '' ? '' : ` (quoted, not trusted: "${quote(whole.nameText)}")`),
  });
}
