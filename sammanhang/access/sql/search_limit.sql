-- How many numbers a person has searched for in an hour. Whoever looks for one patient needs a
-- few; whoever tries numbers to see who is known needs many.
create table access_search (
  person text not null,
  hour   timestamptz not null,
  tries  integer not null default 1,
  primary key (person, hour)
);
alter table access_search enable row level security;
alter table access_search force row level security;
create policy own on access_search
  using (person = app_setting('person')) with check (person = app_setting('person'));
revoke delete, truncate on access_search from sammanhang_app;
