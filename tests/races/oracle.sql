-- What must hold of the books after any interleaving, in SQL over tables and audit rows alone: nothing of the gate or
-- the ledger's code takes part. Every row is a violation: which promise, and of what.
with event as materialized (
  select id, stream, seq, action, decision, subject, entity, period, account, principal, actor_id, event_type,
         session_id, tool_call_id,
         convert_from(bytes, 'UTF8')::jsonb as body
    from audit_events
),
allowed as materialized (select * from event where event_type = 'DECISION' and decision = 'allow'),
tally as (
  select m.id, m.state, m.proposed_by,
         (select count(*) from event e where e.subject = 'match:' || m.id and e.action = 'PROPOSE' and e.decision <> 'deny') as proposals,
         (select count(*) from allowed a where a.subject = 'match:' || m.id and a.action = 'CONFIRM') as confirmations,
         (select count(*) from allowed a where a.subject = 'match:' || m.id and a.action = 'REJECT') as rejections
    from matches m
),
locks as (
  select id, entity, period, action,
         lead(id, 1, 9223372036854775807) over (partition by entity, period order by id) as until
    from allowed where action in ('LOCK', 'REOPEN')
)
select 'a line is in two live records' as promise, item_id::text as about
  from dispositions where live group by item_id having count(*) > 1
union all
select 'a line is held by a record that is not live', d.item_id::text
  from dispositions d left join matches m on m.id = d.match_id
 where d.live and d.match_id is not null and m.state not in ('PROPOSED', 'CONFIRMED')
union all
select 'a live match has lost a line', m.id::text
  from matches m where m.state in ('PROPOSED', 'CONFIRMED')
   and exists (select from dispositions d where d.match_id = m.id and not d.live)
union all
select 'a match has other lines than it names', m.id::text
  from matches m
 where m.item_ids is distinct from
       (select array_agg(d.item_id order by array_position(m.item_ids, d.item_id)) from dispositions d where d.match_id = m.id)
union all
select 'a counterparty has moved more or less than its live matches', coalesce(live.counterparty_key, said.counterparty_key)
  from (select reconciliation_id, proposed_by, counterparty_key, sum(amount_usd) as total
          from matches where state in ('PROPOSED', 'CONFIRMED') group by 1, 2, 3) live
  full join (select reconciliation_id, proposed_by, counterparty_key, sum(amount_usd) as total
               from live_amounts group by 1, 2, 3) said using (reconciliation_id, proposed_by, counterparty_key)
 where live.total is distinct from said.total
union all
select 'a match was decided ' || (confirmations + rejections) || ' times and is ' || state, id::text
  from tally
 where proposals <> 1
    or confirmations <> (state = 'CONFIRMED')::int
    or rejections <> (state = 'REJECTED')::int
union all
select 'a match was confirmed for the person who proposed it', c.subject
  from allowed c join event p on p.subject = c.subject and p.action = 'PROPOSE'
 where c.action = 'CONFIRM' and c.principal = p.principal
union all
select 'an exception was decided ' || count(a.id) || ' times and is ' || e.state, e.id::text
  from exceptions e left join allowed a on a.subject = 'exception:' || e.id and a.action in ('RESOLVE', 'CARRY_FORWARD')
 group by e.id, e.state
having (e.state = 'OPEN') <> (count(a.id) = 0) or (e.state = 'RESOLVED' and count(a.id) not between 1 and 2)
    or (e.state = 'CARRIED_FORWARD' and count(a.id) <> 1)
union all
select 'something was decided in a locked period', a.stream || ' #' || a.seq
  from allowed a join locks l on l.entity = a.entity and l.period = a.period
 where l.action = 'LOCK' and a.action <> 'REOPEN' and a.id > l.id and a.id < l.until
union all
select 'a period is locked over an account that is ' || r.state, r.id
  from reconciliations r join runs on runs.id = r.run_id where runs.state = 'LOCKED' and r.state <> 'CERTIFIED'
union all
select 'a certified account has a line that nobody decided', r.id
  from reconciliations r
 where r.state = 'CERTIFIED'
   and exists (
     select from items i
       left join dispositions d on d.item_id = i.id and d.live
       left join matches m on m.id = d.match_id
       left join exceptions e on e.id = d.exception_id
      where i.reconciliation_id = r.id
        and coalesce(m.state, e.state, 'OPEN') not in ('CONFIRMED', 'RESOLVED', 'CARRIED_FORWARD'))
union all
select 'an account is ' || r.state || ' with ' || count(c.id) || ' active certifications', r.id
  from reconciliations r left join certifications c on c.reconciliation_id = r.id and c.state = 'ACTIVE'
 group by r.id, r.state having (r.state = 'CERTIFIED')::int <> count(c.id)
union all
select 'a certified account was changed by ' || a.action || ' and is still certified', r.id
  from reconciliations r
  join (select stream, max(id) as id from allowed where action = 'CERTIFY' group by stream) as signed
    on signed.stream = 'reconciliation/' || r.id
  join allowed a on a.stream = signed.stream and a.id > signed.id
 where r.state = 'CERTIFIED'
union all
select 'a certified balance does not tie out', r.id
  from reconciliations r
 where r.state = 'CERTIFIED'
   and (select coalesce(sum(case i.side when 'ledger' then i.base_amount else -i.base_amount end), 0)
          from items i where i.reconciliation_id = r.id)
    <> (select max(base_closing) filter (where side = 'ledger' and last) - max(base_closing) filter (where side = 'statement' and last)
          from (select side, base_closing, id = max(id) over (partition by side) as last
                  from documents where reconciliation_id = r.id) as latest)
union all
select 'a call had ' || count(*) || ' effects', session_id || ' ' || tool_call_id
  from event where event_type = 'DECISION' group by session_id, tool_call_id having count(*) > 1
union all
select 'a call has an answer and no audit row, or the other way round', k.session_id || ' ' || k.tool_call_id
  from idempotency_keys k
 where (k.answer is null) = exists (select from event e where e.session_id = k.session_id and e.tool_call_id = k.tool_call_id)
union all
select 'a question is pending about something decided', s.id::text
  from escalations s left join matches m on s.subject_kind = 'match' and m.id::text = s.subject_id
 where s.state = 'PENDING' and m.state in ('CONFIRMED', 'REJECTED', 'SUPERSEDED')
union all
select 'the audit stream has a gap', stream
  from event group by stream having count(*) <> max(seq) or min(seq) <> 1
