-- A send is two statements, each a transaction of its own: `casework_begin` reads the case, and,
-- when the engine has decided, `casework_append` writes what followed if nobody was before.
-- app.case is open only within these functions.

-- Who acts, for the rest of the transaction.
create function casework_act_as(the_person text, the_unit text, the_case text)
returns void language plpgsql as $$
begin
  perform set_config('app.person', the_person, true), set_config('app.unit', the_unit, true),
          set_config('app.case', the_case, true);
end $$;

-- The case as the engine needs it, if the unit takes or took part in it; else no row.
-- `repeated_*`: what a request with this key has already done. `locked`: nobody else may append
-- until the transaction ends. `blocked`: the resident has blocked what the unit writes.
create function casework_begin(the_person text, the_unit text, the_case bigint, the_key uuid,
                               locked boolean)
returns table (repeated_case bigint, repeated_seq integer, head bytea, process text, edition text,
               state text, blocked boolean)
language plpgsql as $$
begin
  perform casework_act_as(the_person, the_unit, '');
  if not app_takes_part(the_case) then
    return;
  end if;
  perform set_config('app.case', the_case::text, true);
  if locked then
    perform from casework_case c where c.id = the_case for no key update;
  end if;
  return query
    select r.case_id, r.seq, c.head, c.process, c.edition, s.state,
      exists (select from access_block k
              where k.resident_id = c.resident_id and k.until is null
                and case when k.provider is null then k.unit = the_unit
                    else k.provider = access_provider_of(the_unit) end)
    from casework_case c join casework_snapshot s on s.case_id = c.id
    left join casework_request r on r.person = the_person and r.key = the_key
    where c.id = the_case;
  perform set_config('app.case', '', true);
end $$;

-- The process that a case runs under, if the unit takes or took part in it; else no row.
create function casework_process(the_person text, the_unit text, the_case bigint)
returns table (process text, edition text) language plpgsql as $$
begin
  perform casework_act_as(the_person, the_unit, '');
  return query select c.process, c.edition from casework_case c where c.id = the_case;
end $$;

-- What stands in the way of opening a case: a request with this key already made one, or the
-- unit has one open for the resident. `place`: the hospital or administration of the unit.
-- `blocked`: the resident has blocked what the unit writes, which one without a relation is told
-- here (app.resident).
create function casework_before_opening(the_person text, the_unit text, the_process text,
                                        the_resident uuid, the_key uuid)
returns table (repeated_case bigint, repeated_seq integer, open_case bigint, place text,
               blocked boolean)
language plpgsql as $$
begin
  perform casework_act_as(the_person, the_unit, '');
  perform set_config('app.resident', the_resident::text, true);
  return query
    select r.case_id, r.seq,
           (select c.id from casework_case c join casework_board b on b.case_id = c.id
            where b.unit = the_unit and c.resident_id = the_resident
              and c.process = the_process and c.closed_at is null limit 1),
           (select p.parent::text from directory_unitperiod p where p.unit_id = the_unit
            order by p.since desc limit 1),
           access_blocks(the_unit, the_resident)
    from (select) nothing
    left join casework_request r on r.person = the_person and r.key = the_key;
  perform set_config('app.resident', '', true);
end $$;

create function casework_texts(list jsonb) returns text[]
  language sql immutable
  return array(select jsonb_array_elements_text(list));

-- A unit in another's place may read what that one wrote for some only, and what it was told in one
-- of the parts that are handed over.
create function casework_hand_over(the_case bigint, the_old text, the_new text, parts text[])
returns void language plpgsql as $$
begin
  update casework_restricted set authors = authors || the_new
    where case_id = the_case and the_old = any (authors) and the_new <> all (authors);
  update casework_restricted set readers = readers || the_new
    where case_id = the_case and the_old = any (readers) and the_new <> all (readers)
      and only_for && parts;
end $$;

-- An event and everything that follows from it. Rows come as JSON arrays in column order.
-- The case must be locked and be the engine's.
create function casework_write(the_case bigint, event jsonb, the_hash bytea, changes jsonb,
                               the_state text, the_key uuid, the_assignment bigint)
returns void language plpgsql as $$
declare
  the_seq integer := (event->>'seq')::integer;
  the_moment timestamptz := (event->>'at')::timestamptz;
  the_person text := event->>'person';
  the_unit text := event->>'unit';
  the_resident uuid;
  the_process text;
  the_edition text;
