-- What came twice, was presented again or was booked twice may have its number written in two ways. So a pair of one reference
-- does not settle here while another open line could be meant in the place of one of its two; the matcher looks at these pairs
-- as well, and has the last word (matching/doubles.ts).
set role closegate_owner;

-- A reference's last six digits, also where a scanner read letters for them; null where it has fewer than four. This and the next
-- are one expression each, so that they are not called but become part of the statement.
create function number_in(p_key text) returns text language sql immutable parallel safe as $$
  select case when octet_length(translate(p_key, 'OIABCDEFGHJKLMNPQRSTUVWXYZ', '01')) >= 4
              then right(translate(p_key, 'OIABCDEFGHJKLMNPQRSTUVWXYZ', '01'), 6) end
$$;
-- 64 bits of an amount and a text; null where there is no text. The hash of a number leaves out its sign.
create function amount_key(p_currency text, p_amount numeric, p_text text) returns bigint language sql immutable parallel safe as $$
  select hash_numeric_extended(p_amount, hashtextextended(p_currency || case when p_amount < 0 then '-' else '+' end || p_text, 0))
$$;

-- Takes out of settle_found the pairs with a double, and keeps what is left for the matcher in the caller's temporary table
-- settle_left, which it may read and not write. In a small account every line of the amount counts as a double. In a large one
-- many have one amount: there it has to name the number, or begin as the party's name does where that party has few such pairs.
create function set_doubles_aside(p_reconciliation text) returns bigint
  language plpgsql security definer
  set search_path = public, pg_temp
  set work_mem = '256MB' set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
declare
  small boolean := coalesce((select sum(line_count) from documents where reconciliation_id = p_reconciliation), 0) <= 50000;
  set_aside bigint;
begin
  create temporary table settle_left on commit drop as
    select i.id as item_id, amount_key(i.currency, i.amount, '') as amount_key,
           amount_key(i.currency, i.amount, number_in(i.reference_key)) as number_key,
           amount_key(i.currency, i.amount, left(i.counterparty_key, 12)) as party_key
      from items i
     where i.reconciliation_id = p_reconciliation
       and (not exists (select from dispositions d where d.item_id = i.id and d.live)
            or i.id in (select a.item_id from pg_temp.settle_again a))
       and i.id not in (select ledger_id from pg_temp.settle_found union all select statement_id from pg_temp.settle_found);
  create temporary table settle_doubtful on commit drop as
    select place, ledger_id, statement_id
      from (select f.*, count(*) over (partition by party_key) as alike
              from (select place, ledger_id, statement_id, currency, amount, party_key,
                           number_key in (select l.number_key from pg_temp.settle_left l where l.number_key is not null) as by_number
                      from pg_temp.settle_found) f
             where by_number
                or party_key in (select l.party_key from pg_temp.settle_left l where l.party_key is not null)
                or (small and amount_key(currency, amount, '') in (select l.amount_key from pg_temp.settle_left l))) f
     where small or by_number or alike <= 3;
  insert into settle_left (item_id)
    select unnest(array[ledger_id, statement_id]) from settle_doubtful;
  delete from settle_found f using settle_doubtful d where f.place = d.place;
  get diagnostics set_aside = row_count;
  grant select on settle_left to closegate_engine;
  return set_aside;
end $$;
revoke all on function set_doubles_aside(text) from public;

-- The keys of a pair are made where pairs are found; they stand in the window's order behind the id, which no two have in common,
-- so that all processes share them (migration 0019). A pair's party is the shorter name of its two lines.
do $$
declare
  found text := pg_get_functiondef('find_by_reference(text, bigint[])'::regprocedure);
  recorded text := pg_get_functiondef('record_found(text, text, text, text, text[])'::regprocedure);
  number_key text := 'amount_key(i.currency, i.amount, number_in(i.reference_key))';
  party_key text := 'amount_key(i.currency, i.amount, left(least(i.counterparty_key collate "C", s.counterparty_key), 12))';
  found_now text := replace(replace(replace(found,
    'over (order by i.id)', format('over (order by i.id, %s, %s)', number_key, party_key)),
    'i.reference, i.amount', format('i.reference, %s as number_key, %s as party_key, i.amount', number_key, party_key)),
    'return found_pairs', 'return found_pairs - set_doubles_aside(p_reconciliation)');
  recorded_now text := replace(recorded, '(select count(*) from pg_temp.settle_found)', '(select max(place) from pg_temp.settle_found)');
begin
  if found_now not like '%order by i.id, amount_key%as number_key%set_doubles_aside%' or recorded_now = recorded then
    raise exception 'find_by_reference() and record_found() are not those of migration 0023';
  end if;
  execute found_now;
  execute recorded_now;
end $$;
reset role;
