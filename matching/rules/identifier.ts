import { show } from '../amounts.ts';
import { type Rule, apart, quote, sideOf } from '../board.ts';
import { FOREIGN } from '../foreign-amounts.ts';
import { lookupKey } from '../identifiers.ts';
import { type Line, byKeys } from '../line.ts';
import { contradicting, mayBeInTime } from './exact-reference.ts';

/**
 * Same amount, and an identifier (invoice, cheque, end-to-end or payout id) that both lines name somewhere in their texts
 * and no other line of the account names.
 */
export const identifier: Rule = {
  name: 'identifier',
  version: 9,
  find(board) {
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
    for (const [ledger, others] of partners) {
      const [statement] = others;
      // Two identifiers that lead to two different lines: one event of several, or a mix-up; either is for later rules.
      if (
        ledger.side !== 'ledger' ||
        !statement ||
        others.size > 1 ||
        (partners.get(statement)?.size ?? 0) > 1
      )
        continue;
      if (ledger.currency !== statement.currency || ledger.minor !== statement.minor) continue;
      if (!board.isOpen(ledger) || !board.isOpen(statement)) continue;
      if (!mayBeInTime(board, ledger, statement)) continue;
      const { shared } = board.weigh(ledger, statement);
      // Whoever names two documents of a kind may pay the one or the other, or both.
      const several = [ledger, statement].some(
        (line) =>
          line.identifiers.filter((one) => one.kind !== '' && one.kind === shared?.kind && !one.standing)
            .length > 1,
      );
      if (
        several ||
        !shared ||
        shared.kind === FOREIGN ||
        !/\d.*\d/.test(shared.key) ||
        ledger.fee !== 0n ||
        statement.fee !== 0n ||
        // What gives a document's money back is another event than its payment.
        ledger.said.reverses !== statement.said.reverses ||
        contradicting(board, ledger, statement)
      )
        continue;
      board.take({
        rule: identifier.name,
        type: 'exact_match',
        lines: [ledger, statement],
        score: '0.99',
        alternatives: 0,
        reasons: `both name ${quote(shared.key)} and no other line does; same amount ${show(ledger.minor, ledger.currency)} ${ledger.currency}, ${apart(ledger, statement)}`,
      });
    }
  },
};
