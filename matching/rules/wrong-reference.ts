import { magnitude, show } from '../amounts.ts';
import { type Board, type Rule, apart, percentScore, quote, sideOf } from '../board.ts';
import { isSlip } from '../identifiers.ts';
import { type Line, byKeys, isBanksOwn } from '../line.ts';
import { otherPeriods } from '../periods.ts';
import { otherLabels } from '../stated.ts';

const ALIKE_PERCENT = 85;
const NEAR_DAYS = 3;
const PERCENT = 75;

/**
 * One amount and one name within days, and a document's number on one line that is not the other's: copied from last month, or from
 * somebody else's; or one amount and two cheques of neighbouring numbers. A proposal, where nothing else in the account has the
 * amount, or, of cheques, nothing else that is open.
 */
export const wrongReference: Rule = {
  name: 'wrong_reference',
  version: 1,
  find(board) {
    for (const lines of byKeys(board.open(), (line) => [`${line.currency} ${line.minor}`]).values()) {
      const [[ledger, ...more], [statement, ...others]] = [
        sideOf(lines, 'ledger'),
        sideOf(lines, 'statement'),
      ];
      if (!ledger || !statement || more.length + others.length > 0) continue;
      if (isWritten(board, ledger, statement) || areCheques(board, ledger, statement))
        propose(board, ledger, statement);
    }
  },
};

function isWritten(board: Board, ledger: Line, statement: Line): boolean {
  if (Math.abs(ledger.day - statement.day) > NEAR_DAYS || isBanksOwn(ledger, statement)) return false;
  if (ledger.said.denies || statement.said.denies) return false;
  if (![ledger, statement].every((line) => board.statistics.isOneOff(line))) return false;
  const evidence = board.weigh(ledger, statement);
  if (!evidence.contradicted || (evidence.namePercent ?? 0) < ALIKE_PERCENT) return false;
  if (board.namesAnother(ledger, statement, evidence)) return false;
  // Another month, another flat or another batch is another payment.
  return (
    !otherPeriods(ledger.said.periods, statement.said.periods) &&
    !otherLabels(labelsOf(ledger), labelsOf(statement)) &&
    !board.statistics.ofTwoGroups(ledger, statement) &&
    ledger.said.reverses === statement.said.reverses
  );
}

/** True for cheques of neighbouring numbers, or with two digits swapped, as books and bank number a pair of cheques crosswise. */
function areCheques(board: Board, ledger: Line, statement: Line): boolean {
  // Books may have the bare number in its column.
  const ours = ledger.identifiers.filter(
    ({ kind, own, digits }) => isCheque(kind, digits) || (own && kind === ''),
  );
  const theirs = statement.identifiers.filter(({ kind, digits }) => isCheque(kind, digits));
  const behind = statement.day - ledger.day;
  if (behind < 0 || behind > board.settings.windows.reference) return false;
  const evidence = board.weigh(ledger, statement);
  if (evidence.shared || board.namesAnother(ledger, statement, evidence)) return false;
  return ours.some((one) =>
    theirs.some((other) => isSlip(one, other) || areNeighbours(one.digits, other.digits)),
  );
}

const isCheque = (kind: string, digits: string) => kind === 'CHK' && digits !== '';

function areNeighbours(one: string, other: string): boolean {
  return one.length === other.length && magnitude(BigInt(one) - BigInt(other)) === 1n;
}

// Without the numbers of documents.
function labelsOf({ said, identifiers }: Line): readonly string[] {
  return said.labels.filter(
    (label) => !identifiers.some(({ digits, standing }) => !standing && label.endsWith(` ${digits}`)),
  );
}

function propose(board: Board, ledger: Line, statement: Line): void {
  board.take({
    rule: wrongReference.name,
    type: 'fuzzy_match',
    lines: [ledger, statement],
    score: percentScore(PERCENT),
    alternatives: 0,
    reasons: `same amount ${show(ledger.minor, ledger.currency)} ${ledger.currency}, ${apart(ledger, statement)}; the two name different documents (quoted, not trusted: "${quote(ledger.nameText)}")`,
  });
}
