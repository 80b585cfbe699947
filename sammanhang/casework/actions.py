"""What a person does in a case: each function is one transaction, and writes all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from sammanhang.access.acting import Acting, scope
from sammanhang.casework.processes import DISCHARGE, process_for
from sammanhang.casework.projection import chained_hash, changes, event_json
from sammanhang.directory import queries as directory
from sammanhang.engine import (
    Case,
    Command,
    Event,
    Refusal,
    decide,
    evolve,
    from_json,
    start,
)
from sammanhang.engine.calendar import local
from sammanhang.guideline.model import Effect, FieldType, Process


@dataclass(frozen=True, slots=True)
class Performed:
    """It was done, as event `seq`. `repeated`: it had been done already by the same request."""

    case: int
    seq: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, and nothing was written."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Changed:
    """It was not done: others have acted since the person looked, up to event `seq`."""

    seq: int


class NoSuchCase(Exception):
    """There is no such case for this unit."""


def perform(
    *,
    acting: Acting,
    case: int,
    act: str,
    data: Mapping[str, Any],
    now: datetime,
    key: UUID,
    expected_seq: int | None = None,
) -> Performed | Refused | Changed:
    """Does an act in a case on behalf of a unit. The same `key` again does nothing more.

    `expected_seq`: the last event the person had seen; with a later one nothing is done and the
    answer is `Changed`. Acknowledging is never held up so. Raises NoSuchCase.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select * from casework_begin(%s, %s, %s, %s)", [acting.person, acting.unit, case, key]
        )
        found = cursor.fetchone()
        if found is None:
            raise NoSuchCase
        repeated, seq, head, process_key, version, _, state = found
        if repeated is not None:
            return Performed(case, repeated, repeated=True)
        process = process_for(process_key, version)
        if (
            expected_seq is not None
            and seq != expected_seq
            and not _only_acknowledges(process, act)
        ):
            return Changed(seq)
        before = from_json(orjson.loads(state) if isinstance(state, str) else state)
        command = Command(acting.unit, acting.person, act, data)
        decided = _decide(process, before, command, now)
        if isinstance(decided, Refusal):
            return Refused(decided)
        for event in decided:
            before, head = _append(cursor, process, case, before, event, head, key)
        return Performed(case, before.seq)


def open_case(
    *,
    acting: Acting,
    resident: UUID,
    act: str,
    data: Mapping[str, Any],
    now: datetime,
    key: UUID,
    process_key: str = DISCHARGE,
) -> Performed | Refused:
    """Opens a case for a resident by its first act, which the acting unit does."""
    process = process_for(process_key)
    case = start(process, _first_parties(process, act, acting))
    with scope(acting), connection.cursor() as cursor:
        cursor.execute("select case_id, seq from casework_request where key = %s", [key])
        if done := cursor.fetchone():
            return Performed(done[0], done[1], repeated=True)
        if already := _open_already(cursor, acting, resident):
            return Refused(already)
        decided = _decide(process, case, Command(acting.unit, acting.person, act, data), now)
        if isinstance(decided, Refusal):
            return Refused(decided)
        document = process.document
        cursor.execute(
            "select casework_open(%s, %s, %s, %s, %s)",
            [resident, process.key, document.id, document.version, now],
        )
        number = cursor.fetchone()[0]
        head = b""
        for event in decided:
            case, head = _append(cursor, process, number, case, event, head, key)
        return Performed(number, case.seq)


def save_draft(
    *, acting: Acting, case: int, act: str, data: Mapping[str, Any], now: datetime
) -> None:
    """Keeps what a person has typed. Case 0: a case that is not opened yet."""
    with scope(acting), connection.cursor() as cursor:
        cursor.execute(
            "insert into casework_draft values (%s, %s, %s, %s, %s::jsonb, %s) "
            "on conflict (person, unit, case_id, act) do update set "
            "data = excluded.data, saved_at = excluded.saved_at",
            [acting.person, acting.unit, case, act, _json(data), now],
        )


def discard_draft(*, acting: Acting, case: int, act: str) -> None:
    with scope(acting), connection.cursor() as cursor:
        cursor.execute("delete from casework_draft where case_id = %s and act = %s", [case, act])


# --- Deciding and writing -------------------------------------------------------------------


def _append(
    cursor: Any, process: Process, number: int, case: Case, event: Event, head: bytes, key: UUID
) -> tuple[Case, bytes]:
    after = evolve(process, case, event)
    stored = event_json(process, event)
    new_head = chained_hash(head, number, stored)
    written = changes(process, case, after, event)
    cursor.execute(
        "select casework_append(%s, %s::jsonb, %s, %s::jsonb, %s)",
        [number, _json(stored), new_head, _json(written), key],
    )
    return after, new_head


def _decide(process: Process, case: Case, command: Command, now: datetime) -> list[Event] | Refusal:
    decided = decide(process, case, command, now)
    if isinstance(decided, Refusal):
        return decided
    return _check_units(process, decided, now) or decided


def _check_units(process: Process, events: list[Event], now: datetime) -> Refusal | None:
    """Units that are named must exist, be open, and be of a type that can hold the part."""
    for event in events:
        act = process.acts[event.act]
        fields = [field for field in act.fields if field.type is FieldType.UNIT]
        named = {field.name: event.data[field.name] for field in fields if field.name in event.data}
        if not named:
            continue
        unusable = directory.closed_or_missing(named.values(), local(now).date())
        types = directory.unit_types(named.values())
        faults: dict[str, str] = {}
        for field in fields:
            unit = named.get(field.name)
            if unit is None:
                continue
            part = process.parts.get(field.part or "")
            if unit in unusable:
                faults[field.name] = "Enheten finns inte eller har stängt. Välj en annan."
            elif part and part.unit_types and types[unit] not in part.unit_types:
                faults[field.name] = f"Enheten kan inte vara {part.title.lower()}. Välj en annan."
        if faults:
            reason = f"{act.title} är inte komplett: {' '.join(faults.values())}"
            return Refusal("fields", act.name, reason, "Rätta det som är markerat.", fields=faults)
    return None


def _first_parties(process: Process, act: str, acting: Acting) -> dict[str, tuple[str, ...]]:
    """The acting unit in the first part that may do the act and that its type can hold."""
    performers = process.acts[act].performers if act in process.acts else ()
    for part in performers:
        types = process.parts[part].unit_types
        if not types or acting.unit_type in types:
            return {part: (acting.unit,)}
    return {}


def _open_already(cursor: Any, acting: Acting, resident: UUID) -> Refusal | None:
    cursor.execute(
        "select b.case_id from casework_board b join casework_case c on c.id = b.case_id "
        "where b.unit = %s and b.resident_id = %s and c.closed_at is null limit 1",
        [acting.unit, resident],
    )
    row = cursor.fetchone()
    if row is None:
        return None
    return Refusal(
        "already-open",
        "",
        "Personen har redan ett pågående ärende hos er.",
        f"Öppna ärende {row[0]} i stället, eller avsluta det först.",
    )


def _only_acknowledges(process: Process, act: str) -> bool:
    found = process.acts.get(act)
    return found is not None and found.effect is Effect.ACKNOWLEDGES


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
