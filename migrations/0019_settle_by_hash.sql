-- What a match costs, measured on a million lines a side: the index by which a counterparty's matches are found held two texts, and took half of the time in which
-- a million matches are written. Now it holds 64 bits of both; whoever looks up by them compares the texts as well. What an
-- account has is found by the ranges of pages that its matches were written to.
set role closegate_owner;

create function counterparty_hash(p_reconciliation text, p_counterparty text) returns bigint language sql immutable parallel safe as $$
  select hashtextextended(p_counterparty, hashtextextended(p_reconciliation, 0))
$$;
drop index matches_counterparty;
create index matches_counterparty on matches (counterparty_hash(reconciliation_id, counterparty_key)) where state in ('PROPOSED', 'CONFIRMED');
create index matches_reconciliation on matches using brin (reconciliation_id) with (pages_per_range = 32);

-- The same pairs as in migration 0018. References that stand more than once on a side are told by sorting their hashes first,
-- which are quicker to compare than sides; and the processes that find pairs say and hash them too.
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
      from (select i.reference_hash, i.side, lag(i.reference_hash) over in_order as hash_before, lag(i.side) over in_order as side_before
              from items i where i.reconciliation_id = %1$L and i.reference_hash is not null and %2$s
            window in_order as (order by i.reference_hash, i.side)) sorted
     where reference_hash = hash_before and side = side_before$twice$,
    p_reconciliation, open) into twice;
  -- A window is computed by one process, and with it whatever is not needed to sort for it. So what costs most stands in its
  -- order too, behind the id, which no two have in common: then all processes share it.
  -- A pair's content hash is contentHashOf of ledger/legs.ts: canonical JSON (RFC 8785) of the legs, the rationale and the
  -- rule, where to_json escapes a text as canonical JSON does.
  execute format($find$
    create temporary table settle_found on commit drop as
    select row_number() over (order by i.id, reasons, content_hash) as place,
           i.id as ledger_id, s.id as statement_id, i.date as ledger_date, i.external_id as ledger_ref,
           i.base_amount as ledger_total, s.base_amount as statement_total,
           greatest(abs(i.amount_usd), abs(s.amount_usd)) as amount_usd,
           coalesce(least(i.counterparty_key collate "C", s.counterparty_key), '') collate "default" as counterparty_key,
           reasons, content_hash,
           %3$s as again
      from items i
      join (select * from items i where i.reconciliation_id = %1$L and i.side = 'statement' and i.reference_hash is not null and %2$s) s
        on s.reference_hash = i.reference_hash and s.reference_key = i.reference_key
     cross join lateral (
       select 'same reference ' || i.reference || ' and same amount ' || i.amount || ' ' || i.currency || ', '
              || case abs(i.date - s.date) when 0 then 'same day' when 1 then '1 day apart'
                                           else abs(i.date - s.date) || ' days apart' end as reasons) said
     cross join lateral (
       select encode(sha256(convert_to(
                '{"legs":[{"amount":"' || i.base_amount || '","id":' || to_json(i.external_id) || ',"side":"ledger"},'
                || '{"amount":"' || s.base_amount || '","id":' || to_json(s.external_id) || ',"side":"statement"}],'
                || '"rationale":' || to_json(reasons) || ',"rule":"exact_reference"}', 'UTF8')), 'hex') as content_hash) hashed
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
reset role;
