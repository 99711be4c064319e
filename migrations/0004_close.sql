-- The close itself: runs, reconciliations, lines, and what became of each line.
set role closegate_owner;

create table runs (
  id          text primary key,
  entity      text not null references entities,
  period      text not null check (period ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  state       text not null check (state in ('RUNNING', 'LOCKED')),
  policy_hash text not null references policy_versions,
  opened_at   timestamptz not null default now(),
  locked_at   timestamptz,
  unique (entity, period)
);

create table reconciliations (
  id                 text primary key,
  run_id             text not null references runs,
  entity             text not null,
  period             text not null,
  account            text not null,
  currency           text not null,
  statement_currency text not null,
  state              text not null check (state in ('NEW', 'IMPORTED', 'MATCHED', 'IN_REVIEW', 'CERTIFIED', 'SUSPENDED')),
  foreign key (entity, account) references accounts (entity, code),
  unique (entity, period, account)
);

-- A file's lines for one side of one reconciliation; the same bytes twice are one document.
create table documents (
  id                bigint generated always as identity primary key,
  reconciliation_id text not null references reconciliations,
  side              text not null check (side in ('ledger', 'statement')),
  file_name         text not null,
  sha256            text not null,
  currency          text not null,
  opening           numeric not null,
  closing           numeric not null,
  -- The same two in the reconciliation's currency: closing = opening + sum of the lines' base amounts.
  base_opening      numeric not null,
  base_closing      numeric not null,
  line_count        bigint not null,
  imported_at       timestamptz not null default now(),
  unique (reconciliation_id, side, sha256)
);

create table items (
  id                bigint generated always as identity primary key,
  reconciliation_id text    not null references reconciliations,
  side              text    not null check (side in ('ledger', 'statement')),
  document_id       bigint  references documents,
  line_no           bigint  not null,
  external_id       text    not null,
  date              date    not null,
  currency          text    not null,
  amount            numeric not null,
  -- The amount in the reconciliation's currency at the policy's rate of the line's date; equal to `amount` in one currency.
  base_amount       numeric not null,
  amount_usd        numeric not null,
  fee               numeric,
  reference         text,
  counterparty      text,
  description       text,
  group_key         text,
  -- Normalised at import, so that matching compares keys and never rewrites lines.
  reference_key     text,
  counterparty_key  text,
  carried_in        boolean not null default false,
  unique (reconciliation_id, side, external_id)
);
create index items_reference on items (reconciliation_id, reference_key) where reference_key is not null;
create index items_group on items (reconciliation_id, group_key) where group_key is not null;

create table matches (
  id                bigint generated always as identity primary key,
  reconciliation_id text    not null references reconciliations,
  type              text    not null check (type in
    ('exact_match', 'fuzzy_match', 'multi_to_one', 'many_to_many', 'same_side_offset')),
  rule              text    not null,
  state             text    not null check (state in ('PROPOSED', 'CONFIRMED', 'REJECTED', 'SUPERSEDED')),
  proposed_by       text    not null references actors,
  session_id        text,
  score             numeric not null check (score between 0 and 1),
  alternatives      integer not null default 0,
  rationale         text    not null,
  -- In the reconciliation's currency; difference = ledger total - statement total.
  ledger_total      numeric not null,
  statement_total   numeric not null,
  difference        numeric not null,
  amount_usd        numeric not null check (amount_usd >= 0),
  counterparty_key  text    not null default '',
  content_hash      text    not null,
  created_at        timestamptz not null default now(),
  decided_by        text references actors,
  decided_at        timestamptz
);
create index matches_reconciliation on matches (reconciliation_id, state);

create table exceptions (
  id                bigint generated always as identity primary key,
  reconciliation_id text    not null references reconciliations,
  reason_code       text    not null,
  narrative         text    not null,
  state             text    not null check (state in ('OPEN', 'RESOLVED', 'CARRIED_FORWARD')),
  raised_by         text    not null references actors,
  session_id        text,
  amount_usd        numeric not null check (amount_usd >= 0),
  counterparty_key  text    not null default '',
  -- The proposed journal entry: [{account, debit, credit}], decimal strings in the reconciliation's currency.
  adjusting_entry   jsonb,
  content_hash      text    not null,
  created_at        timestamptz not null default now(),
  decided_by        text references actors,
  decided_at        timestamptz
);
create index exceptions_reconciliation on exceptions (reconciliation_id, state);

-- What a line belongs to. At most one live row a line: a line is in exactly one state.
create table dispositions (
  item_id      bigint not null references items,
  match_id     bigint references matches,
  exception_id bigint references exceptions,
  live         boolean not null default true,
  check (num_nonnulls(match_id, exception_id) = 1)
);
create unique index dispositions_live on dispositions (item_id) where live;
create index dispositions_match on dispositions (match_id) where match_id is not null;
create index dispositions_exception on dispositions (exception_id) where exception_id is not null;

create table escalations (
  id                bigint generated always as identity primary key,
  reconciliation_id text not null references reconciliations,
  subject_kind      text not null check (subject_kind in ('match', 'exception', 'reconciliation')),
  subject_id        text not null,
  action            text not null,
  state             text not null check (state in ('PENDING', 'APPROVED', 'REJECTED', 'EXPIRED')),
  requested_by      text not null references actors,
  clauses           jsonb not null,
  policy_hash       text not null,
  created_at        timestamptz not null default now(),
  decided_by        text references actors,
  decided_at        timestamptz
);
create index escalations_pending on escalations (reconciliation_id, subject_kind, subject_id) where state = 'PENDING';

-- One person's approval of one version of a subject, kept until enough people agree.
create table approvals (
  id           bigint generated always as identity primary key,
  subject_kind text not null,
  subject_id   text not null,
  action       text not null,
  actor_id     text not null references actors,
  content_hash text not null,
  policy_hash  text not null,
  at           timestamptz not null default now(),
  unique (subject_kind, subject_id, action, actor_id, content_hash, policy_hash)
);

create table certifications (
  id                bigint generated always as identity primary key,
  reconciliation_id text    not null references reconciliations,
  state             text    not null check (state in ('ACTIVE', 'SUSPENDED', 'WITHDRAWN')),
  certified_by      text[]  not null,
  ledger_balance    numeric not null,
  statement_balance numeric not null,
  reconciling_items numeric not null,
  content_hash      text    not null,
  at                timestamptz not null default now()
);
create unique index certifications_active on certifications (reconciliation_id) where state = 'ACTIVE';

-- What the model is asked to look at in one conversation.
create table packets (
  id                text primary key,
  reconciliation_id text     not null references reconciliations,
  version           integer  not null default 1,
  item_ids          bigint[] not null,
  state             text     not null check (state in ('OPEN', 'DONE', 'LEFT_FOR_HUMAN')),
  outcome           text,
  turns             integer,
  input_tokens      bigint,
  output_tokens     bigint
);

create table idempotency_keys (
  session_id   text not null,
  tool_call_id text not null,
  actor_id     text not null,
  args_hash    text not null,
  answer       jsonb,
  at           timestamptz not null default now(),
  primary key (session_id, tool_call_id)
);

grant select, insert on documents, items to closegate_engine;
grant select, insert, update on runs, reconciliations, matches, exceptions, dispositions, escalations, approvals,
  certifications, packets, idempotency_keys to closegate_engine;
grant select on runs, reconciliations, documents, items, matches, exceptions, dispositions, escalations, approvals,
  certifications, packets, idempotency_keys to closegate_auditor;
reset role;
