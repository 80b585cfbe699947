"""What a person does in a case. A refusal never writes; what is done is written all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction

from sammanhang.access.acting import Acting, scope
from sammanhang.access.requires import Denied
from sammanhang.casework import chain, restricted
from sammanhang.casework.blocks import not_sent_on_purpose
from sammanhang.casework.processes import DISCHARGE, edition_on, process_for
from sammanhang.casework.projection import changes
from sammanhang.casework.references import faulty_references
from sammanhang.engine import (
    Case,
    Command,
    Event,
    Refusal,
    decide,
    evolve,
    from_json,
    start,
    to_json,
)
from sammanhang.engine.calendar import local
from sammanhang.guideline.model import Effect, Process

CLOCKS_MAY_DIFFER = timedelta(minutes=1)
"""How far the clock of one of our servers may be behind another's."""


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
class Happened:
    """Something that others did since a person looked, as far as the unit may see it."""

    seq: int
    at: datetime
    unit: str
    act: str


@dataclass(frozen=True, slots=True)
class Changed:
    """It was not done: others have acted since the person looked, up to event `seq`."""

    seq: int
    events: tuple[Happened, ...] = ()


class NoSuchCase(Denied):
    """There is no such case for this unit."""

    def __init__(self, case: int | None = None) -> None:
        super().__init__("case", case)


def perform(
    *,
    acting: Acting,
    case: int,
    act: str,
    data: Mapping[str, Any],
    now: datetime,
    key: UUID,
    expected_seq: int | None = None,
    despite: str | None = None,
) -> Performed | Refused | Changed:
    """Does an act in a case on behalf of a unit. The same `key` again does nothing more.

    `expected_seq`: the last event the person had seen; with a later one nothing is done and the
    answer is `Changed`. Acknowledging is never held up so. `despite`: why the recipients may read
    it, where the resident has blocked what the unit writes. Raises NoSuchCase.
    """
    command = Command(acting.unit, acting.person, act, data)
    asked = (acting, case, command, now, key, expected_seq, despite)
    result = _perform(*asked, locked=False)
    if result is None:  # somebody was before, between our reading and writing: now hold the case
        with transaction.atomic():
            result = _perform(*asked, locked=True)
    if result is None:
        raise NoSuchCase(case)
    return result


def process_of(acting: Acting, case: int) -> Process:
    """The process that a case runs under. Raises NoSuchCase."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from casework_process(%s, %s, %s)", [acting.person, acting.care_unit, case]
        )
        found = cursor.fetchone()
    if found is None:
        raise NoSuchCase(case)
    return process_for(*found)


def _perform(
    acting: Acting,
    number: int,
    command: Command,
    now: datetime,
    key: UUID,
    expected_seq: int | None,
    despite: str | None,
    *,
    locked: bool,
) -> Performed | Refused | Changed | None:
    """One try. None: others appended meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from casework_begin(%s, %s, %s, %s, %s)",
            [acting.person, acting.care_unit, number, key, locked],
        )
        found = cursor.fetchone()
    if found is None:
        raise NoSuchCase(number)
    repeated_case, repeated_seq, head, process_key, edition, state, blocked = found
    if repeated_seq is not None:
        return Performed(repeated_case, repeated_seq, repeated=True)
    process = process_for(process_key, edition)
    case = from_json(orjson.loads(state))
    if expected_seq not in (None, case.seq) and not _only_acknowledges(process, command.act):
        return Changed(case.seq, _happened(acting, number, expected_seq or 0))
    decided = _decide(process, case, command, now, acting, number)
    if isinstance(decided, Refusal):
        return Refused(decided)
    ground = despite if blocked else None
    if blocked and (refusal := not_sent_on_purpose(process.acts[command.act], ground)):
        return Refused(refusal)
    write = ("casework_append", acting, process, number, case, decided, head, key)
    try:
        appended = _write(*write, ground=ground)
    except IntegrityError as error:
        return Refused(_already_open(command.act, error))
    return Performed(number, decided.seq) if appended else None


def open_case(
    *,
    acting: Acting,
    resident: UUID,
    act: str,
    data: Mapping[str, Any],
    now: datetime,
    key: UUID,
    process_key: str = DISCHARGE,
    despite: str | None = None,
) -> Performed | Refused:
    """Opens a case for a resident by its first act, which the acting unit does. `despite`: why the
    recipients may read it, where the resident has blocked what the unit writes."""
    if not acting.takes_part_in_care:
        raise Denied("role")
    edition = edition_on(process_key, local(now).date())
    process = process_for(process_key, edition)
    with connection.cursor() as cursor:
        cursor.execute(
            "select *, casework_new_number() from casework_before_opening(%s, %s, %s, %s, %s)",
            [acting.person, acting.unit, process.key, resident, key],
        )
        repeated_case, repeated_seq, already, place, blocked, number = cursor.fetchone()
    if repeated_seq is not None:
        return Performed(repeated_case, repeated_seq, repeated=True)
    if already is not None:
        return Refused(_open_with_us(act, already))
    case = start(process, _first_parties(process, act, acting))
    command = Command(acting.unit, acting.person, act, data)
    decided = _decide(process, case, command, now, acting, None)
    if isinstance(decided, Refusal):
        return Refused(decided)
    ground = despite if blocked else None
    if blocked and (refusal := not_sent_on_purpose(process.acts[act], ground)):
        return Refused(refusal)
    document = process.document
    opened = {
        "process": process.key,
        "document": document.id,
        "version": document.version,
        "edition": str(edition),
        "place": place or acting.unit,
    }
    write = ("casework_open", acting, process, number, case, decided, chain.NOTHING_BEFORE, key)
    try:
        done = _write(*write, more=[resident, orjson.dumps(opened).decode()], ground=ground)
    except IntegrityError as error:
        return Refused(_no_resident(act, error))
    if done:
        return Performed(number, decided.seq)
    return _opened_meanwhile(acting, process, resident, act, key, place)


