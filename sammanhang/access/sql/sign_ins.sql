-- When and with what somebody signed in, and what they, or whoever had their card, were refused: so
-- that they are told of what isn't theirs (access/sign_ins.py). A person's own; one that they say
-- wasn't theirs is told to the administrators of the units where they work, and to the system owners of
-- the organisation.
create table access_sign_in (
  id      bigint generated always as identity primary key,
  person  text not null,
  at      timestamptz not null default clock_timestamp(),
  browser text not null,  -- as people call it; empty where it isn't known
  mark    text not null,  -- hash of the mark that the browser has of us
  refused text not null default '',  -- why; empty: signed in
  unusual text[] not null default '{}',
  mine    boolean,  -- what the person says of it; null until they have
  said_at timestamptz
);
create index access_sign_in_person on access_sign_in (person, at);
create index access_sign_in_not_mine on access_sign_in (said_at) where not mine;
select app_guard('access_sign_in', 'select, insert');
grant update (mine, said_at) on access_sign_in to sammanhang_app;
create policy own on access_sign_in for select using (person = app_setting('person'));
create policy noted on access_sign_in for insert
  with check (person = app_setting('person') and mine is null and said_at is null);
create policy said on access_sign_in for update
  using (person = app_setting('person') and mine is null)
  with check (person = app_setting('person') and mine is not null and said_at is not null);
create policy administrator_is_told on access_sign_in for select
  using (not mine and (select directory_administers()) is not null
         and access_is_ones_units_staff(person));
create policy owner_is_told on access_sign_in for select
  using (not mine and (select directory_organisation_as('system_owner')) is not null
         and access_is_ones_own_staff(person));
