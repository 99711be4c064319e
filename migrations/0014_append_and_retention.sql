-- What an append costs, and what the sealer may read.
-- The log's own protection stands aside for this transaction; only a superuser can ask that of it.
alter event trigger audit_protect_ddl disable;
set role audit_owner;

-- As in 0013, but codes are looked for only where there are clauses: the query for them cost a quarter of an append.
create or replace function audit_append(p_stream text, p_seq bigint, p_bytes bytea, p_key_id text, p_hmac bytea,
                                        out seq bigint, out row_hash bytea)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head  audit_heads%rowtype;
  codes text[] := '{}';
  event jsonb := convert_from(p_bytes, 'UTF8')::jsonb;
begin
  select * into head from audit_heads h where h.stream = p_stream for update;
  if not found or p_seq <> head.seq + 1 then
    raise exception 'audit_append: % expects seq %, not %', p_stream, coalesce(head.seq, 0) + 1, p_seq;
  end if;
  if event ->> 'at' is distinct from audit_time(now()) then
    raise exception 'audit_append: the event''s time is not this transaction''s time';
  end if;
  if event ->> 'stream' is distinct from p_stream then
    raise exception 'audit_append: the event names another stream';
  end if;
  if jsonb_array_length(event -> 'clauses') > 0 then
    select array_agg(c ->> 'code' order by n) into codes
      from jsonb_array_elements(event -> 'clauses') with ordinality as e (c, n);
  end if;
  audit_append.seq := p_seq;
  audit_append.row_hash := sha256(
    convert_to('closegate/audit/row/v1', 'UTF8') || '\x00'::bytea || head.row_hash || int8send(p_seq)
    || int4send(octet_length(convert_to(p_stream, 'UTF8'))) || convert_to(p_stream, 'UTF8') || p_bytes);
  insert into audit_events (stream, seq, at, event_type, actor_id, acting_agent, principal, session_id, tool_call_id,
                            action, decision, codes, policy_hash, subject, entity, period, account, amount_usd,
                            bytes, prev_hash, row_hash, key_id, hmac)
  values (p_stream, p_seq, now(), event ->> 'event_type', event ->> 'actor_id', event ->> 'acting_agent',
          event ->> 'principal', event ->> 'session_id', event ->> 'tool_call_id', event ->> 'action', event ->> 'decision',
          codes,
          event ->> 'policy_hash', event ->> 'subject', event ->> 'entity', event ->> 'period', event ->> 'account',
          (event ->> 'amount_usd')::numeric, p_bytes, head.row_hash, audit_append.row_hash, p_key_id, p_hmac);
  update audit_heads h set seq = p_seq, row_hash = audit_append.row_hash where h.stream = p_stream;
end $$;
reset role;
alter event trigger audit_protect_ddl enable always;

-- How long copies of checkpoints are kept is the policy's to say, so the sealer reads the version in force.
set role closegate_owner;
grant select (hash, source, in_force_since) on policy_versions to closegate_sealer;
reset role;
