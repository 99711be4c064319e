-- A match names its lines, and what is settled in bulk is summed up once.
--
-- Of what a settlement of a million pairs took in the database, nearly half was two indexes: the legs by their match, and
-- the matches by their counterparty. Nobody looks up a settled pair by either. So
--   * a match names its lines itself. They never change, also when it is rejected and its lines are open again. Legs come
--     in the order of their lines then, which is that of the one index they need;
--   * what record_found() records is not in the index of counterparties. What it comes to stands in bulk_totals, a row for
--     each counterparty and settlement. Such a match is confirmed from the start, and what is confirmed stays confirmed,
--     so that a total is final.
set role closegate_owner;

alter table matches
  add column item_ids bigint[],
  add column in_bulk boolean not null default false;
-- What was recorded before says the same as before: nothing here that an audit row would have to tell of.
alter table matches disable trigger user;
update matches m set item_ids = (select array_agg(d.item_id order by d.item_id) from dispositions d where d.match_id = m.id);
alter table matches enable trigger user;
alter table matches alter column item_ids set not null, add check (cardinality(item_ids) > 0);
do $$
declare
  guard text;
begin
  foreach guard in array array['change_must_be_audited', 'belongs_for_good', 'kept_for_good', 'matches_belong', 'matches_still_belong']
  loop
    execute format('alter table matches enable always trigger %I', guard);
  end loop;
end $$;

drop index dispositions_match;
-- What a line was in, and is not in any more.
create index dispositions_past on dispositions (item_id) where not live;
drop index matches_counterparty;
create index matches_counterparty on matches (counterparty_hash(reconciliation_id, counterparty_key))
  where state in ('PROPOSED', 'CONFIRMED') and not in_bulk;

create or replace function match_belongs() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from reconciliations where id = new.reconciliation_id)
     or not exists (select from actors where id = new.proposed_by)
     or (new.decided_by is not null and not exists (select from actors where id = new.decided_by)) then
    perform refuse_orphan('a match names a reconciliation or an actor that is not there');
  end if;
  if new.in_bulk then
    raise exception 'only record_found() records in bulk, where what a counterparty has moved is counted'
      using errcode = 'insufficient_privilege';
  end if;
  return null;
end $$;

create or replace function disposition_belongs() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (
    select from items i
      left join matches m on m.id = new.match_id and i.id = any(m.item_ids)
      left join exceptions e on e.id = new.exception_id
     where i.id = new.item_id and coalesce(m.reconciliation_id, e.reconciliation_id) = i.reconciliation_id) then
    perform refuse_orphan('a leg names a line or a match that is not there, is none of the match''s lines, or they are of two reconciliations');
  end if;
  return null;
end $$;

drop trigger belongs_for_good on matches;
create trigger belongs_for_good before update of id, reconciliation_id, proposed_by, item_ids, in_bulk on matches
  for each row when (old.id <> new.id or old.reconciliation_id <> new.reconciliation_id or old.proposed_by <> new.proposed_by
                     or old.item_ids <> new.item_ids or old.in_bulk <> new.in_bulk)
  execute function belongs_for_good();
alter table matches enable always trigger belongs_for_good;

-- What an actor settled with a counterparty by one call of record_found(), in US dollars.
create table bulk_totals (
  reconciliation_id text    not null,
  proposed_by       text    not null,
  counterparty_key  text    not null,
  amount_usd        numeric not null
);
create index bulk_totals_counterparty on bulk_totals (counterparty_hash(reconciliation_id, counterparty_key));
create trigger kept_for_good before update or delete or truncate on bulk_totals for each statement execute function kept_for_good();
alter table bulk_totals enable always trigger kept_for_good;
create trigger change_must_be_audited after insert on bulk_totals for each statement execute function note_change();
alter table bulk_totals enable always trigger change_must_be_audited;

-- What is live with each counterparty, proposed or settled: match by match, but for what was recorded in bulk.
create view live_amounts with (security_invoker = true) as
  select reconciliation_id, proposed_by, counterparty_key, amount_usd from matches
   where state in ('PROPOSED', 'CONFIRMED') and not in_bulk
  union all
  select reconciliation_id, proposed_by, counterparty_key, amount_usd from bulk_totals;
