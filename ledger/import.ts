import { type Transaction, sql } from 'kysely';
import type { GateRequest } from '../policy/contract.ts';
import { currencyCode, formatAmount, roundTo } from '../policy/currency.ts';
import { type RateTable, convert } from '../policy/fx.ts';
import { type PlainDate, addDays } from '../policy/dates.ts';
import { firstDay } from '../policy/period.ts';
import { type CurrencyCode, type Decimal, sum } from '../policy/money.ts';
import type { JsonObject } from './canonical.ts';
import type { Database, Side } from './database.ts';
import { decide } from './decide.ts';
import type { Answer, Call, Decision, Door, SubjectFacts } from './door.ts';
import { counterpartyKey, referenceKey } from './keys.ts';
import { policyInForce } from './policy-in-force.ts';
import { ratesFor } from './rates.ts';
import {
  type Reconciliation,
  getReconciliation,
  scopeOf,
  setReconciliationState,
} from './reconciliations.ts';
import { reconciliationStream } from './streams.ts';

/** A line as it is recorded; `amount` and `fee` are in `currency`. */
export interface ImportLine {
  readonly lineNo: number;
  readonly externalId: string;
  readonly date: string;
  readonly amount: Decimal;
  readonly currency: CurrencyCode;
  readonly reference: string | null;
  readonly counterparty: string | null;
  readonly description: string | null;
  readonly group: string | null;
  readonly fee: Decimal | null;
}

/** One side's lines of one file, with control totals that the reader has checked. */
export interface DocumentInput {
  readonly reconciliation: string;
  readonly side: Side;
  readonly fileName: string;
  /** Of the file's bytes, in hex. */
  readonly sha256: string;
  readonly currency: CurrencyCode;
  /** Null for items carried in from the month before: they explain the openings and have no totals of their own. */
  readonly totals: { readonly opening: Decimal; readonly closing: Decimal } | null;
  readonly lines: readonly ImportLine[];
}

interface Valued {
  readonly line: ImportLine;
  readonly base: Decimal;
  readonly usd: Decimal;
}

const USD = currencyCode('USD');

/** The idempotency key of a document: whoever imports the same bytes for the same side makes the same call. */
export function importKey({ reconciliation, side, totals, sha256 }: DocumentInput): string {
  return `import/${reconciliation}/${side}/${totals ? 'lines' : 'carried-in'}/${sha256}`;
}

/**
 * Imports one side of a reconciliation in one transaction. The same bytes twice are one document.
 * Amounts are also kept in the reconciliation's currency and in US dollars, at the policy's rate of each line's date.
 */
