-- A person is seen by units with a relation (a case they take part in), and by one who gives the
-- person's exact number (app.lookup), as when someone is to be admitted. Where a protected person
-- lives is seen only with app.unmask, which is set for one person at a time with a reason.
create function app_unit_has_relation(resident uuid) returns boolean
  language sql stable parallel safe
  return false;  -- what a relation is, the cases say: casework replaces this

create function app_may_see_resident(resident uuid) returns boolean
  language sql stable parallel safe
  return app_unit_has_relation(resident)
    or exists (select from residents_residentnumber n
               where n.resident_id = resident and n.value = app_setting('lookup'));

select app_guard('residents_residentnumber', 'select');
create policy related on residents_residentnumber for select
  using (value = app_setting('lookup') or app_unit_has_relation(resident_id)
         or resident_id::text = app_setting('resident'));

select app_guard('residents_resident', 'select');
create policy related on residents_resident for select
  using (app_may_see_resident(id));

select app_guard('residents_registration', 'select');
create policy related on residents_registration for select
  using (app_may_see_resident(resident_id));
create policy not_of_the_protected on residents_registration as restrictive for select
  using (resident_id::text = app_setting('unmask')
         or exists (select from residents_resident r where r.id = resident_id
                    and not (r.secrecy_marking or r.protected_registration)));

select app_guard('residents_address', 'select');
create policy related on residents_address for select
  using (app_may_see_resident(resident_id));
create policy not_of_the_protected on residents_address as restrictive for select
  using (resident_id::text = app_setting('unmask')
         or exists (select from residents_resident r where r.id = resident_id
                    and not (r.secrecy_marking or r.protected_registration)));

-- An identity number as lists show it: the last four are for the page of the person.
create function residents_masked(value text) returns text
  language sql immutable parallel safe
  return left(value, 8) || '••••';

create index residents_number_resident on residents_residentnumber (resident_id);
create index residents_name_trgm on residents_resident using gin (sort_key gin_trgm_ops);
