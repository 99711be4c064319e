import { type Transaction, sql } from 'kysely';
import { currencyCode } from '../policy/currency.ts';
import type { RateTable } from '../policy/fx.ts';
import { type PlainDate, addDays } from '../policy/dates.ts';
import { firstDay, lastDay } from '../policy/period.ts';
import { type CurrencyCode, type Decimal, decimal } from '../policy/money.ts';
import type { JsonObject } from './canonical.ts';
import type { Database, Side } from './database.ts';
import { decide } from './decide.ts';
import type { Answer, Call, Decision, Door, SubjectFacts } from './door.ts';
import { type ImportLine, type LineSource, batchesOf, copyLines } from './import-lines.ts';
import { policyInForce } from './policy-in-force.ts';
import { ratesFor } from './rates.ts';
import {
  type Reconciliation,
  getReconciliation,
  scopeOf,
  setReconciliationState,
} from './reconciliations.ts';
import { reconciliationStream } from './streams.ts';
import { Valuer } from './valuing.ts';

export type { ImportLine, LineSource } from './import-lines.ts';

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
  /** A source's lines are all dated within the reconciliation's period and in the document's currency. */
  readonly lines: readonly ImportLine[] | LineSource;
}

// So many ids are looked up at a time.
const LOOK_UP = 5_000;

/** The idempotency key of a document: whoever imports the same bytes for the same side makes the same call. */
export function importKey({ reconciliation, side, totals, sha256 }: DocumentInput): string {
  return `import/${reconciliation}/${side}/${totals ? 'lines' : 'carried-in'}/${sha256}`;
}

/**
 * Imports one side of a reconciliation in one transaction. The same bytes twice are one document.
 * Amounts are also kept in the reconciliation's currency and in US dollars, at the policy's rate of each line's date.
 * A source is read while its lines go in: what is wrong with it at its last line undoes all of it.
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
      const { source, max_age_days: maxAge } = (await policyInForce(tx)).content.fx;
      const table = await ratesNeededFor(tx, input, reconciliation, source);
      const valuer = new Valuer(currencyCode(known.currency), table, maxAge);
      return {
        reconciliation,
        valuer,
        subject: {
          kind: 'document',
          state: 'NEW',
          proposer: null,
          contentHash: input.sha256,
          approvals: [],
          rule: null,
          ambiguous: false,
          obstacle: (await lookThrough(tx, input, valuer)) ?? (await gapObstacle(tx, input)),
        },
        fx: valuer.fx,
      };
    },
    async apply(tx, { reconciliation, valuer }) {
      const baseCurrency = currencyCode(reconciliation.currency);
      const { side } = input;
      const document = totals && (await insertDocument(tx, input, totals, reconciliation, valuer));
      const of = { reconciliation: reconciliation.id, side, documentId: document?.id ?? null, baseCurrency };
      const total = await copyLines(tx, input.lines, of, valuer);
      if (document) {
        await tx
          .updateTable('documents')
          .set({
            line_count: String(total.count),
            base_closing: document.baseOpening.plus(total.base).toFixed(),
          })
          .where('id', '=', document.id)
          .execute();
      }
      await advance(tx, reconciliation);
      const result = {
        file: input.fileName,
        side,
        lines: String(total.count),
        total: total.amount.toFixed(),
      };
      return { subjectId: reconciliation.id, result, detail: valuer.used };
    },
  } satisfies Decision<SubjectFacts & { reconciliation: Reconciliation; valuer: Valuer }>);
}

function argsOf(input: DocumentInput): JsonObject {
  return {
    reconciliation: input.reconciliation,
    side: input.side,
    file: input.fileName,
    sha256: input.sha256,
    carried_in: input.totals === null,
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
  let [from, to]: [string, string] = [openingDay(reconciliation), lastDay(reconciliation.period)];
  const given = 'read' in lines ? [] : lines;
  for (const { date } of given) {
    if (date < from) from = date;
    if (date > to) to = date;
  }
  const currencies = [currency, reconciliation.currency, 'USD', ...given.map((line) => line.currency)];
  return await ratesFor(tx, { source, currencies, from, to });
}

/**
 * Reads the lines before the gate is asked, where it must know something of them: how fresh the rates of their days are,
 * and whether a line was imported before. A first file in one currency needs no such look, which halves its time.
 */
async function lookThrough(
  tx: Transaction<Database>,
  input: DocumentInput,
  valuer: Valuer,
): Promise<string | null> {
  const { reconciliation, side, lines } = input;
  const before = await tx
    .selectFrom('items')
    .select('id')
    .where('reconciliation_id', '=', reconciliation)
    .where('side', '=', side)
    .limit(1)
    .executeTakeFirst();
  if ('read' in lines && !before && !valuer.converts(input.currency)) return null;
  const clashes: string[] = [];
  let ids: string[] = [];
  const lookUp = async () => {
    if (before && ids.length > 0) clashes.push(...(await knownIds(tx, reconciliation, side, ids)));
    ids = [];
  };
  for await (const batch of batchesOf(lines)) {
    for (const line of batch) {
      if (valuer.converts(line.currency)) valuer.value(decimal(line.amount), line.currency, line.date);
      ids.push(line.externalId);
    }
    if (ids.length >= LOOK_UP) await lookUp();
    if (clashes.length > 0) break;
  }
  await lookUp();
  if (clashes.length === 0) return null;
  const named = clashes.slice(0, 5).join(', ');
  return `${input.fileName}: lines ${named} were imported already from another file; send a file with the new lines only`;
}

async function knownIds(
  tx: Transaction<Database>,
  reconciliation: string,
  side: Side,
  ids: readonly string[],
): Promise<string[]> {
  const found = await sql<{ external_id: string }>`
    select external_id from items
     where reconciliation_id = ${reconciliation} and side = ${side} and external_id = any(${ids})
     limit 5`.execute(tx);
  return found.rows.map((row) => row.external_id);
}

/** A file opens where the last one of its side closed; else one is missing between them. */
async function gapObstacle(tx: Transaction<Database>, input: DocumentInput): Promise<string | null> {
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

/** Records the document; its count and its closing in the reconciliation's currency are those of its lines, and come last. */
async function insertDocument(
  tx: Transaction<Database>,
  input: DocumentInput,
  totals: { readonly opening: Decimal; readonly closing: Decimal },
  reconciliation: Reconciliation,
  valuer: Valuer,
): Promise<{ id: string; baseOpening: Decimal }> {
  const baseOpening = valuer.inBase(totals.opening, input.currency, openingDay(reconciliation));
  if (baseOpening === null) throw new Error(`no rate for the opening balance of ${input.fileName}`);
  const { id } = await tx
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
      base_closing: baseOpening.toFixed(),
      line_count: '0',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, baseOpening };
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
