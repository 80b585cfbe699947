"""A unit's board: who it is responsible for now, what it owes by when, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils.translation import gettext

from sammanhang.access.acting import Acting
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
    edition: str
    resident: UUID
    name: str
    birth_date: date | None
    number: str
    """Only where no date of birth is known, and then without its last four."""
    protected: bool
    phase: str | None
    phase_since: datetime | None
    planned_on: date | None
    owed: tuple[Owed, ...]
    waiting: tuple[Owed, ...]
    unread: int
    seq: int
    """The last event of the case, whoever it was for."""

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


@dataclass(frozen=True, slots=True)
class Board:
    """`rows`: None when the version is the one that the asker has already."""

    version: str
    rows: list[Row] | None
    units: dict[str, str]
    """Names of the units that are waited for, by HSA-id."""


def board(acting: Acting, *, known: str | None = None, case: int | None = None) -> Board:
    """Everyone on the unit's board, or only one case's row; in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select casework_board_page(%s, %s, %s, %s, %s)::text",
            [acting.person, acting.care_unit, acting.assignment, known, case],
        )
        found = orjson.loads(cursor.fetchone()[0])
    rows = [_row(one) for one in found["rows"]] if "rows" in found else None
    return Board(found["version"], rows, found.get("units", {}))


def with_number(acting: Acting, number: str) -> UUID | None:
    """Whoever on the unit's board has exactly this number, in its scope; the protected no one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select b.resident_id from casework_board b "
            "join residents_residentnumber n on n.resident_id = b.resident_id and n.value = %s "
            "join residents_resident r on r.id = b.resident_id "
            "and not (r.secrecy_marking or r.protected_registration) "
            "where b.unit = %s and b.shown limit 1",
            [number, acting.care_unit],
        )
        found = cursor.fetchone()
    return found[0] if found else None


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


def _row(found: list[Any]) -> Row:
    (case, process, edition, resident, name, born, number, protected, phase, since, planned,
     owed, waiting, unread, seq) = found  # fmt: skip
    return Row(
        case=case,
        process=process,
        edition=edition,
        resident=UUID(resident),
        name=name or gettext(PROTECTED),
        birth_date=date.fromisoformat(born) if born else None,
        number=number or "",
        protected=protected,
        phase=phase,
        phase_since=_moment(since),
        planned_on=date.fromisoformat(planned) if planned else None,
        owed=_owed(owed),
        waiting=_owed(waiting),
        unread=unread,
        seq=seq,
    )


def _owed(items: list[list[Any]]) -> tuple[Owed, ...]:
    return tuple(Owed(act, _moment(due), *rest) for act, due, *rest in items)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
