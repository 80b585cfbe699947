"""Who keeps assignments: a unit's administrator the unit's own, and a system owner those of the
administrators and log reviewers of their organisation.

What may be given, ended and confirmed is held by the database (directory/sql/row_security.sql).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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
APPOINTED = ("unit_administrator", "log_reviewer")
"""What a system owner appoints to."""
PURPOSE_OF = {
    "economist": "Administration",
    "unit_administrator": "Administration",
    "log_reviewer": "Kvalitetssäkring",
}
IN_CARE = "Vård och behandling"
YEAR = timedelta(days=365)
"""Within which an assignment is confirmed or ended; and for how long one is given."""
LONGEST = timedelta(days=730)
LONGEST_NEED = 500


class NotDone(Exception):
    """It can't be done; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody's assignment at a unit, in force today."""

    assignment: int
    person: str
    name: str
    role: str
    unit: str
    since: date
    until: date | None
    need: str
    confirmed: date | None
    kept: bool
    """Whether whoever looks may end it, and confirm it."""

    def is_due(self, today: date) -> bool:
        """Whether nobody has said for a year that it is needed."""
        return (self.confirmed or self.since) <= today - YEAR

    @property
    def last_day(self) -> date | None:
        return self.until - timedelta(days=1) if self.until else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An assignment as it was asked for on a form."""

    person: str
    need: str
    last_day: str


@contextmanager
def scope(acting: Acting) -> Iterator[None]:
    """A transaction in which assignments may be given and ended, as far as the role goes."""
    with access_scope(acting):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.office', %s, true)", [acting.unit])
        yield


def role_at(acting: Acting) -> str:
    """The one role that a unit's administrator gives there."""
    return ROLE_AT.get(acting.unit_type, ELSEWHERE)


HELD = """
select a.id, s.hsa_id, s.given_name || ' ' || s.family_name, a.role, a.unit_id, a.since, a.until,
       a.need, c.confirmed, directory_is_kept(a.unit_id, a.role)
from directory_assignment a
join directory_staff s on s.hsa_id = a.staff_id
left join lateral (select max(confirmed) as confirmed from directory_confirmation
                   where assignment = a.id) c on true
where a.since <= %s and (a.until is null or a.until > %s) and
"""


def held(today: date, where: str, *given: Any) -> list[Held]:
    """Assignments in force, in the order of names. `where`: SQL of ours on a, s, c."""
    with connection.cursor() as cursor:
        cursor.execute(f"{HELD} {where} order by s.sort_key, a.id", [today, today, *given])
        return [Held(*row) for row in cursor.fetchall()]


def at_unit(unit: str, today: date) -> list[Held]:
    """All who may act for a unit."""
    return held(today, "a.unit_id = %s", unit)


def give(acting: Acting, unit: str, role: str, wanted: Wanted, today: date) -> None:
    """Gives somebody in the directory a role at a unit, from today through its last day."""
    known = _person(wanted.person)
    until = _last_day(wanted.last_day, today) + timedelta(days=1)
    need = wanted.need.strip()
    if not need:
        raise NotDone(_("Skriv varför personen behöver uppdraget."))
    if len(need) > LONGEST_NEED:
        raise NotDone(_("Behovet är för långt beskrivet. Skriv högst 500 tecken."))
    if known == acting.person:
        raise NotDone(_("Ingen ger sig själv ett uppdrag. Be en annan administratör."))
    with connection.cursor() as cursor:
        cursor.execute("select 1 from directory_staff where hsa_id = %s", [known])
        if cursor.fetchone() is None:
            raise NotDone(_("Personen finns inte i katalogen. Be den som läser in den."))
        cursor.execute(
            "select 1 from directory_assignment where staff_id = %s and unit_id = %s "
            "and role = %s and (until is null or until > current_date)",
            [known, unit, role],
        )
        if cursor.fetchone() is not None:
            raise NotDone(_("Personen har redan uppdraget."))
        cursor.execute(
            "insert into directory_assignment "
            "(staff_id, unit_id, role, purpose, need, given_by, since, until) "
            "values (%s, %s, %s, %s, %s, %s, current_date, %s)",
            [known, unit, role, PURPOSE_OF.get(role, IN_CARE), need, acting.person, until],
        )
    log_reading(acting, f"write:assignment:{role}:{unit}:{known}")


def _person(typed: str) -> str:
    try:
        return hsa.hsa_id(typed)
    except ValidationError as error:
        raise NotDone(error.messages[0]) from None


def _last_day(typed: str, today: date) -> date:
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise NotDone(_("Skriv sista dagen som år-månad-dag, till exempel 2027-03-31.")) from None
    if not today <= day < today + LONGEST:
        raise NotDone(_("Sista dagen ska vara i dag eller senare, och inom två år."))
    return day


def end(acting: Acting, assignment: int) -> None:
    """Ends an assignment. It holds no longer, from now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update directory_assignment set until = current_date "
            "where id = %s and (until is null or until > current_date) "
            "returning role || ':' || unit_id || ':' || staff_id",
            [assignment],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotDone(_("Uppdraget kan inte avslutas här, eller är redan avslutat."))
    log_reading(acting, f"write:assignment-end:{row[0]}")


def confirm(acting: Acting, assignment: int) -> None:
    """Says that an assignment is still needed. It is asked for again in a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.role || ':' || a.unit_id || ':' || a.staff_id from directory_assignment a "
            "where a.id = %s and a.staff_id <> %s and directory_is_kept(a.unit_id, a.role) "
            "and (a.until is null or a.until > current_date)",
            [assignment, acting.person],
        )
        row = cursor.fetchone()
        if row is None:
            raise NotDone(_("Uppdraget kan inte bekräftas här. Ingen bekräftar sitt eget."))
        cursor.execute(
            "insert into directory_confirmation (assignment, by) values (%s, %s) "
            "on conflict do nothing",
            [assignment, acting.person],
        )
    log_reading(acting, f"write:assignment-confirmed:{row[0]}")
