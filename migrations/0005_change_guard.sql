-- No state changes without an audit row of the same transaction: whoever writes, by whatever way, the commit is refused.
-- A statement trigger on every state table leaves one row per transaction in change_guard; its deferred constraint
-- trigger looks at the commit whether the transaction also appended to the audit log. One look a transaction, however
-- many rows it changed.
set role audit_owner;
create table change_guard (xid xid8 primary key);

create function require_audit_row() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from audit_events where xid = new.xid) then
    raise exception 'a change of state without an audit row in the same transaction is refused'
      using errcode = 'insufficient_privilege', hint = 'every change goes through the door: ledger/decide.ts';
  end if;
  delete from change_guard where xid = new.xid;
  return null;
end $$;
create constraint trigger change_guard_at_commit after insert on change_guard
  deferrable initially deferred for each row execute function require_audit_row();

create function note_change() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into change_guard values (pg_current_xact_id()) on conflict do nothing;
  return null;
end $$;
alter table change_guard enable always trigger change_guard_at_commit;
grant execute on function note_change() to closegate_owner;
reset role;

set role closegate_owner;
do $$
declare
  state_table text;
begin
  foreach state_table in array array['actors', 'policy_versions', 'entities', 'accounts', 'fx_rates', 'runs', 'reconciliations',
    'documents', 'items', 'matches', 'exceptions', 'dispositions', 'escalations', 'approvals', 'certifications', 'packets']
  loop
    execute format('create trigger change_must_be_audited after insert or update or delete or truncate on %I
                      for each statement execute function note_change()', state_table);
    execute format('alter table %I enable always trigger change_must_be_audited', state_table);
  end loop;
end $$;
reset role;
