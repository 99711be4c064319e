import { daysBetween } from '../../policy/dates.ts';
import { show } from '../amounts.ts';
import { type Board, type Rule, apart, percentScore, sideOf } from '../board.ts';
import type { Payout } from '../fees.ts';
import { type Line, byKeys, inOrder, isBanksOwn, totalOf, unlike } from '../line.ts';
import { standingKeys } from '../line-keys.ts';
import { type Kept, type Share, agrees, keptOf, percentOf, shareOf } from '../shares.ts';
import { byAmount, countWhile } from '../sorted.ts';
import { shapeOf } from './group-key.ts';

const DAYS_BEFORE = 2;
const DAYS_AFTER = 5;
const MOST_DAYS = 7;
const MOST_KINDS = 8;
// Among more pairs than these hardly one is somebody's.
const MOST_PAIRS = 150_000;
const MOST_SHARES = 4;
// Of more words none is a processor's.
const [LEAST_NAMED, MOST_NAMED] = [5, 60];
// In thousandths: less is a rounding.
const LEAST_KEPT = 1n;
const PERCENT = 75;

/** What was sold, once or several times, in the order of the days. */
type Sale = readonly Line[];

interface Pair extends Kept {
  readonly sale: Sale;
  readonly receipt: Line;
}

/**
 * Sales against receipts that are all less by one and the same share, and a sum of each sale, as a processor keeps it, which
 * nobody states: it is read from how many pairs agree in it. First all that was sold on a day or on some in a row, then each sale
 * by itself. No text to compare. A proposal.
 */
export const steadyShare: Rule = {
  name: 'steady_share',
  version: 4,
  find(board) {
    for (const lines of byCurrency(board))
      for (const some of [...namedAlike(lines), lines]) proposeBySales(board, steadyShare, some);
  },
};

/** The same only of what a processor or a marketplace pays out by name, before single amounts are compared. A proposal. */
export const payoutShare: Rule = {
  name: 'payout_share',
  version: 1,
  find(board) {
    for (const lines of byCurrency(board))
      for (const some of namedAlike(lines)) proposeBySales(board, payoutShare, some);
  },
};

/** Open lines, and those that were paid out less something already, which tell as well. */
function byCurrency(board: Board): Iterable<readonly Line[]> {
  const known = board.fees.payouts.flatMap(({ sale, receipt }) => [...sale, receipt]);
  return byKeys([...board.open(), ...known], ({ currency }) => [currency]).values();
}

/** Sales and receipts that have a word in common, of which there are several: what each processor or marketplace pays out. */
function namedAlike(lines: readonly Line[]): (readonly Line[])[] {
  const named = byKeys(lines, ({ name, words }) => [...(name?.words ?? []), ...(words?.words ?? [])]);
  const several = [...named.values()].filter(
    (some) =>
      some.length < lines.length &&
      sideOf(some, 'ledger').length >= LEAST_NAMED &&
      sideOf(some, 'statement').length >= LEAST_NAMED,
  );
  return several.length > MOST_NAMED ? [] : unlike(several, (some) => some);
}

function proposeBySales(board: Board, rule: Rule, lines: readonly Line[]): void {
  proposeSales(board, rule, lines, salesOfDays);
  proposeSales(board, rule, lines, (open) => open.map((line) => [line]));
}

function proposeSales(
  board: Board,
  rule: Rule,
  lines: readonly Line[],
  salesOf: (open: readonly Line[]) => readonly Sale[],
): void {
  const [{ currency } = { currency: '' }] = lines;
  // What others have found of these tells as well.
  const all = new Set(lines);
  let seen = board.fees.payouts.flatMap((payout) => (all.has(payout.receipt) ? [keptIn(payout)] : []));
  for (let times = 0; times < MOST_SHARES; times += 1) {
    const open = lines.filter((line) => board.isOpen(line) && line.minor > 0n && !line.said.bankOwn);
    const pairs = pairsAmong(board, salesOf(sideOf(open, 'ledger')), sideOf(open, 'statement'));
    const share = pairs && shareOf([...pairs, ...seen], board.fees.each(currency));
    if (!pairs || !share) return;
    const agreeing = pairs.filter((pair) => agrees(pair, share));
    const others = seen.filter((one) => !agrees(one, share));
    if (proposeAll(board, rule, agreeing, share) === 0 && others.length === seen.length) return;
    seen = others;
    board.fees.learnKept(currency, (gross) => keptOf(gross, share));
  }
}

function keptIn({ sale, receipt }: Payout): Kept {
  const gross = totalOf(sale);
  return { gross, kept: gross - receipt.minor, payments: sale.length };
}

