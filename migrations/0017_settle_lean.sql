-- What a settlement costs the database, measured on a million lines a side: one regular expression over every reference
-- took two thirds of the search, because Postgres builds its automaton anew each time; the way from the found matches to
-- their legs was a list of all of them in between; and of what the matcher finds each leg was checked by itself.
set role closegate_owner;

-- True for a reference key that names no single event: the number of an account, customer or contract, or a date. It is
-- isStanding() of ledger/keys.ts, which says it as one regular expression; a test holds the two together. Here by the
-- letters that a key begins with, so that nearly every key is told without an expression.
create function names_no_event(p_key text) returns boolean language sql immutable parallel safe as $$
  select case octet_length(p_key) - octet_length(ltrim(p_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))
    when octet_length(p_key) then false
    when 0 then octet_length(p_key) in (6, 8) and p_key ~ '^(19|20)[0-9][0-9](0[1-9]|1[0-2])([0-2][0-9]|3[01])?$'
    when 2 then left(p_key, 2) = 'KD'
             or (octet_length(p_key) >= 15 and p_key ~ '^[A-Z][A-Z][0-9][0-9][A-Z0-9]{4}[0-9]{7}[A-Z0-9]*$')
    else left(p_key, octet_length(p_key) - octet_length(ltrim(p_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))) = any (
           '{ACC,ACCT,ACCOUNT,KTO,KONTO,KNR,KDNR,KUNDE,KUNDENNR,CUST,CUSTOMER,CLIENT,MEMBER,MEM,MITGLIED,POLICY,CONTRACT,VERTRAG,VTR,LEASE,MANDATE,MANDAT,MREF,TID,TERMINAL,MID,MERCHANT,VAT,UST,USTID,TAX,IBAN,CARD,TEL,PHONE}'::text[])
      or (left(p_key, 3) = any ('{JAN,FEB,MAR,APR,MAY,MAI,JUN,JUL,AUG,SEP,OCT,OKT,NOV,DEC,DEZ}'::text[])
          and p_key ~ '^[A-Z]+(20)?[0-9][0-9]$')
  end
$$;

-- As in migration 0016, and each pair knows from the start which match it will be, and that match's content hash. The ids are
-- taken in the order of the ledger's lines, so that matches and legs come in the order of their indexes; one of a pair that
-- is not recorded after all is never used. The content hash is contentHashOf of ledger/legs.ts: canonical JSON (RFC 8785) of
-- the legs, the rationale and the rule, where to_json escapes a text as canonical JSON does.
-- In three steps, because Postgres shares the second one, which is most of the work, among its processes: a statement that
-- reads a temporary table or takes numbers from a sequence it does alone.
create or replace function find_by_reference(p_reconciliation text, p_again bigint[]) returns bigint
  language plpgsql security definer
  set search_path = public, pg_temp
  set work_mem = '256MB' set enable_nestloop = off set enable_mergejoin = off set jit = off
  set parallel_setup_cost = 1000 set parallel_tuple_cost = 0.1
  set min_parallel_table_scan_size = '8MB' set min_parallel_index_scan_size = '512kB' as $$
declare
  -- An account's first settlement need not ask line by line what became of it.
  fresh boolean := not exists (select from matches where reconciliation_id = p_reconciliation and state in ('PROPOSED', 'CONFIRMED'))
               and not exists (select from exceptions where reconciliation_id = p_reconciliation);
  open text := case when fresh then 'true'
                    else '(not exists (select from dispositions d where d.item_id = i.id and d.live)
                           or i.id in (select a.item_id from settle_again a))' end;
  is_again text := case when fresh then 'false'
                        else '(i.id in (select item_id from settle_again) or s.id in (select item_id from settle_again))' end;
  twice bigint[];
  found_pairs bigint;
