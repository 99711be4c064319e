import { magnitude } from '../amounts.ts';
import { type Board, type Rule } from '../board.ts';
import type { Evidence } from '../evidence.ts';
import { namesDocument } from '../identifiers.ts';
import { type Line, otherSide } from '../line.ts';
import { identifierKeys } from '../line-keys.ts';
import { isAlike, proposeMismatches } from '../mismatches.ts';
import { NameIndex } from '../name-index.ts';
import { linesWithPartner } from '../partners.ts';
import { type Shape, isKept, meaningOf, shapeOf } from '../shapes.ts';
import { isOdd } from '../statistics.ts';
import { isCandidate } from './parts.ts';

const WHOLE_PERCENT = 90;
const [TIMES_NEARER, LEAST_TIMES_CHANCE, NEAR_DAYS] = [10n, 20n, 5];
// In hundredths; banks and card schemes have other rates than the books.
const [MOST_EXCHANGED, SOON_DAYS, MOST_RIVALS, TIMES_FURTHER] = [3n, 3, 4, 4n];

/** One event by its counterparty and date, with amounts that differ in a way that has a name. A proposal. */
export const amountSlip: Rule = {
  name: 'amount_slip',
  version: 13,
  find(board) {
    const { amount: window, name: named, late } = board.settings.windows;
    const near = byNames(board);
    const partners = linesWithPartner(board);
    // One after the other: all of them at once are more than all lines.
    function* pairs() {
      for (const one of board.open('ledger')) {
        if (partners.has(one)) continue;
        const mayBeLate = isOdd(one.minor);
        const fits = (other: Line) =>
          isCandidate(one, other, window) ||
          (mayBeLate && isCandidate(one, other, named) && isClose(one, other)) ||
          (mayBeLate && isCandidate(one, other, late / 2) && isShortPaid(one, other));
        for (const other of near(one, fits)) if (!partners.has(other)) yield [one, other] as const;
      }
      for (const other of board.open('statement'))
        if (other.said.fees.length > 0)
          for (const one of near(other, (line) => isCandidate(line, other, late)))
            yield [one, other] as const;
    }
    // Where no names tell, the number of a member or a customer does.
    const isParty = (evidence: Evidence) =>
      isAlike(evidence) || (evidence.sameParty && evidence.namePercent === null);
    const alike = (evidence: Evidence, isStated = false) =>
      isParty(evidence) && (!evidence.contradicted || isStated);
    const onlyOne = (line: Line) =>
      near(line, (other) => isCandidate(line, other, window)).filter((other) =>
        alike(board.weigh(line, other)),
      ).length === 1;
    // Of round amounts any two differ by one digit.
    const areOdd = (one: Line, other: Line) => isOdd(one.minor) && isOdd(other.minor);
    const gapOf = (one: Line, other: Line) => magnitude(one.minor - other.minor);
    const rivalsOf = (one: Line, other: Line, days: number) =>
      near(one, (line) => line !== other && isCandidate(one, line, days)).filter((line) =>
        alike(board.weigh(one, line)),
      );
    const isNearer = (one: Line, other: Line, rivals: readonly Line[], times: bigint) =>
      rivals.every((line) => gapOf(one, line) >= gapOf(one, other) * times);
    // The nearest by far, and so near that chance would hardly bring one of as many lines as the party has these days.
    const isNearest = (one: Line, other: Line, days: number) => {
      const rivals = rivalsOf(one, other, days);
      const most = magnitude(one.minor) / (BigInt(rivals.length + 1) * LEAST_TIMES_CHANCE);
      return gapOf(one, other) <= most && isNearer(one, other, rivals, TIMES_NEARER);
    };
    // None of the party's few lines of these days is nearly as near.
    const isFirst = (one: Line, other: Line) => {
      const rivals = rivalsOf(one, other, NEAR_DAYS);
      return rivals.length <= MOST_RIVALS && isNearer(one, other, rivals, TIMES_FURTHER);
    };
    const nameNoTwo = (one: Line, other: Line) =>
      identifierKeys(one).length === 0 || identifierKeys(other).length === 0;
    const isNear = (one: Line, other: Line, { days }: Evidence) =>
      isWithinHundredth(one, other) &&
      days <= NEAR_DAYS &&
      areOdd(one, other) &&
      nameNoTwo(one, other) &&
      isNearest(one, other, NEAR_DAYS) &&
      isNearest(other, one, NEAR_DAYS);
    // Another rate than the books', of the same merchant on these days.
    const isExchanged = (one: Line, other: Line, { days, namePercent }: Evidence) =>
      isWithin(one, other, MOST_EXCHANGED) &&
      days <= SOON_DAYS &&
      (namePercent ?? 0) >= WHOLE_PERCENT &&
      areOdd(one, other) &&
      nameNoTwo(one, other) &&
      isFirst(one, other) &&
      isFirst(other, one);
    // What banks on the way took of a payment that had weeks to come.
    const isCharged = (one: Line, other: Line, { namePercent }: Evidence) =>
      isShortPaid(one, other) &&
      other.day >= one.day &&
      (one.reference === null || other.reference === null) &&
      (namePercent ?? 0) >= WHOLE_PERCENT &&
      areOdd(one, other) &&
      isNearest(one, other, late / 2) &&
      isNearest(other, one, late / 2);
    // The whole name, and amounts that are hardly alike by chance.
    const isLate = ({ namePercent }: Evidence, one: Line, other: Line, shape: Shape) =>
      (namePercent ?? 0) >= WHOLE_PERCENT && !meaningOf(shape).inPart && areOdd(one, other);
    const tells = (one: Line, other: Line, shape: Shape) =>
      // Fees are round, and so round amounts differ by one.
      (shape === 'charge' ? isOdd(one.minor) || isOdd(other.minor) : meaningOf(shape).sure) ??
      ((shape === 'share' || (shape !== 'kept' && !meaningOf(shape).inPart)) && areOdd(one, other));
    proposeMismatches(board, amountSlip, {
      pairs: pairs(),
      shapeFor: (one, other) => {
        const shape = shapeOf(board, one, other);
        if (shape === null || shape === 'small' || shape === 'exchange' || !meaningOf(shape).inPart)
          return shape;
        if (isKept(board, one, other)) return 'kept';
        if (shape === 'share' || (shape === 'partial' && (one.said.inPart || other.said.inPart)))
          return shape;
        return isWithin(one, other, MOST_EXCHANGED) ? 'near' : null;
      },
      fits: (evidence, one, other, shape) =>
        alike(evidence, shape === 'stated' && isOdd(one.minor - other.minor)) &&
        (evidence.days <= window ||
          shape === 'stated' ||
          isLate(evidence, one, other, shape) ||
          isCharged(one, other, evidence)) &&
        // Whoever names a document pays that one, and no other with a fee that is on no list.
        !((shape === 'kept' || meaningOf(shape).inPart) && namesDocument(one) && namesDocument(other)) &&
        // Unless nobody else it could be.
        (tells(one, other, shape) ||
          (onlyOne(one) && onlyOne(other)) ||
          isNear(one, other, evidence) ||
          isExchanged(one, other, evidence) ||
          isCharged(one, other, evidence)),
      window,
    });
  },
};

