import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { ActorKind } from '../policy/contract.ts';
import type { JsonObject } from './canonical.ts';

// Money and 64-bit integers arrive as strings, dates as YYYY-MM-DD strings (see connect.ts).
type Numeric = string;
type Id = GeneratedAlways<string>;
type Timestamp = ColumnType<Date, Date | undefined, Date>;
/** Written as JSON text, read as parsed JSON. */
type Json<T> = ColumnType<T, string, string>;

export type Side = 'ledger' | 'statement';
export type MatchType = 'exact_match' | 'fuzzy_match' | 'multi_to_one' | 'many_to_many' | 'same_side_offset';
export type MatchState = 'PROPOSED' | 'CONFIRMED' | 'REJECTED' | 'SUPERSEDED';
export type ExceptionState = 'OPEN' | 'RESOLVED' | 'CARRIED_FORWARD';
export type ReconciliationState = 'NEW' | 'IMPORTED' | 'MATCHED' | 'IN_REVIEW' | 'CERTIFIED' | 'SUSPENDED';
export type EscalationState = 'PENDING' | 'APPROVED' | 'REJECTED' | 'EXPIRED';
export type EscalationSubject = 'match' | 'exception' | 'reconciliation' | 'run' | 'policy' | 'actor';
export type RunState = 'RUNNING' | 'LOCKED' | 'REOPENED';
export type PacketState = 'OPEN' | 'DONE' | 'LEFT_FOR_HUMAN';

export interface ActorsTable {
  id: string;
  kind: ActorKind;
  name: string;
  roles: string[];
  principal: string;
  active: boolean;
}

export interface PolicyVersionsTable {
  hash: string;
  version: string;
  author: string;
  approved_by: string | null;
  source: string;
  registered_at: ColumnType<Date, Date | undefined, never>;
  /** Null for a version that has never been in force. */
  in_force_since: ColumnType<Date | null, Date | null, Date>;
  /** Who approved it here, in this order; empty for the first version of a registry. */
  approvers: ColumnType<string[], string[] | undefined, string[]>;
}

export interface EntitiesTable {
  id: string;
  name: string;
  currency: string;
}

export interface AccountsTable {
  entity: string;
  code: string;
  name: string;
  currency: string;
  statement_currency: string;
  kind: string;
  counterparty_entity: string | null;
  counterparty_account: string | null;
}

export interface FxRatesTable {
  source: string;
  date: string;
  quote: string;
  rate: Numeric;
}

export interface RunsTable {
  id: string;
  entity: string;
  period: string;
  state: RunState;
  policy_hash: string;
  opened_at: Timestamp;
  locked_at: Timestamp | null;
  /** Of the latest reopening, kept after the period is locked again. */
  reopened_until: Timestamp | null;
  reopened_at: Timestamp | null;
  reopened_by: string[] | null;
  reopened_because: string | null;
}

export interface ReconciliationsTable {
  id: string;
  run_id: string;
  entity: string;
  period: string;
  account: string;
  currency: string;
  statement_currency: string;
  state: ReconciliationState;
}

export interface DocumentsTable {
  id: Id;
  reconciliation_id: string;
  side: Side;
  file_name: string;
  sha256: string;
  currency: string;
  opening: Numeric;
  closing: Numeric;
  base_opening: Numeric;
  base_closing: Numeric;
  line_count: string;
  imported_at: Timestamp;
}

export interface ItemsTable {
  id: Id;
  reconciliation_id: string;
  side: Side;
  document_id: string | null;
  line_no: string;
  external_id: string;
  date: string;
  currency: string;
  amount: Numeric;
  base_amount: Numeric;
  amount_usd: Numeric;
  fee: Numeric | null;
  reference: string | null;
  counterparty: string | null;
  description: string | null;
  group_key: string | null;
  reference_key: string | null;
  counterparty_key: string | null;
  carried_in: boolean;
  /** Of a reference that names one event; made by the database. */
  reference_hash: ColumnType<string | null, never, never>;
}

export interface MatchesTable {
  id: Id;
  reconciliation_id: string;
  type: MatchType;
  rule: string;
  state: MatchState;
  proposed_by: string;
  session_id: string | null;
  score: Numeric;
  alternatives: number;
  rationale: string;
  ledger_total: Numeric;
  statement_total: Numeric;
  difference: Numeric;
  amount_usd: Numeric;
  counterparty_key: string;
  content_hash: string;
  created_at: Timestamp;
  decided_by: string | null;
  decided_at: Timestamp | null;
  /** The match's lines, as it was made. */
  item_ids: string[];
  /** Recorded with very many others: what they come to stands in `bulk_totals`. */
  in_bulk: Generated<boolean>;
}

