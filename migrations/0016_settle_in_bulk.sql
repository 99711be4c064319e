-- What is beyond doubt is found and recorded here, by two functions that run as the tables' owner. What they write
-- belongs together by construction: the pairs are lines of the reconciliation that was asked for, and nobody else can
-- write to the table between the two. So the checks of 0015, which cost a third of a settlement's time, look at every
-- other row and not at theirs. Whoever is the owner could drop the checks anyway.
set role closegate_owner;

drop trigger matches_belong on matches;
drop trigger dispositions_belong on dispositions;
drop function dispositions_belong();

create function match_belongs() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from reconciliations where id = new.reconciliation_id)
     or not exists (select from actors where id = new.proposed_by)
     or (new.decided_by is not null and not exists (select from actors where id = new.decided_by)) then
    perform refuse_orphan('a match names a reconciliation or an actor that is not there');
  end if;
  return null;
end $$;
create trigger matches_belong after insert on matches
  for each row when (current_user <> 'closegate_owner') execute function match_belongs();

create function disposition_belongs() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (
    select from items i
      left join matches m on m.id = new.match_id
      left join exceptions e on e.id = new.exception_id
     where i.id = new.item_id and coalesce(m.reconciliation_id, e.reconciliation_id) = i.reconciliation_id) then
    perform refuse_orphan('a leg names a line or a match that is not there, or they are of two reconciliations');
  end if;
  return null;
end $$;
create trigger dispositions_belong after insert on dispositions
  for each row when (current_user <> 'closegate_owner') execute function disposition_belongs();
alter table matches enable always trigger matches_belong;
alter table dispositions enable always trigger dispositions_belong;

-- Finds the pairs that the rule exact_reference would find and nobody could doubt, into the caller's temporary table
-- settle_found, which it may read and not write: a reference that names one event and stands on exactly one open line of
-- each side, the same amount and currency, no fee, at most 21 days apart, and counterparties that are equal, missing on
-- a side, or cut off one from the other. A pair says what the rule would say, word for word.
-- In the order of the ledger's lines: then matches and legs come in the order of their indexes.
--
-- p_again: matches whose lines count as open, because the caller looks at them again; pairs with such a line are marked.
-- Joined as a whole, by hash, in memory, whatever the planner believes of tables that nobody has analysed.
create function find_by_reference(p_reconciliation text, p_again bigint[]) returns bigint
  language plpgsql security definer
  set search_path = public, pg_temp
  set work_mem = '256MB' set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
declare
  found_pairs bigint;
  -- An account's first settlement need not ask line by line what became of it.
  fresh boolean := not exists (select from matches where reconciliation_id = p_reconciliation and state in ('PROPOSED', 'CONFIRMED'))
               and not exists (select from exceptions where reconciliation_id = p_reconciliation);
