"""The demonstration's access log: whoever wrote something in a case had opened it just before."""

from __future__ import annotations

from django.db import connections, transaction

from simulation.county import OWNER

_MONTHS = """
select access_log_month(first::date) from generate_series(
  (select date_trunc('month', min(at)) from casework_event), now(), '1 month') first
"""
_LINES = """
insert into access_log (at, person, unit, assignment, action, case_id, resident_id)
select e.at - made.before, e.person, e.unit, a.id, made.action || case when made.before > '0'
       then 'case' else e.act end, e.case_id, c.resident_id
from casework_event e
join casework_case c on c.id = e.case_id
cross join (values (interval '1 minute', 'read:'), (interval '0', 'write:')) made (before, action)
join lateral (select min(a.id) as id from directory_assignment a
              where a.staff_id = e.person and a.unit_id = e.unit) a on true
order by 1
"""


def load_readings() -> None:
    """Lines of the cases that have been loaded, sealed as each night."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(_MONTHS)
        cursor.execute(_LINES)
