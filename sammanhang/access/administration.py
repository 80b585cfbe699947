"""A unit's administrator keeps its own people: who may act for the unit, and nobody else's.

What may be given and ended is held by the database (directory/sql/row_security.sql).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from sammanhang.access.acting import Acting, log_reading
from sammanhang.access.acting import scope as access_scope
from sammanhang.directory import hsa

ROLE_AT = {
    "avdelning": "ward_nurse",
    "psykiatrisk-avdelning": "ward_nurse",
    "biståndsenhet": "case_officer",
    "hemsjukvård": "municipal_nurse",
    "ekonomi": "economist",
}
ELSEWHERE = "care_coordinator"
PURPOSE_AT = {"ekonomi": "Administration"}
IN_CARE = "Vård och behandling"


class NotDone(Exception):
    """It can't be done; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with an assignment at the unit today."""

    assignment: int
    person: str
    name: str
    role: str
    since: date
    mine: bool
    """Whether the administrator may end it."""


@contextmanager
def scope(acting: Acting) -> Iterator[None]:
    """A transaction in which the unit's own assignments may be given and ended."""
    with access_scope(acting):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.office', %s, true)", [acting.unit])
        yield


def role_at(acting: Acting) -> str:
    """The one role that is given at a unit of this type."""
    return ROLE_AT.get(acting.unit_type, ELSEWHERE)


def colleagues(acting: Acting, today: date) -> list[Colleague]:
    """All who may act for the unit today, in the order of their names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.id, s.hsa_id, s.given_name || ' ' || s.family_name, a.role, a.since, "
            "directory_is_administered(a.unit_id, a.role) "
            "from directory_assignment a join directory_staff s on s.hsa_id = a.staff_id "
            "where a.unit_id = %s and a.since <= %s and (a.until is null or a.until > %s) "
            "order by s.sort_key, a.id",
            [acting.unit, today, today],
        )
        return [Colleague(*row) for row in cursor.fetchall()]


def give(acting: Acting, person: str) -> None:
    """Gives somebody in the directory the unit's role from today."""
    try:
        known = hsa.hsa_id(person)
    except ValidationError as error:
        raise NotDone(error.messages[0]) from None
    if known == acting.person:
        raise NotDone(_("Ingen ger sig själv ett uppdrag. Be en annan administratör."))
    with connection.cursor() as cursor:
        cursor.execute("select 1 from directory_staff where hsa_id = %s", [known])
        if cursor.fetchone() is None:
            raise NotDone(_("Personen finns inte i katalogen. Be den som läser in den."))
        cursor.execute(
            "select 1 from directory_assignment where staff_id = %s and unit_id = %s "
            "and role = %s and (until is null or until > current_date)",
            [known, acting.unit, role_at(acting)],
        )
        if cursor.fetchone() is not None:
            raise NotDone(_("Personen har redan uppdraget."))
        cursor.execute(
            "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
            "values (%s, %s, %s, %s, current_date)",
            [known, acting.unit, role_at(acting), PURPOSE_AT.get(acting.unit_type, IN_CARE)],
        )
    log_reading(acting, f"write:assignment:{known}")


def end(acting: Acting, assignment: int) -> None:
    """Ends an assignment at the unit. It holds no longer, from now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update directory_assignment set until = current_date "
            "where id = %s and since < current_date and (until is null or until > current_date) "
            "returning staff_id",
            [assignment],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotDone(_("Uppdraget kan inte avslutas här, eller är redan avslutat."))
    log_reading(acting, f"write:assignment:{row[0]}")
