import { dayNumber } from '../../policy/dates.ts';
import { show } from '../amounts.ts';
import type { Board, Rule } from '../board.ts';
import { type Line, byKeys } from '../line.ts';
import { linesAlone } from '../partners.ts';
import { type Kept, type Share, agrees, percentOf, shareOf } from '../shares.ts';
import { type Batch, LONGER, kindsOf } from './kinds-by-period.ts';
import { MOST_LINES, proposePeriod } from './period-total.ts';

const [LEAST_PERIODS, MOST_PERIODS] = [3, 30];
// What is paid out of a period is paid soon behind it, or behind the next one.
const DAYS_BEHIND = 20;
const MOST_APART = 2;
// A half of the gross amount is not kept by anybody.
const MOST_KEPT = 2n;
// One share and a sum of each sale leave nearly one share of every period, in thousandths.
const NEARLY = 15;

interface Net extends Batch, Kept {
  readonly receipt: Line;
}

/**
 * Receipts that are written alike, one behind each week, half month or month of one kind of sales, and all less by one share, and a
 * sum of each sale: what a marketplace or an app store pays out. It is read from how many periods agree in it. A proposal.
 */
export const periodNet: Rule = {
  name: 'period_net',
  version: 1,
  find(board) {
    const alone = linesAlone(board);
    for (const lines of byKeys(alone, ({ currency }) => [currency]).values()) {
      const sales = lines.filter(({ side }) => side === 'ledger');
      const receipts = lines.filter(
        (line) => line.side === 'statement' && line.minor > 0n && !line.said.bankOwn,
      );
      if (sales.length <= MOST_LINES) proposeNets(board, sales, seriesOf(receipts));
    }
  },
};

/** Receipts that are written alike, or have a word in common. */
function seriesOf(receipts: readonly Line[]): (readonly Line[])[] {
  return kindsOf(receipts).filter(({ length }) => length >= LEAST_PERIODS && length <= MOST_PERIODS);
}

function proposeNets(board: Board, sales: readonly Line[], series: readonly (readonly Line[])[]): void {
  if (series.length === 0) return;
  const periods = kindsOf(sales)
    .flatMap((kind) => LONGER.map((cut) => cut(kind)))
    .filter(({ length }) => length >= LEAST_PERIODS);
  for (const receipts of series)
    for (const batches of periods) {
      // Of what is paid out each period there are about as many.
      if (Math.abs(batches.length - receipts.length) > MOST_APART) continue;
      const nets = netsOf(board, batches, receipts);
      if (!areNearlyOne(nets)) continue;
      const share = shareOf(nets, board.fees.each(receipts[0]?.currency ?? ''), LEAST_PERIODS);
      const agreeing = share ? onceEach(nets.filter((net) => agrees(net, share))) : [];
      // Days are another rule's; and what a few agree in is no habit where many do not.
      const isHabit = agreeing.filter(isOfDays).length * 4 >= Math.min(batches.length, receipts.length) * 3;
      if (share && agreeing.length >= LEAST_PERIODS && isHabit) propose(board, agreeing, share);
    }
}

/** Each batch with the receipts of the days behind it, some more of them than from one batch to the next, that may be it less something. */
function netsOf(board: Board, batches: readonly Batch[], receipts: readonly Line[]): Net[] {
  const [first, last] = [batches[0]?.last ?? 0, batches.at(-1)?.last ?? 0];
  const days = DAYS_BEHIND + (last - first) / (batches.length - 1);
  const open = receipts.flatMap((receipt) =>
    board.isOpen(receipt) ? [{ receipt, day: dayNumber(receipt.date) }] : [],
  );
  return batches.flatMap((batch) => {
    if (!batch.lines.every((line) => board.isOpen(line))) return [];
    return open.flatMap(({ receipt, day }) => {
      const kept = batch.total - receipt.minor;
      const isBehind = day >= batch.last && day - batch.last <= days;
      if (!isBehind || kept <= 0n || kept * MOST_KEPT >= batch.total) return [];
      return [{ ...batch, receipt, gross: batch.total, kept, payments: batch.lines.length }];
    });
  });
}

/** Those of which neither the batch nor the receipt is in another one. */
function onceEach(nets: readonly Net[]): Net[] {
  const [batches, receipts] = [
    Map.groupBy(nets, ({ lines }) => lines),
    Map.groupBy(nets, ({ receipt }) => receipt),
  ];
  return nets.filter(
    ({ lines, receipt }) => batches.get(lines)?.length === 1 && receipts.get(receipt)?.length === 1,
  );
}

/** True where enough of them are less by nearly the same share, which is sooner known than by which. */
function areNearlyOne(nets: readonly Net[]): boolean {
  const shares = nets
    .map(({ kept, gross }) => parseInt(((kept * 1000n) / gross).toString(), 10))
    .sort((a, b) => a - b);
  return shares.some((share, at) => (shares[at + LEAST_PERIODS - 1] ?? Infinity) - share <= NEARLY);
}

function isOfDays({ lines }: Batch): boolean {
  return lines[0]?.date !== lines.at(-1)?.date;
}

function propose(board: Board, nets: readonly Net[], share: Share): void {
  for (const net of nets) {
    const each = share.each > 0n ? ` and ${show(share.each, net.receipt.currency)} of each` : '';
    const how = `less ${percentOf(share)} percent${each}, as ${nets.length} periods of it are`;
    proposePeriod(board, periodNet, net.lines, net.receipt, 85, how);
  }
}
