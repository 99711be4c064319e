-- What settles by reference, held closer: the number of a flat or a unit stands on every payment, as a contract's does; and a
-- statement line that comes more than nine days (seven business days) before its posting may be the one of the month before.
-- Both may still be proposed.
set role closegate_owner;

-- As in migration 0017, and premises.
create or replace function names_no_event(p_key text) returns boolean language sql immutable parallel safe as $$
  select case octet_length(p_key) - octet_length(ltrim(p_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))
    when octet_length(p_key) then false
    when 0 then octet_length(p_key) in (6, 8) and p_key ~ '^(19|20)[0-9][0-9](0[1-9]|1[0-2])([0-2][0-9]|3[01])?$'
    when 2 then left(p_key, 2) = 'KD'
             or (octet_length(p_key) >= 15 and p_key ~ '^[A-Z][A-Z][0-9][0-9][A-Z0-9]{4}[0-9]{7}[A-Z0-9]*$')
    else left(p_key, octet_length(p_key) - octet_length(ltrim(p_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))) = any (
           '{ACC,ACCT,ACCOUNT,KTO,KONTO,KNR,KDNR,KUNDE,KUNDENNR,CUST,CUSTOMER,CLIENT,MEMBER,MEM,MITGLIED,POLICY,CONTRACT,VERTRAG,VTR,LEASE,MANDATE,MANDAT,MREF,TID,TERMINAL,MID,MERCHANT,VAT,UST,USTID,TAX,IBAN,CARD,TEL,PHONE}'::text[])
      or (left(p_key, 3) = any ('{UNI,APT,APA,FLA,SUI}'::text[])
          and p_key ~ '^(UNIT|APT|APARTMENT|FLAT|SUITE)[A-Z]?[0-9]')
      or (left(p_key, 3) = any ('{JAN,FEB,MAR,APR,MAY,MAI,JUN,JUL,AUG,SEP,OCT,OKT,NOV,DEC,DEZ}'::text[])
          and p_key ~ '^[A-Z]+(20)?[0-9][0-9]$')
  end
$$;

-- The pairs of migration 0019 but for the days between their lines.
do $$
declare
  said text := pg_get_functiondef('find_by_reference(text, bigint[])'::regprocedure);
  closer text := replace(said, 'abs(i.date - s.date) <= 21', 's.date - i.date between -9 and 21');
begin
  if closer = said then
    raise exception 'find_by_reference() is not that of migration 0019';
  end if;
  execute closer;
end $$;
reset role;
