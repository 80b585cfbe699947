"""The state of the log, and how units review theirs, in numbers: for an auditor and a system owner.

Of their own organisation's units. Nobody's data is in it (sql/oversight.sql).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection, connections

from sammanhang.access.acting import Acting
from sammanhang.access.acting import scope as access_scope
from sammanhang.access.review import is_late
from sammanhang.directory.queries import unit_names
from sammanhang.swedish_order import swedish_sort_key


@dataclass(frozen=True, slots=True)
class LogState:
    """The latest seal, and what came of the latest verification; None where there is none."""

    seal: int | None
    sealed_at: datetime | None
    verified_at: datetime | None
    since: date | None
    """From when the verification looked; None: at all of it."""
    findings: int


@dataclass(frozen=True, slots=True)
class UnitReview:
    """How a unit stands with a month of its log. Verdicts as they were when it was signed."""

    unit: str
    month: date
    signed: datetime | None
    in_order: int
    look_into: int
    misuse: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class MonthReview:
    """All units of a month together."""

    month: date
    units: tuple[UnitReview, ...]

    @property
    def signed(self) -> int:
        return sum(one.signed is not None for one in self.units)

    @property
    def late(self) -> int:
        return sum(one.is_late for one in self.units)

    @property
    def in_order(self) -> int:
        return sum(one.in_order for one in self.units)

    @property
    def look_into(self) -> int:
        return sum(one.look_into for one in self.units)

    @property
    def misuse(self) -> int:
        return sum(one.misuse for one in self.units)


@contextmanager
def scope(acting: Acting) -> Iterator[None]:
    """A transaction in which what concerns one's own organisation may be read."""
    with access_scope(acting):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.office', %s, true)", [acting.unit])
        yield


def log_state() -> LogState:
    with connection.cursor() as cursor:
        cursor.execute("select number, sealed_at from access_log_seal order by number desc limit 1")
        seal: tuple[Any, Any] = cursor.fetchone() or (None, None)
        cursor.execute(
            "select at, since, findings from access_verification order by id desc limit 1"
        )
        verified: tuple[Any, Any, int] = cursor.fetchone() or (None, None, 0)
    return LogState(*seal, *verified)


REVIEWS = """
select m.unit, m.month, s.at, coalesce(s.in_order, 0), coalesce(s.look_into, 0),
       coalesce(s.misuse, 0)
from access_review_month m
left join lateral (select * from access_review_signed s
                   where s.unit = m.unit and s.month = m.month order by s.id desc limit 1) s on true
order by m.month desc
"""


def reviews(today: date) -> list[MonthReview]:
    """By month, the latest first, the units of each by name."""
    with connection.cursor() as cursor:
        cursor.execute(REVIEWS)
        found = [
            UnitReview(*row, is_late=row[2] is None and is_late(row[1], today))
            for row in cursor.fetchall()
        ]
    return [
        MonthReview(month, tuple(units)) for month, units in groupby(found, lambda one: one.month)
    ]


def late_reviews(today: date) -> list[tuple[date, str]]:
    """(month, unit's name) of every organisation's, for the keeper; as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(REVIEWS)
        late = [
            (month, unit)
            for unit, month, signed, *_ in cursor.fetchall()
            if signed is None and is_late(month, today)
        ]
    names = unit_names(unit for _, unit in late)
    return sorted((month, names[unit].full) for month, unit in late if unit in names)


def named(month: MonthReview) -> list[tuple[str, UnitReview]]:
    """The month's units under their names, in the order of these."""
    names = unit_names(one.unit for one in month.units)
    pairs = [(names[one.unit].full, one) for one in month.units if one.unit in names]
    return sorted(pairs, key=lambda pair: swedish_sort_key(pair[0]))
