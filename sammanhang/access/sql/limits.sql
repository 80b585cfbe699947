-- How often what costs much, or can be tried over and over, has been done of late: by a person, or,
-- before anyone has signed in, from a browser or a network address. See access/limits.py.
create table access_use (
  kind  text not null,
  who   text not null,
  since timestamptz not null,  -- when the span that it is counted in began
  times integer not null default 1,
  primary key (kind, who, since)
);
create index access_use_since on access_use (since);
select app_guard('access_use', 'select, insert, update');
create policy counted on access_use
  using (who = app_setting('counted')) with check (who = app_setting('counted'));

-- Counts one more, and tells which it is of its span.
create function access_use_count(the_kind text, the_one text, span interval) returns integer
  language plpgsql as $$
declare
  counted integer;
begin
  perform set_config('app.counted', the_one, true);
  insert into access_use (kind, who, since)
    values (the_kind, the_one, date_bin(span, now(), 'epoch'))
    on conflict (kind, who, since) do update set times = access_use.times + 1
    returning times into counted;
  perform set_config('app.counted', '', true);
  return counted;
end $$;

-- Whether what may be used once, from a moment that it names itself, is used for the first time.
create function access_use_once(the_kind text, the_one text, since timestamptz) returns boolean
  language plpgsql as $$
declare
  first boolean;
begin
  perform set_config('app.counted', the_one, true);
  insert into access_use (kind, who, since) values (the_kind, the_one, since)
    on conflict do nothing;
  first := found;
  perform set_config('app.counted', '', true);
  return first;
end $$;
