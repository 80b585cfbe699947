-- What a database needs before the service's own migrations: two roles, three extensions, and
-- which rights what is new gets. Run in the service's database by a superuser; may be run again.

do $$ begin
  -- Owns the schema; migrates and loads in bulk, and so passes row security by.
  if not exists (select from pg_roles where rolname = 'sammanhang_owner') then
    create role sammanhang_owner login nosuperuser bypassrls;
  end if;
  -- What the service runs as: owns nothing and is always bound by row security.
  if not exists (select from pg_roles where rolname = 'sammanhang_app') then
    create role sammanhang_app login nosuperuser nobypassrls nocreatedb nocreaterole;
  end if;
end $$;

-- Nothing that a person waits for takes longer. What was begun and left is let go, so that nobody
-- waits for its locks.
alter role sammanhang_app set statement_timeout = '30s';
alter role sammanhang_app set lock_timeout = '10s';
alter role sammanhang_app set idle_in_transaction_session_timeout = '60s';

create extension if not exists btree_gist;
create extension if not exists pg_trgm;
create extension if not exists pg_stat_statements;

revoke create on schema public from public;
grant usage, create on schema public to sammanhang_owner;
grant usage on schema public to sammanhang_app;
-- On a new table it has no rights, until the table is guarded (app_guard) and some are given.
alter default privileges for role sammanhang_owner in schema public
  revoke all on tables from sammanhang_app;
alter default privileges for role sammanhang_owner in schema public
  grant usage, select on sequences to sammanhang_app;
