-- The seal: every audit row becomes a leaf of one Merkle tree over all streams, and signed checkpoints say what its root
-- was. Both tables are append-only like the log itself, and are written through functions of the sealer alone.
do $$
begin
  if not exists (select from pg_roles where rolname = 'closegate_sealer') then
    create role closegate_sealer login;
  end if;
end
$$;
grant usage on schema public to closegate_sealer;

alter event trigger audit_protect_ddl disable;
alter event trigger audit_protect_drop disable;
set role audit_owner;

-- The tree's order: that of sealing, given once and for good. Ids would not do: a row with a smaller id may commit later.
create table audit_leaves (
  leaf_index bigint primary key check (leaf_index >= 0),
  event_id   bigint not null unique
);

create table audit_checkpoints (
  size      bigint primary key check (size > 0),
  root      bytea  not null check (octet_length(root) = 32),
  -- Roots of the full subtrees, the largest first: what the next seal goes on from.
  frontier  bytea[] not null,
  -- The signed note, as it was also copied out.
  note      text   not null,
  sealed_at timestamptz not null default now(),
  -- No transaction before this one was still running: whatever is not a leaf yet carries this number or a later one.
  horizon   xid8   not null default pg_snapshot_xmin(pg_current_snapshot())
);

-- Gives the rows that are in no tree yet their places, and tells what they hash to, in that order. Two sealers follow
-- one another. A log that was restored into another cluster carries numbers of that one; then every row is looked at.
create function audit_next_leaves(p_limit bigint)
  returns table (leaf_index bigint, event_id bigint, row_hash bytea)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  first   bigint;
  horizon xid8;
begin
  perform pg_advisory_xact_lock(hashtextextended('closegate/seal', 0));
  select coalesce(max(l.leaf_index) + 1, 0) into first from audit_leaves l;
  select c.horizon into horizon from audit_checkpoints c order by c.size desc limit 1;
  if horizon is null or horizon > pg_snapshot_xmax(pg_current_snapshot()) then
    horizon := '0';
  end if;
  return query
    with fresh as (
      select e.id, e.row_hash from audit_events e
       where e.xid >= horizon and not exists (select from audit_leaves l where l.event_id = e.id)
       order by e.id limit p_limit),
    placed as (
      insert into audit_leaves
      select first + row_number() over (order by f.id) - 1, f.id from fresh f
      returning audit_leaves.leaf_index, audit_leaves.event_id)
    select p.leaf_index, p.event_id, f.row_hash from placed p join fresh f on f.id = p.event_id order by p.leaf_index;
end $$;

-- Keeps a checkpoint over exactly the leaves that there are.
create function audit_add_checkpoint(p_size bigint, p_root bytea, p_frontier bytea[], p_note text) returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if p_size is distinct from (select max(leaf_index) + 1 from audit_leaves) then
    raise exception 'audit_add_checkpoint: the tree does not have % leaves', p_size;
  end if;
  insert into audit_checkpoints (size, root, frontier, note) values (p_size, p_root, p_frontier, p_note);
end $$;

-- How many rows no checkpoint covers, looking at no more than a limit, and since when the oldest waits. The seal's own
-- events do not count: otherwise every seal would ask for another.
create function audit_unsealed(p_limit bigint, out waiting bigint, out since timestamptz)
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  horizon xid8;
begin
  select c.horizon into horizon from audit_checkpoints c order by c.size desc limit 1;
  if horizon is null or horizon > pg_snapshot_xmax(pg_current_snapshot()) then
    horizon := '0';
  end if;
  select count(*), min(fresh.at) into waiting, since from (
    select e.at from audit_events e
     where e.xid >= horizon and e.stream <> 'seal' and not exists (select from audit_leaves l where l.event_id = e.id)
     limit p_limit) as fresh;
end $$;

do $$
declare
  sealed text;
begin
  foreach sealed in array array['audit_leaves', 'audit_checkpoints'] loop
    execute format('create rule audit_no_update as on update to %I do instead select audit_refuse(''UPDATE'')', sealed);
    execute format('create rule audit_no_delete as on delete to %I do instead select audit_refuse(''DELETE'')', sealed);
    execute format('create trigger audit_no_update before update on %I for each row execute function audit_refuse_trigger()', sealed);
    execute format('create trigger audit_no_delete before delete on %I for each row execute function audit_refuse_trigger()', sealed);
    execute format('create trigger audit_no_truncate before truncate on %I for each statement execute function audit_refuse_trigger()', sealed);
    execute format('alter table %I enable always rule audit_no_update', sealed);
    execute format('alter table %I enable always rule audit_no_delete', sealed);
    execute format('alter table %I enable always trigger audit_no_update', sealed);
    execute format('alter table %I enable always trigger audit_no_delete', sealed);
    execute format('alter table %I enable always trigger audit_no_truncate', sealed);
  end loop;
end $$;

revoke all on function audit_next_leaves(bigint), audit_add_checkpoint(bigint, bytea, bytea[], text), audit_unsealed(bigint) from public;
grant execute on function audit_next_leaves(bigint), audit_add_checkpoint(bigint, bytea, bytea[], text) to closegate_sealer;
grant execute on function audit_unsealed(bigint) to closegate_sealer, closegate_engine, closegate_auditor;
-- The seal is an event, too.
grant execute on function audit_head(text), audit_append(text, bigint, bytea, text, bytea) to closegate_sealer;
grant execute on function audit_time(timestamptz) to closegate_sealer;
grant select on audit_events, audit_heads, audit_leaves, audit_checkpoints to closegate_sealer;
grant select on audit_leaves, audit_checkpoints to closegate_engine, closegate_auditor;
reset role;

-- The same protection for the new names.
create or replace function audit_refuse_ddl() returns event_trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  object record;
begin
  if tg_event = 'sql_drop' then
    for object in select object_identity from pg_event_trigger_dropped_objects() loop
      if object.object_identity ~ '\maudit_(events|heads|leaves|checkpoints|append|head|next_leaves|add_checkpoint|refuse)' then
        raise exception 'the audit log may not be dropped: % refused (%)', tg_tag, object.object_identity
          using errcode = 'insufficient_privilege';
      end if;
    end loop;
  else
    for object in select object_identity from pg_event_trigger_ddl_commands() loop
      if object.object_identity ~ '\maudit_(events|heads|leaves|checkpoints|append|head|next_leaves|add_checkpoint|refuse|no_)' then
        raise exception 'the audit log may not be altered: % refused (%)', tg_tag, object.object_identity
          using errcode = 'insufficient_privilege';
      end if;
    end loop;
  end if;
end $$;
alter event trigger audit_protect_ddl enable always;
alter event trigger audit_protect_drop enable always;