/** All that was sold on a day, or on some days in a row; and of each kind of sale by itself, where they are few: `Card sales Amex`. */
function salesOfDays(open: readonly Line[]): Sale[] {
  const kinds = [...byKeys(open, kindsOf).values()];
  const sales = [open, ...(kinds.length <= MOST_KINDS ? kinds : [])].flatMap(daysInARow);
  // Of one kind may be all of a day.
  return unlike(sales, (sale) => sale);
}

// What it says, and the number of a shop or a terminal.
function kindsOf(line: Line): string[] {
  return [...(line.words ? [line.words.joined] : []), ...standingKeys(line)];
}

function daysInARow(open: readonly Line[]): Sale[] {
  const dates = [...byKeys(open, ({ date }) => [date]).values()];
  return dates.flatMap((day, from) => {
    const days = dates.slice(from, from + MOST_DAYS).filter(([one]) => isWithin(day[0], one));
    return days.map((_, at) => days.slice(0, at + 1).flat());
  });
}

function isWithin(first: Line | undefined, last: Line | undefined): boolean {
  return first !== undefined && last !== undefined && daysBetween(first.date, last.date) < MOST_DAYS;
}

/** Pairs of near dates of which the ledger has more, by no more than processors keep; null where they are too many. */
function pairsAmong(board: Board, sales: readonly Sale[], lines: readonly Line[]): Pair[] | null {
  const receipts = byAmount(lines);
  const pairs: Pair[] = [];
  for (const sale of sales) {
    const [gross, day] = [totalOf(sale), sale.at(-1)?.day ?? 0];
    for (let at = countWhile(receipts, ({ minor }) => minor < gross) - 1; at >= 0; at -= 1) {
      const receipt = receipts[at];
      const kept = gross - (receipt?.minor ?? 0n);
      if (!receipt || !board.fees.isUsualShare(kept, gross, sale)) break;
      const days = receipt.day - day;
      if (days < -DAYS_BEFORE || days > DAYS_AFTER || kept * 1000n < gross * LEAST_KEPT) continue;
      pairs.push({ sale, receipt, gross, kept, payments: sale.length });
      if (pairs.length > MOST_PAIRS) return null;
    }
  }
  return pairs;
}

/** Takes pairs that have no other partner among them; those that look the same in their order. @returns how many. */
function proposeAll(board: Board, rule: Rule, pairs: readonly Pair[], share: Share): number {
  const likely = pairs
    .filter(({ sale, receipt }) => sale.every((one) => mayBelong(board, one, receipt)))
    .sort((a, b) => firstOf(a.sale, b.sale) || inOrder(a.receipt, b.receipt));
  let taken = 0;
  const ofSale = Map.groupBy(likely, ({ sale }) => sale);
  const ofReceipt = Map.groupBy(likely, ({ receipt }) => receipt);
  for (const pair of likely) {
    const rivals = [ofSale.get(pair.sale) ?? [], ofReceipt.get(pair.receipt) ?? []];
    // Of two that are not alike nobody knows which it is.
    if (rivals.some((some) => some.some(({ gross, kept }) => gross !== pair.gross || kept !== pair.kept)))
      continue;
    const alternatives = Math.max(...rivals.map((some) => some.length)) - 1;
    if (propose(board, rule, pair, { ...share, times: likely.length, alternatives })) taken += 1;
  }
  return taken;
}

function firstOf([a]: Sale, [b]: Sale): number {
  return a && b ? inOrder(a, b) : 0;
}

function mayBelong(board: Board, one: Line, other: Line): boolean {
  return (
    !board.weigh(one, other).contradicted && !isBanksOwn(one, other) && !board.namesKnownOther(one, other)
  );
}

function propose(
  board: Board,
  rule: Rule,
  { sale, receipt, gross, kept }: Pair,
  share: Share & { times: number; alternatives: number },
): boolean {
  const { currency } = receipt;
  const [sold, net, rest] = [gross, receipt.minor, kept].map((minor) => show(minor, currency));
  const each = share.each > 0n ? ` and ${show(share.each, currency)} of each` : '';
  const days = sale[0] ? `, ${apart(sale[0], receipt)}` : '';
  return board.take({
    rule: rule.name,
    type: sale.length === 1 ? 'fuzzy_match' : shapeOf(sale, [receipt]),
    lines: [...sale, receipt],
    score: percentScore(share.alternatives > 0 ? 50 : PERCENT),
    alternatives: share.alternatives,
    reasons:
      `${sold}${sale.length > 1 ? ` in ${sale.length} sales` : ''} against ${net} ${currency}, difference ${rest}${days}: ` +
      `${percentOf(share)} percent${each} kept, as in ${share.times} pairs of this account; no text to compare`,
  });
}
