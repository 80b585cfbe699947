"""All that a unit may see of one case, gathered in few statements for the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from sammanhang.access.acting import Acting, log_reading
from sammanhang.casework.actions import NoSuchCase
from sammanhang.casework.blocks import Opening, use_opening
from sammanhang.casework.forms import asked_fields
from sammanhang.casework.processes import process_for
from sammanhang.casework.restricted import opened
from sammanhang.casework.shown import Cited, cited_section
from sammanhang.directory.queries import UnitName, staff_names, unit_names
from sammanhang.engine import (
    Case,
    Obligation,
    Refusal,
    State,
    blocked,
    cited_by,
    from_json,
    possible,
)
from sammanhang.engine.messages import is_unacknowledged
from sammanhang.engine.plan import plan_of
from sammanhang.engine.transition import SWITCH
from sammanhang.guideline.model import Act, Effect, FieldType, Process, Source
from sammanhang.residents.queries import Person, listed, person


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a message stands with one unit. Delivered is never called read."""

    unit: str
    in_inbox: bool
    delivered_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    expired: bool
    """Nobody acknowledged it in its time."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on the timeline."""

    seq: int
    at: datetime
    unit: str
    person: str
    act: Act
    data: dict[str, Any]
    basis: str | None
    deliveries: tuple[Delivery, ...]
    revoked_by: int | None
    corrected_by: tuple[int, ...]
    opened: bool = False
    """Blocked, and read by an opening."""

    def is_unread_by(self, unit: str) -> bool:
        return self.revoked_by is None and any(
            one.unit == unit and one.in_inbox and one.acknowledged_at is None
            for one in self.deliveries
        )


@dataclass(frozen=True, slots=True)
class Switch:
    """The case went over to another version: of which documents, and what it changed for whom
    (sammanhang/engine/transition.py)."""

    seq: int
    at: datetime
    documents: list[dict[str, Any]]
    changed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Locked:
    """An event that the unit got or took over, and that the resident has blocked."""

    seq: int
    at: datetime
    unit: str
    act: Act
    unread: bool


