-- What every decision needs first, in one round trip and in one order: the idempotency key, then the stream's lock, then
-- what stands under that lock. The order matters: whoever waits for a key must not hold a lock that its owner wants.
set role closegate_owner;
create function open_decision(p_session text, p_call text, p_actor text, p_args_hash text, p_stream text,
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
  select v.hash into policy_hash from policy_versions v order by v.in_force_since desc limit 1;
  select jsonb_build_object('id', a.id, 'kind', a.kind, 'roles', a.roles, 'principal', a.principal, 'active', a.active)
    into open_decision.actor from actors a where a.id = p_actor;
  select coalesce((select r.state = 'LOCKED' from runs r where r.entity = p_entity and r.period = p_period), false)
    into period_locked;
end $$;
revoke all on function open_decision(text, text, text, text, text, text, text) from public;
grant execute on function open_decision(text, text, text, text, text, text, text) to closegate_engine;
reset role;
