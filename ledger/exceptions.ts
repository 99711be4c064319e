import type { Kysely, Selectable } from 'kysely';
import type { Action, EntryLine } from '../policy/contract.ts';
import { ZERO, decimal, usd } from '../policy/money.ts';
import { findActor } from './actors.ts';
import { hashOf } from './canonical.ts';
import type { Database, ExceptionsTable } from './database.ts';
import { decide } from './decide.ts';
import type { Answer, Call, Decision, Door, SubjectFacts } from './door.ts';
import { approvalsOf } from './escalations.ts';
import type { Item } from './items.ts';
import { counterpartyOf, totalsOf } from './legs.ts';
import { openLegs } from './open-legs.ts';
import { ratesOfLines } from './rates.ts';
import { NotFound, type Reconciliation, getReconciliation, scopeOf } from './reconciliations.ts';
import { reconciliationStream } from './streams.ts';

export type Exception = Selectable<ExceptionsTable>;

/** Why a line could not be matched. `BYPASS_ATTEMPT` reports text that tries to steer whoever reads it. */
export const REASON_CODES = [
  'TIMING_DIFFERENCE',
  'UNBOOKED_FEE',
  'UNBOOKED_INTEREST',
  'UNKNOWN_RECEIPT',
  'UNKNOWN_PAYMENT',
  'AMOUNT_DIFFERENCE',
  'DUPLICATE_POSTING',
  'MISSING_DOCUMENT',
  'BYPASS_ATTEMPT',
  'OTHER',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** A proposed journal entry on the wire: decimal strings in the reconciliation's currency, `0` on the other side. */
export interface EntryLineInput {
  readonly account: string;
  readonly debit: string;
  readonly credit: string;
}

/** Flags open lines as an exception for people to resolve. */
export async function flagException(
  door: Door,
  call: Call,
  args: {
    reconciliation: string;
    itemIds: readonly string[];
    reasonCode: ReasonCode;
    narrative: string;
    adjustingEntry?: readonly EntryLineInput[] | null;
  },
): Promise<Answer> {
  const reconciliation = await getReconciliation(door.db, args.reconciliation);
  const ids = [...new Set(args.itemIds)].sort();
  const entry = args.adjustingEntry ?? null;
  const content = {
    item_ids: ids,
    reason_code: args.reasonCode,
    narrative: args.narrative,
    adjusting_entry: wire(entry),
  };
  return await decide(door, call, {
    action: 'FLAG',
    ...about(reconciliation),
    args: { reconciliation: reconciliation.id, ...content },
    subjectId: null,
    recordsWhenEscalated: true,
    async load(tx) {
      const { items, obstacle } = await openLegs(tx, reconciliation.id, ids, null);
      return {
        items,
        subject: {
          kind: 'exception',
          state: 'NEW',
          proposer: null,
          contentHash: hashOf(content),
          approvals: [],
          rule: null,
          ambiguous: false,
          obstacle: ids.length === 0 ? 'an exception needs at least one line' : obstacle,
        },
        amountUsd: totalsOf(items).amountUsd,
        rationale: args.narrative,
        adjustment: parseEntry(entry),
        rates: await ratesOfLines(tx, reconciliation.currency, items),
      };
    },
    async apply(tx, { items }, { actor, call: by }) {
      const row = await tx
        .insertInto('exceptions')
        .values({
          reconciliation_id: reconciliation.id,
          reason_code: args.reasonCode,
          narrative: args.narrative,
          state: 'OPEN',
          raised_by: actor.id,
          session_id: by.sessionId,
          amount_usd: totalsOf(items).amountUsd.toFixed(2),
          counterparty_key: counterpartyOf(items),
          adjusting_entry: entry ? JSON.stringify(entry) : null,
          content_hash: hashOf(content),
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      await tx
        .insertInto('dispositions')
        .values(items.map((item) => ({ item_id: item.id, match_id: null, exception_id: row.id })))
        .execute();
      return { subjectId: row.id, result: { exception_id: row.id, state: 'OPEN' } };
    },
  } satisfies Decision<SubjectFacts & { items: readonly Item[] }>);
}

/** Resolves an exception: with an adjusting entry to be booked, or as it is. The line stays a reconciling item until booked. */
export async function resolveException(
  door: Door,
  call: Call,
  args: { exceptionId: string; rationale: string; adjustingEntry?: readonly EntryLineInput[] | null },
): Promise<Answer> {
  return await decideException(door, call, 'RESOLVE', 'RESOLVED', args);
}

/** Carries an exception's lines into the next period: timing differences that will clear there. */
export async function carryForward(
  door: Door,
  call: Call,
  args: { exceptionId: string; rationale: string },
): Promise<Answer> {
  return await decideException(door, call, 'CARRY_FORWARD', 'CARRIED_FORWARD', args);
}

/**
 * An exception by id.
 * @throws {NotFound} when there is none.
 */
export async function getException(db: Kysely<Database>, id: string): Promise<Exception> {
  const row = /^\d{1,18}$/.test(id)
    ? await db.selectFrom('exceptions').selectAll().where('id', '=', id).executeTakeFirst()
    : undefined;
  if (!row)
    throw new NotFound(
      `there is no exception "${id.slice(0, 40)}"; \`closegate inbox\` lists what waits for review`,
    );
  return row;
}

async function decideException(
  door: Door,
  call: Call,
  action: Extract<Action, 'RESOLVE' | 'CARRY_FORWARD'>,
  becomes: 'RESOLVED' | 'CARRIED_FORWARD',
  args: { exceptionId: string; rationale: string; adjustingEntry?: readonly EntryLineInput[] | null },
): Promise<Answer> {
  const known = await getException(door.db, args.exceptionId);
  const reconciliation = await getReconciliation(door.db, known.reconciliation_id);
  return await decide(door, call, {
    action,
    ...about(reconciliation),
    args: {
      exception_id: known.id,
      rationale: args.rationale,
      adjusting_entry: wire(args.adjustingEntry ?? null),
    },
    subjectId: known.id,
    recordsWhenEscalated: false,
    async load(tx) {
      const exception = await getException(tx, known.id);
      const { state } = await getReconciliation(tx, known.reconciliation_id);
      const entry = args.adjustingEntry ?? exception.adjusting_entry;
      return {
        entry,
        subject: {
          kind: 'exception',
          state: exception.state,
          proposer: await findActor(tx, exception.raised_by),
          contentHash: hashOf({ exception: exception.content_hash, adjusting_entry: wire(entry) }),
          approvals: await approvalsOf(tx, { kind: 'exception', id: exception.id }, action),
          rule: null,
          ambiguous: false,
          obstacle:
            state === 'CERTIFIED'
              ? `${known.reconciliation_id} is certified; its certification is withdrawn first (\`closegate decertify\`)`
              : null,
        },
        amountUsd: usd(exception.amount_usd),
        rationale: args.rationale,
        adjustment: parseEntry(entry),
      };
    },
    async apply(tx, { entry }, { actor }) {
      await tx
        .updateTable('exceptions')
        .set({
          state: becomes,
          adjusting_entry: entry ? JSON.stringify(entry) : null,
          decided_by: actor.id,
          decided_at: new Date(),
        })
        .where('id', '=', known.id)
        .execute();
      return { subjectId: known.id, result: { exception_id: known.id, state: becomes } };
    },
  } satisfies Decision<SubjectFacts & { entry: readonly EntryLineInput[] | null }>);
}

function about(reconciliation: Reconciliation) {
  return {
    scope: scopeOf(reconciliation),
    stream: reconciliationStream(reconciliation.id),
    subjectKind: 'exception' as const,
  };
}

function parseEntry(entry: readonly EntryLineInput[] | null): EntryLine[] | null {
  const side = (amount: string) => (amount === '' ? ZERO : decimal(amount));
  return (
    entry?.map((line) => ({ account: line.account, debit: side(line.debit), credit: side(line.credit) })) ??
    null
  );
}

function wire(entry: readonly EntryLineInput[] | null) {
  return entry?.map(({ account, debit, credit }) => ({ account, debit, credit })) ?? null;
}
