-- Process leaders write, secretaries register decisions; whoever is signed in reads. Texts and
-- standings are only ever added.

create function governance_has_role(the_role text) returns boolean
  language sql stable as $$
  select exists (select from directory_assignment a
                 where a.staff_id = app_setting('person') and a.role = the_role
                   and a.since <= current_date and (a.until is null or a.until > current_date))
$$;
create function governance_writes() returns boolean
  language sql stable return governance_has_role('process_leader');
create function governance_decides() returns boolean
  language sql stable return governance_has_role('secretary');

do $$
declare
  name text;
begin
  foreach name in array array['version', 'saving', 'standing', 'writing', 'repeal', 'notice'] loop
    perform app_guard('governance_' || name, case name when 'writing' then
                      'select, insert, update, delete' else 'select, insert' end);
    execute format('create policy signed_in on governance_%s for select '
                   'using (app_setting(''person'') is not null)', name);
  end loop;
end $$;
create policy leader on governance_version for insert
  with check (governance_writes() and started_by = app_setting('person'));
create policy leader on governance_saving for insert
  with check (governance_writes() and saved_by = app_setting('person'));
create policy leader on governance_standing for insert
  with check (governance_writes() and by = app_setting('person')
              and status in ('utkast', 'på remiss'));
-- Nobody decides on what they have proposed themselves, whatever roles they have.
create policy secretary on governance_standing for insert
  with check (governance_decides() and by = app_setting('person')
              and (status = 'utkast' or status = 'beslutad'
                   and not exists (select from governance_saving s
                                   where s.version = governance_standing.version
                                     and s.saved_by = app_setting('person'))));
create policy decided on casework_document for insert
  with check (governance_decides() and since > current_date
              and exists (select from governance_standing t
                          join governance_version v on v.id = t.version
                          join governance_saving s on s.version = t.version
                                                  and s.revision = t.revision
                          where t.status = 'beslutad' and v.document = casework_document.id
                            and t.number = casework_document.version
                            and t.in_force_from = casework_document.since
                            and s.text = casework_document.text));
create policy secretary on governance_repeal for insert
  with check (governance_decides() and by = app_setting('person') and until > current_date);
create policy repealed on casework_document for update
  using (governance_decides())
  with check (exists (select from governance_repeal r
                      where r.document = casework_document.id
                        and r.number = casework_document.version
                        and r.until = casework_document.until));
create policy keeper on governance_notice for insert
  with check ((governance_writes() or governance_decides()) and seen_by = app_setting('person'));
create policy leader on governance_writing for insert
  with check (governance_writes() and person = app_setting('person'));
create policy oneself on governance_writing for update
  using (person = app_setting('person'))
  with check (governance_writes() and person = app_setting('person'));
create policy long_gone on governance_writing for delete
  using (person = app_setting('person') or seen_at < now() - interval '1 hour');

create function governance_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'what has been written is never changed';
end $$;
do $$
declare
  name text;
begin
  foreach name in array array['version', 'saving', 'standing', 'repeal', 'notice'] loop
    execute format('create trigger written before update or delete on governance_%s '
                   'for each row execute function governance_refuse_change()', name);
    execute format('alter table governance_%s enable always trigger written', name);
  end loop;
end $$;

create function governance_status(of bigint) returns text
  language sql stable as $$
  select status from governance_standing where version = of order by seq desc limit 1
$$;

-- A text can be written on while it is a draft, and not after.
create function governance_only_drafts() returns trigger language plpgsql as $$
begin
  if coalesce(governance_status(new.version), 'utkast') <> 'utkast' then
    raise exception 'the version is no draft';
  end if;
  return new;
end $$;
create trigger only_drafts before insert on governance_saving
  for each row execute function governance_only_drafts();

-- The way of a version to a decision. A referral round may send it back to be written on. What has
-- been decided comes into force, is replaced and ends by itself, as casework_document has it.
create function governance_next_step() returns trigger language plpgsql as $$
declare
  was text := governance_status(new.version);
begin
  if not (coalesce(was, '') || ' > ' || new.status = any (array[
      ' > utkast', 'utkast > på remiss', 'på remiss > utkast', 'på remiss > beslutad'])) then
    raise exception 'a version that is % does not become %', coalesce(was, 'new'), new.status;
  end if;
  return new;
end $$;
create trigger next_step before insert on governance_standing
  for each row execute function governance_next_step();

-- A trial is asked for and read by process leaders. Its course and result only the owner writes.
select app_guard('governance_trial', 'select, insert');
create policy leader on governance_trial for select using (governance_writes());
create policy overseeing on governance_trial for select  -- that it waits
  using (ended_at is null and (select directory_organisation_as('system_owner')) is not null);
create policy asks on governance_trial for insert
  with check (governance_writes() and asked_by = app_setting('person') and result is null
              and seen_at is null and ended_at is null and done = 0);
