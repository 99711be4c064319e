import { isSpecific } from '../../ledger/keys.ts';
import { show } from '../amounts.ts';
import { type Board, type Rule, apart, sideOf } from '../board.ts';
import { Doubles, type Pair } from '../doubles.ts';
import { type Line, byKeys } from '../line.ts';

// Below this two names are of two parties, whatever else agrees.
const CONTRADICTING_PERCENT = 50;

/**
 * Same specific reference and same amount, the only such pair. "Only" is strict: on both sides the reference stands on the
 * same amounts, each of them once, and neither line has a double, so that nothing else in the account could be meant.
 */
export const exactReference: Rule = {
  name: 'exact_reference',
  version: 8,
  find(board) {
    const open = board.open();
    const keys = (line: Line) =>
      line.reference !== null && isSpecific(line.reference) ? [`${line.currency} ${line.reference}`] : [];
    // Most references of what is left stand on one line only.
    const again = repeated(open);
    const candidates = open.filter(({ reference }) => reference !== null && again.has(reference));
    const found: Pair[] = [];
    for (const lines of byKeys(candidates, keys).values()) {
      const [ledger, statement] = [sideOf(lines, 'ledger'), sideOf(lines, 'statement')];
      if (ledger.length !== statement.length || ledger.length > MOST_INSTALMENTS) continue;
      const byAmount = new Map(ledger.map((line) => [line.minor, line] as const));
      if (byAmount.size !== ledger.length) continue;
      const pairs = statement.map((line) => ({ statement: line, ledger: byAmount.get(line.minor) }));
      if (new Set(pairs.map((pair) => pair.ledger)).size !== ledger.length) continue;
      for (const pair of pairs) if (pair.ledger) found.push([pair.ledger, pair.statement]);
    }
    const doubles = new Doubles(board, found);
    for (const pair of found) if (!doubles.of(pair)) settleable(board, ...pair);
  },
};

const MOST_INSTALMENTS = 60;

function repeated(lines: readonly Line[]): Set<string> {
  const [once, again] = [new Set<string>(), new Set<string>()];
  for (const { reference } of lines)
    if (reference !== null) (once.has(reference) ? again : once).add(reference);
  return again;
}

function settleable(board: Board, ledger: Line, statement: Line): void {
  if (!mayBeInTime(board, ledger, statement)) return;
  if (ledger.fee !== 0n || statement.fee !== 0n || contradicting(board, ledger, statement)) return;
  board.take({
    rule: exactReference.name,
    type: 'exact_match',
    lines: [ledger, statement],
    score: '1.00',
    alternatives: 0,
    reasons: `same reference ${ledger.referenceText} and same amount ${show(ledger.minor, ledger.currency)} ${ledger.currency}, ${apart(ledger, statement)}`,
  });
}

// A payment is seldom booked more than a week after the bank had it; the one of the month before has the same number.
const DAYS_EARLY = 7;

/** True when the statement has its line at most so many business days before the posting, and after it, that the two may settle. */
export function mayBeInTime({ settings }: Board, ledger: Line, statement: Line): boolean {
  const days = statement.day - ledger.day;
  return days >= -DAYS_EARLY && days <= settings.windows.reference;
}

/** True when something else that the two lines say keeps their match from settling: a name, a document, a month. */
export function contradicting(board: Board, a: Line, b: Line): boolean {
  const { namePercent, contradicted, disagrees } = board.weigh(a, b);
  const names = a.name !== null && b.name !== null && (namePercent ?? 0) < CONTRADICTING_PERCENT;
  return names || contradicted || disagrees;
}