def _opened_meanwhile(
    acting: Acting, process: Process, resident: UUID, act: str, key: UUID, place: str
) -> Performed | Refused:
    """Someone else was before, or the same button was pressed twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from casework_before_opening(%s, %s, %s, %s, %s)",
            [acting.person, acting.unit, process.key, resident, key],
        )
        repeated_case, repeated_seq, already, *_ = cursor.fetchone()
    if repeated_seq is not None:
        return Performed(repeated_case, repeated_seq, repeated=True)
    if already is not None:
        return Refused(_open_with_us(act, already))
    return Refused(_open_at(act, place))


# --- Deciding and writing -------------------------------------------------------------------


def _decide(
    process: Process,
    case: Case,
    command: Command,
    now: datetime,
    acting: Acting,
    number: int | None,
) -> Event | Refusal:
    """The event that a command leads to, with what it refers to tried against the directory."""
    last = case.last_at
    if last is not None and now < last < now + CLOCKS_MAY_DIFFER:
        now = last
    decided = decide(process, case, command, now)
    if isinstance(decided, Refusal):
        return decided
    (event,) = decided
    return faulty_references(process, event, acting, number) or event


def _write(
    function: str,
    acting: Acting,
    process: Process,
    number: int,
    case: Case,
    event: Event,
    head: bytes,
    key: UUID,
    more: list[Any] | None = None,
    ground: str | None = None,
) -> bool:
    """Calls the function in SQL that writes an event with all that follows from it."""
    after = evolve(process, case, restricted.for_engine(process, case, event))
    parted = restricted.kept(process, case, after, event)
    stored = chain.as_stored(restricted.sealed(event, parted), process.acts[event.act].basis)
    made = changes(process, case, after, event, parted)
    if ground is not None:
        told = {to for seq, to, *_ in made.get("deliveries", ()) if seq == event.seq}
        made |= {"disclosed": sorted(told - {event.unit}), "ground": ground}
    arguments = [
        number,
        *(more or ()),
        _json(stored),
        chain.link(head, number, stored),
        _json(made),
        _json(to_json(after)),
        key,
        acting.assignment,
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}({', '.join(['%s'] * len(arguments))})", arguments)
        return cursor.fetchone()[0]


def _happened(acting: Acting, number: int, since: int) -> tuple[Happened, ...]:
    with scope(acting), connection.cursor() as cursor:
        cursor.execute(
            "select seq, at, unit, act from casework_event "
            "where case_id = %s and seq > %s order by seq",
            [number, since],
        )
        return tuple(Happened(*row) for row in cursor.fetchall())


def _first_parties(process: Process, act: str, acting: Acting) -> dict[str, tuple[str, ...]]:
    """The acting unit in the first part that may do the act and that its type can hold."""
    performers = process.acts[act].performers if act in process.acts else ()
    for part in performers:
        types = process.parts[part].unit_types
        if not types or acting.unit_type in types:
            return {part: (acting.unit,)}
    return {}


def _only_acknowledges(process: Process, act: str) -> bool:
    found = process.acts.get(act)
    return found is not None and found.effect is Effect.ACKNOWLEDGES


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


# --- Why a case can't be opened -------------------------------------------------------------


def _open_with_us(act: str, case: int) -> Refusal:
    return Refusal(
        "already-open",
        act,
        "Personen har redan ett pågående ärende hos er.",
        f"Fortsätt i ärende {case}, eller avsluta det först.",
    )


def _open_at(act: str, place: str) -> Refusal:
    return Refusal(
        "already-open",
        act,
        f"Personen har redan ett pågående ärende vid {place}.",
        "Ligger personen nu hos er: be enheten som har ärendet att lämna över det till er. "
        "Annars behöver den avsluta det först.",
    )


def _already_open(act: str, error: IntegrityError) -> Refusal:
    """When undoing its end would give the resident two open cases at one place."""
    _expect(error, "casework_case_one_open")
    return Refusal(
        "already-open",
        act,
        "Ärendet kan inte öppnas igen: personen har ett nyare pågående ärende.",
        "Fortsätt i det nyare ärendet.",
    )


def _no_resident(act: str, error: IntegrityError) -> Refusal:
    _expect(error, "casework_case_resident_id_fkey")
    return Refusal(
        "no-resident", act, "Personen finns inte i registret.", "Sök på personnumret igen."
    )


def _expect(error: IntegrityError, constraint: str) -> None:
    """Passes on any other fault than the one that has a meaning to the person."""
    if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) != constraint:
        raise error
