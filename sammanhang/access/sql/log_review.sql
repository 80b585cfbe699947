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
  line    bigint primary key,
  at      timestamptz not null,
  unit    text not null,
  pattern text not null check (pattern in ('colleague', 'surname'))
);
create table access_review_act (  -- when a unit last acted in a case
  unit     text not null,
  case_id  bigint not null,
  last_act timestamptz not null,
  primary key (unit, case_id)
);
do $$
declare
  name text;
begin
  foreach name in array array['access_review_name', 'access_review_act'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('revoke all on %I from sammanhang_app', name);
    execute format('grant select on %I to sammanhang_app', name);
    execute format('create policy reviewed on %I for select '
                   'using (unit = (select access_reviews()))', name);
  end loop;
end $$;

-- The sample is drawn by the month's first seal, known to nobody before it is made.
grant select (number, hash, sealed_at) on access_log_seal to sammanhang_app;
create policy reviewing on access_log_seal for select
  using ((select access_reviews()) is not null);

-- Run by the owner. People under protection are left out of what compares names: that a line is
-- here would tell their name.
create function access_review_prepare(since timestamptz) returns void language plpgsql as $$
begin
  insert into access_review_name
  select l.id, l.at, l.unit, case when c.one then 'colleague' else 'surname' end
  from access_log l
  join directory_staff reader on reader.hsa_id = l.person
  join residents_resident r on r.id = l.resident_id
    and not (r.secrecy_marking or r.protected_registration)
  cross join lateral (select exists (
    select from directory_staff s join directory_assignment a on a.staff_id = s.hsa_id
    where a.unit_id = l.unit and a.since <= l.at::date
      and (a.until is null or a.until > l.at::date)
      and lower(s.given_name) = lower(r.given_name)
      and lower(s.family_name) = lower(r.family_name)) as one) c
  where l.at >= since and (c.one or lower(r.family_name) = lower(reader.family_name))
  on conflict do nothing;
  insert into access_review_act
  select e.unit, e.case_id, max(e.at) from casework_event e where e.at >= since group by 1, 2
  on conflict (unit, case_id) do update set last_act = excluded.last_act;
end $$;
