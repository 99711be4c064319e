-- A locked period is reopened until an instant, and counts as locked from then on; a certification is withdrawn by somebody.
set role closegate_owner;

alter table runs
  add column reopened_until timestamptz,
  add column reopened_at timestamptz,
  add column reopened_by text[],
  add column reopened_because text,
  drop constraint runs_state_check,
  add constraint runs_state_check check (state in ('RUNNING', 'LOCKED', 'REOPENED')),
  add constraint runs_reopened check (
    state <> 'REOPENED' or (num_nulls(reopened_until, reopened_at, reopened_because) = 0 and cardinality(reopened_by) >= 2));

alter table certifications
  add column withdrawn_by text references actors,
  add column withdrawn_at timestamptz,
  add column withdrawn_because text;

-- The clock runs on while a decision waits for its lock, so the instant is not the transaction's beginning.
create function run_locked(p_state text, p_reopened_until timestamptz) returns boolean
  language sql stable set search_path = public, pg_temp as $$
  select p_state = 'LOCKED' or (p_state = 'REOPENED' and p_reopened_until <= clock_timestamp())
$$;
revoke all on function run_locked(text, timestamptz) from public;
grant execute on function run_locked(text, timestamptz) to closegate_engine, closegate_auditor;

create or replace function open_decision(p_session text, p_call text, p_actor text, p_args_hash text, p_stream text,
                                         p_entity text, p_period text,
                                         out claimed boolean, out other_arguments boolean, out answer jsonb,
                                         out seq bigint, out row_hash bytea, out at text,
                                         out policy_hash text, out actor jsonb, out period_locked boolean)
  language plpgsql security invoker set search_path = public, pg_temp as $$
begin
  insert into idempotency_keys (session_id, tool_call_id, actor_id, args_hash)
    values (p_session, p_call, p_actor, p_args_hash) on conflict do nothing;
  claimed := found;
  other_arguments := false;
  if not claimed then
    select k.actor_id <> p_actor or k.args_hash <> p_args_hash, k.answer into other_arguments, open_decision.answer
      from idempotency_keys k where k.session_id = p_session and k.tool_call_id = p_call;
    if not other_arguments then
      return;
    end if;
  end if;
  select h.seq, h.row_hash, h.at into open_decision.seq, open_decision.row_hash, open_decision.at from audit_head(p_stream) h;
  select v.hash into policy_hash from policy_versions v
   where v.in_force_since is not null order by v.in_force_since desc limit 1;
  select jsonb_build_object('id', a.id, 'kind', a.kind, 'roles', a.roles, 'principal', a.principal, 'active', a.active)
    into open_decision.actor from actors a where a.id = p_actor;
  select coalesce((select run_locked(r.state, r.reopened_until) from runs r where r.entity = p_entity and r.period = p_period), false)
    into period_locked;
end $$;
reset role;
