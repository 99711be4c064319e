-- The audit log: one hash chain per stream, appended only through audit_append(), refused every other change.
set role audit_owner;

-- Where each chain stands. Locked by audit_head() so that appends to one stream follow one another.
create table audit_heads (
  stream   text primary key,
  seq      bigint not null,
  row_hash bytea  not null check (octet_length(row_hash) = 32)
);

create table audit_events (
  id          bigint generated always as identity primary key,
  stream      text        not null,
  seq         bigint      not null check (seq > 0),
  at          timestamptz not null,
  event_type  text        not null,
  actor_id    text,
  principal   text,
  session_id  text,
  tool_call_id text,
  action      text,
  decision    text,
  codes       text[]      not null default '{}',
  policy_hash text,
  subject     text,
  entity      text,
  period      text,
  account     text,
  amount_usd  numeric,
  bytes       bytea       not null,
  prev_hash   bytea       not null check (octet_length(prev_hash) = 32),
  row_hash    bytea       not null check (octet_length(row_hash) = 32),
  key_id      text        not null,
  hmac        bytea       not null check (octet_length(hmac) = 32),
  -- Which transaction wrote it: what committed together, and proof that a change of state was audited (0005).
  xid         xid8        not null default pg_current_xact_id(),
  unique (stream, seq)
);
create index audit_events_xid on audit_events (xid);
create index audit_events_scope on audit_events (entity, period, account, id);

-- The instant as the canonical bytes carry it: UTC, microseconds.
create function audit_time(t timestamptz) returns text language sql stable
  set search_path = pg_catalog, pg_temp
  return to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- Takes the stream's lock until the transaction ends and says what the next row must build on.
create function audit_head(p_stream text, out seq bigint, out row_hash bytea, out at text)
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into audit_heads as h (stream, seq, row_hash) values (p_stream, 0, sha256(convert_to(p_stream, 'UTF8')))
    on conflict (stream) do nothing;
  select h.seq, h.row_hash into audit_head.seq, audit_head.row_hash from audit_heads h where h.stream = p_stream for update;
  audit_head.at := audit_time(now());
end $$;

-- The only way in. The columns are read out of the canonical bytes, so they cannot say anything else than the bytes do.
create function audit_append(p_stream text, p_seq bigint, p_bytes bytea, p_key_id text, p_hmac bytea,
                             out seq bigint, out row_hash bytea)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  head  audit_heads%rowtype;
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
  audit_append.seq := p_seq;
  audit_append.row_hash := sha256(
    convert_to('closegate/audit/row/v1', 'UTF8') || '\x00'::bytea || head.row_hash || int8send(p_seq)
    || int4send(octet_length(convert_to(p_stream, 'UTF8'))) || convert_to(p_stream, 'UTF8') || p_bytes);
  insert into audit_events (stream, seq, at, event_type, actor_id, principal, session_id, tool_call_id, action, decision,
                            codes, policy_hash, subject, entity, period, account, amount_usd,
                            bytes, prev_hash, row_hash, key_id, hmac)
  values (p_stream, p_seq, now(), event ->> 'event_type', event ->> 'actor_id', event ->> 'principal',
          event ->> 'session_id', event ->> 'tool_call_id', event ->> 'action', event ->> 'decision',
          coalesce((select array_agg(c ->> 'code' order by n)
                      from jsonb_array_elements(event -> 'clauses') with ordinality as e (c, n)), '{}'),
          event ->> 'policy_hash', event ->> 'subject', event ->> 'entity', event ->> 'period', event ->> 'account',
          (event ->> 'amount_usd')::numeric, p_bytes, head.row_hash, audit_append.row_hash, p_key_id, p_hmac);
  update audit_heads h set seq = p_seq, row_hash = audit_append.row_hash where h.stream = p_stream;
end $$;

-- Rules and triggers both: a rule refuses even a statement that hits no row; a trigger refuses what reaches a row.
create function audit_refuse(what text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'audit_events is append-only: % refused', what using errcode = 'insufficient_privilege';
end $$;

create function audit_refuse_trigger() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'audit_events is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;

create rule audit_no_update as on update to audit_events do instead select audit_refuse('UPDATE');
create rule audit_no_delete as on delete to audit_events do instead select audit_refuse('DELETE');
create trigger audit_no_update before update on audit_events for each row execute function audit_refuse_trigger();
create trigger audit_no_delete before delete on audit_events for each row execute function audit_refuse_trigger();
create trigger audit_no_truncate before truncate on audit_events for each statement execute function audit_refuse_trigger();
-- ALWAYS: session_replication_role = replica must not open a hole.
alter table audit_events enable always rule audit_no_update;
alter table audit_events enable always rule audit_no_delete;
alter table audit_events enable always trigger audit_no_update;
alter table audit_events enable always trigger audit_no_delete;
alter table audit_events enable always trigger audit_no_truncate;

revoke all on function audit_head(text), audit_append(text, bigint, bytea, text, bytea) from public;
grant execute on function audit_head(text), audit_append(text, bigint, bytea, text, bytea) to closegate_engine;
grant execute on function audit_time(timestamptz) to closegate_engine, closegate_auditor;
grant select on audit_events, audit_heads to closegate_engine, closegate_auditor;
-- Foreign keys and views of the state tables may name an event.
grant references (id) on audit_events to closegate_owner;

reset role;

-- Even the tables' owner may not alter or drop them. Event triggers take a superuser to create and to remove.
create function audit_refuse_ddl() returns event_trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  object record;
begin
  if tg_event = 'sql_drop' then
    for object in select object_identity from pg_event_trigger_dropped_objects() loop
      if object.object_identity ~ '\maudit_(events|heads|append|head|refuse)' then
        raise exception 'the audit log may not be dropped: % refused (%)', tg_tag, object.object_identity
          using errcode = 'insufficient_privilege';
      end if;
    end loop;
  else
    for object in select object_identity from pg_event_trigger_ddl_commands() loop
      if object.object_identity ~ '\maudit_(events|heads|append|head|refuse|no_)' then
        raise exception 'the audit log may not be altered: % refused (%)', tg_tag, object.object_identity
          using errcode = 'insufficient_privilege';
      end if;
    end loop;
  end if;
end $$;
create event trigger audit_protect_ddl on ddl_command_end execute function audit_refuse_ddl();
create event trigger audit_protect_drop on sql_drop execute function audit_refuse_ddl();
alter event trigger audit_protect_ddl enable always;
alter event trigger audit_protect_drop enable always;