/** What is live with a counterparty, proposed or settled: match by match, or summed up where it was settled in bulk. */
export interface LiveAmountsView {
  reconciliation_id: string;
  proposed_by: string;
  counterparty_key: string;
  amount_usd: Numeric;
}

export interface ExceptionsTable {
  id: Id;
  reconciliation_id: string;
  reason_code: string;
  narrative: string;
  state: ExceptionState;
  raised_by: string;
  session_id: string | null;
  amount_usd: Numeric;
  counterparty_key: string;
  adjusting_entry: Json<{ account: string; debit: string; credit: string }[]> | null;
  content_hash: string;
  created_at: Timestamp;
  decided_by: string | null;
  decided_at: Timestamp | null;
}

export interface DispositionsTable {
  item_id: string;
  match_id: string | null;
  exception_id: string | null;
  live: Generated<boolean>;
}

export interface EscalationsTable {
  id: Id;
  /** Null for what is not about one account. */
  reconciliation_id: string | null;
  entity: string | null;
  period: string | null;
  subject_kind: EscalationSubject;
  subject_id: string;
  action: string;
  state: EscalationState;
  requested_by: string;
  clauses: Json<{ code: string; pointer: string; text: string }[]>;
  /** The arguments of the call that asked. */
  asked: ColumnType<JsonObject, string | undefined, string>;
  /** The version of the subject that was asked about. */
  content_hash: string | null;
  policy_hash: string;
  created_at: Timestamp;
  decided_by: string | null;
  decided_at: Timestamp | null;
}

export interface ApprovalsTable {
  id: Id;
  subject_kind: string;
  subject_id: string;
  action: string;
  actor_id: string;
  content_hash: string;
  policy_hash: string;
  at: Timestamp;
  /** When the decision that it served was taken; null while it stands. */
  spent_at: Timestamp | null;
}

export interface CertificationsTable {
  id: Id;
  reconciliation_id: string;
  state: 'ACTIVE' | 'SUSPENDED' | 'WITHDRAWN';
  certified_by: string[];
  ledger_balance: Numeric;
  statement_balance: Numeric;
  reconciling_items: Numeric;
  content_hash: string;
  at: Timestamp;
  withdrawn_by: string | null;
  withdrawn_at: Timestamp | null;
  withdrawn_because: string | null;
}

export interface PacketsTable {
  id: string;
  reconciliation_id: string;
  version: Generated<number>;
  item_ids: string[];
  state: PacketState;
  outcome: string | null;
  turns: number | null;
  input_tokens: string | null;
  output_tokens: string | null;
}

export interface IdempotencyKeysTable {
  session_id: string;
  tool_call_id: string;
  actor_id: string;
  args_hash: string;
  answer: Json<unknown> | null;
  at: Timestamp;
}

export interface AuditEventsTable {
  id: Id;
  stream: string;
  seq: string;
  at: Timestamp;
  event_type: string;
  actor_id: string | null;
  acting_agent: string | null;
  principal: string | null;
  session_id: string | null;
  tool_call_id: string | null;
  action: string | null;
  decision: string | null;
  codes: string[];
  policy_hash: string | null;
  subject: string | null;
  entity: string | null;
  period: string | null;
  account: string | null;
  amount_usd: Numeric | null;
  bytes: Buffer;
  prev_hash: Buffer;
  row_hash: Buffer;
  key_id: string;
  hmac: Buffer;
}

export interface AuditCheckpointsTable {
  size: string;
  root: Buffer;
  frontier: Buffer[];
  note: string;
  sealed_at: Timestamp;
  horizon: string;
}

/** The tables as Kysely sees them. */
export interface Database {
  actors: ActorsTable;
  policy_versions: PolicyVersionsTable;
  entities: EntitiesTable;
  accounts: AccountsTable;
  fx_rates: FxRatesTable;
  runs: RunsTable;
  reconciliations: ReconciliationsTable;
  documents: DocumentsTable;
  items: ItemsTable;
  matches: MatchesTable;
  live_amounts: LiveAmountsView;
  exceptions: ExceptionsTable;
  dispositions: DispositionsTable;
  escalations: EscalationsTable;
  approvals: ApprovalsTable;
  certifications: CertificationsTable;
  packets: PacketsTable;
  idempotency_keys: IdempotencyKeysTable;
  audit_events: AuditEventsTable;
  audit_heads: { stream: string; seq: string; row_hash: Buffer };
  audit_leaves: { leaf_index: string; event_id: string };
  audit_checkpoints: AuditCheckpointsTable;
}