@dataclass(frozen=True, slots=True)
class Party:
    part: str
    unit: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case as one unit may see it."""

    number: int
    process: Process
    resident: Person | None
    opened_at: datetime
    closed_at: datetime | None
    phase: str | None
    phase_since: datetime | None
    phases: tuple[tuple[str, datetime], ...]
    """Every phase it has been in, as they were entered: (name, since)."""
    planned_on: str | None
    seq: int
    entries: tuple[Entry, ...]
    switches: tuple[Switch, ...]
    parties: tuple[Party, ...]
    obligations: tuple[Obligation, ...]
    cited: dict[str, Source]
    """By key of an open obligation: the paragraph that sets what is owed by when."""
    possible: tuple[Act, ...]
    blocked: tuple[Refusal, ...]
    drafts: frozenset[str]
    """Acts that the person has typed something of and not sent."""
    units: dict[str, UnitName]
    staff: dict[str, str]
    is_party: bool
    locked: tuple[Locked, ...]
    opening: Opening | None
    """By which this person reads what is blocked."""
    blocks_ours: bool
    """The resident has blocked what the acting unit writes."""

    def unit_name(self, hsa_id: str) -> str:
        found = self.units.get(hsa_id)
        return found.full if found else hsa_id

    def citing(self, refusal: Refusal) -> Cited | None:
        """The paragraph that a refusal rests on."""
        if refusal.document is None or refusal.section is None:
            return None
        return cited_section(self.process, refusal.document, refusal.section)

    def owed_by(self, unit: str) -> list[Obligation]:
        return sorted(
            (one for one in self.obligations if one.is_open and one.unit == unit),
            key=lambda one: (one.due is None, one.due or self.opened_at),
        )

    def owed_by_others(self, unit: str) -> list[Obligation]:
        return sorted(
            (one for one in self.obligations if one.is_open and one.unit != unit),
            key=lambda one: (one.due is None, one.due or self.opened_at),
        )


def case_page(acting: Acting, number: int, now: datetime) -> CasePage:
    """The page of a case, within the unit's scope; reading it is logged. Raises NoSuchCase."""
    with connection.cursor() as cursor:
        found = _head(cursor, acting, number)
        events = _events(cursor, number)
        deliveries, got = _deliveries(cursor, number, acting.unit)
        locked = got - {event[0] for event in events}
        opening = use_opening(acting, number) if locked else None
        if opening:
            found, events = _head(cursor, acting, number), _events(cursor, number)
        resident_id, process_key, edition, opened_at, closed_at, planned_on, blocks_ours = found
        process = process_for(process_key, edition)
        resident = person(resident_id)
        log_reading(acting, "read:case", case=number, resident=resident_id)
        parties = _parties(cursor, number)
        drafts = _drafts(cursor, number)
        phases = _phases(cursor, number)
        case = _whole_case(cursor, number)
    entries = _entries(process, case, events, deliveries, locked, now)
    rows = () if opening else tuple(_locked(process, case, locked, acting.unit))
    switches = tuple(_switches(events))
    named = {one.unit for one in parties} | {entry.unit for entry in entries}
    named |= {one.unit for one in rows}
    named |= {one.unit for entry in entries for one in entry.deliveries}
    named |= {unit for entry in entries for unit in _units_in(process, entry)}
    named |= {one["enhet"] for switch in switches for one in switch.changed}
    people = {entry.person for entry in entries}
    people |= {one.acknowledged_by for e in entries for one in e.deliveries if one.acknowledged_by}
    acts = [process.acts[act] for act, unit in possible(process, case, now) if unit == acting.unit]
    return CasePage(
        number=number,
        process=process,
        resident=resident,
        opened_at=opened_at,
        closed_at=closed_at,
        phase=case.phase,
        phase_since=case.phase_since,
        phases=phases,
        planned_on=planned_on.isoformat() if planned_on else None,
        seq=case.seq,
        entries=entries,
        switches=switches,
        parties=parties,
        obligations=tuple(case.obligations.values()),
        cited={
            key: cited_by(process, case, owed)
            for key, owed in case.obligations.items()
            if owed.is_open
        },
        possible=tuple(acts),
        blocked=tuple(blocked(process, case, acting.unit, now)),
        drafts=drafts,
        units=unit_names(named),
        staff=staff_names(people),
        is_party=any(acting.unit in units for units in case.parties.values()),
        locked=rows,
        opening=opening,
        blocks_ours=blocks_ours,
    )


def _head(cursor: Any, acting: Acting, number: int) -> tuple[Any, ...]:
    cursor.execute(
        "select c.resident_id, c.process, c.edition, c.opened_at, c.closed_at, p.day, "
        "access_blocks(b.unit, c.resident_id) "
        "from casework_case c join casework_board b on b.case_id = c.id and b.unit = %s "
        "left join casework_planned p on p.case_id = c.id and p.unit = b.unit "
        "where c.id = %s",
        [acting.unit, number],
    )
    found = cursor.fetchone()
    if found is None:
        raise NoSuchCase(number)
    return found


def _events(cursor: Any, number: int) -> list[tuple[Any, ...]]:
    """Those that the unit wrote or got, with what of them is for it: row security leaves out the
    rest, and what is blocked."""
    cursor.execute(
        "select seq, field, said::text from casework_restricted where case_id = %s", [number]
    )
    told: dict[int, dict[str, Any]] = {}
    for seq, field, said in cursor.fetchall():
        told.setdefault(seq, {})[field] = orjson.loads(said)
    cursor.execute(
        "select seq, at, unit, person, act, data::text, basis from casework_event "
        "where case_id = %s order by seq",
        [number],
    )
    return [
        (seq, at, unit, by, act, opened(orjson.loads(data), told.get(seq, {})), basis)
        for seq, at, unit, by, act, data, basis in cursor.fetchall()
    ]