begin
  insert into casework_event (case_id, seq, at, unit, person, act, data, basis, method, hash)
    values (the_case, the_seq, the_moment, the_unit, the_person, event->>'act',
            event->'data', event->>'basis', event->>'method', the_hash);

  update casework_case set
      seq = the_seq, head = the_hash, phase = changes->>'phase',
      phase_since = (changes->>'phase_since')::timestamptz,
      closed_at = (changes->>'closed_at')::timestamptz
    where id = the_case
    returning resident_id, process, edition into the_resident, the_process, the_edition;

  insert into casework_snapshot values (the_case, the_state)
    on conflict (case_id) do update set state = excluded.state;

  if (changes->'new_phase')::boolean then
    insert into casework_phase values (the_case, the_seq, changes->>'phase',
                                       (changes->>'phase_since')::timestamptz);
  end if;

  if changes ? 'came' then
    insert into casework_party
      select the_case, p->>0, p->>1, the_moment from jsonb_array_elements(changes->'came') p
      on conflict (case_id, part, unit, since) do update set until = null;  -- back at once
  end if;
  if changes ? 'went' then
    update casework_party party set until = the_moment
      from jsonb_array_elements(changes->'went') p
      where party.case_id = the_case and party.part = p->>0 and party.unit = p->>1
        and party.until is null;
  end if;

  if changes ? 'deliveries' then
    insert into casework_delivery
      select the_case, (d->>0)::integer, d->>1, d->>2, d->>3, (d->>4)::boolean, the_moment,
             (d->>5)::timestamptz, d->>6, (d->>7)::integer
      from jsonb_array_elements(changes->'deliveries') d
      on conflict (case_id, seq, unit) do update set
        heir = excluded.heir, in_inbox = excluded.in_inbox,
        acknowledged_at = excluded.acknowledged_at,
        acknowledged_by = excluded.acknowledged_by,
        acknowledged_seq = excluded.acknowledged_seq;
  end if;

  if changes ? 'obligations' then
    insert into casework_obligation
      select the_case, o->>0, o->>1, o->>2, o->>3, o->>4, (o->>5)::timestamptz, o->>6, o->>7,
             (o->>8)::integer, (o->>9)::integer, (o->>10)::integer, (o->>11)::integer,
             (o->>12)::timestamptz, (o->>13)::boolean
      from jsonb_array_elements(changes->'obligations') o
      on conflict (case_id, key) do update set
        rule = excluded.rule, unit = excluded.unit, due = excluded.due, awaited_by = excluded.awaited_by,
        due_by = excluded.due_by, ended_by = excluded.ended_by, ended_at = excluded.ended_at,
        cancelled = excluded.cancelled;
  end if;

  insert into casework_board
    select the_case, b->>0, the_resident, the_process, the_edition, (b->>1)::boolean,
           changes->>'phase',
           (changes->>'phase_since')::timestamptz, b->2, b->3, (b->>4)::timestamptz[],
           (b->>5)::integer, (b->>6)::timestamptz, the_seq, the_moment
    from jsonb_array_elements(changes->'boards') b
    on conflict (case_id, unit) do update set
      edition = excluded.edition, shown = excluded.shown, phase = excluded.phase, phase_since = excluded.phase_since,
      owed = excluded.owed, waiting = excluded.waiting,
      turns = excluded.turns, unread = excluded.unread, seq = excluded.seq,
      sees_until = case excluded.sees_until when '-infinity' then casework_board.sees_until
                   else excluded.sees_until end,  -- one who has left sees as long as it did
      changed_at = excluded.changed_at;

  if changes ? 'disclosed' then
    insert into casework_disclosure
      select the_case, the_seq, d, changes->>'ground'
      from jsonb_array_elements_text(changes->'disclosed') d;
  end if;

  if changes ? 'planned' then
    insert into casework_planned
      select the_case, p->>0, the_resident, (p->>1)::date, (p->>2)::integer
      from jsonb_array_elements(changes->'planned') p
      on conflict (case_id, unit) do update set day = excluded.day, seq = excluded.seq;
  end if;

  if changes ? 'attachments' then
    update casework_attachment file set seq = the_seq, restricted = a->>1
      from jsonb_array_elements(changes->'attachments') a
      where file.case_id = the_case and file.seq is null and file.id::text = a->>0;
  end if;

  -- A correction is told also to those who were told what it corrects.
  if changes ? 'restricted' then
    insert into casework_restricted
      select the_case, the_seq, r->>0, (r->>1)::integer, casework_texts(r->2),
             casework_texts(r->3),
             array(select jsonb_array_elements_text(r->4)
                   union select unnest(told.readers) from casework_restricted told
                         where told.case_id = the_case and told.about = (r->>1)::integer
                           and told.field = r->>0),
             r->5, decode(r->>6, 'hex')
      from jsonb_array_elements(changes->'restricted') r;
  end if;
  if changes ? 'handed' then
    perform casework_hand_over(the_case, changes->'handed'->>0, changes->'handed'->>1,
                               casework_texts(changes->'handed'->2));
  end if;

  insert into casework_request
    values (the_person, the_key, the_unit, the_case, the_seq, the_moment);
  delete from casework_draft
    where case_id = the_case and unit = the_unit and person = the_person and act = event->>'act';
  insert into access_log (person, unit, assignment, action, case_id, resident_id)
    values (the_person, the_unit, the_assignment, 'write:' || (event->>'act'), the_case,
            the_resident);
  perform pg_notify('casework', json_build_object('case', the_case, 'seq', the_seq,
                                                  'units', changes->'units')::text);
