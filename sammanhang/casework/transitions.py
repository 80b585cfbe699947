"""On the first day of a version that binds running cases, they go over to it: the service does it,
as the owner of the tables, by an event in each case that tells what it changed for whom."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connections, transaction

from sammanhang.casework import chain, restricted
from sammanhang.casework.documents import Edition, edition_after, recorded
from sammanhang.casework.processes import process_for
from sammanhang.casework.projection import changes
from sammanhang.engine import Case, Event, from_json, to_json
from sammanhang.engine.calendar import local
from sammanhang.engine.transition import SWITCH, switch, what_changed, why_not_switch
from sammanhang.guideline.model import Process

log = logging.getLogger(__name__)

OWNER = "owner"
SERVICE = "Sammanhang"
"""Who does it: neither a unit nor a person."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How many cases went over, and how many keep their version because they can't."""

    switched: int = 0
    kept: int = 0


def take_over(now: datetime) -> TakenOver:
    """Lets every running case go over that is to. What fails for one case leaves it as it was."""
    everything, today = recorded(), local(now).date()
    switched = kept = 0
    for stored in _editions():
        edition = Edition.stored(stored)
        following = edition_after(everything, edition, today)
        if following is None:
            continue
        for number in _running(stored):
            if _take_over_one(number, edition, following, now):
                switched += 1
            else:
                kept += 1
    return TakenOver(switched, kept)


def _editions() -> list[str]:
    return [
        edition
        for (edition,) in _rows(
            "select distinct edition from casework_case where closed_at is null"
        )
    ]


def _running(edition: str) -> list[int]:
    found = _rows(
        "select id from casework_case where closed_at is null and edition = %s order by id", edition
    )
    return [number for (number,) in found]


def _take_over_one(number: int, old: Edition, new: Edition, now: datetime) -> bool:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select c.process, c.head, s.state from casework_case c "
            "join casework_snapshot s on s.case_id = c.id "
            "where c.id = %s and c.edition = %s and c.closed_at is null for no key update of c",
            [number, str(old)],
        )
        found = cursor.fetchone()
        if found is None:  # it ended, or went over, since we looked
            return False
        key, head, state = found
        before, after = process_for(key, old), process_for(key, new)
        case = _as_needed(cursor, number, after, from_json(orjson.loads(state)))
        at = max(now, case.last_at or now)
        reason = why_not_switch(before, after, case, at)
        if reason is not None:
            log.info("Ärende %s behåller sin version: %s", number, reason)
            return False
        _write(cursor, number, before, after, case, bytes(head), new, at)
    return True


def _as_needed(cursor: Any, number: int, process: Process, case: Case) -> Case:
    cursor.execute(
        "select about, field, said::text from casework_restricted where case_id = %s order by seq",
        [number],
    )
    rows = [(about, field, orjson.loads(said)) for about, field, said in cursor.fetchall()]
    return restricted.as_needed(process, case, rows)


def _write(
    cursor: Any,
    number: int,
    old: Process,
    new: Process,
    case: Case,
    head: bytes,
    edition: Edition,
    at: datetime,
) -> None:
    bare = Event(case.seq + 1, at, SERVICE, SERVICE, SWITCH, {})
    after = switch(old, new, case, bare)
    data = {"dokument": _documents(old, new), "ändrat": what_changed(case, after)}
    event = Event(bare.seq, at, SERVICE, SERVICE, SWITCH, data)
    stored = chain.as_stored(event, None)
    cursor.execute(
        "select casework_switch(%s, %s, %s, %s, %s, %s, %s)",
        [
            number,
            new.document.version,
            str(edition),
            _json(stored),
            chain.link(head, number, stored),
            _json(changes(new, case, after, event)),
            _json(to_json(after)),
        ],
    )


def _documents(old: Process, new: Process) -> list[dict[str, str | None]]:
    """Those that are another version than before, or weren't there."""
    was = {one.id: one.version for one in (old.document, *old.additions)}
    return [
        {"id": one.id, "titel": one.title, "förr": was.get(one.id), "nu": one.version}
        for one in (new.document, *new.additions)
        if was.get(one.id) != one.version
    ]


def _rows(sql: str, *given: Any) -> list[tuple[Any, ...]]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
