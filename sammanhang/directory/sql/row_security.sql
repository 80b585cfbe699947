create function app_setting(name text) returns text
  language sql stable parallel safe
  return nullif(current_setting('app.' || name, true), '');

-- A table whose rows are had by a policy alone, by its owner too, and with no other rights than
-- these.
create function app_guard(the_table regclass,
                          rights text default 'select, insert, update, delete')
returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', the_table);
  execute format('alter table %s force row level security', the_table);
  execute format('revoke all on %s from sammanhang_app', the_table);
  if rights <> '' then
    execute format('grant %s on %s to sammanhang_app', rights, the_table);
  end if;
end $$;

-- The service asks whether the tables are of its own version before it starts.
grant select on django_migrations to sammanhang_app;

-- Units and municipalities are open reference data within the service; only the owner writes.
-- Staff and their assignments are for those signed in (app.person), and for the page where one
-- signs in (app.signin).
do $$
declare
  name text;
begin
  foreach name in array array['carearea', 'municipality', 'organisation', 'unit', 'unitperiod'] loop
    perform app_guard('directory_' || name, 'select');
    execute format('create policy reference on directory_%s using (true) with check (false)', name);
  end loop;
end $$;

select app_guard('directory_staff', 'select'), app_guard('directory_assignment', 'select');
create policy signed_in on directory_staff
  using (app_setting('person') is not null or app_setting('signin') is not null)
  with check (false);
create policy signed_in on directory_assignment for select
  using (app_setting('person') is not null or app_setting('signin') is not null);

-- A unit's administrator gives assignments in care, or in economy, at that unit, and ends them; not
-- those of administrators. The unit comes from app.office, and is believed only if the person
-- administers it today.
create function directory_administers() returns text
  language sql stable as $$
  select a.unit_id from directory_assignment a
  where a.staff_id = app_setting('person') and a.unit_id = app_setting('office')
    and a.role = 'unit_administrator' and a.since <= current_date
    and (a.until is null or a.until > current_date)
  limit 1
$$;
create function directory_is_administered(the_unit text, the_role text) returns boolean
  language sql stable as $$
  select the_unit = directory_administers() and case
    (select u.type from directory_unit u where u.hsa_id = the_unit)
    when 'avdelning' then the_role = 'ward_nurse'
    when 'psykiatrisk-avdelning' then the_role = 'ward_nurse'
    when 'biståndsenhet' then the_role = 'case_officer'
    when 'hemsjukvård' then the_role = 'municipal_nurse'
    when 'ekonomi' then the_role = 'economist'
    else the_role = 'care_coordinator' end
$$;
-- A system owner appoints administrators and reviewers at the units of their own organisation, and
-- an auditor reads what concerns theirs. Which organisation that is comes from the unit in
-- app.office, and is believed only if the person has that role there today.
create function directory_organisation_as(the_role text) returns text
  language sql stable as $$
  select u.organisation_id from directory_assignment a
  join directory_unit u on u.hsa_id = a.unit_id
  where a.staff_id = app_setting('person') and a.unit_id = app_setting('office')
    and a.role = the_role and a.since <= current_date
    and (a.until is null or a.until > current_date)
  limit 1
$$;
create function directory_is_appointed(the_unit text, the_role text) returns boolean
  language sql stable as $$
  select the_role in ('unit_administrator', 'log_reviewer')
    and (select u.organisation_id from directory_unit u where u.hsa_id = the_unit)
      = directory_organisation_as('system_owner')
$$;
create function directory_is_kept(the_unit text, the_role text) returns boolean
  language sql stable
  return directory_is_administered(the_unit, the_role) or directory_is_appointed(the_unit, the_role);

-- HSLF-FS 2016:40 3 kap.: nobody is given access without it being said what needs it, and until
-- when. Nobody gives it to themselves.
grant insert, update (until) on directory_assignment to sammanhang_app;
create policy given on directory_assignment for insert
  with check (since = current_date and staff_id <> app_setting('person')
              and given_by = app_setting('person') and need <> ''
              and until > current_date and until <= current_date + interval '2 years'
              and directory_is_kept(unit_id, role));
create policy ended on directory_assignment for update
  using ((until is null or until > current_date) and directory_is_kept(unit_id, role))
  with check (until = current_date and directory_is_kept(unit_id, role));

-- Once a year whoever keeps an assignment says that it is still needed, or ends it. Nobody says so
-- of their own.
create table directory_confirmation (
  assignment bigint not null references directory_assignment on delete cascade,
  confirmed  date not null default current_date,
  by         text not null,
  primary key (assignment, confirmed)
);
select app_guard('directory_confirmation', 'select, insert');
create policy signed_in on directory_confirmation for select
  using (app_setting('person') is not null);
create policy kept on directory_confirmation for insert
  with check (confirmed = current_date and by = app_setting('person') and exists (
    select from directory_assignment a
    where a.id = assignment and a.staff_id <> app_setting('person')
      and (a.until is null or a.until > current_date) and directory_is_kept(a.unit_id, a.role)));

create extension if not exists btree_gist;
-- One person has one assignment at a time in a role at a unit.
alter table directory_assignment add constraint no_double_assignment
  exclude using gist (staff_id with =, unit_id with =, role with =,
                      daterange(since, until) with &&);
alter table directory_unitperiod add constraint one_name_at_a_time
  exclude using gist (unit_id with =, daterange(since, until) with &&);
create index directory_period_latest on directory_unitperiod (unit_id, since desc);
