-- Units and municipalities are open reference data within the service; only the owner writes.
-- Staff and their assignments are for those signed in (app.person), and for the page where one
-- signs in (app.signin).
revoke insert, update, delete on directory_carearea, directory_municipality,
  directory_organisation, directory_unit, directory_unitperiod, directory_staff,
  directory_assignment from sammanhang_app;

alter table directory_organisation enable row level security;
alter table directory_organisation force row level security;
create policy reference on directory_organisation using (true) with check (false);
alter table directory_unit enable row level security;
alter table directory_unit force row level security;
create policy reference on directory_unit using (true) with check (false);
alter table directory_unitperiod enable row level security;
alter table directory_unitperiod force row level security;
create policy reference on directory_unitperiod using (true) with check (false);

create function app_setting(name text) returns text
  language sql stable parallel safe
  return nullif(current_setting('app.' || name, true), '');

alter table directory_staff enable row level security;
alter table directory_staff force row level security;
create policy signed_in on directory_staff
  using (app_setting('person') is not null or app_setting('signin') is not null)
  with check (false);
alter table directory_assignment enable row level security;
alter table directory_assignment force row level security;
create policy signed_in on directory_assignment
  using (app_setting('person') is not null or app_setting('signin') is not null)
  with check (false);

create extension if not exists btree_gist;
-- One person has one assignment at a time in a role at a unit.
alter table directory_assignment add constraint no_double_assignment
  exclude using gist (staff_id with =, unit_id with =, role with =,
                      daterange(since, until) with &&);
alter table directory_unitperiod add constraint one_name_at_a_time
  exclude using gist (unit_id with =, daterange(since, until) with &&);
create index directory_period_latest on directory_unitperiod (unit_id, since desc);
