"""What an act says to some of its recipients only (`bara-för` in the guideline).

In the event stands a seal in its place, a salted hash, so that the chain of hashes covers it; the
value lies in a table of its own, where row security withholds it from everyone else. Every
restricted field is sealed, filled in or not: that a note exists may itself be the secret. The
engine is told of it only where some rule depends on it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

from sammanhang.casework import methods
from sammanhang.engine import Case, Event
from sammanhang.engine.messages import own_message
from sammanhang.engine.plan import CORRECTION, MESSAGE, Plan, plan_of
from sammanhang.guideline.model import Effect, Field, Process

SEAL = "förseglad"
SALT = 16  # bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A restricted field of one event. `about`: the message it belongs to, which is the event
    itself or the one that it corrects."""

    field: str
    about: int
    only_for: tuple[str, ...]
    authors: tuple[str, ...]
    readers: tuple[str, ...]
    said: list[Any]
    """The value alone in a list, None where a correction took it away; empty if nothing is said."""
    salt: bytes

    @property
    def row(self) -> list[Any]:
        """In the columns' order, as JSON."""
        return [self.field, self.about, self.only_for, self.authors, self.readers, self.said,
                self.salt.hex()]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handed:
    """What a unit wrote, and what it was told in these parts, is the other's to read too."""

    old: str
    new: str
    parts: tuple[str, ...]


def seal(said: Sequence[Any], salt: bytes, method: str) -> str:
    """The salt keeps anyone from guessing what there are few answers to."""
    content = salt + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return methods.METHODS[method](content).hexdigest()


# --- Parting an event -----------------------------------------------------------------------


def for_engine(process: Process, before: Case, event: Event) -> Event:
    """The event as the engine needs it: without restricted values that no rule depends on."""
    plan = plan_of(process)
    about, fields = _restricted(plan, before, event)
    left_out = {field.name for field in fields} - plan.depended_on
    if not left_out:
        return event
    given = _given(event, about)
    return _with(event, about, {name: given[name] for name in given if name not in left_out})


def kept(process: Process, before: Case, after: Case, event: Event) -> list[Kept]:
    """What is to be kept apart, and who is told of it: those who receive the message and held one
    of the parts when it was sent."""
    about, fields = _restricted(plan_of(process), before, event)
    if not fields:
        return []
    given = _given(event, about)
    received = after.done[event.seq].recipients
    return [
        Kept(
            field.name,
            about,
            field.only_for,
            tuple(dict.fromkeys((event.unit, after.done[about].unit))),
            tuple(unit for unit in received if _holds_one(after, unit, field.only_for)),
            [given[field.name]] if field.name in given else [],
            secrets.token_bytes(SALT),
        )
        for field in fields
    ]


def sealed(event: Event, parted: Sequence[Kept]) -> Event:
    """The event as everyone who got it may read it."""
    if not parted:
        return event
    about = parted[0].about
    seals = {one.field: {SEAL: seal(one.said, one.salt, methods.METHOD)} for one in parted}
    return _with(event, about, {**_given(event, about), **seals})


def handed_over(process: Process, before: Case, after: Case, event: Event) -> Handed | None:
    """Who took whose place by the event, and in which parts."""
    act = process.acts.get(event.act)
    new = event.data.get(act.hands_over_to) if act and act.hands_over_to else None
    if not isinstance(new, str):
        return None
    parts = [
        part
        for part, units in before.parties.items()
        if event.unit in units and event.unit not in after.parties.get(part, ())
    ]
    return Handed(event.unit, new, tuple(parts)) if parts else None


def _restricted(plan: Plan, before: Case, event: Event) -> tuple[int, tuple[Field, ...]]:
    """The restricted fields that an event has values of, and the message they belong to."""
    act = plan.process.acts.get(event.act)
    if not plan.restricted or act is None:
        return event.seq, ()
    unit, at, about = event.unit, event.at, event.seq
    if act.effect is Effect.CORRECTS:
        done = own_message(plan, before, event.unit, event.data.get(MESSAGE), act.effect)
        if done is None:
            return event.seq, ()
        act, unit, at, about = plan.process.acts[done.act], done.unit, done.at, done.seq
    fields = plan.fields_of(act, unit, at).values() if act.name in plan.restricted else ()
    return about, tuple(field for field in fields if field.only_for)


def _given(event: Event, about: int) -> Mapping[str, Any]:
    return event.data if about == event.seq else event.data.get(CORRECTION) or {}


def _with(event: Event, about: int, given: Mapping[str, Any]) -> Event:
    return event._replace(data=given if about == event.seq else {**event.data, CORRECTION: given})


def _holds_one(case: Case, unit: str, parts: Iterable[str]) -> bool:
    return any(unit in case.parties.get(part, ()) for part in parts)


# --- Putting it together again --------------------------------------------------------------


def opened(data: Mapping[str, Any], said: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """An event's data with the restricted values that the reader has been told, by field; those
    that are not for the reader are left out."""
    whole = _opened(data, said)
    if isinstance(whole.get(CORRECTION), dict):
        whole[CORRECTION] = _opened(whole[CORRECTION], said)
    return whole


def _opened(data: Mapping[str, Any], said: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        if seal_in(value) is None:
            found[name] = value
        elif said.get(name):
            found[name] = said[name][0]
    return found


def seal_in(value: Any) -> str | None:
    """The seal that stands in a value's place."""
    return cast(dict[str, str], value).get(SEAL) if isinstance(value, dict) else None


def seals_in(data: Mapping[str, Any]) -> dict[str, str]:
    """The seals of an event by field."""
    both = {**data, **(data.get(CORRECTION) or {})}
    return {name: found for name, value in both.items() if (found := seal_in(value)) is not None}


def as_needed(process: Process, case: Case, rows: Iterable[tuple[int, str, list[Any]]]) -> Case:
    """The case with the restricted values that a process depends on and no others: when it goes
    over to another version. `rows`: message, field and what was said, in the order of events."""
    depended_on = plan_of(process).depended_on
    done, names = dict(case.done), set[str]()
    for about, field, said in rows:
        data = dict(done[about].data)
        names.add(field)
        if field not in depended_on or said == [None]:
            data.pop(field, None)
        elif said:
            data[field] = said[0]
        done[about] = done[about]._replace(data=data)
    values = {name: value for name, value in case.values.items() if name not in names}
    for one in done.values():
        if one.in_force:
            values.update({name: one.data[name] for name in names if name in one.data})
    return case._replace(done=done, values=values)
