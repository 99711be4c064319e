import type { Kysely } from 'kysely';
import { closeWindow, isWithin } from '../policy/calendar.ts';
import { currencyCode } from '../policy/currency.ts';
import { convertToUsd } from '../policy/fx.ts';
import { ZERO } from '../policy/money.ts';
import { calendarOf } from '../policy/lookups.ts';
import { lastDay } from '../policy/period.ts';
import { append, lockHead } from './audit.ts';
import { findActor } from './actors.ts';
import { identity } from './decide.ts';
import type { Database } from './database.ts';
import type { Call, Door } from './door.ts';
import { policyInForce } from './policy-in-force.ts';
import { ratesFor } from './rates.ts';
import { NotFound } from './reconciliations.ts';
import { reconciliationId, runId, runStream } from './streams.ts';

/** A run that is open, with the accounts it reconciles. */
export type OpenedRun = {
  readonly run: string;
  readonly policyHash: string;
  readonly accounts: readonly { readonly account: string; readonly reconciliation: string }[];
};

/** The close cannot start: why, and what to do. Repeating it as it is would not help. */
export class CannotOpen extends Error {
  override name = 'CannotOpen';
}

/**
 * Opens the close of one entity and month, or gives the open one: checks the close window and that rates for the
 * month's end are there, then makes one reconciliation per account.
 * @throws {NotFound} for an unknown entity. {@link CannotOpen} outside the window or without rates.
 */
export async function openRun(door: Door, call: Call, entity: string, period: string): Promise<OpenedRun> {
  const id = runId(entity, period);
  return await door.db.transaction().execute(async (tx) => {
    const head = await lockHead(tx, runStream(entity, period));
    const policy = await policyInForce(tx);
    const known = await tx.selectFrom('entities').select('id').orderBy('id').execute();
    if (!known.some((row) => row.id === entity)) {
      throw new NotFound(
        `there is no entity "${entity}"; this company has ${known.map((row) => row.id).join(', ') || 'none'}`,
      );
    }
    const accounts = await tx
      .selectFrom('accounts')
      .selectAll()
      .where('entity', '=', entity)
      .orderBy('code')
      .execute();
    const opened = {
      run: id,
      policyHash: policy.hash,
      accounts: accounts.map(({ code }) => ({
        account: code,
        reconciliation: reconciliationId(entity, period, code),
      })),
    };
    const existing = await tx.selectFrom('runs').select('state').where('id', '=', id).executeTakeFirst();
    if (existing) return opened;

    const calendar = calendarOf(policy, entity);
    if (!calendar)
      throw new CannotOpen(
        `policy.yaml has no close_calendar for ${entity}; add one, then start the close again`,
      );
    const window = closeWindow(calendar, period);
    if (!isWithin(window, head.at)) {
      throw new CannotOpen(
        `the close window of ${entity} ${period} is ${window.opensAt} to ${window.closesAt ?? 'open end'}, and it is ${head.at}; ` +
          'start it inside the window, or have the policy changed',
      );
    }
    const { source, max_age_days: maxAgeDays } = policy.content.fx;
    const currencies = new Set(accounts.flatMap((one) => [one.currency, one.statement_currency]));
    const table = await ratesFor(tx, {
      source,
      currencies: [...currencies, 'USD'],
      from: lastDay(period),
      to: lastDay(period),
    });
    for (const currency of currencies) {
      // Every amount is also judged in US dollars; dollars themselves need no rate.
      const { status } = convertToUsd(table, ZERO, currencyCode(currency), lastDay(period), maxAgeDays);
      if (status !== 'fresh') {
        throw new CannotOpen(
          `the ${source} rate from ${currency} to USD for ${lastDay(period)} is ${status}; ` +
            'import it with `closegate fx import`, or put the file in the fx folder and name it in company.yaml; ' +
            'then start the close again',
        );
      }
    }
    await tx
      .insertInto('runs')
      .values({ id, entity, period, state: 'RUNNING', policy_hash: policy.hash })
      .execute();
    await tx
      .insertInto('reconciliations')
      .values(
        accounts.map((account) => ({
          id: reconciliationId(entity, period, account.code),
          run_id: id,
          entity,
          period,
          account: account.code,
          currency: account.currency,
          statement_currency: account.statement_currency,
          state: 'NEW' as const,
        })),
      )
      .execute();
    await append(tx, door.auditKey, head, {
      event_type: 'RUN_OPENED',
      ...identity(call, await findActor(tx, call.actorId)),
      entity,
      period,
      policy_hash: policy.hash,
      subject: `run:${id}`,
      detail: { accounts: accounts.map((account) => account.code) },
    });
    return opened;
  });
}

/** True once a run has been locked, also when it was reopened since. */
export async function wasLocked(db: Kysely<Database>, run: string): Promise<boolean> {
  const row = await db.selectFrom('runs').select('locked_at').where('id', '=', run).executeTakeFirst();
  return row !== undefined && row.locked_at !== null;
}
