"""Whole histories written at once, by COPY as the owner: for demonstrations, tests, benchmarks.

Each event's changes are those that `perform` would have written (casework_write in
sql/functions.sql), gathered in memory and written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connections

from sammanhang.casework import chain, restricted
from sammanhang.casework.documents import Edition
from sammanhang.casework.projection import AS_IT_WAS, changes
from sammanhang.casework.restricted import Kept
from sammanhang.engine import Case, Event, evolve, start, to_json
from sammanhang.guideline.model import Process

OWNER = "owner"

COLUMNS: Mapping[str, str] = {
    "casework_case": "id, resident_id, process, document, version, edition, place, opened_at, "
    "closed_at, phase, phase_since, seq, head",
    "casework_event": "case_id, seq, at, unit, person, act, data, basis, method, hash",
    "casework_restricted": "case_id, seq, field, about, only_for, authors, readers, said, salt",
    "casework_phase": "case_id, seq, phase, since",
    "casework_party": "case_id, part, unit, since, until",
    "casework_delivery": "case_id, seq, unit, sender, heir, in_inbox, delivered_at, "
    "acknowledged_at, acknowledged_by, acknowledged_seq",
    "casework_obligation": "case_id, key, rule, act, unit, part, due, before, awaited_by, "
    "started_by, due_by, message, ended_by, ended_at, cancelled",
    "casework_snapshot": "case_id, state",
    "casework_board": "case_id, unit, resident_id, process, edition, shown, phase, phase_since, "
    "owed, waiting, turns, unread, sees_until, seq, changed_at",
    "casework_planned": "case_id, unit, resident_id, day, seq",
}

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class History:
    """What happened in one case, from its first event. `place`: the hospital that opened it."""

    resident: UUID
    place: str
    parties: Mapping[str, Sequence[str]]
    events: Sequence[Event]


@dataclass(slots=True)
class Written:
    """What one case comes to in the tables, as event after event is written."""

    number: int
    edition: str
    head: bytes = chain.NOTHING_BEFORE
    events: list[Row] = field(default_factory=list)
    restricted: list[list[Any]] = field(default_factory=list)
    phases: list[Row] = field(default_factory=list)
    parties: list[list[Any]] = field(default_factory=list)
    deliveries: dict[tuple[int, str], list[Any]] = field(default_factory=dict)
    obligations: dict[str, Row] = field(default_factory=dict)
    boards: dict[str, Row] = field(default_factory=dict)
    planned: dict[str, Row] = field(default_factory=dict)

    def write(
        self,
        process: Process,
        event: Event,
        kept: Sequence[Kept],
        made: Mapping[str, Any],
        who: UUID,
    ) -> None:
        """The same as casework_write does with an event and its changes."""
        basis = process.acts[event.act].basis
        stored = chain.as_stored(restricted.sealed(event, kept), basis)
        self.head = chain.link(self.head, self.number, stored)
        self.events.append(
            (self.number, event.seq, event.at, event.unit, event.person, event.act,
             _json(stored["data"]), stored["basis"], stored["method"], self.head)
        )  # fmt: skip
        phase = (made["phase"], made["phase_since"])
        if made["new_phase"]:
            self.phases.append((self.number, event.seq, *phase))
        self._parties(made, event.at)
        self._restricted(event.seq, kept, made)
        for seq, unit, *rest in made.get("deliveries", ()):
            earlier = self.deliveries.get((seq, unit))
            at = earlier[6] if earlier else event.at
            row = [self.number, seq, unit, rest[0], rest[1], rest[2], at, *rest[3:]]
            self.deliveries[seq, unit] = row
        for row in made.get("obligations", ()):
            self.obligations[row[0]] = (self.number, *row)
        for unit, shown, owed, waiting, turns, unread, until in made["boards"]:
            if until == AS_IT_WAS and unit in self.boards:
                until = self.boards[unit][12]
            self.boards[unit] = (
                self.number, unit, who, process.key, self.edition, shown, *phase, _json(owed),
                _json(waiting), turns, unread, until, event.seq, event.at,
            )  # fmt: skip
        for unit, day, seq in made.get("planned", ()):
            self.planned[unit] = (self.number, unit, who, day, seq)

    def _restricted(self, seq: int, kept: Sequence[Kept], made: Mapping[str, Any]) -> None:
        for one in kept:
            readers = {
                unit
                for row in self.restricted
                if row[2:4] == [one.field, one.about]
                for unit in row[6]
            }
            self.restricted.append(
                [self.number, seq, one.field, one.about, list(one.only_for), list(one.authors),
                 sorted({*one.readers, *readers}), _json(one.said), one.salt]
            )  # fmt: skip
        old, new, parts = made.get("handed") or ("", "", ())
        for row in self.restricted if old else ():
            if old in row[5] and new not in row[5]:
                row[5].append(new)
            if old in row[6] and new not in row[6] and not set(row[4]).isdisjoint(parts):
                row[6].append(new)

    def _parties(self, made: Mapping[str, Any], at: datetime) -> None:
        for part, unit in made.get("went", ()):
            for row in self.parties:
                if row[1:3] == [part, unit] and row[4] is None:
                    row[4] = at
        self.parties += [[self.number, part, unit, at, None] for part, unit in made.get("came", ())]


def load(process: Process, edition: Edition, histories: Iterable[History]) -> int:
    """Writes the histories as new cases under a process of an edition. Returns how many events
    they held."""
    tables: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from casework_case")
        number = cursor.fetchone()[0]
        for history in histories:
            number += 1
            _gather(tables, process, edition, number, history)
        for table, columns in COLUMNS.items():
            with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
                for row in tables[table]:
                    copy.write_row(row)
        cursor.execute(
            "select setval(pg_get_serial_sequence('casework_case', 'id'), greatest(%s, 1))",
            [number],
        )
    return len(tables["casework_event"])


def _gather(
    tables: dict[str, list[Row]], process: Process, edition: Edition, number: int, history: History
) -> None:
    written = Written(number, str(edition))
    case: Case = start(process, history.parties)
    made: Mapping[str, Any] = {}
    for event in history.events:
        before, case = case, evolve(process, case, restricted.for_engine(process, case, event))
        kept = restricted.kept(process, before, case, event)
        made = changes(process, before, case, event, kept)
        written.write(process, event, kept, made, history.resident)
    document = process.document
    tables["casework_case"].append(
        (number, history.resident, process.key, document.id, document.version, str(edition),
         history.place, history.events[0].at, made["closed_at"], case.phase, case.phase_since,
         case.seq, written.head)
    )  # fmt: skip
    tables["casework_event"] += written.events
    tables["casework_restricted"] += written.restricted
    tables["casework_phase"] += written.phases
    tables["casework_party"] += written.parties
    tables["casework_delivery"] += written.deliveries.values()
    tables["casework_obligation"] += written.obligations.values()
    tables["casework_snapshot"].append((number, _json(to_json(case))))
    tables["casework_board"] += written.boards.values()
    tables["casework_planned"] += written.planned.values()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