begin
  -- A table that has just been filled has no statistics that would tell how much there is to share.
  if (select sum(line_count) from documents where reconciliation_id = p_reconciliation) > 50000 then
    set local parallel_setup_cost = 0;
    set local parallel_tuple_cost = 0;
    set local min_parallel_table_scan_size = 0;
    set local min_parallel_index_scan_size = 0;
  end if;
  create temporary table settle_scope on commit drop as select p_reconciliation as reconciliation_id;
  create temporary table settle_again on commit drop as
    select d.item_id from dispositions d where d.match_id = any(p_again) and d.live;
  execute format($twice$
    select coalesce(array_agg(distinct reference_hash), '{}')
      from (select i.reference_hash from items i
             where i.reconciliation_id = %1$L and i.reference_hash is not null and %2$s
             group by i.side, i.reference_hash having count(*) > 1) more_than_once$twice$,
    p_reconciliation, open) into twice;
  execute format($find$
    create temporary table settle_pairs on commit drop as
    select i.id as ledger_id, s.id as statement_id, i.date as ledger_date, i.external_id as ledger_ref,
           i.base_amount as ledger_total, s.base_amount as statement_total,
           greatest(abs(i.amount_usd), abs(s.amount_usd)) as amount_usd,
           coalesce(least(i.counterparty_key collate "C", s.counterparty_key), '') collate "default" as counterparty_key,
           reasons,
           encode(sha256(convert_to(
             '{"legs":[{"amount":"' || i.base_amount || '","id":' || to_json(i.external_id) || ',"side":"ledger"},'
             || '{"amount":"' || s.base_amount || '","id":' || to_json(s.external_id) || ',"side":"statement"}],'
             || '"rationale":' || to_json(reasons) || ',"rule":"exact_reference"}', 'UTF8')), 'hex') as content_hash,
           %3$s as again
      from items i
      join (select * from items i where i.reconciliation_id = %1$L and i.side = 'statement' and i.reference_hash is not null and %2$s) s
        on s.reference_hash = i.reference_hash and s.reference_key = i.reference_key
     cross join lateral (
       select 'same reference ' || i.reference || ' and same amount ' || i.amount || ' ' || i.currency || ', '
              || case abs(i.date - s.date) when 0 then 'same day' when 1 then '1 day apart'
                                           else abs(i.date - s.date) || ' days apart' end as reasons) said
     where i.reconciliation_id = %1$L and i.side = 'ledger' and i.reference_hash is not null and %2$s
       and i.reference_hash <> all ($1)
       -- Of at least four characters, and between the first digit and the last there are two when there are two at all.
       and octet_length(i.reference_key) >= 4
       and octet_length(btrim(i.reference_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')) >= 2
       and not names_no_event(i.reference_key)
       and i.currency = s.currency and i.amount = s.amount
       and coalesce(i.fee, 0) = 0 and coalesce(s.fee, 0) = 0
       and abs(i.date - s.date) <= 21
       and (i.counterparty_key is null or s.counterparty_key is null or i.counterparty_key = s.counterparty_key
            or (length(i.counterparty_key) >= 6 and starts_with(s.counterparty_key, i.counterparty_key))
            or (length(s.counterparty_key) >= 6 and starts_with(i.counterparty_key, s.counterparty_key)))
     order by i.id$find$,
    p_reconciliation, open, is_again) using twice;
  create temporary table settle_found on commit drop as select nextval('matches_id_seq') as match_id, p.* from settle_pairs p;
  get diagnostics found_pairs = row_count;
  drop table settle_pairs;
  grant select on settle_found, settle_again to closegate_engine;
  return found_pairs;
end $$;

-- Records what find_by_reference() found in the same transaction: matches that the gate allowed, and their legs. Left
-- out are pairs of the counterparties in p_held, and those with a line that is looked at again. The second party of an
-- engine's settlement is p_approver.
-- Then makes the temporary table settle_moved: what the actor's principal has live with each counterparty by now.
-- Tells the list of what it recorded, as MatchList of ledger/settle-digest.ts wants it: 10,000 matches at a time, with
-- their amount in US dollars and the digest of their content hashes; of fewer at the end, the hashes as they are.
drop function record_found(text, text, text, text, text[]);
create function record_found(p_reconciliation text, p_actor text, p_session text, p_approver text, p_held text[])
  returns table (matches bigint, amount_usd numeric, digest text, hashes text)
  language plpgsql security definer
  set search_path = public, pg_temp
  set work_mem = '256MB' set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
begin
  if exists (select from (values ('pg_temp.settle_found'::regclass), ('pg_temp.settle_scope')) as made (oid)
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
  insert into matches (id, reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                       ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at)
  overriding system value
  select match_id, p_reconciliation, 'exact_reference', p_actor, p_session, 'exact_match', 'CONFIRMED', 1.00, 0, reasons,
         ledger_total, statement_total, ledger_total - statement_total, amount_usd, counterparty_key, content_hash, p_approver, now()
    from pg_temp.settle_found f
   where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key);
  -- Both legs of a match together: the index of matches then only ever grows at its end.
  insert into dispositions (item_id, match_id)
  select leg.item_id, match_id
    from pg_temp.settle_found f cross join lateral (values (ledger_id), (statement_id)) as leg (item_id)
   where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key);
  create temporary table settle_moved on commit drop as
  select m.counterparty_key, sum(m.amount_usd) as total
    from matches m join actors a on a.id = m.proposed_by
   where m.reconciliation_id = p_reconciliation and m.state in ('PROPOSED', 'CONFIRMED')
     and a.principal = (select principal from actors where id = p_actor)
   group by 1;
  create index on settle_moved (counterparty_key);
  grant select on settle_moved to closegate_engine;
  return query
  with recorded as (
    select f.amount_usd, f.content_hash, f.match_id, (row_number() over (order by f.match_id) - 1) / 10000 as chunk
      from pg_temp.settle_found f
     where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key)),
  chunks as (
    select chunk, count(*) as matches, sum(amount_usd) as amount_usd, string_agg(content_hash, '' order by match_id) as hashes
      from recorded group by chunk)
  select c.matches, c.amount_usd,
         case when c.matches = 10000 then encode(sha256(convert_to(c.hashes, 'UTF8')), 'hex') end,
         case when c.matches < 10000 then c.hashes end
    from chunks c order by chunk;
