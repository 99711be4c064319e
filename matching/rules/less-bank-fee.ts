import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, apart, percentScore } from '../board.ts';
import { type Line, byKeys, haveTexts } from '../line.ts';
import { isCandidate } from './parts.ts';

const DAYS = 1;
const ALIKE_PERCENT = 60;
const PERCENT = 88;
// Of so many lines a day somebody's amount is another's and a fee.
const MOST_OF_DAY = 200;

/**
 * A receipt that is booked less the bank's fee, or a payment that is booked with it, against the two, which the bank shows as lines of
 * one day.
 * By the name, or where no text is to compare by no other line fitting. A proposal.
 */
export const lessBankFee: Rule = {
  name: 'less_bank_fee',
  version: 2,
  find(board) {
    const statement = board.open('statement');
    const ofDay = byKeys(statement, ({ currency, day }) => [`${currency} ${day}`]);
    const ledger = byKeys(board.open('ledger'), ({ currency, minor }) => [`${currency} ${minor}`]);
    for (const fee of statement)
      if (fee.said.bankOwn && fee.minor < 0n) {
        const near = [-DAYS, 0, DAYS].flatMap((step) => ofDay.get(`${fee.currency} ${fee.day + step}`) ?? []);
        const found = near.length > MOST_OF_DAY ? [] : fitting(board, fee, near, ledger);
        const [one, ...others] = found;
        if (one && others.length === 0) propose(board, fee, ...one);
      }
  },
};

function fitting(
  board: Board,
  fee: Line,
  near: readonly Line[],
  ledger: ReadonlyMap<string, readonly Line[]>,
): (readonly [Line, Line])[] {
  const found: (readonly [Line, Line])[] = [];
  for (const gross of near) {
    if (gross.said.bankOwn || magnitude(gross.minor) <= magnitude(fee.minor) || !board.isOpen(gross))
      continue;
    for (const net of ledger.get(`${fee.currency} ${gross.minor + fee.minor}`) ?? [])
      if (
        board.isOpen(net) &&
        isCandidate(gross, net, board.settings.windows.amount) &&
        areOne(board, net, gross)
      )
        found.push([net, gross]);
  }
  return found;
}

function areOne(board: Board, net: Line, gross: Line): boolean {
  const evidence = board.weigh(net, gross);
  if (board.tellsApart(net, gross, evidence)) return false;
  // Of payments there are too many for an amount to tell alone.
  const isTold = evidence.shared !== null || (evidence.namePercent ?? 0) >= ALIKE_PERCENT;
  return isTold || (gross.minor > 0n && !haveTexts(net, gross));
}

function propose(board: Board, fee: Line, net: Line, gross: Line): void {
  const { currency } = net;
  const [booked, paid, taken] = [net, gross, fee].map(({ minor }) => show(minor, currency));
  board.take({
    rule: lessBankFee.name,
    type: 'multi_to_one',
    lines: [net, gross, fee],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons: `${booked} ${currency} booked, ${paid} and the bank's fee ${taken} on the statement, ${apart(net, gross)}`,
  });
}
