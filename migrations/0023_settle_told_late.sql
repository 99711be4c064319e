-- The matcher waits for the pairs, not for what is said of them. What a pair is told by, its reasons and its content hash,
-- took longer than to find it; now it is made where pairs are recorded, while the matcher is at the lines that are left.
set role closegate_owner;

-- Why a pair is one. `p_days` from the ledger's line to the statement's.
create function found_reasons(p_reference text, p_amount numeric, p_currency text, p_days integer) returns text language sql stable parallel safe as $$
  select 'same reference ' || p_reference || ' and same amount ' || p_amount || ' ' || p_currency || ', '
         || case abs(p_days) when 0 then 'same day' when 1 then '1 day apart' else abs(p_days) || ' days apart' end
$$;

-- A pair's content hash is contentHashOf of ledger/legs.ts: canonical JSON (RFC 8785) of the legs, the rationale and the
-- rule, where to_json escapes a text as canonical JSON does.
create function found_hash(p_ledger_ref text, p_ledger_total numeric, p_statement_ref text, p_statement_total numeric, p_reasons text)
  returns text language sql stable parallel safe as $$
  select encode(sha256(convert_to(
           '{"legs":[{"amount":"' || p_ledger_total || '","id":' || to_json(p_ledger_ref) || ',"side":"ledger"},'
           || '{"amount":"' || p_statement_total || '","id":' || to_json(p_statement_ref) || ',"side":"statement"}],'
           || '"rationale":' || to_json(p_reasons) || ',"rule":"exact_reference"}', 'UTF8')), 'hex')
$$;

-- The pairs of migration 0022: lines of one reference that stands once among the open lines of each side, with one amount.
-- Keeps them in the caller's temporary table settle_found, which it may read and not write, in the order of the ledger's lines.
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
    select unnest(m.item_ids) as item_id from matches m where m.id = any(p_again);
  execute format($twice$
    select coalesce(array_agg(distinct reference_hash), '{}')
      from (select i.reference_hash from items i
             where i.reconciliation_id = %1$L and i.reference_hash is not null and %2$s
             group by i.reference_hash, i.side having count(*) > 1) repeated$twice$,
    p_reconciliation, open) into twice;
  execute format($find$
    create temporary table settle_found on commit drop as
    select row_number() over (order by i.id) as place,
           i.id as ledger_id, s.id as statement_id, i.date as ledger_date, i.external_id as ledger_ref, s.external_id as statement_ref,
           i.reference, i.amount, i.currency, s.date - i.date as days,
           i.base_amount as ledger_total, s.base_amount as statement_total,
           greatest(abs(i.amount_usd), abs(s.amount_usd)) as amount_usd,
           coalesce(least(i.counterparty_key collate "C", s.counterparty_key), '') collate "default" as counterparty_key,
           %3$s as again
      from items i
      join (select * from items i where i.reconciliation_id = %1$L and i.side = 'statement' and i.reference_hash is not null and %2$s) s
        on s.reference_hash = i.reference_hash and s.reference_key = i.reference_key
     where i.reconciliation_id = %1$L and i.side = 'ledger' and i.reference_hash is not null and %2$s
       and i.reference_hash <> all ($1)
       -- Of at least four characters, and between the first digit and the last there are two when there are two at all.
       and octet_length(i.reference_key) >= 4
       and octet_length(btrim(i.reference_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')) >= 2
       and not names_no_event(i.reference_key)
       and i.currency = s.currency and i.amount = s.amount
       and coalesce(i.fee, 0) = 0 and coalesce(s.fee, 0) = 0
       and s.date - i.date between -9 and 21
       and (i.counterparty_key is null or s.counterparty_key is null or i.counterparty_key = s.counterparty_key
            or (length(i.counterparty_key) >= 6 and starts_with(s.counterparty_key, i.counterparty_key))
            or (length(s.counterparty_key) >= 6 and starts_with(i.counterparty_key, s.counterparty_key)))$find$,
    p_reconciliation, open, is_again) using twice;
  get diagnostics found_pairs = row_count;
  grant select on settle_found, settle_again to closegate_engine;
  return found_pairs;
end $$;

-- As in migration 0022. A pair's content hash is made once, and the list is told from what was written.
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
  return query
  with recorded as (
    insert into matches (id, reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
                         ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at,
                         item_ids, in_bulk)
    overriding system value
    select ids[place], p_reconciliation, 'exact_reference', p_actor, p_session, 'exact_match', 'CONFIRMED', 1.00, 0, reasons,
           ledger_total, statement_total, ledger_total - statement_total, amount_usd, counterparty_key,
           found_hash(ledger_ref, ledger_total, statement_ref, statement_total, reasons), p_approver, now(),
           array[ledger_id, statement_id], true
      from pg_temp.settle_found f
     cross join lateral (select found_reasons(reference, amount, currency, days) as reasons) said
     where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key)
    returning id, amount_usd, content_hash),
  numbered as (
    select r.*, (row_number() over (order by r.id) - 1) / 10000 as chunk from recorded r),
  chunks as (
    select chunk, count(*) as matches, sum(amount_usd) as amount_usd, string_agg(content_hash, '' order by id) as hashes
      from numbered group by chunk)
  select c.matches, c.amount_usd,
         case when c.matches = 10000 then encode(sha256(convert_to(c.hashes, 'UTF8')), 'hex') end,
         case when c.matches < 10000 then c.hashes end
    from chunks c order by chunk;
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
end $$;
reset role;
