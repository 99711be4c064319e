-- Where every line of a reconciliation stands, and whether the balances meet. $1 = reconciliation id.
-- Amounts are in the reconciliation's currency. A line that is not in a confirmed match is a reconciling item; so is
-- what a confirmed match leaves over (a fee, an exchange difference).
with standing as (
  select i.side,
         i.base_amount,
         case
           when m.state = 'CONFIRMED' then 'matched'
           when m.state = 'PROPOSED' then 'awaiting_review'
           when e.state = 'CARRIED_FORWARD' then 'carried_forward'
           when e.state = 'RESOLVED' then 'resolved_exception'
           when e.state = 'OPEN' then 'open_exception'
           else 'open'
         end as state
    from items i
    left join dispositions d on d.item_id = i.id and d.live
    left join matches m on m.id = d.match_id
    left join exceptions e on e.id = d.exception_id
   where i.reconciliation_id = $1
),
-- One look at the lines, however many figures come of it.
counted as (
  select coalesce(sum(case side when 'ledger' then base_amount else -base_amount end) filter (where state <> 'matched'), 0) as unmatched,
         count(*)                                             as lines,
         count(*) filter (where state = 'open')               as open,
         count(*) filter (where state = 'matched')            as matched,
         count(*) filter (where state = 'awaiting_review')    as awaiting_review,
         count(*) filter (where state = 'open_exception')     as open_exceptions,
         count(*) filter (where state = 'resolved_exception') as resolved_exceptions,
         count(*) filter (where state = 'carried_forward')    as carried_forward
    from standing
),
left_over as (
  select coalesce(sum(difference), 0) as amount
    from matches where reconciliation_id = $1 and state = 'CONFIRMED'
),
balances as (
  select (select base_closing from documents where reconciliation_id = $1 and side = 'ledger' order by id desc limit 1) as ledger,
         (select base_closing from documents where reconciliation_id = $1 and side = 'statement' order by id desc limit 1) as statement
)
select b.ledger::text                                                    as ledger_balance,
       b.statement::text                                                 as statement_balance,
       (c.unmatched + l.amount)::text                                    as reconciling_items,
       (b.ledger - b.statement - c.unmatched - l.amount)::text           as difference,
       c.lines::text                                                     as lines,
       c.open::text                                                      as open,
       c.matched::text                                                   as matched,
       c.awaiting_review::text                                           as awaiting_review,
       c.open_exceptions::text                                           as open_exceptions,
       c.resolved_exceptions::text                                       as resolved_exceptions,
       c.carried_forward::text                                           as carried_forward,
       (select count(*) from escalations where reconciliation_id = $1 and state = 'PENDING')::text as pending_escalations,
       (select encode(sha256(convert_to(coalesce(string_agg(line, ',' order by line), ''), 'UTF8')), 'hex')
          from (select 'm' || content_hash || state as line from matches
                 where reconciliation_id = $1 and state in ('PROPOSED', 'CONFIRMED')
                union all
                select 'e' || content_hash || state from exceptions where reconciliation_id = $1) as lines) as content_digest
  from balances b, counted c, left_over l
