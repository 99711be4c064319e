import { type Db } from '../../ledger/connect.ts';
import type { Side } from '../../ledger/database.ts';
import type { Answer, Call, Door } from '../../ledger/door.ts';
import { type DocumentInput, importDocument } from '../../ledger/import.ts';
import { register } from '../../ledger/register.ts';
import { openRun } from '../../ledger/runs.ts';
import { settleByRules } from '../../ledger/settle.ts';
import { currencyCode } from '../../policy/currency.ts';
import { decimal, sum } from '../../policy/money.ts';
import { POLICY } from '../../policy/testing.ts';
import { SMALL_ACTORS, callBy, line } from '../harness/books.ts';

const USD = currencyCode('USD');
const OPENING = decimal('1000.00');
const PAIRS = ['100.00', '250.00', '75.50', '12.25'];
// An ordinary account, and a restricted one that two people confirm and certify.
export const ACCOUNTS = ['1010', '1030'];

/** One entity's month with two small accounts: what a race is run in. */
export interface Month {
  readonly entity: string;
  readonly period: string;
  readonly reconciliations: readonly string[];
}

/** Registers the example's policy and one company that every month is a month of. */
export async function raceCompany(door: Door): Promise<void> {
  await register(door, callBy('engine:close'), {
    policy: POLICY,
    actors: SMALL_ACTORS,
    entities: [{ id: 'US', name: 'Race Inc.', currency: 'USD' }],
    accounts: ACCOUNTS.map((code) => ({
      entity: 'US',
      code,
      name: `Account ${code}`,
      currency: 'USD',
      statement_currency: 'USD',
      kind: 'bank',
      counterparty_entity: null,
      counterparty_account: null,
    })),
    rates: [],
  });
}

/** Opens a month and imports both sides of both accounts: pairs of equal lines, so that the accounts can tie out. */
export async function openMonth(door: Door, period: string): Promise<Month> {
  await openRun(door, callBy('engine:close'), 'US', period);
  const reconciliations = ACCOUNTS.map((account) => `US/${period}/${account}`);
  for (const reconciliation of reconciliations) {
    for (const side of ['ledger', 'statement'] as const) {
      await importLines(door, callBy('engine:close'), reconciliation, side, PAIRS, 'first');
    }
    // The matcher has been there and found nothing: what is left is for people.
    await settleByRules(door, callBy('engine:matcher'), {
      reconciliation,
      matcher: () => [],
    });
  }
  return { entity: 'US', period, reconciliations };
}

/** Imports one more file that opens where the last one closed; the answer of the door. */
export async function importLines(
  door: Door,
  call: Call,
  reconciliation: string,
  side: Side,
  amounts: readonly string[],
  file: string,
): Promise<Answer> {
  return await importDocument(door, call, await nextFile(door.db, reconciliation, side, amounts, file));
}

/** A file that opens where the last one closed, as of now. */
export async function nextFile(
  db: Db,
  reconciliation: string,
  side: Side,
  amounts: readonly string[],
  file: string,
): Promise<DocumentInput> {
  const lines = amounts.map((amount, index) =>
    line(`${side}-${file}-${index}`, amount, {
      date: `${reconciliation.split('/')[1]}-10`,
      counterparty: `Party ${index}`,
    }),
  );
  const opening = await lastClosing(db, reconciliation, side);
  return {
    reconciliation,
    side,
    fileName: `${side}-${file}.csv`,
    sha256: `${reconciliation}-${side}-${file}`,
    currency: USD,
    totals: { opening, closing: opening.plus(sum(lines.map((one) => one.amount))) },
    lines,
  };
}

async function lastClosing(db: Db, reconciliation: string, side: Side) {
  const last = await db
    .selectFrom('documents')
    .select('closing')
    .where('reconciliation_id', '=', reconciliation)
    .where('side', '=', side)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ? decimal(last.closing) : OPENING;
}
