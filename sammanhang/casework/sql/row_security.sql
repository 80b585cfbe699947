-- A unit sees what it wrote, what was addressed to it, and of a case its parties, phases and
-- obligations; while it takes part in it, and for as long afterwards as the document says. What the
-- resident has blocked it doesn't see. The engine sees the whole of the one case it is working on
-- (app.case), which is set only after the unit's own right to that case has been tried: see
-- functions.sql.

create function app_case() returns bigint
  language sql stable parallel safe
  return app_setting('case')::bigint;

-- In plpgsql, which keeps the plan: in SQL it would be planned anew at every send.
create function app_takes_part(the_case bigint) returns boolean
  language plpgsql stable parallel safe as $$
begin
  return exists (select from casework_board b
                 where b.case_id = the_case and b.unit = app_setting('unit'));
end $$;

-- The same is said to many: what writes an event meets `whole` first and never comes to ask, and a
-- function that isn't asked costs nothing, while a query within a policy is made ready every time.
create function app_sees_event(the_case bigint, the_seq integer) returns boolean
  language plpgsql stable parallel safe as $$
begin
  return exists (select from casework_event e where e.case_id = the_case and e.seq = the_seq);
end $$;

-- What a relation to a resident is. The two policies that every row of a board meets say it
-- themselves: a function that asks a table is called row by row, and costs ten times as much.
create or replace function app_unit_has_relation(resident uuid) returns boolean
  language sql stable parallel safe
  return exists (select from casework_board b
                 where b.resident_id = resident and b.unit = app_setting('unit'));
alter policy related on residents_resident
  using (exists (select from casework_board b
                 where b.resident_id = residents_resident.id and b.unit = app_setting('unit'))
         or exists (select from residents_residentnumber n
                    where n.resident_id = residents_resident.id
                      and n.value = app_setting('lookup')));
alter policy related on residents_residentnumber
  using (value = app_setting('lookup')
         or exists (select from casework_board b
                    where b.resident_id = residents_residentnumber.resident_id
                      and b.unit = app_setting('unit'))
         or resident_id::text = app_setting('resident'));

-- Governing documents are public. What has been in force is never changed; only its end is set.
select app_guard('casework_document', 'select, insert');
create policy everyone on casework_document for select using (true);
grant update (until) on casework_document to sammanhang_app;
create function casework_refuse_rewriting() returns trigger language plpgsql as $$
begin
  if (to_jsonb(old) - 'until') <> (to_jsonb(new) - 'until') or old.until is not null then
    raise exception 'what has been in force is never changed';
  end if;
  return new;
end $$;
create trigger in_force before update on casework_document
  for each row execute function casework_refuse_rewriting();
alter table casework_document enable always trigger in_force;

do $$
declare
  name text;
begin
  foreach name in array array['case', 'event', 'restricted', 'phase', 'party', 'delivery',
      'obligation', 'snapshot', 'board', 'planned', 'disclosure', 'draft', 'request',
      'attachment'] loop
    perform app_guard('casework_' || name);
  end loop;
  -- The engine reads all of its case, and writes what follows from an event. Of policies that each
  -- permit, PostgreSQL tries those first whose names come last: this one asks no table.
  foreach name in array array['restricted', 'phase', 'party', 'delivery', 'obligation', 'snapshot',
      'board', 'planned', 'disclosure'] loop
    execute format('create policy whole on casework_%s '
                   'using (case_id = app_case()) with check (case_id = app_case())', name);
  end loop;
  -- Of the case as a whole, those who take or took part see who, when and what is owed.
  foreach name in array array['phase', 'party', 'obligation', 'disclosure'] loop
    execute format('create policy taking_part on casework_%1$s for select '
                   'using (app_takes_part(case_id))', name);
  end loop;
end $$;

create policy whole on casework_case using (id = app_case()) with check (id = app_case());
create policy taking_part on casework_case for select using (app_takes_part(id));

create policy touched on casework_case for select
  using (resident_id::text = app_setting('touched'));

-- All that asks for a relation asks this table, and so ends with the unit's insight.
create policy own on casework_board for select
  using (unit = app_setting('unit') and sees_until > now());

-- The rows that don't ask this table otherwise.
do $$
declare
  name text;
begin
  foreach name in array array['delivery', 'draft', 'attachment'] loop
    execute format('create policy related on casework_%1$s as restrictive for select '
                   'using (case_id = app_case() or app_takes_part(case_id))', name);
  end loop;
end $$;

