"""A case as its page shows it: what we owe, what may be done, the stay, and what has happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from sammanhang.casework.case_page import CasePage, Delivery, Entry, Switch
from sammanhang.casework.forms import asked_fields
from sammanhang.casework.shown import ShownOwed, ShownPhase, owed, phase, told
from sammanhang.engine import Obligation, Refusal
from sammanhang.engine.calendar import local
from sammanhang.engine.plan import CORRECTION, MESSAGE
from sammanhang.engine.transition import SWITCH
from sammanhang.guideline.model import Act, Effect


@dataclass(frozen=True, slots=True)
class Task:
    """Something we owe, with what one does about it."""

    owed: ShownOwed
    act: str
    possible: bool
    message: int | None
    """For an acknowledgement, the message it is about."""
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A field of an event. `kind` tells how it is written out."""

    title: str
    kind: str
    value: Any
    only_for: tuple[str, ...] = ()
    """Titles of the parts that alone are told it."""


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What a new version changed of something owed. `what`: tillkommer, ändras or utgår."""

    title: str
    unit: str
    what: str
    before: datetime | None
    now: datetime | None


@dataclass(frozen=True, slots=True)
class NewVersion:
    """`documents`: those that are another version, with `titel`, `förr` and `nu`."""

    documents: tuple[dict[str, Any], ...]
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event on the timeline, in the unit's eyes."""

    seq: int
    at: datetime
    title: str
    act: str
    unit: str
    person: str
    ours: bool
    values: tuple[Value, ...]
    basis: str | None
    deliveries: tuple[Delivery, ...]
    unread: bool
    revoked_by: str | None
    corrected: bool
    may_correct: bool
    may_withdraw: bool
    phase: ShownPhase | None
    """The phase it led to."""
    says_nothing: bool = False
    """A correction of what is for others."""
    opened: bool = False
    """Blocked by the resident, and read by an opening."""
    new_version: NewVersion | None = None
    """Where the case went over to another version of its documents."""

    @property
    def is_message(self) -> bool:
        return bool(self.deliveries)


