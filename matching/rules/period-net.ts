import { dayNumber } from '../../policy/dates.ts';
import { show } from '../amounts.ts';
import type { Board, Rule } from '../board.ts';
import { type Line, byKeys } from '../line.ts';
import { linesWithPartner } from '../partners.ts';
import { type Kept, type Share, agrees, percentOf, shareOf } from '../shares.ts';
import { type Batch, LONGER_PERIODS, batchesOf, kindsOf } from './kinds-by-period.ts';
import { MOST_LINES, proposePeriod } from './period-total.ts';

const LEAST_PERIODS = 3;
// What is paid out of a period is paid behind it, or behind the next one.
const SKIPPED = [0, 1];
const [DAYS_BEHIND, DAYS_LATER] = [20, 30];
// A half of the gross amount is not kept by anybody.
const MOST_KEPT = 2n;
// One share and a sum of each sale leave nearly one share of every period, in thousandths.
const NEARLY = 40;

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
    const partners = linesWithPartner(board);
    const alone = board.open().filter((line) => !partners.has(line));
    for (const lines of byKeys(alone, ({ currency }) => [currency]).values()) {
      const sales = lines.filter(({ side }) => side === 'ledger');
      const receipts = lines.filter(
        (line) => line.side === 'statement' && line.minor > 0n && !line.said.bankOwn,
      );
      if (sales.length <= MOST_LINES) proposeNets(board, sales, seriesOf(receipts));
    }
  },
};

/** Receipts that are written alike. */
function seriesOf(receipts: readonly Line[]): (readonly Line[])[] {
  return [...byKeys(receipts, ({ name, words }) => [(name ?? words)?.joined ?? '']).values()].filter(
    ({ length }) => length >= LEAST_PERIODS,
  );
}

function proposeNets(board: Board, sales: readonly Line[], series: readonly (readonly Line[])[]): void {
  if (series.length === 0) return;
  const periods = kindsOf(sales)
    .flatMap((kind) => LONGER_PERIODS.map((periodOf) => batchesOf(kind, periodOf)))
    .filter(({ length }) => length >= LEAST_PERIODS);
  for (const receipts of series)
    for (const batches of periods)
      for (const skipped of SKIPPED) {
        const nets = netsOf(board, batches, receipts, skipped);
        if (!areNearlyOne(nets)) continue;
        const share = shareOf(nets, board.feeEach(receipts[0]?.currency ?? ''), LEAST_PERIODS);
        const agreeing = share ? nets.filter((net) => agrees(net, share)) : [];
        // Days are another rule's.
        if (share && agreeing.filter(isOfDays).length * 2 >= nets.length) propose(board, agreeing, share);
      }
}

/** Each batch with the receipt behind it, if it may be that less something. @param skipped how many receipts come in between. */
function netsOf(board: Board, batches: readonly Batch[], receipts: readonly Line[], skipped: number): Net[] {
  const open = receipts
    .filter((receipt) => board.isOpen(receipt))
    .map((receipt) => ({ receipt, day: dayNumber(receipt.date) }));
  return batches.flatMap((batch) => {
    const first = open.findIndex(({ day }) => day >= batch.last);
    const behind = first < 0 ? undefined : open[first + skipped];
    if (!behind || behind.day - batch.last > DAYS_BEHIND + skipped * DAYS_LATER) return [];
    const kept = batch.total - behind.receipt.minor;
    if (kept <= 0n || kept * MOST_KEPT >= batch.total || !batch.lines.every((line) => board.isOpen(line)))
      return [];
    return [{ ...batch, receipt: behind.receipt, gross: batch.total, kept, payments: batch.lines.length }];
  });
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
    proposePeriod(board, periodNet, net, net.receipt, 85, how);
  }
}
