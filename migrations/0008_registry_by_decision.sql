-- Policy versions and actors change by decision; questions to people are also about a run, a policy or an actor.
set role closegate_owner;

-- A version waits for its approval as long as it has never been in force; the one that came in force last is in force.
alter table policy_versions
  alter column in_force_since drop not null,
  add column registered_at timestamptz not null default now(),
  add column approvers text[] not null default '{}';

-- What was asked, for whoever answers, and which version of the subject it was asked about.
alter table escalations
  alter column reconciliation_id drop not null,
  add column entity text,
  add column period text,
  add column asked jsonb not null default '{}',
  add column content_hash text,
  drop constraint escalations_subject_kind_check,
  add constraint escalations_subject_kind_check
    check (subject_kind in ('match', 'exception', 'reconciliation', 'run', 'policy', 'actor'));
create index escalations_pending_subject on escalations (subject_kind, subject_id) where state = 'PENDING';

-- An approval serves one decision: a period that is reopened twice for one reason is approved twice.
alter table approvals
  add column spent_at timestamptz,
  drop constraint approvals_subject_kind_subject_id_action_actor_id_content_h_key;
create unique index approvals_unspent on approvals (subject_kind, subject_id, action, actor_id, content_hash, policy_hash)
  where spent_at is null;
reset role;
