import { type RawBuilder, type Transaction, sql } from 'kysely';
import type { Database } from '../database.ts';
import { runId, runStream } from '../streams.ts';

/** Which close an export is about. */
export interface Close {
  readonly entity: string;
  readonly period: string;
}

/** The streams that an export holds in full: those of the close, and those that everything rests on. */
export function streamsOf({ entity, period }: Close): RawBuilder<boolean> {
  return sql<boolean>`(e.stream in ('registry', 'seal', 'access', 'sweeper', ${sql.lit(runStream(entity, period))})
    or starts_with(e.stream, ${sql.lit(`reconciliation/${entity}/${period}/`)}))`;
}

type Row = Readonly<Record<string, unknown>>;
const rowsOf = async (tx: Transaction<Database>, query: RawBuilder<Row>) => (await query.execute(tx)).rows;
const accountsOf = ({ entity, period }: Close) => `${entity}/${period}/`;

export const ESCALATIONS =
  'id reconciliation_id entity period subject_kind subject_id action state requested_by clauses asked content_hash policy_hash created_at decided_by decided_at'.split(
    ' ',
  );

/** What was asked of people about the close, and about the company as a whole. */
export function escalations(tx: Transaction<Database>, close: Close): Promise<readonly Row[]> {
  return rowsOf(
    tx,
    sql`select * from escalations
      where starts_with(reconciliation_id, ${accountsOf(close)}) or (entity = ${close.entity} and period = ${close.period})
         or (reconciliation_id is null and entity is null)
      order by id`,
  );
}

export const APPROVALS =
  'id subject_kind subject_id action actor_id content_hash policy_hash at spent_at'.split(' ');

/** Who agreed to what, of the close and of the company as a whole. */
export function approvals(tx: Transaction<Database>, close: Close): Promise<readonly Row[]> {
  const accounts = accountsOf(close);
  return rowsOf(
    tx,
    sql`select * from approvals a
      where subject_kind in ('policy', 'actor')
         or (subject_kind = 'reconciliation' and starts_with(subject_id, ${accounts}))
         or (subject_kind = 'run' and subject_id = ${runId(close.entity, close.period)})
         or (subject_kind = 'match' and exists (
               select from matches m where m.id::text = a.subject_id and starts_with(m.reconciliation_id, ${accounts})))
         or (subject_kind = 'exception' and exists (
               select from exceptions x where x.id::text = a.subject_id and starts_with(x.reconciliation_id, ${accounts})))
      order by id`,
  );
}

export const CERTIFICATIONS =
  'id reconciliation_id state certified_by ledger_balance statement_balance reconciling_items content_hash at withdrawn_by withdrawn_at withdrawn_because'.split(
    ' ',
  );

/** Certifications of the close's accounts, also those suspended and withdrawn. */
export function certifications(tx: Transaction<Database>, close: Close): Promise<readonly Row[]> {
  return rowsOf(
    tx,
    sql`select * from certifications where starts_with(reconciliation_id, ${accountsOf(close)}) order by id`,
  );
}

export const SAMPLE =
  'draw stream seq at event_type actor_id principal action decision codes subject account amount_usd policy_hash row_hash'.split(
    ' ',
  );

/** Decisions drawn by a seed: those with the smallest SHA-256 over the seed and the row's hash. */
export function sample(
  tx: Transaction<Database>,
  close: Close,
  seed: string,
  count: number,
): Promise<readonly Row[]> {
  return rowsOf(
    tx,
    sql`select encode(sha256(convert_to(${seed}, 'UTF8') || e.row_hash), 'hex') as draw, e.stream, e.seq,
               audit_time(e.at) as at, e.event_type, e.actor_id, e.principal, e.action, e.decision, e.codes, e.subject,
               e.account, e.amount_usd, e.policy_hash, encode(e.row_hash, 'hex') as row_hash
          from audit_events e
         where e.event_type = 'DECISION' and ${streamsOf(close)} and e.entity = ${close.entity} and e.period = ${close.period}
         order by sha256(convert_to(${seed}, 'UTF8') || e.row_hash) limit ${count}`,
  );
}
