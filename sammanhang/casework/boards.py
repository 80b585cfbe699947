"""A unit's board: who it is responsible for now, what it owes by when, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from sammanhang.engine.calendar import local
from sammanhang.residents.queries import PROTECTED
from sammanhang.swedish_order import swedish_sort_key


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed, on a board. `unit` is who owes it where it is somebody else."""

    act: str
    due: datetime | None
    rule: str
    unit: str | None = None

    def is_late(self, now: datetime) -> bool:
        return self.due is not None and self.due < now


@dataclass(frozen=True, slots=True)
class Row:
    """A person on a board."""

    case: int
    process: str
    version: str
    resident: UUID
    name: str
    number: str
    birth_date: date | None
    protected: bool
    phase: str | None
    phase_since: datetime | None
    planned_on: date | None
    owed: tuple[Owed, ...]
    waiting: tuple[Owed, ...]
    unread: int
    changed_at: datetime

    def late(self, now: datetime) -> tuple[Owed, ...]:
        return tuple(one for one in self.owed if one.is_late(now))

    def days_in_phase(self, today: date) -> int:
        return (today - local(self.phase_since).date()).days if self.phase_since else 0

    def age(self, today: date) -> int | None:
        born = self.birth_date
        if born is None:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


FILTERS = {
    "alla": lambda row, now: True,
    "att-göra": lambda row, now: bool(row.owed),
    "försenat": lambda row, now: bool(row.late(now)),
    "oläst": lambda row, now: row.unread > 0,
    "väntar": lambda row, now: bool(row.waiting),
}

_ROWS = """
select b.case_id, c.process, c.version, b.resident_id,
       r.given_name || ' ' || r.family_name, n.value, r.birth_date,
       r.secrecy_marking or r.protected_registration, b.phase, b.phase_since, b.planned_on,
       b.owed::text, b.waiting::text, b.unread, b.changed_at, r.sort_key
from casework_board b
join casework_case c on c.id = b.case_id
join residents_resident r on r.id = b.resident_id
join residents_residentnumber n on n.resident_id = b.resident_id and n.current
where b.unit = %s and b.shown
"""


def rows(unit: str) -> list[Row]:
    """Everyone on the unit's board, within its scope."""
    return _fetch(_ROWS, [unit])


def row(unit: str, case: int) -> Row | None:
    """One person on the board; None when not on it (any more)."""
    found = _fetch(_ROWS + " and b.case_id = %s", [unit, case])
    return found[0] if found else None


def version(unit: str) -> str:
    """Changes whenever anything on the unit's board does, be it only that time has run out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), coalesce(bit_xor(hashtextextended(case_id::text, seq)), 0), "
            "coalesce(sum((select count(*) from unnest(turns) due where due < now())), 0) "
            "from casework_board where unit = %s and shown",
            [unit],
        )
        people, content, late = cursor.fetchone()
    return f"{people}-{content & (2**64 - 1):x}-{late}"


def chosen(
    everyone: list[Row], now: datetime, *, show: str = "alla", sort: str = "brådska", q: str = ""
) -> list[Row]:
    """The rows that a filter and a search leave, in order. Late things come first by default."""
    keep = FILTERS.get(show, FILTERS["alla"])
    words = swedish_sort_key(q).split()
    left = [one for one in everyone if keep(one, now) and _matches(one, words)]
    order = SORTS.get(sort, SORTS["brådska"])
    return sorted(left, key=lambda one: order(one, now))


def counts(everyone: list[Row], now: datetime) -> dict[str, int]:
    """How many each filter leaves."""
    return {name: sum(1 for one in everyone if keep(one, now)) for name, keep in FILTERS.items()}


def _by_urgency(one: Row, now: datetime) -> tuple[Any, ...]:
    dues = [owed.due for owed in one.owed if owed.due]
    return (not dues, min(dues, default=now), not one.owed, swedish_sort_key(one.name))


SORTS = {
    "brådska": _by_urgency,
    "namn": lambda one, now: (swedish_sort_key(one.name),),
    "läge": lambda one, now: (one.phase or "", one.phase_since or now),
    "utskrivningsdag": lambda one, now: (one.planned_on is None, one.planned_on or now.date()),
    "dagar": lambda one, now: (one.phase_since or now,),
}


def _matches(one: Row, words: list[str]) -> bool:
    number = f"{one.number[:8]}-{one.number[8:]}"
    said = f"{swedish_sort_key(one.name)} {one.number} {one.number[2:]} {number}"
    return all(word in said or word.replace("-", "") in said for word in words)


def _fetch(sql: str, parameters: list[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_row(found) for found in cursor.fetchall()]


def _row(found: tuple[Any, ...]) -> Row:
    (case, process, version, resident, name, number, born, protected, phase, since, planned,
     owed, waiting, unread, changed_at, _) = found  # fmt: skip
    return Row(
        case=case,
        process=process,
        version=version,
        resident=resident,
        name=PROTECTED if protected else name,
        number="" if protected else number,
        birth_date=None if protected else born,
        protected=protected,
        phase=phase,
        phase_since=since,
        planned_on=planned,
        owed=_owed(owed),
        waiting=_owed(waiting),
        unread=unread,
        changed_at=changed_at,
    )


def _owed(text: str) -> tuple[Owed, ...]:
    return tuple(
        Owed(one[0], datetime.fromisoformat(one[1]) if one[1] else None, *one[2:])
        for one in orjson.loads(text)
    )
