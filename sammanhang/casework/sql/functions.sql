-- The whole of a send in two statements: begin it, and append what it led to.

-- Takes the unit's place in the transaction, answers a repeated request, and otherwise locks the
-- case (if the unit takes part in it) and hands it to the engine. No row: no such case for it.
create function casework_begin(the_person text, the_unit text, the_case bigint, the_key uuid)
returns table (repeated_seq integer, case_seq integer, head bytea, process text, version text,
               resident_id uuid, state jsonb)
language plpgsql as $$
begin
  perform set_config('app.person', the_person, true), set_config('app.unit', the_unit, true),
          set_config('app.case', '', true);
  perform from casework_case c where c.id = the_case for update;
  if not found then
    return;
  end if;
  perform set_config('app.case', the_case::text, true);
  return query
    select (select r.seq from casework_request r where r.key = the_key and r.case_id = the_case),
           c.seq, c.head, c.process, c.version, c.resident_id, s.state
    from casework_case c join casework_snapshot s on s.case_id = c.id
    where c.id = the_case;
end $$;

-- Opens a case for a resident: its row and the first, empty snapshot. Returns its number.
create function casework_open(the_resident uuid, the_process text, the_document text,
                              the_version text, the_moment timestamptz)
returns bigint
language plpgsql as $$
declare
  new_case bigint := nextval(pg_get_serial_sequence('casework_case', 'id'));
begin
  perform set_config('app.case', new_case::text, true);
  insert into casework_case (id, resident_id, process, document, version, opened_at)
    overriding system value
    values (new_case, the_resident, the_process, the_document, the_version, the_moment);
  return new_case;
end $$;

-- One event and everything that follows from it. Rows come as JSON arrays in column order.
create function casework_append(the_case bigint, event jsonb, the_hash bytea, changes jsonb,
                                the_key uuid)
returns void
language plpgsql as $$
declare
  the_seq integer := (event->>'seq')::integer;
  the_moment timestamptz := (event->>'at')::timestamptz;
begin
  insert into casework_event (case_id, seq, at, unit, person, act, data, basis, hash)
    values (the_case, the_seq, the_moment, event->>'unit', event->>'person', event->>'act',
            event->'data', event->>'basis', the_hash);

  update casework_case set
      seq = the_seq, head = the_hash, phase = changes->>'phase',
      phase_since = (changes->>'phase_since')::timestamptz,
      closed_at = (changes->>'closed_at')::timestamptz
    where id = the_case;

  insert into casework_snapshot values (the_case, changes->'state')
    on conflict (case_id) do update set state = excluded.state;

  insert into casework_party
    select the_case, p->>0, p->>1, (p->>2)::timestamptz, (p->>3)::timestamptz
    from jsonb_array_elements(changes->'joined') p;
  update casework_party party set until = the_moment
    from jsonb_array_elements(changes->'left') p
    where party.case_id = the_case and party.part = p->>0 and party.unit = p->>1
      and party.until is null;

  insert into casework_delivery
    select the_case, (d->>0)::integer, d->>1, d->>2, (d->>3)::boolean, (d->>4)::timestamptz,
           (d->>5)::timestamptz, d->>6, (d->>7)::integer
    from jsonb_array_elements(changes->'deliveries') d
    on conflict (case_id, seq, unit) do update set
      in_inbox = excluded.in_inbox, acknowledged_at = excluded.acknowledged_at,
      acknowledged_by = excluded.acknowledged_by, acknowledged_seq = excluded.acknowledged_seq;

  insert into casework_obligation
    select the_case, o->>0, o->>1, o->>2, o->>3, o->>4, (o->>5)::timestamptz, o->>6, o->>7,
           (o->>8)::integer, (o->>9)::integer, (o->>10)::integer, (o->>11)::integer,
           (o->>12)::timestamptz, (o->>13)::boolean
    from jsonb_array_elements(changes->'obligations') o
    on conflict (case_id, key) do update set
      unit = excluded.unit, due = excluded.due, awaited_by = excluded.awaited_by,
      due_by = excluded.due_by, ended_by = excluded.ended_by, ended_at = excluded.ended_at,
      cancelled = excluded.cancelled;

  insert into casework_board
    select b->>0, the_case, c.resident_id, (b->>1)::boolean, changes->>'phase',
           (changes->>'phase_since')::timestamptz, (changes->>'planned_on')::date,
           (b->>2)::timestamptz, b->3, b->4, (b->>5)::integer, the_moment
    from jsonb_array_elements(changes->'boards') b, casework_case c where c.id = the_case
    on conflict (unit, case_id) do update set
      open = excluded.open, phase = excluded.phase, phase_since = excluded.phase_since,
      planned_on = excluded.planned_on, next_due = excluded.next_due, owed = excluded.owed,
      waiting = excluded.waiting, unread = excluded.unread, changed_at = excluded.changed_at;

  update casework_attachment set seq = the_seq
    where case_id = the_case and seq is null and unit = event->>'unit'
      and id::text in (select jsonb_array_elements_text(changes->'attachments'));

  insert into casework_request values (the_key, event->>'person', event->>'unit', the_case,
                                       the_seq, the_moment);
  delete from casework_draft where person = event->>'person' and unit = event->>'unit'
    and case_id = the_case and act = event->>'act';
  insert into access_log (person, unit, action, case_id, resident_id)
    select event->>'person', event->>'unit', 'write:' || (event->>'act'), the_case, c.resident_id
    from casework_case c where c.id = the_case;
  perform pg_notify('casework', jsonb_build_object(
    'case', the_case, 'seq', the_seq,
    'units', (select jsonb_agg(b->>0) from jsonb_array_elements(changes->'boards') b))::text);
end $$;