export async function importDocument(door: Door, call: Call, input: DocumentInput): Promise<Answer> {
  const known = await getReconciliation(door.db, input.reconciliation);
  const { totals } = input;
  return await decide(door, call, {
    action: 'IMPORT',
    scope: scopeOf(known),
    stream: reconciliationStream(known.id),
    args: argsOf(input),
    subjectKind: 'reconciliation',
    subjectId: known.id,
    recordsWhenEscalated: false,
    async load(tx) {
      const reconciliation = await getReconciliation(tx, known.id);
      const policy = await policyInForce(tx);
      const table = await ratesNeededFor(tx, input, reconciliation, policy.content.fx.source);
      const { valued, fx } = valueLines(
        input.lines,
        currencyCode(known.currency),
        table,
        policy.content.fx.max_age_days,
      );
      return {
        reconciliation,
        valued,
        table,
        maxAgeDays: policy.content.fx.max_age_days,
        fx,
        subject: {
          kind: 'document',
          state: 'NEW',
          proposer: null,
          contentHash: input.sha256,
          approvals: [],
          rule: null,
          ambiguous: false,
          obstacle: await importObstacle(tx, input),
        },
      };
    },
    async apply(tx, { reconciliation, valued, table, maxAgeDays }) {
      const baseCurrency = currencyCode(reconciliation.currency);
      let documentId: string | null = null;
      if (totals) {
        const opening = convert(
          table,
          totals.opening,
          input.currency,
          baseCurrency,
          openingDay(reconciliation),
          maxAgeDays,
        );
        if (opening.status === 'missing')
          throw new Error(`no rate for the opening balance of ${input.fileName}`);
        const baseOpening = roundTo(baseCurrency, opening.amount);
        const row = await tx
          .insertInto('documents')
          .values({
            reconciliation_id: reconciliation.id,
            side: input.side,
            file_name: input.fileName,
            sha256: input.sha256,
            currency: input.currency,
            opening: totals.opening.toFixed(),
            closing: totals.closing.toFixed(),
            base_opening: baseOpening.toFixed(),
            base_closing: sum([baseOpening, ...valued.map((line) => line.base)]).toFixed(),
            line_count: String(input.lines.length),
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        documentId = row.id;
      }
      await insertItems(tx, input, documentId, valued, baseCurrency);
      await advance(tx, reconciliation);
      return {
        subjectId: reconciliation.id,
        result: { file: input.fileName, side: input.side, lines: String(input.lines.length) },
      };
    },
  } satisfies Decision<
    SubjectFacts & { reconciliation: Reconciliation; valued: Valued[]; table: RateTable; maxAgeDays: number }
  >);
}

function argsOf(input: DocumentInput): JsonObject {
  return {
    reconciliation: input.reconciliation,
    side: input.side,
    file: input.fileName,
    sha256: input.sha256,
    carried_in: input.totals === null,
    lines: String(input.lines.length),
    total: sum(input.lines.map((line) => line.amount)).toFixed(),
    opening: input.totals?.opening.toFixed() ?? null,
    closing: input.totals?.closing.toFixed() ?? null,
    currency: input.currency,
  };
}

// The opening balance is that of the evening before.
function openingDay({ period }: Reconciliation): PlainDate {
  return addDays(firstDay(period), -1);
}

async function ratesNeededFor(
  tx: Transaction<Database>,
  { lines, currency }: DocumentInput,
  reconciliation: Reconciliation,
  source: string,
): Promise<RateTable> {
  let [from, to]: [string, string] = [openingDay(reconciliation), openingDay(reconciliation)];
  for (const { date } of lines) {
    if (date < from) from = date;
    if (date > to) to = date;
  }
  const currencies = [currency, reconciliation.currency, 'USD', ...lines.map((line) => line.currency)];
  return await ratesFor(tx, { source, currencies, from, to });
}

/** Values every line; the freshness that the gate sees is that of the worst rate needed. */
function valueLines(
  lines: readonly ImportLine[],
  base: CurrencyCode,
  table: RateTable,
  maxAgeDays: number,
): { valued: Valued[]; fx: GateRequest['fx'] } {
  let fx: GateRequest['fx'] = 'not_needed';
  const worse = (status: 'fresh' | 'stale' | 'missing') => {
    if (status === 'missing' || (status === 'stale' && fx !== 'missing') || fx === 'not_needed') fx = status;
  };
  const value = (line: ImportLine, to: CurrencyCode): Decimal => {
    if (line.currency === to) return line.amount;
    const converted = convert(table, line.amount, line.currency, to, line.date, maxAgeDays);
    worse(converted.status);
    return converted.status === 'missing' ? line.amount : roundTo(to, converted.amount);
  };
  const valued = lines.map((line) => ({ line, base: value(line, base), usd: value(line, USD) }));
  return { valued, fx };
}

async function importObstacle(tx: Transaction<Database>, input: DocumentInput): Promise<string | null> {
  const ids = input.lines.map((line) => line.externalId);
  const clash = await sql<{ external_id: string }>`
    select external_id from items
     where reconciliation_id = ${input.reconciliation} and side = ${input.side} and external_id = any(${ids})
     limit 5`.execute(tx);
  if (clash.rows.length > 0) {
    const named = clash.rows.map((row) => row.external_id).join(', ');
    return `${input.fileName}: lines ${named} were imported already from another file; send a file with the new lines only`;
  }
  if (!input.totals) return null;
  const last = await tx
    .selectFrom('documents')
    .select(['file_name', 'closing'])
    .where('reconciliation_id', '=', input.reconciliation)
    .where('side', '=', input.side)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!last || input.totals.opening.eq(last.closing)) return null;
  return `${input.fileName}: opens at ${input.totals.opening.toFixed()}, but ${last.file_name} closed at ${last.closing}; a file is missing between them, or this one replaces it`;
}

async function insertItems(
  tx: Transaction<Database>,
  input: DocumentInput,
  documentId: string | null,
  valued: readonly Valued[],
  baseCurrency: CurrencyCode,
): Promise<void> {
  const column = (pick: (line: Valued) => string | null) => valued.map(pick);
  await sql`
    insert into items (reconciliation_id, side, document_id, carried_in, line_no, external_id, date, currency, amount,
                       base_amount, amount_usd, fee, reference, counterparty, description, group_key,
                       reference_key, counterparty_key)
    select ${input.reconciliation}, ${input.side}, ${documentId}::bigint, ${documentId === null}::boolean, l.*
      from unnest(${column(({ line }) => String(line.lineNo))}::bigint[],
                  ${column(({ line }) => line.externalId)}::text[],
                  ${column(({ line }) => line.date)}::date[],
                  ${column(({ line }) => line.currency)}::text[],
                  ${column(({ line }) => formatAmount(line.amount, line.currency))}::numeric[],
                  ${column(({ base }) => formatAmount(base, baseCurrency))}::numeric[],
                  ${column(({ usd }) => formatAmount(usd, USD))}::numeric[],
                  ${column(({ line }) => (line.fee === null ? null : formatAmount(line.fee, line.currency)))}::numeric[],
                  ${column(({ line }) => line.reference)}::text[],
                  ${column(({ line }) => line.counterparty)}::text[],
                  ${column(({ line }) => line.description)}::text[],
                  ${column(({ line }) => line.group)}::text[],
                  ${column(({ line }) => referenceKey(line.reference))}::text[],
                  ${column(({ line }) => counterpartyKey(line.counterparty))}::text[]) as l`.execute(tx);
}

/** Once both sides are in, the account is imported; a file that comes late suspends a certification, visibly. */
async function advance(tx: Transaction<Database>, reconciliation: Reconciliation): Promise<void> {
  if (reconciliation.state === 'CERTIFIED') {
    await tx
      .updateTable('certifications')
      .set({ state: 'SUSPENDED' })
      .where('reconciliation_id', '=', reconciliation.id)
      .where('state', '=', 'ACTIVE')
      .execute();
    await setReconciliationState(tx, reconciliation.id, 'SUSPENDED');
    return;
  }
  if (reconciliation.state !== 'NEW') return;
  const sides = await tx
    .selectFrom('documents')
    .select('side')
    .distinct()
    .where('reconciliation_id', '=', reconciliation.id)
    .execute();
  if (sides.length === 2) await setReconciliationState(tx, reconciliation.id, 'IMPORTED');
}