end $$;

-- Appends an event to a case, if the case stands where the engine saw it.
create function casework_append(the_case bigint, event jsonb, the_hash bytea, changes jsonb,
                                the_state text, the_key uuid, the_assignment bigint)
returns boolean language plpgsql as $$
begin
  perform casework_act_as(event->>'person', event->>'unit', '');
  if not app_takes_part(the_case) then
    return false;
  end if;
  perform set_config('app.case', the_case::text, true);
  perform from casework_case c where c.id = the_case and c.seq = (event->>'seq')::integer - 1
    for no key update;
  if not found then
    perform set_config('app.case', '', true);
    return false;
  end if;
  perform casework_write(the_case, event, the_hash, changes, the_state, the_key, the_assignment);
  perform set_config('app.case', '', true);
  return true;
end $$;

-- A case goes over to another edition of its documents, by an event that nobody in it does. For the
-- owner alone, who is bound by no row security: the case must be locked.
create function casework_switch(the_case bigint, the_version text, the_edition text, event jsonb,
                                the_hash bytea, changes jsonb, the_state text)
returns void language plpgsql as $$
begin
  update casework_case set version = the_version, edition = the_edition where id = the_case;
  perform casework_write(the_case, event, the_hash, changes, the_state, gen_random_uuid(), null);
end $$;

-- A number for a case that is to be opened: the first event's hash covers it.
create function casework_new_number() returns bigint
  language sql volatile
  return nextval(pg_get_serial_sequence('casework_case', 'id'));

-- Opens a case with its first event. False: one is open already for the resident at that place.
create function casework_open(the_case bigint, the_resident uuid, opened jsonb, event jsonb,
                              the_hash bytea, changes jsonb, the_state text, the_key uuid,
                              the_assignment bigint)
returns boolean language plpgsql as $$
begin
  perform casework_act_as(event->>'person', event->>'unit', the_case::text);
  insert into casework_case (id, resident_id, process, document, version, edition, place, opened_at)
    overriding system value
    values (the_case, the_resident, opened->>'process', opened->>'document', opened->>'version',
            opened->>'edition', opened->>'place', (event->>'at')::timestamptz)
    on conflict do nothing;
  if not found then
    perform set_config('app.case', '', true);
    return false;
  end if;
  perform casework_write(the_case, event, the_hash, changes, the_state, the_key, the_assignment);
  perform set_config('app.case', '', true);
  return true;
end $$;

-- The whole case for the engine alone, to tell what is possible; app.case is closed again.
create function casework_state(the_case bigint) returns text language plpgsql as $$
declare
  found text;
begin
  if app_takes_part(the_case) then
    perform set_config('app.case', the_case::text, true);
    select s.state into found from casework_snapshot s where s.case_id = the_case;
    perform set_config('app.case', '', true);
  end if;
  return found;
end $$;

-- Keeps what a person has typed and not sent, in its own scope. Logged once for each time of
-- writing: what is kept again within half an hour is the same.
create function casework_keep_draft(the_assignment bigint, the_case bigint, the_act text,
                                    typed jsonb, the_moment timestamptz)
returns void language plpgsql as $$
declare
  the_person text := app_setting('person');
  the_unit text := app_setting('unit');
  before timestamptz;
begin
  select d.saved_at into before from casework_draft d
    where d.case_id = the_case and d.unit = the_unit and d.person = the_person and d.act = the_act;
  insert into casework_draft values (the_case, the_unit, the_person, the_act, typed, the_moment)
    on conflict (case_id, unit, person, act) do update set
      data = excluded.data, saved_at = excluded.saved_at;
  if before is null or before < the_moment - interval '30 minutes' then
    insert into access_log (person, unit, assignment, action, case_id, resident_id)
      select the_person, the_unit, the_assignment, 'write:draft', the_case, c.resident_id
      from casework_case c where c.id = the_case;
  end if;
