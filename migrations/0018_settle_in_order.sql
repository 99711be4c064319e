-- The same pairs as in migration 0017, found in two steps instead of three. References that stand more than once on a side
-- are told by sorting their hashes, which several processes share; the pairs are numbered where they are made, in the order
-- of the ledger's lines, instead of being copied once more for their ids. A match gets its id when it is recorded.
set role closegate_owner;

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
      from (select i.reference_hash, lag(i.reference_hash) over (partition by i.side order by i.reference_hash) as before
              from items i where i.reconciliation_id = %1$L and i.reference_hash is not null and %2$s) sorted
     where reference_hash = before$twice$,
    p_reconciliation, open) into twice;
  -- A pair's content hash is contentHashOf of ledger/legs.ts: canonical JSON (RFC 8785) of the legs, the rationale and the
  -- rule, where to_json escapes a text as canonical JSON does.
  execute format($find$
    create temporary table settle_found on commit drop as
    select row_number() over (order by i.id) as place,
           i.id as ledger_id, s.id as statement_id, i.date as ledger_date, i.external_id as ledger_ref,
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
            or (length(s.counterparty_key) >= 6 and starts_with(i.counterparty_key, s.counterparty_key)))$find$,
    p_reconciliation, open, is_again) using twice;
  get diagnostics found_pairs = row_count;
  grant select on settle_found, settle_again to closegate_engine;
  return found_pairs;
end $$;

-- As in migration 0017. What the actor's principal has live with each counterparty is told from the pairs themselves and what
-- there was before, which is less to read than what was recorded.
create or replace function record_found(p_reconciliation text, p_actor text, p_session text, p_approver text, p_held text[])
  returns table (matches bigint, amount_usd numeric, digest text, hashes text)
  language plpgsql security definer
  set search_path = public, pg_temp
  set work_mem = '256MB' set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  ids bigint[];
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
  create temporary table settle_moved on commit drop as
  select counterparty_key, sum(total) as total
    from (select m.counterparty_key, m.amount_usd as total
            from matches m join actors a on a.id = m.proposed_by
           where m.reconciliation_id = p_reconciliation and m.state in ('PROPOSED', 'CONFIRMED')
             and a.principal = (select principal from actors where id = p_actor)
          union all
          select f.counterparty_key, f.amount_usd
            from pg_temp.settle_found f
           where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key)) moved
   group by 1;
  create index on settle_moved (counterparty_key);
  grant select on settle_moved to closegate_engine;
  -- In the order of the ledger's lines: matches and legs then come in the order of their indexes. The id of a pair that is
  -- not recorded is never used.
  ids := array(select nextval('matches_id_seq') from generate_series(1, (select count(*) from pg_temp.settle_found)));
  insert into matches (id, reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                       ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at)
  overriding system value
  select ids[place], p_reconciliation, 'exact_reference', p_actor, p_session, 'exact_match', 'CONFIRMED', 1.00, 0, reasons,
         ledger_total, statement_total, ledger_total - statement_total, amount_usd, counterparty_key, content_hash, p_approver, now()
    from pg_temp.settle_found f
   where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key);
  -- Both legs of a match together: the index of matches then only ever grows at its end.
  insert into dispositions (item_id, match_id)
  select leg.item_id, ids[place]
    from pg_temp.settle_found f cross join lateral (values (ledger_id), (statement_id)) as leg (item_id)
   where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key);
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
reset role;