/** Lines of the other side with a name that may be a line's, and that fit. */
function byNames(board: Board): (line: Line, fits: (other: Line) => boolean) => Line[] {
  const of = (side: Line['side']) => new NameIndex(board.open(side));
  // Of the ledger it is seldom asked for.
  const indexes: { statement: NameIndex<Line>; ledger?: NameIndex<Line> } = { statement: of('statement') };
  return (line, fits) => {
    const side = otherSide(line);
    return (indexes[side] ??= of(side)).near(line, fits);
  };
}

/** True for amounts of one sign that differ by a hundredth at most. */
function isWithinHundredth(a: Line, b: Line): boolean {
  return isWithin(a, b, 1n);
}

/** The same for some hundredths. */
function isWithin(a: Line, b: Line, hundredths: bigint): boolean {
  return (
    a.minor > 0n === b.minor > 0n && magnitude(a.minor - b.minor) * 100n <= magnitude(a.minor) * hundredths
  );
}

/** True for a receipt that is less than what was booked, by a hundredth at most. */
function isShortPaid(ledger: Line, statement: Line): boolean {
  return statement.minor > 0n && statement.minor < ledger.minor && isWithinHundredth(ledger, statement);
}

/** True for amounts that differ by hardly more than a tenth, which was rounded. */
function isClose(a: Line, b: Line): boolean {
  return magnitude(a.minor - b.minor) * 9n <= magnitude(a.minor);
}