grant select on bulk_totals, live_amounts to closegate_engine, closegate_auditor;

-- The pairs of migration 0021. The lines that count as open again are those that the matches name.
do $$
declare
  said text := pg_get_functiondef('find_by_reference(text, bigint[])'::regprocedure);
  by_lines text := replace(said, 'select d.item_id from dispositions d where d.match_id = any(p_again) and d.live',
                                 'select unnest(m.item_ids) as item_id from matches m where m.id = any(p_again)');
begin
  if by_lines = said then
    raise exception 'find_by_reference() is not that of migration 0021';
  end if;
  execute by_lines;
end $$;

-- Sums up what find_by_reference() found in the same transaction, by counterparty, into the caller's temporary table
-- settle_sums, which it may read and not write: the largest amount, the sum, and what that is without lines that are looked
-- at again; all in US dollars.
create function sum_found() returns void
  language plpgsql security definer set search_path = public, pg_temp set work_mem = '256MB' set jit = off as $$
begin
  create temporary table settle_sums on commit drop as
  select counterparty_key, max(amount_usd) as largest, sum(amount_usd) as total,
         coalesce(sum(amount_usd) filter (where not again), 0) as fresh
    from pg_temp.settle_found group by 1;
  grant select on settle_sums to closegate_engine;
end $$;
revoke all on function sum_found() from public;
grant execute on function sum_found() to closegate_engine;

-- Records what find_by_reference() found and sum_found() summed up in the same transaction: matches that the gate allowed,
-- their legs, and what they come to with each counterparty. Left out are pairs of the counterparties in p_held, and those
-- with a line that is looked at again. The second party of an engine's settlement is p_approver.
-- Tells the list of what it recorded, as in migration 0017.
create or replace function record_found(p_reconciliation text, p_actor text, p_session text, p_approver text, p_held text[])
  returns table (matches bigint, amount_usd numeric, digest text, hashes text)
  language plpgsql security definer
  set search_path = public, pg_temp
  set work_mem = '256MB' set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  ids bigint[];
begin
  if exists (select from (values ('pg_temp.settle_found'::regclass), ('pg_temp.settle_scope'), ('pg_temp.settle_sums')) as made (oid)
               join pg_class c on c.oid = made.oid where c.relowner <> 'closegate_owner'::regrole) then
    raise exception 'settle_found is not the one that find_by_reference() made' using errcode = 'insufficient_privilege';
  end if;
  if not exists (select from pg_temp.settle_scope where reconciliation_id = p_reconciliation) then
    perform refuse_orphan('settle_found is of another reconciliation');
  end if;
  if not exists (select from actors where id = p_actor)
     or (p_approver is not null and not exists (select from actors where id = p_approver)) then
    perform refuse_orphan('a match names an actor that is not there');
  end if;
  -- In the order of the ledger's lines. The id of a pair that is not recorded is never used.
  ids := array(select nextval('matches_id_seq') from generate_series(1, (select count(*) from pg_temp.settle_found)));
  insert into matches (id, reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                       ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at,
                       item_ids, in_bulk)
  overriding system value
  select ids[place], p_reconciliation, 'exact_reference', p_actor, p_session, 'exact_match', 'CONFIRMED', 1.00, 0, reasons,
         ledger_total, statement_total, ledger_total - statement_total, amount_usd, counterparty_key, content_hash, p_approver, now(),
         array[ledger_id, statement_id], true
    from pg_temp.settle_found f
   where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key);
  -- Side by side, each in the order of its lines: so the index of legs is filled from one end to the other.
  insert into dispositions (item_id, match_id)
  select ledger_id, ids[place]
    from pg_temp.settle_found f
   where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key)
   order by ledger_id;
  insert into dispositions (item_id, match_id)
  select statement_id, ids[place]
    from pg_temp.settle_found f
   where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key)
   order by statement_id;
  insert into bulk_totals (reconciliation_id, proposed_by, counterparty_key, amount_usd)
  select p_reconciliation, p_actor, counterparty_key, fresh
    from pg_temp.settle_sums s
   where fresh > 0 and not exists (select from unnest(p_held) as h (key) where h.key = s.counterparty_key);
  return query
  with recorded as (
    select f.amount_usd, f.content_hash, f.place, (row_number() over (order by f.place) - 1) / 10000 as chunk
      from pg_temp.settle_found f
     where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key)),
  chunks as (
    select chunk, count(*) as matches, sum(amount_usd) as amount_usd, string_agg(content_hash, '' order by place) as hashes
      from recorded group by chunk)
  select c.matches, c.amount_usd,
         case when c.matches = 10000 then encode(sha256(convert_to(c.hashes, 'UTF8')), 'hex') end,
         case when c.matches < 10000 then c.hashes end
    from chunks c order by chunk;