def _deliveries(
    cursor: Any, number: int, unit: str
) -> tuple[dict[int, list[tuple[Any, ...]]], set[int]]:
    """Where messages stand, by event; and the events that the unit got or took over."""
    cursor.execute(
        "select seq, unit, in_inbox, delivered_at, acknowledged_at, acknowledged_by "
        "from casework_delivery where case_id = %s order by seq, delivered_at, unit",
        [number],
    )
    found: dict[int, list[tuple[Any, ...]]] = {}
    got: set[int] = set()
    for seq, *rest in cursor.fetchall():
        if rest[0] == unit:
            got.add(seq)
        if rest[1]:
            found.setdefault(seq, []).append(tuple(rest))
    return found, got


def _locked(process: Process, case: Case, seqs: set[int], unit: str) -> Iterator[Locked]:
    """What is told of what is blocked: that it is there, whose it is, and of which act."""
    for seq in sorted(seqs):
        done = case.done.get(seq)
        act = process.acts.get(done.act) if done else None
        if done and act and act.effect is not Effect.ACKNOWLEDGES:
            unread = bool(act.receipt) and is_unacknowledged(plan_of(process), done, unit)
            yield Locked(seq, done.at, done.unit, act, unread)


def _parties(cursor: Any, number: int) -> tuple[Party, ...]:
    cursor.execute(
        "select part, unit, since, until from casework_party where case_id = %s "
        "order by since, part, unit",
        [number],
    )
    return tuple(Party(*row) for row in cursor.fetchall())


def _drafts(cursor: Any, number: int) -> frozenset[str]:
    cursor.execute("select act from casework_draft where case_id = %s", [number])
    return frozenset(act for (act,) in cursor.fetchall())


def _whole_case(cursor: Any, number: int) -> Case:
    """The case for the engine, which knows more than the unit may see. Only what is possible,
    refused and owed leaves this module; never another unit's data."""
    cursor.execute("select casework_state(%s)", [number])
    return from_json(orjson.loads(cursor.fetchone()[0]))


def _phases(cursor: Any, number: int) -> tuple[tuple[str, datetime], ...]:
    cursor.execute(
        "select phase, since from casework_phase where case_id = %s and phase is not null "
        "order by seq",
        [number],
    )
    return tuple(cursor.fetchall())


def _entries(
    process: Process,
    case: Case,
    events: list[tuple[Any, ...]],
    deliveries: dict[int, list[tuple[Any, ...]]],
    locked: set[int],
    now: datetime,
) -> tuple[Entry, ...]:
    receipts = {(o.message, o.unit): o for o in case.obligations.values() if o.message is not None}
    entries: list[Entry] = []
    for seq, at, unit, by, act, data, basis in events:
        if act == SWITCH:
            continue
        done = case.done[seq]
        where = tuple(
            Delivery(*row, expired=_is_expired(receipts.get((seq, row[0])), now))
            for row in deliveries.get(seq, ())
        )
        entries.append(
            Entry(
                seq,
                at,
                unit,
                by,
                process.acts[act],
                data,
                basis,
                where,
                done.revoked_by,
                done.corrected_by,
                opened=seq in locked,
            )
        )
    return tuple(entries)


def _switches(events: list[tuple[Any, ...]]) -> Iterator[Switch]:
    for seq, at, _, _, act, data, _ in events:
        if act == SWITCH:
            yield Switch(seq, at, data["dokument"], data["ändrat"])


def _is_expired(owed: Obligation | None, now: datetime) -> bool:
    return owed is not None and owed.state(now) is State.LATE


def _units_in(process: Process, entry: Entry) -> list[str]:
    asked = asked_fields(process, entry.act, entry.unit, entry.at)
    names = {field.name for field in asked if field.type is FieldType.UNIT}
    return [value for name, value in entry.data.items() if name in names]


def resident_of(number: int) -> Person | None:
    """Whom a case is about, as lists show them, in the unit's scope."""
    with connection.cursor() as cursor:
        cursor.execute("select resident_id from casework_case where id = %s", [number])
        found = cursor.fetchone()
    return listed(found[0]) if found else None


def open_by_rule() -> dict[str, int]:
    """How many open obligations each rule has now in the unit's cases."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select o.rule, count(*) from casework_board b "
            "join casework_obligation o on o.case_id = b.case_id and o.ended_by is null "
            "group by o.rule"
        )
        return dict(cursor.fetchall())
