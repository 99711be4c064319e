import type { Db } from '../ledger/connect.ts';
import { policyInForce } from '../ledger/policy-in-force.ts';
import { type RatesBehind, ratesBehind } from '../ledger/rates.ts';
import { standings } from '../ledger/standing.ts';
import { currencyCode, formatAmount } from '../policy/currency.ts';
import { decimal } from '../policy/money.ts';
import { table } from './output.ts';

/** One account's row: amounts are decimal strings in `currency`. */
export interface StandingRow {
  readonly account: string;
  readonly name: string;
  readonly currency: string;
  readonly ledger: string;
  readonly statement: string;
  readonly reconcilingItems: string;
  readonly difference: string;
  readonly state: string;
  readonly certifiedBy: readonly string[];
  readonly lines: string;
  readonly matched: string;
  readonly awaitingReview: string;
  readonly exceptions: string;
  readonly open: string;
}

/** The accounts with balances, reconciling items and difference, as rows and as a table in words. */
export async function standingTable(
  db: Db,
  only: { entity?: string; period?: string },
): Promise<{ rows: StandingRow[]; words: string }> {
  const rows = (await standings(db, only)).map(({ reconciliation, accountName, tie, certifiedBy }) => {
    const money = (amount: string | null) =>
      amount === null ? '-' : formatAmount(decimal(amount), currencyCode(reconciliation.currency));
    return {
      account: reconciliation.id,
      name: accountName,
      currency: reconciliation.currency,
      ledger: money(tie.ledger_balance),
      statement: money(tie.statement_balance),
      reconcilingItems: money(tie.reconciling_items),
      difference: money(tie.difference),
      state: reconciliation.state,
      certifiedBy,
      lines: tie.lines,
      matched: tie.matched,
      awaitingReview: tie.awaiting_review,
      exceptions: String(
        BigInt(tie.open_exceptions) + BigInt(tie.resolved_exceptions) + BigInt(tie.carried_forward),
      ),
      open: tie.open,
    };
  });
  const words = table(
    ['account', 'cur', 'per ledger', 'per statement', 'reconciling', 'difference', 'state', 'certified by'],
    rows.map((row) => [
      row.account,
      row.currency,
      row.ledger,
      row.statement,
      row.reconcilingItems,
      row.difference,
      row.state,
      row.certifiedBy.join(', '),
    ]),
    ['per ledger', 'per statement', 'reconciling', 'difference'],
  );
  const rates = await ratesBehind(db, (await policyInForce(db)).content.fx.source, only.period ?? null);
  return { rows, words: rates === null ? words : `${words}\n\n${ratesInWords(rates)}` };
}

/** On which published rates the converted amounts rest. */
function ratesInWords({ source, currencies, first, last }: RatesBehind): string {
  const from = source === 'ECB' ? "the European Central Bank's euro reference rates" : `rates of ${source}`;
  return `exchange rates: ${from} of ${currencies.join(', ')}, published for ${first} to ${last}`;
}
