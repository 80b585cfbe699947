-- What those see who answer for the service and not for anybody's care: an auditor and a system
-- owner. Both see the state of the log and how it is reviewed in their own organisation, in
-- numbers; neither sees a line of it.

create function access_oversees() returns text
  language sql stable
  return coalesce(directory_organisation_as('auditor'), directory_organisation_as('system_owner'));

create policy overseeing on access_log_seal for select
  using ((select access_oversees()) is not null);

-- What came of each verification of the log. Written by the owner, who verifies.
create table access_verification (
  id        bigint generated always as identity primary key,
  at        timestamptz not null default clock_timestamp(),
  since     date,                  -- null: all of it
  last_seal bigint not null,       -- 0: there was none
  findings  integer not null check (findings >= 0)
);
select access_log_guard('access_verification'::regclass);
grant select on access_verification to sammanhang_app;
create policy overseeing on access_verification for select
  using ((select access_oversees()) is not null);

-- A month of a unit in which somebody's data was read, and so to be reviewed. Prepared by the owner.
create table access_review_month (
  unit  text not null,
  month date not null,
  primary key (unit, month)
);
-- The reviewer's word that a month has been reviewed, with what came of it. It can be said again,
-- when a matter that was to be looked into has come to something; the last holds.
create table access_review_signed (
  id        bigint generated always as identity primary key,
  unit      text not null,
  month     date not null,
  in_order  integer not null check (in_order >= 0),
  look_into integer not null check (look_into >= 0),
  misuse    integer not null check (misuse >= 0),
  by        text not null,
  at        timestamptz not null default clock_timestamp()
);
create index access_review_signed_month on access_review_signed (month, unit);
do $$
declare
  name text;
begin
  foreach name in array array['access_review_month', 'access_review_signed'] loop
    perform app_guard(name, 'select');
    execute format('create policy reviewed on %I for select '
                   'using (unit = (select access_reviews()))', name);
    execute format('create policy overseeing on %I for select using (unit in (select u.hsa_id '
                   'from directory_unit u where u.organisation_id = (select access_oversees())))',
                   name);
  end loop;
end $$;
create trigger append_only before update or delete or truncate on access_review_signed
  for each statement execute function refuse_change();
grant insert on access_review_signed to sammanhang_app;
create policy reviewing on access_review_signed for insert
  with check (unit = (select access_reviews()) and by = app_setting('person')
              and month + interval '1 month' <= current_date);

-- A system owner sees the sessions of those who have been at work in the organisation, and ends
-- them.
create function access_is_ones_own_staff(the_person text) returns boolean
  language sql stable
  return exists (select from directory_assignment a join directory_unit u on u.hsa_id = a.unit_id
                 where a.staff_id = the_person
                   and u.organisation_id = (select directory_organisation_as('system_owner')));
create policy owner_sees on access_session for select
  using (person is not null and (select directory_organisation_as('system_owner')) is not null
         and access_is_ones_own_staff(person));
create policy owner_ends on access_session for delete
  using (person is not null and (select directory_organisation_as('system_owner')) is not null
         and access_is_ones_own_staff(person));

-- So does a unit's administrator those of who may act for the unit today: a card that is lost is
-- told of there first.
create function access_is_ones_units_staff(the_person text) returns boolean
  language sql stable
  return exists (select from directory_assignment a
                 where a.staff_id = the_person and a.unit_id = (select directory_administers())
                   and a.since <= current_date and (a.until is null or a.until > current_date));
create policy administrator_sees on access_session for select
  using (person is not null and (select directory_administers()) is not null
         and access_is_ones_units_staff(person));
create policy administrator_ends on access_session for delete
  using (person is not null and (select directory_administers()) is not null
         and access_is_ones_units_staff(person));
