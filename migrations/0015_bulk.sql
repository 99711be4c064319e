-- A million lines a side: what a row may cost.
--
-- Foreign keys look each row up by itself, about five microseconds each; two of them on a line, three on a match and two
-- on a leg made half a minute of a minute's work. Here the same is checked once a statement, for all of its rows
-- together. It is as safe as before:
--   * every insert and every update is checked before the statement ends, whoever runs it, by the same transaction;
--   * the other half of a foreign key, that a row which is named may not go away, is kept by refusing to delete or
--     truncate these tables at all. Nothing here is ever deleted: what was is corrected by what comes after;
--   * what a row belongs to never changes: an update of those columns is refused.
-- And it checks more: a line's document is one of its own reconciliation and side, and a leg is a line of its match's
-- reconciliation.
set role closegate_owner;

alter table items
  drop constraint items_reconciliation_id_fkey,
  drop constraint items_document_id_fkey;
alter table matches
  drop constraint matches_reconciliation_id_fkey,
  drop constraint matches_proposed_by_fkey,
  drop constraint matches_decided_by_fkey;
alter table dispositions
  drop constraint dispositions_item_id_fkey,
  drop constraint dispositions_match_id_fkey,
  drop constraint dispositions_exception_id_fkey;

create function refuse_orphan(what text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '%', what using errcode = 'foreign_key_violation';
end $$;

create function items_belong() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform refuse_orphan('a line names a document that is not one of its reconciliation and side')
    from (select distinct reconciliation_id, side, document_id from fresh where document_id is not null) f
   where not exists (select from documents d
                      where d.id = f.document_id and d.reconciliation_id = f.reconciliation_id and d.side = f.side);
  perform refuse_orphan('a line that was carried in names a reconciliation that is not there')
    from (select distinct reconciliation_id from fresh where document_id is null) f
   where not exists (select from reconciliations r where r.id = f.reconciliation_id);
  return null;
end $$;
create trigger items_belong after insert on items
  referencing new table as fresh for each statement execute function items_belong();

create function matches_belong() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  perform refuse_orphan('a match names a reconciliation or an actor that is not there')
    from (select distinct reconciliation_id, proposed_by, decided_by from fresh) f
   where not exists (select from reconciliations r where r.id = f.reconciliation_id)
      or not exists (select from actors a where a.id = f.proposed_by)
      or (f.decided_by is not null and not exists (select from actors a where a.id = f.decided_by));
  return null;
end $$;
create trigger matches_belong after insert on matches
  referencing new table as fresh for each statement execute function matches_belong();
create trigger matches_still_belong after update on matches
  referencing new table as fresh for each statement execute function matches_belong();

-- Planned once a connection, for a few rows; a statement of very many is planned by itself.
create function dispositions_belong() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from fresh offset 5000) then
    execute $many$
      select refuse_orphan('a leg names a line or a match that is not there, or they are of two reconciliations')
        from fresh f
        left join items i on i.id = f.item_id
        left join matches m on m.id = f.match_id
        left join exceptions e on e.id = f.exception_id
       where i.id is null or coalesce(m.reconciliation_id, e.reconciliation_id) is distinct from i.reconciliation_id$many$;
  else
    perform refuse_orphan('a leg names a line or a match that is not there, or they are of two reconciliations')
      from fresh f
      left join items i on i.id = f.item_id
      left join matches m on m.id = f.match_id
      left join exceptions e on e.id = f.exception_id
     where i.id is null or coalesce(m.reconciliation_id, e.reconciliation_id) is distinct from i.reconciliation_id;
  end if;
  return null;
end $$;
create trigger dispositions_belong after insert on dispositions
  referencing new table as fresh for each statement execute function dispositions_belong();

create function belongs_for_good() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception '%: what a row belongs to never changes', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger belongs_for_good before update of id, reconciliation_id, proposed_by on matches
  for each row when (old.id <> new.id or old.reconciliation_id <> new.reconciliation_id or old.proposed_by <> new.proposed_by)
  execute function belongs_for_good();
create trigger belongs_for_good before update of item_id, match_id, exception_id on dispositions
  for each row when (old.item_id <> new.item_id or old.match_id is distinct from new.match_id
                     or old.exception_id is distinct from new.exception_id)
  execute function belongs_for_good();
create trigger belongs_for_good before update of id, reconciliation_id, side, document_id on items
  for each row when (old.id <> new.id or old.reconciliation_id <> new.reconciliation_id or old.side <> new.side
                     or old.document_id is distinct from new.document_id)
  execute function belongs_for_good();

create function kept_for_good() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  raise exception '%: % refused; other records name these', tg_table_name, tg_op using errcode = 'foreign_key_violation';
end $$;
do $$
declare
  parent text;
begin
  foreach parent in array array['reconciliations', 'documents', 'items', 'matches', 'exceptions', 'actors']
  loop
    execute format('create trigger kept_for_good before delete or truncate on %I for each statement execute function kept_for_good()', parent);
    execute format('alter table %I enable always trigger kept_for_good', parent);
  end loop;
  foreach parent in array array['items', 'matches', 'dispositions']
  loop
    execute format('alter table %I enable always trigger belongs_for_good', parent);
    execute format('alter table %I enable always trigger %I', parent, parent || '_belong');
  end loop;
  alter table matches enable always trigger matches_still_belong;
end $$;

-- How many lines a document has, and what they come to, is known when its last line has come in. Until its transaction
-- ends a document may be completed; then it is final.
create function documents_are_final() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if old.imported_at <> now() or pg_current_xact_id_if_assigned() is null
     or old.xmin <> pg_current_xact_id()::xid then
    raise exception 'document % is final: its import is over', old.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger documents_are_final before update on documents for each row execute function documents_are_final();
alter table documents enable always trigger documents_are_final;
grant update (line_count, base_closing) on documents to closegate_engine;

-- The key that the bulk of a month is matched by: 64 bits of the reference. Whoever joins by it compares the references
-- too: two may share a hash. Postgres itself computes it, so it cannot say anything else than the reference does;
-- hashtextextended gives the same for the same text, which partitions by hash rely on as well.
alter table items add column reference_hash bigint generated always as (hashtextextended(reference_key, 0)) stored;

-- A number at a time from the sequence cost more than the row's columns. What a connection leaves over is lost; nothing
-- reads an order of time out of a line's number.
alter table items alter column id set cache 1000;

-- Nothing searches by these two: the matcher hashes whole months, and an investigation compares every open line. The
-- first cost five microseconds a line. Confirmed matches are found by matches_counterparty, which has the account first.
drop index items_reference;
drop index matches_reconciliation;
create index matches_unsettled on matches (reconciliation_id, state) where state <> 'CONFIRMED';
reset role;
