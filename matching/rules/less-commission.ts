import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, percentScore, quote } from '../board.ts';
import { type Line, byKeys, totalOf } from '../line.ts';
import { NameIndex } from '../name-index.ts';
import { linesWithPartner } from '../partners.ts';
import { shapeOf } from './group-key.ts';
import { rowsFrom } from './numbers-in-a-row.ts';
import { candidates } from './parts.ts';

// In thousandths: what agents and marketplaces agree on.
const COMMISSIONS = [50n, 75n, 100n, 125n, 150n, 175n, 200n, 250n, 300n];
// Half a minor unit on both sides of a rounding, of each document, in thousandths.
const ROUNDED = 1_500n;
const OWN_PERCENT = 88;
const LEAST_RECEIPTS = 2;

interface Net {
  readonly receipt: Line;
  readonly row: readonly Line[];
  readonly commission: bigint;
}

/**
 * What a party paid of documents in a row less a commission of usual percent, where several of its payments are less by the same
 * one: an agent's bordereaux. A proposal.
 */
export const lessCommission: Rule = {
  name: 'less_commission',
  version: 1,
  find(board) {
    for (const nets of Map.groupBy(netsAmong(board), partyOf).values()) {
      const [best, ...others] = [...Map.groupBy(nets, ({ commission }) => commission).values()].sort(
        (a, b) => b.length - a.length,
      );
      if (!best || best.length < LEAST_RECEIPTS || others[0]?.length === best.length) continue;
      const times = Map.groupBy(best, ({ receipt }) => receipt);
      for (const net of best) if (times.get(net.receipt)?.length === 1) propose(board, net, times.size);
    }
  },
};

function partyOf({ receipt, row }: Net): string {
  return `${receipt.currency} ${row[0]?.name?.joined ?? ''}`;
}

function netsAmong(board: Board): Net[] {
  const partners = linesWithPartner(board);
  const alone = (line: Line) => line.minor > 0n && line.name !== null && !partners.has(line);
  const names = new NameIndex(board.open('ledger').filter(alone));
  const payers = byKeys(board.open('statement').filter(alone), ({ currency, name }) => [
    `${currency} ${name?.joined ?? ''}`,
  ]);
  return [...payers.values()].flatMap((receipts) => {
    const [first] = receipts;
    if (!first || receipts.length < LEAST_RECEIPTS) return [];
    const party = names.near(first, (other) => (board.namesAlike(first, other) ?? 0) >= OWN_PERCENT);
    return receipts.flatMap((receipt) => {
      const near = candidates(receipt, party, board.settings.windows.group);
      return rowsFrom(receipt, near, receipt.minor * 2n).flatMap((row) => {
        const commission = commissionOf(receipt.minor, row);
        return commission === undefined ? [] : [{ receipt, row, commission }];
      });
    });
  });
}

function commissionOf(net: bigint, row: readonly Line[]): bigint | undefined {
  const gross = totalOf(row);
  const kept = (gross - net) * 1000n;
  return COMMISSIONS.find((share) => magnitude(kept - gross * share) <= ROUNDED * BigInt(row.length));
}

function propose(board: Board, { receipt, row, commission }: Net, times: number): void {
  const { currency, minor } = receipt;
  board.take({
    rule: lessCommission.name,
    type: shapeOf(row, [receipt]),
    lines: [...row, receipt],
    score: percentScore(85),
    alternatives: 0,
    reasons:
      `${row.length} lines with numbers in a row come to ${show(totalOf(row), currency)} ${currency}, and ${show(minor, currency)} is less ` +
      `${commission / 10n}.${commission % 10n} percent, as ${times} payments of the counterparty are (quoted, not trusted: "${quote(receipt.nameText)}")`,
  });
}