begin
  create temporary table settle_scope on commit drop as select p_reconciliation as reconciliation_id;
  create temporary table settle_again on commit drop as
    select d.item_id from dispositions d where d.match_id = any(p_again) and d.live;
  -- The words "open" and "again" are put in by format(), the books as a value that the plan knows.
  execute format($find$
    create temporary table settle_found on commit drop as
    with open_lines as not materialized (
      select i.* from items i where i.reconciliation_id = %1$L and i.reference_hash is not null and %2$s),
    more_than_once as materialized (
      select side, reference_hash from open_lines group by side, reference_hash having count(*) > 1),
    only_once as not materialized (
      select o.* from open_lines o
       where not exists (select from more_than_once t where t.side = o.side and t.reference_hash = o.reference_hash))
    select l.id as ledger_id, s.id as statement_id, l.date as ledger_date,
           l.external_id as ledger_ref, s.external_id as statement_ref,
           l.base_amount as ledger_total, s.base_amount as statement_total,
           greatest(abs(l.amount_usd), abs(s.amount_usd)) as amount_usd,
           coalesce(least(l.counterparty_key collate "C", s.counterparty_key), '') collate "default" as counterparty_key,
           'same reference ' || l.reference || ' and same amount ' || l.amount || ' ' || l.currency || ', '
             || case abs(l.date - s.date) when 0 then 'same day' when 1 then '1 day apart'
                                          else abs(l.date - s.date) || ' days apart' end as reasons,
           %3$s as again
      from only_once l
      join only_once s on s.reference_hash = l.reference_hash and s.reference_key = l.reference_key
     where l.side = 'ledger' and s.side = 'statement'
       -- Of at least four characters, and between the first digit and the last there are two when there are two at all.
       and octet_length(l.reference_key) >= 4
       and octet_length(btrim(l.reference_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')) >= 2
       -- No account, customer, contract or date: STANDING_REFERENCE of ledger/keys.ts, letter for letter.
       and l.reference_key !~ ('^(ACC|ACCT|ACCOUNT|KTO|KONTO|KNR|KD|KDNR|KUNDE|KUNDENNR|CUST|CUSTOMER|CLIENT|MEMBER|MEM|MITGLIED|POLICY|CONTRACT|VERTRAG|'
             || 'VTR|LEASE|MANDATE|MANDAT|MREF|TID|TERMINAL|MID|MERCHANT|VAT|UST|USTID|TAX|IBAN|CARD|TEL|PHONE)[0-9]'
             || '|^[A-Z][A-Z][0-9][0-9][A-Z0-9]{4}[0-9]{7}[A-Z0-9]*$'
             || '|^(19|20)[0-9][0-9](0[1-9]|1[0-2])([0-2][0-9]|3[01])?$'
             || '|^(JAN|FEB|MAR|APR|MAY|MAI|JUN|JUL|AUG|SEP|OCT|OKT|NOV|DEC|DEZ)[A-Z]*(20)?[0-9][0-9]$')
       and l.currency = s.currency and l.amount = s.amount
       and coalesce(l.fee, 0) = 0 and coalesce(s.fee, 0) = 0
       and abs(l.date - s.date) <= 21
       and (l.counterparty_key is null or s.counterparty_key is null or l.counterparty_key = s.counterparty_key
            or (length(l.counterparty_key) >= 6 and starts_with(s.counterparty_key, l.counterparty_key))
            or (length(s.counterparty_key) >= 6 and starts_with(l.counterparty_key, s.counterparty_key)))
     order by l.id$find$,
    p_reconciliation,
    case when fresh then 'true'
         else 'not exists (select from dispositions d where d.item_id = i.id and d.live)
               or i.id in (select a.item_id from settle_again a)' end,
    case when fresh then 'false' else '(l.id in (select item_id from settle_again) or s.id in (select item_id from settle_again))' end);
  get diagnostics found_pairs = row_count;
  grant select on settle_found, settle_again to closegate_engine;
  return found_pairs;
end $$;

-- Records what find_by_reference() found in the same transaction: matches that the gate allowed, and their legs. Left
-- out are pairs of the counterparties in p_held, and those with a line that is looked at again. The content hash is
-- contentHashOf of ledger/legs.ts: canonical JSON (RFC 8785) of the legs, the rationale and the rule, where to_json
-- escapes a text as canonical JSON does. The second party of an engine's settlement is p_approver. Tells the legs.
create function record_found(p_reconciliation text, p_actor text, p_session text, p_approver text, p_held text[])
  returns bigint
  language plpgsql security definer
  set search_path = public, pg_temp
  set work_mem = '256MB' set enable_mergejoin = off set jit = off as $$
declare
  legs bigint;
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
  with made as (
    merge into matches m
    using (
      select f.*,
             encode(sha256(convert_to(
               '{"legs":[{"amount":"' || ledger_total || '","id":' || to_json(ledger_ref) || ',"side":"ledger"},'
               || '{"amount":"' || statement_total || '","id":' || to_json(statement_ref) || ',"side":"statement"}],'
               || '"rationale":' || to_json(reasons) || ',"rule":"exact_reference"}', 'UTF8')), 'hex') as content_hash
        from pg_temp.settle_found f
       where not again and not exists (select from unnest(p_held) as h (key) where h.key = f.counterparty_key)) f
       on false
     when not matched then
       insert (reconciliation_id, rule, proposed_by, session_id, type, state, score, alternatives, rationale,
               ledger_total, statement_total, difference, amount_usd, counterparty_key, content_hash, decided_by, decided_at)
       values (p_reconciliation, 'exact_reference', p_actor, p_session, 'exact_match', 'CONFIRMED', 1.00, 0,
               f.reasons, f.ledger_total, f.statement_total, f.ledger_total - f.statement_total, f.amount_usd,
               f.counterparty_key, f.content_hash, p_approver, now())
    returning m.id, f.ledger_id, f.statement_id)
  -- Both legs of a match together: the index of matches then only ever grows at its end.
  insert into dispositions (item_id, match_id)
  select leg.item_id, made.id from made cross join lateral (values (ledger_id), (statement_id)) as leg (item_id);
  get diagnostics legs = row_count;
  return legs;
end $$;

revoke all on function find_by_reference(text, bigint[]), record_found(text, text, text, text, text[]) from public;
grant execute on function find_by_reference(text, bigint[]), record_found(text, text, text, text, text[]) to closegate_engine;
reset role;
