"""Openings of what residents have blocked (spärr), as log reviewers meet them: told at once, and
standing before them until they have said what they think of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from sammanhang.access import review
from sammanhang.access.acting import Acting
from sammanhang.access.review_patterns import Line
from sammanhang.engine.calendar import local


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening. About whom it is, is told by the number of the case alone."""

    id: int
    since: datetime
    until: datetime
    case: int
    person: str
    name: str
    unit: str
    unit_name: str
    ground: str
    reason: str

    @property
    def key(self) -> str:
        """What a verdict on it names."""
        return f"opening:{self.id}"

    @property
    def month(self) -> date:
        return local(self.since).date().replace(day=1)


_OPENINGS = """
select o.id, o.since, o.until, o.case_id, o.person,
       coalesce(s.given_name || ' ' || s.family_name, o.person), o.unit,
       coalesce((select case when strpos(p.name, p.parent) > 0 then p.name
                        else p.name || ', ' || p.parent end
                 from directory_unitperiod p where p.unit_id = o.unit
                 order by p.since desc limit 1), o.unit), o.ground, o.reason
from access_opening o left join directory_staff s on s.hsa_id = o.person
where %s = any (o.told)
"""
_UNSAID = " and not exists (select from access_review r where r.finding = 'opening:' || o.id)"


def waiting(acting: Acting) -> list[Opening]:
    """Those that the unit is told of and has said nothing of, the latest first; in its scope."""
    return _found(_UNSAID + " order by o.id desc", [acting.unit])


def one(acting: Acting, number: int) -> Opening | None:
    found = _found(" and o.id = %s", [acting.unit, number])
    return found[0] if found else None


def _found(where: str, given: list[Any]) -> list[Opening]:
    with connection.cursor() as cursor:
        cursor.execute(_OPENINGS + where, given)
        return [Opening(*row) for row in cursor.fetchall()]


def to_review(acting: Acting) -> int:
    """How many openings wait for the reviewer, for the head of every page."""
    with review.scope(acting), connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from access_opening o where %s = any (o.told){_UNSAID}",
            [acting.unit],
        )
        return cursor.fetchone()[0]


def lines(opening: Opening) -> list[Line]:
    """What was read by it, as far as the reviewer's own unit has the log of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, at, person, action, case_id, resident_id, why from access_log "
            "where unit = %s and at >= %s and at <= %s and person = %s and case_id = %s "
            "and why = %s order by id",
            [opening.unit, opening.since, opening.until, opening.person, opening.case,
             opening.ground],
        )  # fmt: skip
        return [
            Line(id, at, person, opening.name, *rest) for id, at, person, *rest in cursor.fetchall()
        ]
