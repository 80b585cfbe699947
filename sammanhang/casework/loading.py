"""Whole histories written at once, by COPY as the owner: for demonstrations, tests, benchmarks.

The rows are those that `perform` would have left behind, made by the same projection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connections

from sammanhang.casework.projection import (
    PLANNED_DAY,
    board_rows,
    chained_hash,
    delivery_rows,
    event_json,
    obligation_row,
)
from sammanhang.engine import Case, Event, changed_acts, evolve, start, to_json
from sammanhang.guideline.model import Process

OWNER = "owner"

COLUMNS: Mapping[str, str] = {
    "casework_case": "id, resident_id, process, document, version, opened_at, closed_at, phase, "
    "phase_since, seq, head",
    "casework_event": "case_id, seq, at, unit, person, act, data, basis, hash",
    "casework_party": "case_id, part, unit, since, until",
    "casework_delivery": "case_id, seq, unit, sender, in_inbox, delivered_at, acknowledged_at, "
    "acknowledged_by, acknowledged_seq",
    "casework_obligation": "case_id, key, rule, act, unit, part, due, before, awaited_by, "
    "started_by, due_by, message, ended_by, ended_at, cancelled",
    "casework_snapshot": "case_id, state",
    "casework_board": "unit, case_id, resident_id, open, phase, phase_since, planned_on, "
    "next_due, owed, waiting, unread, changed_at",
}


@dataclass(frozen=True, slots=True)
class History:
    """What happened in one case, from its first event."""

    resident: UUID
    parties: Mapping[str, Sequence[str]]
    events: Sequence[Event]


@dataclass(slots=True)
class Rows:
    """Rows by table, in the order of COLUMNS."""

    by_table: dict[str, list[Sequence[Any]]] = field(
        default_factory=lambda: {table: [] for table in COLUMNS}
    )

    def add(self, process: Process, number: int, history: History) -> Case:
        """The rows of one case. Returns the case that the history makes."""
        case = start(process, history.parties)
        put = self.by_table
        holding: dict[tuple[str, str], datetime] = {}
        delivered: dict[tuple[int, str], str] = {}
        units: set[str] = set()
        head = b""
        for event in history.events:
            before, case = case, evolve(process, case, event)
            stored = event_json(process, event)
            head = chained_hash(head, number, stored)
            put["casework_event"].append(
                (number, event.seq, event.at, event.unit, event.person, event.act,
                 _json(stored["data"]), stored["basis"], head)
            )  # fmt: skip
            self._parties(number, holding, case, event.at)
            units |= {unit for _, unit in holding}
            for row in delivery_rows(process, changed_acts(before, case), event.at):
                delivered.setdefault((row[0], row[1]), row[4])
        self._rest(process, number, history, case, head, holding, delivered, units)
        return case

    def _parties(
        self, number: int, holding: dict[tuple[str, str], datetime], case: Case, at: datetime
    ) -> None:
        now = {(part, unit) for part, units in case.parties.items() for unit in units}
        for gone in holding.keys() - now:
            row = (number, *gone, holding.pop(gone), at)
            self.by_table["casework_party"].append(row)
        for came in now - holding.keys():
            holding[came] = at

    def _rest(
        self,
        process: Process,
        number: int,
        history: History,
        case: Case,
        head: bytes,
        holding: Mapping[tuple[str, str], datetime],
        delivered: Mapping[tuple[int, str], str],
        units: set[str],
    ) -> None:
        put, document = self.by_table, process.document
        first, last = history.events[0].at, history.events[-1].at
        closed_at = case.done[case.closed_by].at if case.closed_by else None
        put["casework_case"].append(
            (number, history.resident, process.key, document.id, document.version, first,
             closed_at, case.phase, case.phase_since, case.seq, head)
        )  # fmt: skip
        put["casework_party"] += [(number, *held, at, None) for held, at in holding.items()]
        for row in delivery_rows(process, case.done.values(), last):
            row[4] = delivered.get((row[0], row[1]), row[4])
            put["casework_delivery"].append((number, *row))
        put["casework_obligation"] += [
            (number, *obligation_row(owed)) for owed in case.obligations.values()
        ]
        put["casework_snapshot"].append((number, _json(to_json(case))))
        planned = case.values.get(PLANNED_DAY)
        everyone = Case(
            **{name: getattr(case, name) for name in Case.__slots__}
            | {"parties": {"": tuple(sorted(units))}}
        )
        for unit, is_open, due, owed, waiting, unread in board_rows(process, everyone, case):
            put["casework_board"].append(
                (unit, number, history.resident, is_open, case.phase, case.phase_since, planned,
                 due, _json(owed), _json(waiting), unread, last)
            )  # fmt: skip


def load(process: Process, histories: Iterable[History]) -> int:
    """Writes the histories as new cases. Returns how many events they held."""
    rows = Rows()
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from casework_case")
        number = cursor.fetchone()[0]
        for history in histories:
            number += 1
            rows.add(process, number, history)
        write(cursor, rows)
        cursor.execute(
            "select setval(pg_get_serial_sequence('casework_case', 'id'), greatest(%s, 1))",
            [number],
        )
    return len(rows.by_table["casework_event"])


def write(cursor: Any, rows: Rows) -> None:
    for table, columns in COLUMNS.items():
        with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
            for row in rows.by_table[table]:
                copy.write_row(row)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
