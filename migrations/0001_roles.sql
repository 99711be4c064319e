-- Database roles. Passwords are set by whoever provisions the database (the embedded stack, or an administrator);
-- a role without a password cannot log in by password.
do $$
begin
  if not exists (select from pg_roles where rolname = 'closegate_owner') then
    create role closegate_owner nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'audit_owner') then
    create role audit_owner nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'closegate_engine') then
    create role closegate_engine login;
  end if;
  if not exists (select from pg_roles where rolname = 'closegate_auditor') then
    create role closegate_auditor login;
  end if;
end
$$;

revoke all on schema public from public;
grant usage on schema public to closegate_owner, audit_owner, closegate_engine, closegate_auditor;
grant create on schema public to closegate_owner, audit_owner;
