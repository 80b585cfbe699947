-- Who has read or done what about whom. Appended to in the same transaction as the reading
-- itself, and never changed: HSLF-FS 2016:40 4 kap. 9 §.
create table access_log (
  id          bigint generated always as identity primary key,
  at          timestamptz not null default clock_timestamp(),
  person      text not null,
  unit        text not null,
  assignment  bigint,
  action      text not null,
  case_id     bigint,
  resident_id uuid,
  why         text not null default 'relation'
);
create index access_log_resident on access_log (resident_id, at);

alter table access_log enable row level security;
alter table access_log force row level security;
create policy append_own on access_log for insert
  with check (person = app_setting('person')
              and unit = coalesce(app_setting('unit'), unit));  -- none: who isn't in care
revoke select, update, delete, truncate on access_log from sammanhang_app;
grant insert on access_log to sammanhang_app;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'Raderna i % kan varken ändras eller tas bort.', tg_table_name;
end $$;

create trigger append_only before update or delete or truncate on access_log
  for each statement execute function refuse_change();
