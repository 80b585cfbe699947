-- Log review (HSLF-FS 2016:40 4 kap. 9 §): a unit's reviewer reads the lines of that unit and
-- nobody else's, and says of what was found whether it is in order. The unit comes from
-- app.office, and is believed only if the person reviews it today.

create function access_reviews() returns text
  language sql stable as $$
  select a.unit_id from directory_assignment a
  where a.staff_id = app_setting('person') and a.unit_id = app_setting('office')
    and a.role = 'log_reviewer' and a.since <= current_date
    and (a.until is null or a.until > current_date)
  limit 1
$$;

grant select (id, at, person, unit, action, case_id, resident_id, residents, why)
  on access_log to sammanhang_app;
create policy reviewed on access_log for select using (unit = (select access_reviews()));
create index access_log_unit on access_log (unit, at);

create table access_review (
  id      bigint generated always as identity primary key,
  unit    text not null,
  month   date not null,
  finding text not null,  -- which one: line:17, or a pattern and a person, night:SE...
  verdict text not null check (verdict in ('in order', 'look into', 'misuse')),
  note    text not null default '' check (length(note) <= 2000),
  by      text not null,
  at      timestamptz not null default clock_timestamp(),
  check (verdict = 'in order' or note <> '')
);
select access_log_guard('access_review'::regclass);
grant select, insert on access_review to sammanhang_app;
create policy reviewed on access_review for select using (unit = (select access_reviews()));
create policy reviewing on access_review for insert
  with check (unit = (select access_reviews()) and by = app_setting('person'));

-- What the reviewer may not read but has to be compared with is prepared by the owner, when the
-- log is sealed: about whom a line is, is not told.
create table access_review_name (
  line    bigint not null,
  at      timestamptz not null,
  unit    text not null,
  pattern text not null
    check (pattern in ('colleague', 'surname', 'own', 'address', 'public-interest')),
  primary key (line, pattern)
);
create table access_review_act (  -- when a unit last acted in a case
  unit     text not null,
  case_id  bigint not null,
  last_act timestamptz not null,
  primary key (unit, case_id)
);
select app_guard('access_review_name', 'select'), app_guard('access_review_act', 'select');
create policy reviewed on access_review_name for select using (unit = (select access_reviews()));
create policy reviewed on access_review_act for select using (unit = (select access_reviews()));

-- The sample is drawn by the month's first seal, known to nobody before it is made.
grant select (number, hash, sealed_at) on access_log_seal to sammanhang_app;
create policy reviewing on access_log_seal for select
  using ((select access_reviews()) is not null);

-- The identity number that the identity provider vouches for, so that one who reads their own case
-- or a housemate's is found. Only ever added by oneself signing in, and read by the owner alone.
create table access_own_number (
  person text not null,
  number text not null check (length(number) between 1 and 12),
  at     timestamptz not null default now(),
  primary key (person, number)
);
-- People of public interest, whose readings are each looked at. Put on the list and taken off by
-- number, by a system owner for the organisation, or by the keeper for all ('*'); the latest holds,
-- for a year. The service's role can add and can't read: nobody sees who is on it.
create table access_public_interest (
  id           bigint generated always as identity primary key,
  organisation text not null,
  number       text not null check (length(number) between 1 and 12),
  listed       boolean not null,
  by           text not null,
  at           timestamptz not null default now()
);
create index access_public_interest_number on access_public_interest (number, id desc);
select app_guard('access_own_number', 'insert'), app_guard('access_public_interest', 'insert');
create policy oneself on access_own_number for insert with check (person = app_setting('person'));
create policy owner on access_public_interest for insert
  with check (by = app_setting('person')
              and organisation = (select directory_organisation_as('system_owner')));

-- Run by the owner. People under protection are left out of what compares names, addresses and
-- numbers with the reader's own: that a line is here would tell theirs.
create function access_review_prepare(since timestamptz) returns void language plpgsql as $$
begin
  insert into access_review_name
  with of_interest as materialized (
    select n.resident_id, latest.organisation
    from (select distinct on (i.number, i.organisation) i.* from access_public_interest i
          order by i.number, i.organisation, i.id desc) latest
    join residents_residentnumber n on n.value = latest.number
    where latest.listed and latest.at > now() - interval '1 year')
  select l.id, l.at, l.unit, found.pattern
  from access_log l
  join directory_staff reader on reader.hsa_id = l.person
  join residents_resident r on r.id = l.resident_id
  cross join lateral (
    select 'colleague' as pattern from directory_staff s
      join directory_assignment a on a.staff_id = s.hsa_id
      where a.unit_id = l.unit and a.since <= l.at::date
        and (a.until is null or a.until > l.at::date) and s.hsa_id <> l.person
        and lower(s.given_name) = lower(r.given_name)
        and lower(s.family_name) = lower(r.family_name)
        and not (r.secrecy_marking or r.protected_registration)
    union select 'surname' where lower(r.family_name) = lower(reader.family_name)
        and not (r.secrecy_marking or r.protected_registration)
    union select case when own.id = r.id then 'own' else 'address' end
      from access_own_number o
      join residents_residentnumber n on n.value = o.number
      join residents_resident own on own.id = n.resident_id
      left join residents_address home on home.resident_id = own.id
      left join residents_address there on there.resident_id = r.id
      where o.person = l.person
        and not (r.secrecy_marking or r.protected_registration
                 or own.secrecy_marking or own.protected_registration)
        and (own.id = r.id or (lower(home.street), home.postcode)
                              = (lower(there.street), there.postcode))
    union select 'public-interest' from of_interest i
      where i.resident_id = r.id and (i.organisation = '*' or i.organisation = (
        select u.organisation_id from directory_unit u where u.hsa_id = l.unit))
  ) found
  where l.at >= since
  on conflict do nothing;
  insert into access_review_act
  select e.unit, e.case_id, max(e.at) from casework_event e where e.at >= since group by 1, 2
  on conflict (unit, case_id) do update set last_act = excluded.last_act;
  insert into access_review_month
  select distinct l.unit, date_trunc('month', l.at at time zone 'Europe/Stockholm')::date
  from access_log l join directory_unit u on u.hsa_id = l.unit
  where l.at >= since and (l.resident_id is not null or l.residents is not null
                           or l.action like 'denied:%')
  on conflict do nothing;
end $$;
