import type { Call, Door } from '../ledger/door.ts';
import { type ImportLine, importDocument } from '../ledger/import.ts';
import { register } from '../ledger/register.ts';
import { openRun } from '../ledger/runs.ts';
import { reconciliationId } from '../ledger/streams.ts';
import { currencyCode } from '../policy/currency.ts';
import { decimal, sum } from '../policy/money.ts';
import { POLICY } from '../policy/testing.ts';
import { SMALL_ACTORS } from '../tests/harness/books.ts';

/** Pairs of open lines to be matched, one reconciliation a lane. */
export interface Books {
  /** The next pair of a lane: its reconciliation and the two lines' ids. */
  take(lane: number): [reconciliation: string, itemIds: [string, string]];
}

const USD = currencyCode('USD');
const PERIOD = '2026-03';

/** Books with `lanes` accounts and enough pairs of one cent in each, under the example company's policy. */
export async function makeBooks(door: Door, lanes: number, pairs: number): Promise<Books> {
  const codes = Array.from({ length: lanes }, (_, lane) => String(1100 + lane));
  const call = (toolCallId: string): Call => ({
    actorId: 'engine:close',
    sessionId: 'bench-setup',
    toolCallId,
  });
  await register(door, call('register'), {
    policy: POLICY,
    actors: SMALL_ACTORS,
    entities: [{ id: 'US', name: 'Bench Inc.', currency: 'USD' }],
    accounts: codes.map((code) => ({
      entity: 'US',
      code,
      name: code,
      currency: 'USD',
      statement_currency: 'USD',
      kind: 'bank',
      counterparty_entity: null,
      counterparty_account: null,
    })),
    rates: [],
  });
  await openRun(door, call('open'), 'US', PERIOD);
  for (const code of codes) {
    for (const side of ['ledger', 'statement'] as const) {
      const lines = Array.from({ length: pairs }, (_, index) => line(`${side}-${code}-${index}`));
      const opening = decimal('0.00');
      const answer = await importDocument(door, call(`${code}-${side}`), {
        reconciliation: reconciliationId('US', PERIOD, code),
        side,
        fileName: `${side}.csv`,
        sha256: `${code}-${side}`,
        currency: USD,
        totals: { opening, closing: sum(lines.map((one) => one.amount)) },
        lines,
      });
      if (answer.outcome !== 'done') throw new Error(`the bench's books did not import: ${answer.outcome}`);
    }
  }
  const rows = await door.db
    .selectFrom('items')
    .select(['id', 'reconciliation_id', 'side'])
    .orderBy('id')
    .execute();
  const queues = codes.map((code) => {
    const reconciliation = reconciliationId('US', PERIOD, code);
    const of = (side: string) =>
      rows.filter((row) => row.reconciliation_id === reconciliation && row.side === side);
    return { reconciliation, ledger: of('ledger'), statement: of('statement'), next: 0 };
  });
  return {
    take(lane) {
      const queue = queues[lane];
      const [ledger, statement] = [queue?.ledger[queue.next], queue?.statement[queue.next]];
      if (!queue || !ledger || !statement) throw new Error(`lane ${lane} has no pair left`);
      queue.next += 1;
      return [queue.reconciliation, [ledger.id, statement.id]];
    },
  };
}

function line(externalId: string): ImportLine {
  return {
    lineNo: 1,
    externalId,
    date: '2026-03-10',
    amount: '0.01',
    currency: USD,
    reference: null,
    counterparty: externalId,
    description: null,
    group: null,
    fee: null,
  };
}
