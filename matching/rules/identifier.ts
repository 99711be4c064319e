import { show } from '../amounts.ts';
import { type Board, type Rule, apart, quote, sideOf } from '../board.ts';
import { Doubles, type Pair } from '../doubles.ts';
import { FOREIGN } from '../foreign-amounts.ts';
import { lookupKey } from '../identifiers.ts';
import { type Line, byKeys } from '../line.ts';
import { contradicting, mayBeInTime } from './exact-reference.ts';

/**
 * Same amount, and an identifier (invoice, cheque, end-to-end or payout id) that both lines name somewhere in their texts
 * and no other line of the account names, where neither line has a double.
 */
export const identifier: Rule = {
  name: 'identifier',
  version: 10,
  find(board) {
    const found = namedAlone(board).filter((pair) => maySettle(board, pair));
    const doubles = new Doubles(board, found);
    for (const pair of found) if (!doubles.of(pair)) settle(board, pair);
  },
};

/** Pairs of lines that name an identifier which nothing else names. */
function namedAlone(board: Board): Pair[] {
  // Most of what a month names is named once or many times over; only the rest is listed.
  const named = byKeys(board.open(), (line) =>
    line.identifiers.filter((one) => !one.standing && board.statistics.naming(one) === 2).map(lookupKey),
  );
  const partners = new Map<Line, Set<Line>>();
  for (const lines of named.values()) {
    const [ledger, statement] = [sideOf(lines, 'ledger')[0], sideOf(lines, 'statement')[0]];
    if (lines.length !== 2 || !ledger || !statement) continue;
    for (const [line, other] of [
      [ledger, statement],
      [statement, ledger],
    ] as const)
      partners.set(line, (partners.get(line) ?? new Set<Line>()).add(other));
  }
  // Two identifiers that lead to two different lines: one event of several, or a mix-up; either is for later rules.
  return [...partners].flatMap(([ledger, others]): Pair[] => {
    const [statement] = others;
    if (ledger.side !== 'ledger' || !statement || others.size > 1) return [];
    return (partners.get(statement)?.size ?? 0) > 1 ? [] : [[ledger, statement]];
  });
}

function maySettle(board: Board, [ledger, statement]: Pair): boolean {
  if (ledger.currency !== statement.currency || ledger.minor !== statement.minor) return false;
  if (!mayBeInTime(board, ledger, statement)) return false;
  const { shared } = board.weigh(ledger, statement);
  if (!shared || shared.kind === FOREIGN || !/\d.*\d/.test(shared.key)) return false;
  // Whoever names two documents of a kind may pay the one or the other, or both.
  const several = [ledger, statement].some(
    ({ identifiers }) =>
      identifiers.filter((one) => one.kind !== '' && one.kind === shared.kind && !one.standing).length > 1,
  );
  if (several || ledger.fee !== 0n || statement.fee !== 0n) return false;
  // What gives a document's money back is another event than its payment.
  return ledger.said.reverses === statement.said.reverses && !contradicting(board, ledger, statement);
}

function settle(board: Board, [ledger, statement]: Pair): void {
  const { shared } = board.weigh(ledger, statement);
  if (shared)
    board.take({
      rule: identifier.name,
      type: 'exact_match',
      lines: [ledger, statement],
      score: '0.99',
      alternatives: 0,
      reasons: `both name ${quote(shared.key)} and no other line does; same amount ${show(ledger.minor, ledger.currency)} ${ledger.currency}, ${apart(ledger, statement)}`,
    });
}