-- What others than the unit itself have written is hidden while the resident's block stands, unless
-- it was sent to the unit on purpose, or is read by an opening (app.opening) of this person at this
-- unit in this case. Values, files and planned days follow the event that told them.
create policy related on casework_event as restrictive for select
  using (case_id = app_case() or exists (
    select from casework_board b
    where b.case_id = casework_event.case_id and b.unit = app_setting('unit')
      and (casework_event.unit = b.unit
           or not exists (
             select from access_block k
             where k.resident_id = b.resident_id and k.until is null
               and case when k.provider is null then k.unit = casework_event.unit
                   else k.provider = access_provider_of(casework_event.unit)
                        and k.provider is distinct from access_provider_of(b.unit) end)
           or exists (
             select from casework_disclosure d
             where d.case_id = casework_event.case_id and d.seq = casework_event.seq
               and d.unit = b.unit)
           or exists (
             select from access_opening o
             where o.id = app_setting('opening')::bigint and o.case_id = casework_event.case_id
               and o.person = app_setting('person') and o.unit = b.unit and o.until > now()))));

-- Every row of a board meets this one: the event is looked at only where there is a block.
create policy own on casework_planned for select
  using (unit = app_setting('unit')
         and exists (select from casework_board b
                     where b.case_id = casework_planned.case_id and b.unit = app_setting('unit'))
         and (not exists (select from access_block k
                          where k.resident_id = casework_planned.resident_id and k.until is null)
              or app_sees_event(case_id, seq)));

create policy of_ones_case on access_opening as restrictive for insert
  with check (exists (select from casework_case c
                      where c.id = case_id and c.resident_id = access_opening.resident_id));

create policy whole on casework_event for select using (case_id = app_case());
create policy acting on casework_event for insert
  with check (case_id = app_case()
              and unit = app_setting('unit') and person = app_setting('person'));
create policy own_or_addressed on casework_event for select
  using (unit = app_setting('unit')
         or exists (select from casework_delivery d
                    where d.case_id = casework_event.case_id and d.seq = casework_event.seq
                    and d.unit = app_setting('unit')));

-- Whoever sees the event, what it says to some is seen by them and by its author alone.
create policy told on casework_restricted for select
  using ((app_setting('unit') = any (authors) or app_setting('unit') = any (readers))
         and app_sees_event(case_id, seq));

create policy own_or_sent on casework_delivery for select
  using (app_setting('unit') in (unit, sender, heir));

create policy own on casework_draft
  using (person = app_setting('person') and unit = app_setting('unit'))
  with check (person = app_setting('person') and unit = app_setting('unit')
              and app_takes_part(case_id));

create policy own on casework_request
  using (person = app_setting('person'))
  with check (person = app_setting('person') and unit = app_setting('unit')
              and case_id = app_case());

create policy own on casework_attachment for select using (unit = app_setting('unit'));
create policy of_a_seen_event on casework_attachment for select
  using (case when restricted is null then
           app_sees_event(case_id, seq)
         else
           exists (select from casework_restricted r
                   where r.case_id = casework_attachment.case_id
                   and r.seq = casework_attachment.seq
                   and r.field = casework_attachment.restricted)
         end);
create policy acting on casework_attachment for insert
  with check (unit = app_setting('unit') and person = app_setting('person')
              and seq is null and app_takes_part(case_id));
create policy sent on casework_attachment for update
  using (case_id = app_case() and unit = app_setting('unit') and seq is null)
  with check (case_id = app_case());

-- History is appended to, never changed: by rights, and by triggers that bind the owner too.
revoke update, delete, truncate on casework_event, casework_phase, casework_request,
  casework_disclosure
  from sammanhang_app;
revoke delete, truncate on casework_case, casework_party, casework_delivery,
  casework_obligation, casework_snapshot, casework_board, casework_planned, casework_attachment
  from sammanhang_app;
create trigger append_only before update or delete or truncate on casework_event
  for each statement execute function refuse_change();
alter table casework_event enable always trigger append_only;

-- What is for some only stands as it was said; others take their place, and nobody falls away.
revoke update, delete, truncate on casework_restricted from sammanhang_app;
grant update (authors, readers) on casework_restricted to sammanhang_app;
create trigger append_only before delete or truncate on casework_restricted
  for each statement execute function refuse_change();
create function casework_refuse_retelling() returns trigger language plpgsql as $$
begin
  if to_jsonb(old) - 'authors' - 'readers' <> to_jsonb(new) - 'authors' - 'readers'
     or not new.authors @> old.authors or not new.readers @> old.readers then
    raise exception 'what has been told to some is never changed';
  end if;
  return new;
end $$;
create trigger as_it_was_told before update on casework_restricted
  for each row execute function casework_refuse_retelling();
alter table casework_restricted enable always trigger append_only;
alter table casework_restricted enable always trigger as_it_was_told;

-- Holds and disposals are the owner's alone.
select app_guard('casework_hold', 'select'), app_guard('casework_disposal', 'select');
create policy nobody on casework_hold using (false) with check (false);
create policy nobody on casework_disposal using (false) with check (false);
