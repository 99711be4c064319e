import { type Board, type Rule } from '../board.ts';
import { sameIdentifier } from '../identifiers.ts';
import { type Line, byKeys } from '../line.ts';
import { identifierKeys } from '../line-keys.ts';
import { isAlike, proposeMismatches } from '../mismatches.ts';
import { type Shape, isKept, meaningOf, shapeOf } from '../shapes.ts';

const UNLIKE_PERCENT = 35;
const MOST_NAMESAKES = 60;

/** One event by its identifier, with amounts that differ. A proposal that shows the difference and what it looks like. */
export const amountMismatch: Rule = {
  name: 'amount_mismatch',
  version: 11,
  find(board) {
    const { late } = board.settings.windows;
    const named = byKeys(board.open(), identifierKeys);
    const isAlone = aloneAmong(board, named);
    proposeMismatches(board, amountMismatch, {
      pairs: pairsOf(named),
      shapeFor: (one, other) => {
        const shape = shapeNaming(board, one, other);
        const saysNothing = shape === 'kept' || (shape !== null && meaningOf(shape).inPart);
        return saysNothing && !isAlone(one, other) ? null : shape;
      },
      fits: (evidence, one, other, shape) =>
        evidence.shared !== null &&
        (!meaningOf(shape).inPart ||
          !isCollective(one, other) ||
          ((shape === 'small' || isAlike(evidence) || haveOneNumber(one, other)) &&
            board.nameOneDocument(evidence))) &&
        (evidence.days <= late || board.nameOneDocument(evidence)) &&
        evidence.days <= board.settings.windows.document &&
        // A discount on the very document, whatever the payer is called.
        ((meaningOf(shape).sure === true && board.nameOneDocument(evidence)) ||
          !board.namesAnother(one, other, evidence)),
      window: late,
    });
  },
};

function pairsOf(named: ReadonlyMap<string, readonly Line[]>): Iterable<readonly [Line, Line]> {
  const pairs = new Map<string, readonly [Line, Line]>();
  for (const lines of named.values()) {
    if (lines.length > MOST_NAMESAKES) continue;
    for (const one of lines)
      for (const other of lines)
        if (one.side === 'ledger' && other.side === 'statement')
          pairs.set(`${one.id} ${other.id}`, [one, other]);
  }
  return pairs.values();
}

// With more than one line a side a part of the amount may be part of several, unless it is another party's.
function aloneAmong(board: Board, named: ReadonlyMap<string, readonly Line[]>) {
  const isRival = (line: Line, one: Line, other: Line) =>
    line !== one &&
    line !== other &&
    (board.namesAlike(line, line.side === one.side ? one : other) ?? 100) >= UNLIKE_PERCENT;
  return (one: Line, other: Line) =>
    identifierKeys(one).some((key) => {
      const lines = named.get(key);
      return lines?.includes(other) === true && !lines.some((line) => isRival(line, one, other));
    });
}

// Of a part nobody knows what it is, unless it is what a processor leaves.
function shapeNaming(board: Board, one: Line, other: Line): Shape | null {
  const shape = shapeOf(board, one, other);
  return shape !== null && meaningOf(shape).inPart && isKept(board, one, other) ? 'kept' : shape;
}

// A slip or a batch, of which one document may be a part.
function isCollective(one: Line, other: Line): boolean {
  return one.said.collective || other.said.collective;
}

/** True where both have one number in their own references: then it is that of the batch itself, and of none of its documents. */
function haveOneNumber(one: Line, other: Line): boolean {
  return one.identifiers.some(
    (ours) => ours.own && other.identifiers.some((theirs) => theirs.own && sameIdentifier(ours, theirs)),
  );
}
