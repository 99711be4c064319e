-- Who may act, under which policy, for which company, at which rates.
set role closegate_owner;

create table actors (
  id        text primary key check (id ~ '^(human|llm|engine):[a-z0-9._-]+$'),
  kind      text not null check (kind in ('human', 'llm', 'engine')),
  name      text not null,
  roles     text[] not null default '{}',
  principal text not null,
  active    boolean not null default true,
  check (split_part(id, ':', 1) = kind)
);

create table policy_versions (
  hash           text primary key,
  version        text not null,
  author         text not null,
  approved_by    text,
  source         text not null,
  in_force_since timestamptz not null
);

create table entities (
  id       text primary key,
  name     text not null,
  currency text not null
);

create table accounts (
  entity               text not null references entities,
  code                 text not null,
  name                 text not null,
  currency             text not null,
  statement_currency   text not null,
  kind                 text not null,
  counterparty_entity  text,
  counterparty_account text,
  primary key (entity, code)
);

-- Units of `quote` for one euro, as the European Central Bank publishes them.
create table fx_rates (
  source text    not null,
  date   date    not null,
  quote  text    not null,
  rate   numeric not null check (rate > 0),
  primary key (source, quote, date)
);

grant select, insert, update on actors, policy_versions, entities, accounts, fx_rates to closegate_engine;
grant select on actors, policy_versions, entities, accounts, fx_rates to closegate_auditor;
reset role;
