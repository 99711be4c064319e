import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { policyInForce } from './policy-in-force.ts';
import { type RateUsed, rateUsed, ratesFor } from './rates.ts';

/** Something that waits for a person. Amounts in US dollars; texts of lines are from outside and untrusted. */
export interface Waiting {
  readonly kind: 'match' | 'exception';
  readonly id: string;
  readonly reconciliation: string;
  readonly what: string;
  readonly proposedBy: string;
  readonly amountUsd: string;
  readonly why: string;
  readonly clauses: readonly string[];
  readonly contentHash: string;
  readonly lines: readonly {
    readonly id: string;
    readonly side: string;
    readonly date: string;
    readonly amount: string;
    readonly currency: string;
    readonly text: string;
    /** The rate by which the line counts in US dollars; null for a line in US dollars. */
    readonly rate: RateUsed | null;
  }[];
}

/** Proposed matches and open exceptions, oldest first, with their lines and what their escalations say. */
export async function inbox(db: Kysely<Database>, reconciliations: readonly string[]): Promise<Waiting[]> {
  if (reconciliations.length === 0) return [];
  const matches = await db
    .selectFrom('matches')
    .selectAll()
    .where('reconciliation_id', 'in', [...reconciliations])
    .where('state', '=', 'PROPOSED')
    .orderBy('id')
    .execute();
  const exceptions = await db
    .selectFrom('exceptions')
    .selectAll()
    .where('reconciliation_id', 'in', [...reconciliations])
    .where('state', '=', 'OPEN')
    .orderBy('id')
    .execute();
  const questions = await db
    .selectFrom('escalations')
    .select(['subject_kind', 'subject_id', 'clauses'])
    .where('reconciliation_id', 'in', [...reconciliations])
    .where('state', '=', 'PENDING')
    .execute();
  const lines = await db
    .selectFrom('dispositions')
    .innerJoin('items', 'items.id', 'dispositions.item_id')
    .select([
      'match_id',
      'exception_id',
      'items.id',
      'side',
      'date',
      'amount',
      'currency',
      'reference',
      'counterparty',
      'description',
    ])
    .where('reconciliation_id', 'in', [...reconciliations])
    .where('live', '=', true)
    .orderBy('items.id')
    .execute();
  const clausesOf = (kind: string, id: string) =>
    questions
      .filter((question) => question.subject_kind === kind && question.subject_id === id)
      .flatMap((question) => question.clauses.map((clause) => clause.code));
  const rates = await ratesFor(db, {
    source: (await policyInForce(db)).content.fx.source,
    currencies: [...lines.map((line) => line.currency), 'USD'],
    from: lines.reduce((first, { date }) => (date < first ? date : first), '9999-12-31'),
    to: lines.reduce((last, { date }) => (date > last ? date : last), '0001-01-01'),
  });
  const linesOf = (key: 'match_id' | 'exception_id', id: string) =>
    lines
      .filter((line) => line[key] === id)
      .map(({ id: lineId, side, date, amount, currency, reference, counterparty, description }) => ({
        id: lineId,
        side,
        date,
        amount,
        currency,
        text: [reference, counterparty, description].filter((part) => part !== null).join(' | '),
        rate: rateUsed(rates, currency, 'USD', date),
      }));
  return [
    ...matches.map((match) => ({
      kind: 'match' as const,
      id: match.id,
      reconciliation: match.reconciliation_id,
      what: `${match.type} by ${match.rule}`,
      proposedBy: match.proposed_by,
      amountUsd: match.amount_usd,
      why: match.rationale,
      clauses: clausesOf('match', match.id),
      contentHash: match.content_hash,
      lines: linesOf('match_id', match.id),
    })),
    ...exceptions.map((exception) => ({
      kind: 'exception' as const,
      id: exception.id,
      reconciliation: exception.reconciliation_id,
      what: exception.reason_code,
      proposedBy: exception.raised_by,
      amountUsd: exception.amount_usd,
      why: exception.narrative,
      clauses: clausesOf('exception', exception.id),
      contentHash: exception.content_hash,
      lines: linesOf('exception_id', exception.id),
    })),
  ];
}
