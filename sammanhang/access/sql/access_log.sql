-- Who has read or done what about whom. Appended to in the same transaction as the reading
-- itself, and never changed: HSLF-FS 2016:40 4 kap. 9 §.
--
-- Each line carries the hash of its own content, and seals cover the lines in order, each seal
-- with the hash of the one before it. A seal covers whole transactions: all below the oldest that
-- is still going on, so that no line can come into what is sealed already. The latest seal is
-- signed and kept outside the database (sammanhang/access/seals.py), where a cut tail shows.

create sequence access_log_id;

create table access_log (
  id          bigint not null default nextval('access_log_id'),
  at          timestamptz not null default clock_timestamp(),
  tx          xid8 not null default pg_current_xact_id(),
  person      text not null,
  unit        text not null,
  assignment  bigint,
  action      text not null,
  case_id     bigint,
  resident_id uuid,
  residents   uuid[],  -- all who stood in a list
  why         text not null default 'relation',
  hash        bytea not null,
  primary key (id, at)
) partition by range (at);
create index access_log_resident on access_log (resident_id, at);
create index access_log_residents on access_log using gin (residents) where residents is not null;
create index access_log_tx on access_log (tx);
alter sequence access_log_id owned by access_log.id;

-- What a line says, as its hash covers it, by the method that the seal over it names; another
-- method is another branch here (docs/adr/0019-methods-of-seals.md). Stable, as what it calls: so it
-- is woven into what asks for it, rather than called for every line.
create function access_log_hash(line access_log, method text default 'sha256') returns bytea
  language sql stable parallel safe
  return case method when 'sha256' then sha256(convert_to(jsonb_build_array(
    (line).id, extract(epoch from (line).at), (line).tx::text, (line).person, (line).unit,
    (line).assignment, (line).action, (line).case_id, (line).resident_id, (line).residents,
    (line).why)::text, 'UTF8')) end;

create function access_log_line() returns trigger language plpgsql as $$
begin
  new.hash := access_log_hash(new);
  return new;
end $$;
create trigger hashed before insert on access_log
  for each row execute function access_log_line();

-- History is appended to, never changed, by its owner either. What has outlived its time is
-- disposed of as a deed of its own (casework/disposal.py); the service has no right to delete.
create function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and app_setting('disposal') = tg_table_name then
    return null;
  end if;
  raise exception 'Raderna i % kan varken ändras eller tas bort.', tg_table_name;
end $$;

-- A table is guarded like this, and its months one by one.
create function access_log_guard(the_table regclass) returns void language plpgsql as $$
begin
  perform app_guard(the_table, '');
  execute format('create trigger append_only before update or delete or truncate on %s '
                 'for each statement execute function refuse_change()', the_table);
end $$;

-- A month's lines lie in a table of their own, so that old months can be read, moved and, when
-- their time has come, disposed of apart.
create function access_log_month(the_day date) returns void language plpgsql as $$
declare
  first date := date_trunc('month', the_day);
  name text := 'access_log_' || to_char(the_day, 'YYYY_MM');
begin
  if to_regclass(name) is null then
    execute format('create table %I partition of access_log for values from (%L) to (%L)',
                   name, first, first + interval '1 month');
    perform access_log_guard(name::regclass);
    execute format('create policy of_the_whole on %I for insert with check (false)', name);
  end if;
end $$;

select access_log_guard('access_log'::regclass);
create policy append_own on access_log for insert
  with check (person = app_setting('person')
              and unit = coalesce(app_setting('unit'), unit));  -- none: who isn't in care
grant insert on access_log to sammanhang_app;
grant usage on sequence access_log_id to sammanhang_app;

-- Where nobody has made a month's table in time, no line is refused for it.
create table access_log_other partition of access_log default;
select access_log_guard('access_log_other'::regclass);
create policy of_the_whole on access_log_other for insert with check (false);
select access_log_month((current_date + make_interval(months => n))::date)
  from generate_series(0, 12) n;

create table access_log_seal (
  number   bigint primary key,
  from_tx  xid8 not null,  -- from and including
  to_tx    xid8 not null,  -- up to, not including
  lines    bigint[] not null,
  method   text not null,   -- by which the hash is made, and those of its lines
  hash     bytea not null,  -- of the seal before, and of each line's hash in order
  sealed_at timestamptz not null default clock_timestamp()
);
select access_log_guard('access_log_seal'::regclass);
create policy nobody on access_log_seal using (false) with check (false);
