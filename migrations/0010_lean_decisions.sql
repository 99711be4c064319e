-- What a decision costs: the head of a stream that exists is taken without trying to make it first, and what a
-- counterparty has moved is read by an index however many matches an account has.
-- The log's own protection stands aside for this transaction; only a superuser can ask that of it.
alter event trigger audit_protect_ddl disable;
set role audit_owner;
create or replace function audit_head(p_stream text, out seq bigint, out row_hash bytea, out at text)
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select h.seq, h.row_hash into audit_head.seq, audit_head.row_hash from audit_heads h where h.stream = p_stream for update;
  if not found then
    insert into audit_heads as h (stream, seq, row_hash) values (p_stream, 0, sha256(convert_to(p_stream, 'UTF8')))
      on conflict (stream) do nothing;
    select h.seq, h.row_hash into audit_head.seq, audit_head.row_hash from audit_heads h where h.stream = p_stream for update;
  end if;
  audit_head.at := audit_time(now());
end $$;
reset role;
alter event trigger audit_protect_ddl enable always;

set role closegate_owner;
create index matches_counterparty on matches (reconciliation_id, counterparty_key) where state in ('PROPOSED', 'CONFIRMED');
reset role;

-- The door's statements are lookups by key, the same for every value: planned once a connection, not once a call.
alter role closegate_engine set plan_cache_mode = force_generic_plan;