end $$;

-- A question names its reconciliation and who asks, row by row, unless the function below asks it.
alter table escalations
  drop constraint escalations_reconciliation_id_fkey,
  drop constraint escalations_requested_by_fkey,
  drop constraint escalations_decided_by_fkey;
create function escalation_belongs() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if (new.reconciliation_id is not null and not exists (select from reconciliations where id = new.reconciliation_id))
     or not exists (select from actors where id = new.requested_by)
     or (new.decided_by is not null and not exists (select from actors where id = new.decided_by)) then
    perform refuse_orphan('a question names a reconciliation or an actor that is not there');
  end if;
  return null;
end $$;
create trigger escalations_belong after insert or update on escalations
  for each row when (current_user <> 'closegate_owner') execute function escalation_belongs();
alter table escalations enable always trigger escalations_belong;

-- Records a page of candidates of one rule that the gate has judged: matches in their order, their legs, and a question to
-- people where there are clauses. Those are of few kinds, so a match names the place of its own in p_clauses, from 1. The
-- legs come as two lists: lines, and for each the place of its match among p_matches, from 1. That they are lines of the
-- reconciliation is checked here, for all of them together. Nothing can be recorded by this that its caller could not write
-- by itself.
create function record_judged(p_reconciliation text, p_rule text, p_actor text, p_session text, p_approver text,
                              p_policy_hash text, p_matches jsonb, p_clauses jsonb, p_items bigint[],
                              p_places integer[])
  returns void
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ids bigint[];
begin
  if not exists (select from reconciliations where id = p_reconciliation)
     or not exists (select from actors where id = p_actor)
     or (p_approver is not null and not exists (select from actors where id = p_approver)) then
    perform refuse_orphan('a match names a reconciliation or an actor that is not there');
  end if;
  if exists (select from unnest(p_items) as leg (id) left join items i on i.id = leg.id
              where i.reconciliation_id is distinct from p_reconciliation) then
    perform refuse_orphan('a leg names a line that is not there, or is of another reconciliation');
  end if;
  with made as (
    insert into matches (reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                         ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at)
    select p_reconciliation, p_rule, p_actor, p_session, m.type, m.state, m.score, m.alternatives, m.rationale,
           m.ledger_total, m.statement_total, m.difference, m.amount_usd, m.counterparty_key, m.content_hash,
           case when m.state = 'CONFIRMED' then p_approver end, case when m.state = 'CONFIRMED' then now() end
      from rows from (jsonb_to_recordset(p_matches)
                        as (type text, state text, score numeric, alternatives integer, rationale text, ledger_total numeric,
                            statement_total numeric, difference numeric, amount_usd numeric, counterparty_key text,
                            content_hash text))
           with ordinality as m (type, state, score, alternatives, rationale, ledger_total, statement_total, difference,
                                 amount_usd, counterparty_key, content_hash, place)
     order by place
    returning id)
  select array_agg(id order by id) into ids from made;
  if cardinality(ids) <> (select count(distinct place) from unnest(p_places) as place where place between 1 and cardinality(ids)) then
    perform refuse_orphan('a match has no legs, or a leg no match');
  end if;
  insert into dispositions (item_id, match_id)
  select leg.item_id, ids[leg.place] from unnest(p_items, p_places) as leg (item_id, place);
  insert into escalations (reconciliation_id, subject_kind, subject_id, action, state, requested_by, clauses, policy_hash)
  select p_reconciliation, 'match', ids[q.place]::text, 'SETTLE_BY_RULE', 'PENDING', p_actor, c.clauses, p_policy_hash
    from rows from (jsonb_to_recordset(p_matches) as (clauses integer)) with ordinality as q (clauses_at, place)
    join jsonb_array_elements(p_clauses) with ordinality as c (clauses, at) on c.at = q.clauses_at
   order by q.place;
end $$;

revoke all on function record_found(text, text, text, text, text[]) from public;
grant execute on function record_found(text, text, text, text, text[]) to closegate_engine;
revoke all on function record_judged(text, text, text, text, text, text, jsonb, jsonb, bigint[], integer[]) from public;
grant execute on function record_judged(text, text, text, text, text, text, jsonb, jsonb, bigint[], integer[]) to closegate_engine;
reset role;
