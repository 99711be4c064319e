-- A decision and the locking of its period exclude each other. Whoever decides shares the period until the end of the
-- transaction; whoever locks or reopens it (the run's own stream) waits for them and then has it alone. Without this a
-- decision that saw the period open could commit after the lock. The order stays: key, period, stream.
set role closegate_owner;
create or replace function open_decision(p_session text, p_call text, p_actor text, p_args_hash text, p_stream text,
                                         p_entity text, p_period text,
                                         out claimed boolean, out other_arguments boolean, out answer jsonb,
                                         out seq bigint, out row_hash bytea, out at text,
                                         out policy_hash text, out actor jsonb, out period_locked boolean)
  language plpgsql security invoker set search_path = public, pg_temp as $$
declare
  period_key constant bigint := hashtextextended('closegate/period/' || p_entity || '/' || p_period, 0);
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
  if starts_with(p_stream, 'run/') then
    perform pg_advisory_xact_lock(period_key);
  else
    perform pg_advisory_xact_lock_shared(period_key);
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