end $$;

-- Records a page of candidates of one rule that the gate has judged: matches in their order, with the lines that each names,
-- their legs, and a question to people where there are clauses. Those are of few kinds, so a match names the place of its own
-- in p_clauses, from 1. That the lines are of the reconciliation is checked here, for all of them together. Nothing can be
-- recorded by this that its caller could not write by itself.
drop function record_judged(text, text, text, text, text, text, jsonb, jsonb, bigint[], integer[]);
create function record_judged(p_reconciliation text, p_rule text, p_actor text, p_session text, p_approver text,
                              p_policy_hash text, p_matches jsonb, p_clauses jsonb)
  returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ids bigint[];
  lines bigint[];
begin
  if not exists (select from reconciliations where id = p_reconciliation)
     or not exists (select from actors where id = p_actor)
     or (p_approver is not null and not exists (select from actors where id = p_approver)) then
    perform refuse_orphan('a match names a reconciliation or an actor that is not there');
  end if;
  with made as (
    insert into matches (reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                         ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at,
                         item_ids)
    select p_reconciliation, p_rule, p_actor, p_session, m.type, m.state, m.score, m.alternatives, m.rationale,
           m.ledger_total, m.statement_total, m.difference, m.amount_usd, m.counterparty_key, m.content_hash,
           case when m.state = 'CONFIRMED' then p_approver end, case when m.state = 'CONFIRMED' then now() end, m.item_ids
      from rows from (jsonb_to_recordset(p_matches)
                        as (type text, state text, score numeric, alternatives integer, rationale text, ledger_total numeric,
                            statement_total numeric, difference numeric, amount_usd numeric, counterparty_key text,
                            content_hash text, item_ids bigint[]))
           with ordinality as m (type, state, score, alternatives, rationale, ledger_total, statement_total, difference,
                                 amount_usd, counterparty_key, content_hash, item_ids, place)
     order by place
    returning id, item_ids),
  disposed as (
    insert into dispositions (item_id, match_id)
    select item_id, id from made cross join unnest(item_ids) as item_id order by item_id
    returning item_id)
  select (select array_agg(id order by id) from made), (select array_agg(item_id) from disposed) into ids, lines;
  if exists (select from unnest(lines) as leg (id) left join items i on i.id = leg.id
              where i.reconciliation_id is distinct from p_reconciliation) then
    perform refuse_orphan('a leg names a line that is not there, or is of another reconciliation');
  end if;
  insert into escalations (reconciliation_id, subject_kind, subject_id, action, state, requested_by, clauses, policy_hash)
  select p_reconciliation, 'match', ids[q.place]::text, 'SETTLE_BY_RULE', 'PENDING', p_actor, c.clauses, p_policy_hash
    from rows from (jsonb_to_recordset(p_matches) as (clauses integer)) with ordinality as q (clauses_at, place)
    join jsonb_array_elements(p_clauses) with ordinality as c (clauses, at) on c.at = q.clauses_at
   order by q.place;
end $$;
revoke all on function record_judged(text, text, text, text, text, text, jsonb, jsonb) from public;
grant execute on function record_judged(text, text, text, text, text, text, jsonb, jsonb) to closegate_engine;
reset role;
