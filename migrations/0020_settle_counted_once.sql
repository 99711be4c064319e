-- As in migration 0018, without the table of what each counterparty has moved: whoever asks the gate about the found pairs
-- has counted that by counterparty already, and counting it again took as long.
set role closegate_owner;

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
