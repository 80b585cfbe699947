"""Two residents of the demonstration who have asked that something be kept from others, and one
emergency opening that waits for the reviewer of the memorable ward."""

from __future__ import annotations

from typing import Any

from django.db import connections

from simulation.county import OWNER
from simulation.staff import CENTRE, WARD, memorable, unit_named

_A_CASE = """
select c.id, c.resident_id from casework_case c
join residents_resident r on r.id = c.resident_id
  and not (r.secrecy_marking or r.protected_registration)
where c.closed_at is null and c.phase <> 'hemgång-klar' and c.id <> all(%(other)s)
  and exists (select from casework_board b where b.case_id = c.id and b.unit = %(ward)s and b.shown)
  and exists (select from casework_event e join casework_delivery d using (case_id, seq)
              where e.case_id = c.id and e.unit = %(writer)s and d.unit like %(reader)s)
order by c.id desc limit 1
"""
EVERY = "%"
WHY = "Personen kom in medvetslös. Vi behövde veta vilka läkemedel vårdcentralen nyss hade ändrat."


def load_blocks() -> None:
    """What the memorable care centre has written about one is kept from the others, and what the
    memorable ward has written about another."""
    ward, centre = unit_named(*WARD), unit_named(CENTRE)
    nurse, coordinator = memorable()[0].hsa_id, memorable()[1].hsa_id
    with connections[OWNER].cursor() as cursor:
        first = _blocked(cursor, ward, centre, ward, coordinator, ())
        if first is not None:
            cursor.execute(
                "insert into access_opening (case_id, resident_id, unit, person, ground, reason, "
                "since, until, told) select %s, %s, %s, a.staff_id, 'emergency', %s, now(), now(), "
                "'{}' from directory_assignment a where a.unit_id = %s and a.role = 'ward_nurse' "
                "and a.staff_id <> %s order by a.staff_id limit 1",
                [*first, ward, WHY, ward, nurse],
            )
        _blocked(cursor, ward, ward, EVERY, nurse, (first[0],) if first else ())


def _blocked(
    cursor: Any, ward: str, writer: str, reader: str, registered_by: str, other: tuple[int, ...]
) -> tuple[int, Any] | None:
    """A patient on the ward's board about whom the writer has written to the reader."""
    given = {"ward": ward, "writer": writer, "reader": reader, "other": list(other)}
    cursor.execute(_A_CASE, given)
    found = cursor.fetchone()
    if found is not None:
        cursor.execute(
            "with made as (insert into access_block (resident_id, unit) values (%s, %s) "
            "returning id) insert into access_block_wish "
            "(block, wish, asked_by, asked_on, unit, person) "
            "select id, 'block', 'resident', current_date - 1, %s, %s from made",
            [found[1], writer, writer, registered_by],
        )
    return found
