-- Who is signed in. Of the key that the browser holds only a hash is kept here, so that nobody who
-- reads the table, or a copy of it, can act as those who stand in it. A row is had by its key, or by
-- the person whose it is, or by what the identity provider calls it. Sessions are asked for before
-- one knows who asks: hence the functions, which say which session it is about in the same statement
-- that reads it.
create table access_session (
  id       bigint generated always as identity primary key,
  key      text not null unique,
  person   text,  -- none until an assignment is chosen
  assignment bigint,  -- that is acted in
  rights   text,  -- what it gave when it was chosen: who, at which unit of what kind, in which role
  subject  text,  -- hash of what the identity provider calls the person
  provider_session text,  -- and of what it calls its own session
  data     text not null,  -- signed by the service
  seen_at  timestamptz not null default now(),  -- to the minute
  ends_at  timestamptz not null
);
create index access_session_person on access_session (person);
create index access_session_subject on access_session (subject);
create index access_session_provider on access_session (provider_session);
select app_guard('access_session');
create policy own on access_session
  using (key = app_setting('session') or person = app_setting('person'))
  with check (key = app_setting('session'));
create policy told_of on access_session for select
  using (subject = app_setting('subject') or provider_session = app_setting('provider_session'));
create policy ended_there on access_session for delete
  using (subject = app_setting('subject') or provider_session = app_setting('provider_session'));

-- What an assignment in force on a day gives; null if it has ended, or is no longer there. Whoever
-- asks isn't known yet, so the directory is read as where one signs in.
create function access_rights(the_assignment bigint, today date) returns text
  language plpgsql as $$
declare
  asked text := coalesce(current_setting('app.signin', true), '');
  rights text;
begin
  perform set_config('app.signin', '1', true);
  select concat_ws(' ', a.staff_id, a.unit_id, u.type, a.role) into rights
    from directory_assignment a join directory_unit u on u.hsa_id = a.unit_id
    where a.id = the_assignment and a.since <= today and (a.until is null or a.until > today);
  perform set_config('app.signin', asked, true);
  return rights;
end $$;

-- What the session holds; null if it has ended, or nobody has asked for anything in it for longer
-- than `idle`. It ends here if the assignment that it acts in doesn't give what it did: every
-- request asks, so a right that is taken back is gone with the next. `alive`: the asking is itself
-- a sign of life.
create function access_session_read(the_key text, idle interval, alive boolean, today date)
  returns text language plpgsql as $$
declare
  session access_session;
begin
  perform set_config('app.session', the_key, true);
  select * into session from access_session
    where key = the_key and ends_at > now() and seen_at > now() - idle;
  if session.assignment is not null
      and session.rights is distinct from access_rights(session.assignment, today) then
    delete from access_session where key = the_key;
    return null;
  end if;
  if alive and session.seen_at < now() - interval '1 minute' then
    update access_session set seen_at = now() where key = the_key;
  end if;
  return session.data;
end $$;

-- Whether it could be written: a new one isn't there yet, another still is. `acts`: [assignment,
-- what it gives], of one in which an assignment is chosen. `there`: [person, session], hashes of
-- what the identity provider calls them.
create function access_session_write(
    the_key text, the_person text, acts text[], there text[], the_data text, the_end timestamptz,
    anew boolean)
  returns boolean language plpgsql as $$
begin
  perform set_config('app.session', the_key, true);
  if anew then
    insert into access_session
        (key, person, assignment, rights, subject, provider_session, data, ends_at)
      values (the_key, the_person, acts[1]::bigint, acts[2], there[1], there[2], the_data, the_end)
      on conflict (key) do nothing;
  else
    update access_session set person = the_person, assignment = acts[1]::bigint,
      rights = acts[2], subject = there[1], provider_session = there[2], data = the_data,
      ends_at = the_end
      where key = the_key;
  end if;
  return found;
end $$;

create function access_session_end(the_key text) returns void language plpgsql as $$
begin
  perform set_config('app.session', the_key, true);
  delete from access_session where key = the_key;
end $$;

-- Ends what the identity provider says has ended there: one session of its own, or, where it names
-- none, all of a person's. Hashes, as they are kept. Whose they were.
create function access_session_ended_there(the_subject text, the_session text) returns text[]
  language plpgsql as $$
declare
  people text[];
begin
  perform set_config('app.subject', coalesce(the_subject, ''), true),
          set_config('app.provider_session', coalesce(the_session, ''), true);
  with ended as (
    delete from access_session
    where (the_session is null or provider_session = the_session)
      and (the_subject is null or subject = the_subject)
      and (the_session is not null or the_subject is not null)
    returning person)
  select array_agg(coalesce(person, '-')) into people from ended;
  perform set_config('app.subject', '', true), set_config('app.provider_session', '', true);
  return coalesce(people, '{}');
end $$;

-- Lines that stand open (casework/live.py) hear that somebody's session or assignment has ended,
-- or been changed, and ask at once whether they may stay open.
create function access_rights_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('access_rights', old.person);
  return null;
end $$;
create trigger told after delete on access_session
  for each row when (old.person is not null) execute function access_rights_changed();
create function access_assignment_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('access_rights', old.staff_id);
  return null;
end $$;
create trigger told after update or delete on directory_assignment
  for each row execute function access_assignment_changed();
