-- A unit sees what it wrote, what was addressed to it, and of a case its parties, phases and
-- obligations. The engine sees the whole of the one case it is working on (app.case), which is
-- set only after the unit's own right to that case has been tried.

create or replace function app_case() returns bigint
  language sql stable parallel safe
  return app_setting('case')::bigint;

create function app_takes_part(the_case bigint) returns boolean
  language sql stable parallel safe
  return exists (select from casework_board b
                 where b.unit = app_setting('unit') and b.case_id = the_case);

create or replace function app_unit_has_relation(resident uuid) returns boolean
  language sql stable parallel safe
  return exists (select from casework_board b
                 where b.unit = app_setting('unit') and b.resident_id = resident);

alter table casework_board enable row level security;
alter table casework_board force row level security;
create policy own on casework_board for select using (unit = app_setting('unit'));
create policy engine on casework_board using (case_id = app_case()) with check (case_id = app_case());

alter table casework_case enable row level security;
alter table casework_case force row level security;
create policy taking_part on casework_case for select using (app_takes_part(id));
create policy taking_part_locks on casework_case for update
  using (app_takes_part(id)) with check (id = app_case());
create policy engine on casework_case using (id = app_case()) with check (id = app_case());

alter table casework_event enable row level security;
alter table casework_event force row level security;
create policy own_or_addressed on casework_event for select
  using (unit = app_setting('unit')
         or exists (select from casework_delivery d
                    where d.case_id = casework_event.case_id and d.seq = casework_event.seq
                    and d.unit = app_setting('unit')));
create policy engine on casework_event using (case_id = app_case()) with check (case_id = app_case());

alter table casework_party enable row level security;
alter table casework_party force row level security;
create policy taking_part on casework_party for select using (app_takes_part(case_id));
create policy engine on casework_party using (case_id = app_case()) with check (case_id = app_case());

alter table casework_delivery enable row level security;
alter table casework_delivery force row level security;
create policy own_or_sent on casework_delivery for select
  using (unit = app_setting('unit') or sender = app_setting('unit'));
create policy engine on casework_delivery
  using (case_id = app_case()) with check (case_id = app_case());

alter table casework_obligation enable row level security;
alter table casework_obligation force row level security;
create policy taking_part on casework_obligation for select using (app_takes_part(case_id));
create policy engine on casework_obligation
  using (case_id = app_case()) with check (case_id = app_case());

alter table casework_snapshot enable row level security;
alter table casework_snapshot force row level security;
create policy engine on casework_snapshot
  using (case_id = app_case()) with check (case_id = app_case());

alter table casework_draft enable row level security;
alter table casework_draft force row level security;
create policy own on casework_draft
  using (person = app_setting('person') and unit = app_setting('unit'))
  with check (person = app_setting('person') and unit = app_setting('unit'));

alter table casework_request enable row level security;
alter table casework_request force row level security;
create policy own on casework_request
  using (person = app_setting('person'))
  with check (person = app_setting('person'));

alter table casework_attachment enable row level security;
alter table casework_attachment force row level security;
create policy own_or_addressed on casework_attachment for select
  using (unit = app_setting('unit')
         or exists (select from casework_delivery d
                    where d.case_id = casework_attachment.case_id
                    and d.seq = casework_attachment.seq and d.unit = app_setting('unit')));
create policy own_new on casework_attachment for insert
  with check (unit = app_setting('unit') and app_takes_part(case_id));
create policy engine on casework_attachment for update
  using (case_id = app_case()) with check (case_id = app_case());

-- History is appended to, never changed: by rights, and by triggers that bind the owner too.
revoke update, delete, truncate on casework_event from sammanhang_app;
revoke delete, truncate on casework_case, casework_party, casework_delivery,
  casework_obligation, casework_snapshot, casework_board, casework_request,
  casework_attachment from sammanhang_app;
create trigger append_only before update or delete or truncate on casework_event
  for each statement execute function refuse_change();
