-- Who is signed in. Of the key that the browser holds only a hash is kept here, so that nobody who
-- reads the table, or a copy of it, can act as those who stand in it. A row is had by its key, or by
-- the person whose it is. Sessions are asked for before one knows who asks: hence the functions,
-- which say which session it is about in the same statement that reads it.
create table access_session (
  id       bigint generated always as identity primary key,
  key      text not null unique,
  person   text,  -- none until an assignment is chosen
  data     text not null,  -- signed by the service
  seen_at  timestamptz not null default now(),  -- to the minute
  ends_at  timestamptz not null
);
create index access_session_person on access_session (person);
alter table access_session enable row level security;
alter table access_session force row level security;
create policy own on access_session
  using (key = app_setting('session') or person = app_setting('person'))
  with check (key = app_setting('session'));

-- What the session holds; null if it has ended, or nobody has asked for anything in it for longer
-- than `idle`. `alive`: the asking is itself a sign of life.
create function access_session_read(the_key text, idle interval, alive boolean) returns text
  language plpgsql as $$
declare
  session access_session;
begin
  perform set_config('app.session', the_key, true);
  select * into session from access_session
    where key = the_key and ends_at > now() and seen_at > now() - idle;
  if alive and session.seen_at < now() - interval '1 minute' then
    update access_session set seen_at = now() where key = the_key;
  end if;
  return session.data;
end $$;

-- Whether it could be written: a new one isn't there yet, another still is.
create function access_session_write(
    the_key text, the_person text, the_data text, the_end timestamptz, anew boolean)
  returns boolean language plpgsql as $$
begin
  perform set_config('app.session', the_key, true);
  if anew then
    insert into access_session (key, person, data, ends_at)
      values (the_key, the_person, the_data, the_end) on conflict (key) do nothing;
  else
    update access_session set person = the_person, data = the_data, ends_at = the_end
      where key = the_key;
  end if;
  return found;
end $$;

create function access_session_end(the_key text) returns void language plpgsql as $$
begin
  perform set_config('app.session', the_key, true);
  delete from access_session where key = the_key;
end $$;