@dataclass(frozen=True, slots=True)
class LockedRow:
    """Something on the timeline that the resident has blocked: that it is there, and whose."""

    seq: int
    at: datetime
    title: str
    unit: str
    unread: bool
    first: bool
    """The newest of its unit's: there it is said why, and what to do."""
    locked: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase on the picture of the stay; places are percent of its width."""

    phase: ShownPhase
    since: datetime
    until: datetime | None
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Stay:
    """The stay as a line from admission to the planned day or now, whichever is later."""

    stretches: tuple[Stretch, ...]
    now: float | None
    planned: float | None
    days: tuple[tuple[float, date], ...]


@dataclass(frozen=True, slots=True)
class Possible:
    act: Act
    owed: bool
    draft: bool


# --- What we owe, what others owe ------------------------------------------------------------


def tasks(page: CasePage, unit: str, now: datetime) -> list[Task]:
    possible = {act.name for act in page.possible}
    senders = {one.seq: one.unit for one in (*page.entries, *page.locked)}
    found: list[Task] = []
    for one in page.owed_by(unit):
        sent_by = senders.get(one.message or 0)
        sender = page.unit_name(sent_by) if sent_by else None
        shown = _owed(page, one, now)
        found.append(Task(shown, one.act, one.act in possible, one.message, sender))
    return found


def waited_for(page: CasePage, unit: str, now: datetime) -> list[ShownOwed]:
    """What others owe us."""
    return [_owed(page, one, now) for one in page.owed_by_others(unit) if one.awaited_by == unit]


def between_others(page: CasePage, unit: str, now: datetime) -> list[ShownOwed]:
    """What others owe each other."""
    return [_owed(page, one, now) for one in page.owed_by_others(unit) if one.awaited_by != unit]


def _owed(page: CasePage, one: Obligation, now: datetime) -> ShownOwed:
    source = page.cited.get(one.key)
    return owed(page.process, one.act, one.due, one.rule, now, page.unit_name(one.unit), source)


def possible(page: CasePage, unit: str) -> list[Possible]:
    """Acts that are begun here. Those about a message stand with the message."""
    owing = {one.act for one in page.owed_by(unit)}
    return [
        Possible(act, act.name in owing, act.name in page.drafts)
        for act in page.possible
        if act.effect is None
    ]


def impossible(page: CasePage) -> list[tuple[Act, Refusal]]:
    return [(page.process.acts[one.act], one) for one in page.blocked]


# --- What has happened ----------------------------------------------------------------------


def happenings(page: CasePage, unit: str) -> list[Happening]:
    """Newest first. An acknowledgement is told at its message, not as a thing of its own."""
    by_seq = {entry.seq: entry for entry in page.entries}
    effects = {act.effect for act in page.possible}
    found = [
        _happening(page, entry, by_seq, unit, effects)
        for entry in page.entries
        if entry.act.effect is not Effect.ACKNOWLEDGES
    ]
    found += [_new_version(page, one, unit) for one in page.switches]
    return sorted(found, key=lambda one: one.seq, reverse=True)


def with_locked(found: list[Happening], page: CasePage) -> list[Happening | LockedRow]:
    """The timeline with what the resident has blocked in its place."""
    newest = {one.unit: one.seq for one in page.locked}
    rows = [
        LockedRow(
            one.seq,
            one.at,
            one.act.title,
            page.unit_name(one.unit),
            one.unread,
            first=one.seq == newest[one.unit],
        )
        for one in page.locked
    ]
    return sorted([*found, *rows], key=lambda one: one.seq, reverse=True)


def _new_version(page: CasePage, switch: Switch, unit: str) -> Happening:
    """That the case went over to another version; what it changed for us is told first."""
    ours_first = sorted(switch.changed, key=lambda one: one["enhet"] != unit)
    return Happening(
        seq=switch.seq,
        at=switch.at,
        title=_("Ärendet följer nya regler"),
        act=SWITCH,
        unit="Sammanhang",
        person="",
        ours=False,
        values=(),
        basis=None,
        deliveries=(),
        unread=False,
        revoked_by=None,
        corrected=False,
        may_correct=False,
        may_withdraw=False,
        phase=None,
        new_version=NewVersion(
            tuple(switch.documents), tuple(_changed(page, one) for one in ours_first)
        ),
    )


def _changed(page: CasePage, one: dict[str, Any]) -> ShownChange:
    before, now = (at and datetime.fromisoformat(at) for at in (one["förr"], one["nu"]))
    title = told(page.process, one["regel"], one["handling"]).title
    return ShownChange(title, page.unit_name(one["enhet"]), one["vad"], before, now)


def _happening(
    page: CasePage, entry: Entry, by_seq: dict[int, Entry], unit: str, effects: set[Effect | None]
) -> Happening:
    act, ours = entry.act, entry.unit == unit
    asks = bool(asked_fields(page.process, act, entry.unit, entry.at))
    live = ours and entry.revoked_by is None and act.effect is None and not act.hands_over_to
    about = by_seq.get(entry.data.get(MESSAGE, 0)) if act.effect else None
    revoking = by_seq.get(entry.revoked_by or 0)
    values = tuple(_values(page, entry, about))
    entered = page.process.phases_by.get(act.name, ())[:1] if entry.revoked_by is None else ()
    return Happening(
        seq=entry.seq,
        at=entry.at,
        title=f"{act.title}: {about.act.title}" if about else act.title,
        act=act.name,
        unit=page.unit_name(entry.unit),
        person=page.staff.get(entry.person, entry.person),
        ours=ours,
        values=values,
        basis=entry.basis,
        deliveries=entry.deliveries if ours else (),
        unread=bool(act.receipt) and entry.is_unread_by(unit),
        revoked_by=(revoking.act.title if revoking else "") if entry.revoked_by else None,
        corrected=bool(entry.corrected_by),
        may_correct=live and asks and Effect.CORRECTS in effects,
        may_withdraw=live and bool(entry.deliveries) and Effect.WITHDRAWS in effects,
        phase=phase(page.process, entered[0].name) if entered else None,
        says_nothing=act.effect is Effect.CORRECTS and not values,
        opened=entry.opened,
    )


def _values(page: CasePage, entry: Entry, about: Entry | None) -> Iterator[Value]:
    of, data = entry, entry.data
    if about is not None and entry.act.effect is Effect.CORRECTS:
        of, data = about, data.get(CORRECTION, {})
    for field in asked_fields(page.process, of.act, of.unit, of.at):
        name = field.name
        if name in data and name != MESSAGE:
            value = data[name]
            if field.type.value == "enhet" and value:
                value = page.unit_name(value)
            only = tuple(page.process.parts[part].title for part in field.only_for)
            yield Value(field.title, field.type.value, value, only)


# --- The picture of the stay ----------------------------------------------------------------

MARGIN = timedelta(hours=6)


def stay(page: CasePage, now: datetime) -> Stay | None:
    if not page.phases:
        return None
    start = page.phases[0][1]
    planned = date.fromisoformat(page.planned_on) if page.planned_on else None
    planned_at = _noon(planned, now) if planned else None
    end = max(filter(None, (page.closed_at or now, None if page.closed_at else planned_at)))
    whole = max((end + MARGIN - start).total_seconds(), 1)

    def place(at: datetime) -> float:
        return round(min(max((at - start).total_seconds() / whole * 100, 0), 100), 2)

    stretches: list[Stretch] = []
    for (name, since), (_next, until) in zip(
        page.phases, [*page.phases[1:], ("", None)], strict=True
    ):
        shown = phase(page.process, name)
        if shown is not None:
            x, till = place(since), place(until or (page.closed_at or now))
            stretches.append(Stretch(shown, since, until, x, max(round(till - x, 2), 0.4)))
    return Stay(
        stretches=tuple(stretches),
        now=None if page.closed_at else place(now),
        planned=place(planned_at) if planned_at else None,
        days=tuple(_days(start, end, place)),
    )


def _noon(day: date, now: datetime) -> datetime:
    return local(now).replace(
        year=day.year, month=day.month, day=day.day, hour=12, minute=0, second=0, microsecond=0
    )


def _days(start: datetime, end: datetime, place: Any) -> Iterator[tuple[float, date]]:
    """Midnights, so many that their names have room."""
    first = local(start).replace(hour=0, minute=0, second=0, microsecond=0)
    count = (local(end).date() - first.date()).days
    step = max(1, -(-count // 8))
    for number in range(step, count + 1, step):
        day = first.date() + timedelta(days=number)
        yield place(_noon(day, first) - timedelta(hours=12)), day
