-- An economist sees what concerns their own municipality, the region's economist all of it. The
-- unit comes from app.office, and is believed only if the person has that assignment today.

create function settlement_as(the_role text) returns text
  language sql stable as $$
  select case when exists (select from directory_unit ward  -- the region is who has the wards
                           where ward.organisation_id = u.organisation_id
                             and ward.type = 'avdelning')
              then '*' else period.municipality_id end
  from directory_assignment a
  join directory_unit u on u.hsa_id = a.unit_id
                       and (u.type = 'ekonomi' or the_role <> 'economist')
  join directory_unitperiod period on period.unit_id = u.hsa_id and period.until is null
  where a.staff_id = app_setting('person') and a.unit_id = app_setting('office')
    and a.role = the_role and a.since <= current_date
    and (a.until is null or a.until > current_date)
  limit 1
$$;
create function settlement_for() returns text
  language sql stable return settlement_as('economist');
-- An auditor reads the sums of the months that are final, of those whom an economist at the same
-- unit would settle for; no stay, no objection, no text that anybody wrote.
create function settlement_audited_for() returns text
  language sql stable return settlement_as('auditor');

do $$
declare
  name text;
begin
  foreach name in array array['stay', 'party', 'month', 'statement', 'objection', 'answer',
                              'correction', 'invoice', 'total'] loop
    perform app_guard('settlement_' || name, case when name in ('stay', 'party') then 'select'
                                             else 'select, insert' end);
  end loop;
  foreach name in array array['stay', 'party', 'statement', 'objection', 'correction', 'invoice']
  loop
    execute format('create policy own on settlement_%s for select '
                   'using (payer = (select settlement_for()) or (select settlement_for()) = ''*'')',
                   name);
  end loop;
  -- What the region states; a municipality objects.
  foreach name in array array['month', 'statement', 'answer', 'correction', 'invoice',
                              'total'] loop
    execute format('create policy region on settlement_%s for insert '
                   'with check ((select settlement_for()) = ''*'')', name);
  end loop;
end $$;

create policy seller on settlement_party for select
  using (payer = 'region' and (select settlement_for()) is not null);
create policy everybody on settlement_month for select
  using ((select settlement_for()) is not null);
create policy audited on settlement_month for select
  using (final_at is not null and (select settlement_audited_for()) is not null);
create policy audited on settlement_total for select
  using (payer = (select settlement_audited_for()) or (select settlement_audited_for()) = '*');
create policy of_an_objection on settlement_answer for select
  using (exists (select from settlement_objection o where o.id = objection));
create policy municipality on settlement_objection for insert
  with check (payer = (select settlement_for()) and by = app_setting('person'));

-- A month that is under review can be made final, once, and nothing else can be changed.
grant update (final_at, final_by, hash, signature) on settlement_month to sammanhang_app;
create policy closing on settlement_month for update
  using ((select settlement_for()) = '*' and final_at is null)
  with check ((select settlement_for()) = '*' and final_at is not null);

create function settlement_refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_table_name = 'settlement_month' and old.final_at is null
     and (old.month, old.agreement, old.version, old.reviewed_at, old.reviewed_by)
       = (new.month, new.agreement, new.version, new.reviewed_at, new.reviewed_by) then
    return new;
  end if;
  raise exception 'what has been stated is never changed';
end $$;
do $$
declare
  name text;
begin
  foreach name in array array['month', 'statement', 'objection', 'answer', 'correction', 'invoice',
                              'total'] loop
    execute format('create trigger stated before update or delete on settlement_%s '
                   'for each row execute function settlement_refuse_change()', name);
    execute format('alter table settlement_%s enable always trigger stated', name);
  end loop;
end $$;

-- Nothing more is said of a month that is final: corrections are booked in a later one.
create function settlement_still_open() returns trigger language plpgsql as $$
begin
  if exists (select from settlement_month m where m.final_at is not null and m.month =
             case when tg_table_name = 'settlement_correction'
                  then (to_jsonb(new)->>'booked_in')::date else new.month end) then
    raise exception 'the month is final';
  end if;
  return new;
end $$;
create trigger still_open before insert on settlement_correction
  for each row execute function settlement_still_open();
create trigger still_open before insert on settlement_objection
  for each row execute function settlement_still_open();
create trigger still_open before insert on settlement_statement
  for each row execute function settlement_still_open();
