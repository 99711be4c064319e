import type { Rule } from '../board.ts';
import { type Line, byKeys } from '../line.ts';
import { proposeMismatches } from '../mismatches.ts';
import { isKept } from '../shapes.ts';

/** One line against the posting that names its day, less what a processor or an acquirer keeps. A proposal. */
export const dayLessFee: Rule = {
  name: 'day_less_fee',
  version: 6,
  find(board) {
    const { amount: window } = board.settings.windows;
    const ofDay = byKeys(board.open('ledger'), (line) => [`${line.currency} ${line.date.slice(5)}`]);
    proposeMismatches(board, dayLessFee, {
      pairs: board.open('statement').flatMap((other) =>
        other.said.days
          .flatMap((day) => ofDay.get(`${other.currency} ${day}`) ?? [])
          .filter((one) => isKept(board, one, other))
          .map((one) => [one, other] as const),
      ),
      shapeFor: (one, other) =>
        board.fees.isStated(one.minor - other.minor, [one, other]) ? 'stated' : 'kept',
      fits: (evidence, one, other) =>
        evidence.saysDay &&
        evidence.days <= window &&
        !evidence.contradicted &&
        (evidence.shared !== null || (!board.namesAnother(one, other, evidence) && !isNamedCheque(other))),
      window,
    });
  },
};

// A cheque is one payment, and nothing is taken off it.
function isNamedCheque({ identifiers }: Line): boolean {
  return identifiers.some(({ kind }) => kind === 'CHK');
}
