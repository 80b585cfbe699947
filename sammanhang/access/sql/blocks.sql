-- What a resident has asked to be kept from others (spärr: PDL 2008:355 4 kap. 4 §; SVOD 2022:913
-- 2 kap.), and the openings of it. Which events a block hides, casework says
-- (casework/sql/row_security.sql).

create table access_block (
  id          bigint generated always as identity primary key,
  resident_id uuid not null,
  unit        text not null,              -- where it was registered, and where it is lifted
  provider    text,                       -- null: what the unit has written is kept from all other
                                          -- units; else what units of this care provider have
                                          -- written, from units of others
  since       timestamptz not null default now(),
  until       timestamptz,                -- lifted
  check (until >= since)
);
create unique index access_block_standing
  on access_block (resident_id, unit, coalesce(provider, '')) where until is null;

-- Who asked for a block, or to have it lifted, and when. Read by the unit that registered it.
create table access_block_wish (
  id       bigint generated always as identity primary key,
  block    bigint not null references access_block,
  wish     text not null check (wish in ('block', 'lift')),
  asked_by text not null check (asked_by in ('resident', 'representative')),
  asked_on date not null,
  note     text not null default '' check (length(note) <= 2000),
  unit     text not null,
  person   text not null,
  at       timestamptz not null default now(),
  check (asked_on <= (at at time zone 'Europe/Stockholm')::date)
);

-- One person at one unit may for a day read what is blocked in one case: by the resident's consent,
-- or where there is danger to life or a serious risk to health (nödöppning). `told`: the units
-- whose log reviewers look at it; it stands before them until they have said what they think.
create table access_opening (
  id          bigint generated always as identity primary key,
  case_id     bigint not null,
  resident_id uuid not null,
  unit        text not null,
  person      text not null,
  ground      text not null check (ground in ('consent', 'emergency')),
  reason      text not null check (length(reason) between 1 and 2000),
  since       timestamptz not null,
  until       timestamptz not null,
  told        text[] not null
);
create index access_opening_own on access_opening (case_id, person, unit, until);
create index access_opening_told on access_opening using gin (told);

do $$
declare
  name text;
begin
  foreach name in array array['block', 'block_wish', 'opening'] loop
    perform app_guard('access_' || name, 'select, insert');
  end loop;
  -- History is appended to, never changed; by the owner neither.
  foreach name in array array['block_wish', 'opening'] loop
    execute format('create trigger append_only before update or delete or truncate on access_%s '
                   'for each statement execute function refuse_change()', name);
    execute format('alter table access_%s enable always trigger append_only', name);
  end loop;
end $$;

create function access_provider_of(the_unit text) returns text
  language sql stable parallel safe
  return (select u.organisation_id from directory_unit u where u.hsa_id = the_unit);

-- That a block stands is told to those who have to do with the resident (PDL 4 kap. 4-5 §§), and to
-- one of the provider's own units that is about to (app.resident).
create policy related on access_block for select
  using (unit = app_setting('unit') or app_unit_has_relation(resident_id)
         or (resident_id::text = app_setting('resident')
             and provider = access_provider_of(app_setting('unit'))));
create policy own_new on access_block for insert
  with check (unit = app_setting('unit') and until is null and since = now()
              and app_unit_has_relation(resident_id)
              and (provider is null or provider = access_provider_of(unit)));
grant update (until) on access_block to sammanhang_app;
create policy own_end on access_block for update
  using (unit = app_setting('unit') and until is null)
  with check (unit = app_setting('unit') and until = now());
create function access_refuse_other_block() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.until is not null
     or (to_jsonb(old) - 'until') <> (to_jsonb(new) - 'until') then
    raise exception 'a block is lifted once, and never changed or removed';
  end if;
  return new;
end $$;
create trigger lifted_once before update or delete on access_block
  for each row execute function access_refuse_other_block();
alter table access_block enable always trigger lifted_once;
create trigger never_emptied before truncate on access_block
  for each statement execute function refuse_change();

-- Whether a resident has blocked what a unit writes.
create function access_blocks(the_unit text, the_resident uuid) returns boolean
  language sql stable parallel safe
  return exists (select from access_block k
                 where k.resident_id = the_resident and k.until is null
                   and case when k.provider is null then k.unit = the_unit
                       else k.provider = access_provider_of(the_unit) end);

create policy own on access_block_wish for select using (unit = app_setting('unit'));
create policy own_new on access_block_wish for insert
  with check (unit = app_setting('unit') and person = app_setting('person')
              and exists (select from access_block k where k.id = block
                          and k.unit = app_setting('unit')));

-- When it ends and who is told of it are not for the one who opens to say.
create function access_opening_begins() returns trigger language plpgsql as $$
begin
  new.since := now();
  new.until := now() + interval '24 hours';
  new.told := array(
    select new.unit union
    select k.unit from access_block k where k.resident_id = new.resident_id and k.until is null
      and k.unit <> new.unit);
  return new;
end $$;
create trigger begins before insert on access_opening
  for each row execute function access_opening_begins();
create policy own on access_opening for select
  using (person = app_setting('person') and unit = app_setting('unit'));
create policy told on access_opening for select using ((select access_reviews()) = any (told));
create policy own_new on access_opening for insert
  with check (person = app_setting('person') and unit = app_setting('unit'));

-- Whatever is read by an opening (app.opening) is logged with its ground, where the view doesn't
-- give another reason. An opening that isn't the reader's own, or of another case, has no ground,
-- and so nothing is written and nothing shown.
create or replace function access_log_line() returns trigger language plpgsql as $$
begin
  if new.why = 'relation' and app_setting('opening') is not null then
    new.why := (select o.ground from access_opening o
                where o.id = app_setting('opening')::bigint and o.case_id = new.case_id);
  end if;
  new.hash := access_log_hash(new);
  return new;
end $$;
