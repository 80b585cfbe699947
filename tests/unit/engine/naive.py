"""A second engine, slow and plain: it keeps nothing, and reads everything from the events anew.

It knows messages, receipts, withdrawal and every kind of rule but openings; not how parties move
nor corrections. Guards, fields and days are the real ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sammanhang.engine.calendar import due, due_ahead, end_of_day, start_of_day
from sammanhang.engine.model import Event
from sammanhang.guideline.holding import holds
from sammanhang.guideline.model import (
    Ahead,
    Bar,
    Before,
    Condition,
    Duty,
    Effect,
    On,
    Process,
    Revocation,
    Within,
)

Parties = Mapping[str, Sequence[str]]
Owed = tuple[str, int, str, int | None]
"""Rule, event that started it, unit, message."""


class Naive:
    def __init__(self, process: Process, parties: Parties, events: Sequence[Event]) -> None:
        self.process, self.parties, self.events = process, parties, events
        self.bars = [rule for rule in process.rules if isinstance(rule, Bar)]
        self.duties = [rule for rule in process.rules if isinstance(rule, Duty)]
        self.undone: dict[int, int] = {}
        for event in events:
            self.undone |= dict.fromkeys(self._takes_back(event), event.seq)

    # --- What is in force -------------------------------------------------------------------

    def alive(self, at: int) -> list[Event]:
        """The acts in force once event `at` has happened."""
        return [e for e in self.events if e.seq <= at < self.undone.get(e.seq, at + 1)]

    def _takes_back(self, event: Event) -> list[int]:
        before = self.alive(event.seq - 1)
        if self.process.acts[event.act].effect is Effect.WITHDRAWS:
            return self.own(before, event.unit, event.data.get("meddelande"))[-1:]
        values = {**self.values(before), **event.data}
        gone = {
            name
            for rule in self.process.rules
            if isinstance(rule, Revocation) and rule.act == event.act
            if holds(rule.guard)(values, self.parties)  # type: ignore[arg-type]
            for name in rule.revokes
        }
        return [e.seq for e in before if e.act in gone]

    def own(self, alive: list[Event], unit: str, named: object) -> list[int]:
        return [
            e.seq
            for e in alive
            if e.unit == unit and self.to(e) and named in (None, e.seq, e.act)
            if self.process.acts[e.act].effect is None
        ]

    def to(self, event: Event) -> list[str]:
        act = self.process.acts[event.act]
        units = [u for part in act.recipients for u in self.parties[part] if u != event.unit]
        return list(dict.fromkeys(units))

    def values(self, alive: list[Event]) -> dict[str, Any]:
        return {
            name: value
            for e in alive
            if self.process.acts[e.act].effect is None
            for name, value in e.data.items()
        }

    def held(self, guard: Any, event: Event) -> bool:
        return holds(guard)(self.values(self.alive(event.seq)), self.parties)  # type: ignore[arg-type]

    def barring(self, event: Event) -> set[str]:
        return {
            name
            for bar in self.bars
            if bar.act == event.act and self.held(bar.guard, event)
            for name in bar.bars
        }

    def barred(self, alive: list[Event]) -> set[str]:
        return {name for e in alive for name in self.barring(e)}

    def phase(self, alive: list[Event]) -> tuple[str | None, int | None]:
        """The phase, and the event that closed the case."""
        now = None
        for e in alive:
            for phase in self.process.phases:
                comes_from = not phase.only_from or now in phase.only_from
                if e.act in phase.triggers and comes_from and self.held(phase.guard, e):
                    now = phase.name
                    if phase.closes:
                        return now, e.seq
                    break
        return now, None

    # --- What is owed -----------------------------------------------------------------------

    def obligations(self) -> dict[Owed, str]:
        last = len(self.events)
        return {owed: self.state(owed, last) for e in self.events for owed in self.started(e)}

    def started(self, event: Event) -> list[Owed]:
        found: list[Owed] = []
        barred = self.barred(self.alive(event.seq))
        for duty in self.duties:
            if event.act in duty.triggers and self.held(duty.guard, event):
                if duty.receipt:
                    found += [(duty.name, event.seq, u, event.seq) for u in self.to(event)]
                elif duty.act not in barred:
                    found += [(duty.name, event.seq, u, None) for u in self.parties[duty.part]]
        return found

    def state(self, owed: Owed, at: int) -> str:
        """The first thing in force after the start that ends it decides."""
        rule, started, unit, message = owed
        act = next(duty.act for duty in self.duties if duty.name == rule)
        alive = self.alive(at)
        taken_back = self.undone.get(started, at + 1)
        closed = self.phase(alive)[1]
        for e in alive:
            if not started < e.seq <= taken_back:
                continue
            if e.seq == taken_back and self.state(owed, e.seq - 1) != "open":
                return "cancelled"
            named = e.data.get("meddelande")
            meant = message is None or named in (None, message, self._act_of(message))
            if e.act == act and e.unit == unit and meant:
                return "fulfilled"
            if act in self.barring(e) or closed == e.seq:
                return "cancelled"
        return "open" if taken_back > at else "cancelled"

    def _act_of(self, seq: int) -> str:
        return self.events[seq - 1].act

    def due(self, owed: Owed) -> datetime | None:
        rule, started, _, _ = owed
        duty = next(one for one in self.duties if one.name == rule)
        at, day = self.events[started - 1].at, self.values(self.alive(len(self.events))).get("när")
        starts = start_of_day(date.fromisoformat(day)) if day else None
        match duty.deadline:
            case Within(span, since):
                return due(span, (starts if since else None) or at, duty.reckoning)
            case Ahead(span):
                return due_ahead(span, starts, duty.reckoning) if starts else None
            case On():
                return end_of_day(date.fromisoformat(day)) if day else None
            case _:
                return None

    # --- What may be done -------------------------------------------------------------------

    def may(self, unit: str, name: str, data: Mapping[str, Any]) -> bool:
        """Whether the unit can do it now. The fields are right."""
        named = data.get("meddelande")
        at = len(self.events)
        alive, act = self.alive(at), self.process.acts[name]
        owed = self.obligations()
        open_acts = [
            (next(d for d in self.duties if d.name == key[0]), key[2])
            for key, state in owed.items()
            if state == "open"
        ]
        closed = self.phase(alive)[1]
        if closed is not None and act.effect is None:
            end = self._act_of(closed)
            revokes = any(
                isinstance(r, Revocation) and r.act == name and end in r.revokes
                for r in self.process.rules
            )
            if not revokes and not any(d.act == name and u == unit for d, u in open_acts):
                return False
        return (
            any(unit in self.parties[part] for part in act.performers)
            and name not in self.barred(alive)
            and not any(isinstance(d.deadline, Before) and d.deadline.act == name
                        for d, _ in open_acts)
            and all(self._met(rule, alive, data) for rule in self.process.rules
                    if isinstance(rule, Condition) and rule.act == name)
            and (act.effect is not Effect.WITHDRAWS or bool(self.own(alive, unit, named)))
            and (act.effect is not Effect.ACKNOWLEDGES or bool(self._inbox(alive, unit, named)))
        )  # fmt: skip

    def _met(self, rule: Condition, alive: list[Event], data: Mapping[str, Any]) -> bool:
        values = {**self.values(alive), **data}
        asked = holds(rule.guard)(values, self.parties)  # type: ignore[arg-type]
        return not asked or set(rule.requires) <= {e.act for e in alive}

    def _inbox(self, alive: list[Event], unit: str, named: object) -> list[int]:
        return [
            e.seq
            for e in alive
            if unit in self.to(e) and named in (None, e.seq, e.act)
            if self.process.acts[e.act].effect is None
            if not any(
                taken.unit == unit and taken.act == "kvittens" and taken.seq > e.seq
                and taken.data.get("meddelande") in (None, e.seq, e.act)
                for taken in self.events
            )
        ]  # fmt: skip