end $$;

-- The boards and pages that show a resident begin anew: what may be seen there has changed, though
-- nothing has happened in the case. Also those of cases that the asker has nothing to do with, of
-- which nothing is told (app.touched is open only within this).
create function casework_touch(the_resident uuid) returns void language plpgsql as $$
declare
  the_case bigint;
begin
  perform set_config('app.touched', the_resident::text, true);
  for the_case in select c.id from casework_case c where c.resident_id = the_resident loop
    perform set_config('app.case', the_case::text, true);
    update casework_board set changed_at = clock_timestamp() where case_id = the_case;
    perform pg_notify('casework', json_build_object('units',
      (select json_agg(b.unit) from casework_board b where b.case_id = the_case))::text);
    perform set_config('app.case', '', true);
  end loop;
  perform set_config('app.touched', '', true);
end $$;

-- A unit's board as one JSON value, in one statement: its version, the rows, and the names of the
-- units that are waited for; who stood on it is logged as read. With the version that the asker
-- has already, only that; with a case, only its row. The version changes with whatever happens in
-- a case on the board, and when time runs out for somebody. Of identity numbers no more than what
-- tells two of the same name apart: the date of birth, or where none is known the first eight.
create function casework_board_page(the_person text, the_unit text, the_assignment bigint,
                                    known text, the_case bigint)
returns json language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  found text;
begin
  perform casework_act_as(the_person, the_unit, '');
  select count(*) || '-' || to_hex(coalesce(bit_xor(hashtextextended(
           b.case_id::text, b.seq + extract(epoch from b.changed_at)::bigint)), 0))
         || '-' || coalesce(sum((select count(*) from unnest(b.turns) due where due < now())), 0)
    into found from casework_board b where b.unit = the_unit and b.shown;
  if found = known then
    return json_build_object('version', found);
  end if;
  insert into access_log (person, unit, assignment, action, case_id, residents)
    select the_person, the_unit, the_assignment, 'read:board', the_case, array_agg(b.resident_id)
    from casework_board b
    where b.unit = the_unit and b.shown and (the_case is null or b.case_id = the_case)
    having count(*) > 0;
  return (
    with seen as materialized (
      select b.case_id, b.process, b.edition, b.resident_id,
             case when not hidden then r.given_name || ' ' || r.family_name end as name,
             case when not hidden then r.birth_date end as birth_date,
             case when not hidden and r.birth_date is null then (
               select residents_masked(n.value) from residents_residentnumber n
               where n.resident_id = b.resident_id and n.current) end as number,
             hidden as protected,
             b.phase, b.phase_since, p.day as planned_on, b.owed, b.waiting, b.unread, b.seq
      from casework_board b
      left join casework_planned p on p.case_id = b.case_id and p.unit = b.unit
      join residents_resident r on r.id = b.resident_id
      cross join lateral (select r.secrecy_marking or r.protected_registration as hidden) h
      where b.unit = the_unit and b.shown and (the_case is null or b.case_id = the_case)
    ),
    waited as (select distinct w->>3 as unit from seen, jsonb_array_elements(seen.waiting) w)
    select json_build_object(
      'version', found,
      'rows', (select coalesce(json_agg(json_build_array(
          case_id, process, edition, resident_id, name, birth_date, number, protected, phase,
          phase_since, planned_on, owed, waiting, unread, seq)), '[]') from seen),
      'units', (select coalesce(json_object_agg(p.unit_id, p.name), '{}')
          from (select distinct on (p.unit_id) p.unit_id, p.name from directory_unitperiod p
                where p.unit_id in (select unit from waited)
                order by p.unit_id, p.since desc) p)));
end $$;

-- Somebody comes to be protected, or no longer is: the boards that show the person are no longer
-- what they were, and whoever has one open is told at once.
create function casework_protection_changed() returns trigger language plpgsql as $$
begin
  update casework_board set changed_at = clock_timestamp() where resident_id = new.id;
  perform pg_notify('casework', json_build_object('case', b.case_id, 'seq', max(b.seq),
                                                  'units', json_agg(b.unit))::text)
    from casework_board b where b.resident_id = new.id group by b.case_id;
  return null;
end $$;
create trigger protection_changed
  after update of secrecy_marking, protected_registration on residents_resident
  for each row when (old.secrecy_marking is distinct from new.secrecy_marking
                     or old.protected_registration is distinct from new.protected_registration)
  execute function casework_protection_changed();
