"""Two residents of the demonstration who have asked that something be kept from others, and one
emergency opening that waits for the reviewer of the memorable ward."""

from __future__ import annotations

from typing import Any

from django.db import connections

from simulation.county import OWNER
from simulation.staff import CENTRE, WARD, memorable, unit_named

_A_CASE = """
select c.id, c.resident_id, e.unit, e.person from casework_case c
join residents_resident r on r.id = c.resident_id
  and not (r.secrecy_marking or r.protected_registration)
join casework_board b on b.case_id = c.id and b.unit = %(ward)s and b.shown
join casework_event e on e.case_id = c.id and (e.unit = %(ward)s) = %(by_the_ward)s
join casework_delivery d on d.case_id = e.case_id and d.seq = e.seq
  and (%(by_the_ward)s or d.unit = %(ward)s)
where c.closed_at is null and c.phase <> 'hemgång-klar' and c.id <> all(%(other)s)
order by e.unit = %(centre)s desc, c.id desc, e.seq limit 1
"""
WHY = "Personen kom in medvetslös. Vi behövde veta vilka läkemedel vårdcentralen nyss hade ändrat."


def load_blocks() -> None:
    """What others (the memorable care centre, if it can be) have written to the memorable ward
    about one is kept from it, and what the ward has written about another is kept from others."""
    ward, nurse = unit_named(*WARD), memorable()[0].hsa_id
    with connections[OWNER].cursor() as cursor:
        first = _blocked(cursor, ward, by_the_ward=False, other=[])
        if first is not None:
            cursor.execute(
                "insert into access_opening (case_id, resident_id, unit, person, ground, reason, "
                "since, until, told) select %s, %s, %s, a.staff_id, 'emergency', %s, now(), now(), "
                "'{}' from directory_assignment a where a.unit_id = %s and a.role = 'ward_nurse' "
                "and a.staff_id <> %s order by a.staff_id limit 1",
                [*first, ward, WHY, ward, nurse],
            )
        _blocked(cursor, ward, by_the_ward=True, other=[first[0]] if first else [])


def _blocked(
    cursor: Any, ward: str, *, by_the_ward: bool, other: list[int]
) -> tuple[int, Any] | None:
    """A patient on the ward's board who has blocked what somebody has written."""
    given = {"ward": ward, "by_the_ward": by_the_ward, "other": other}
    cursor.execute(_A_CASE, given | {"centre": unit_named(CENTRE)})
    found = cursor.fetchone()
    if found is None:
        return None
    case, resident, writer, person = found
    cursor.execute(
        "with made as (insert into access_block (resident_id, unit) values (%s, %s) "
        "returning id) insert into access_block_wish "
        "(block, wish, asked_by, asked_on, unit, person) "
        "select id, 'block', 'resident', current_date - 1, %s, %s from made",
        [resident, writer, writer, person],
    )
    return case, resident
