"""A case under change: the one mutable thing in the engine, alive only within `evolve`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sammanhang.engine.model import Case, Done, Event, Obligation


class NextCase:
    """What an event does to a case, which is itself left as it was: acts done and obligations
    are copied at the start and changed in place, every other mapping is replaced when it changes.
    """

    __slots__ = (
        "barred",
        "closed_by",
        "done",
        "event",
        "heirs",
        "joined",
        "obligations",
        "parties",
        "phase",
        "phase_since",
        "process",
        "values",
    )

    def __init__(self, case: Case, event: Event) -> None:
        self.event = event
        self.process = case.process
        self.parties = case.parties
        self.joined = case.joined
        self.done: dict[int, Done] = dict(case.done)
        self.obligations: dict[str, Obligation] = dict(case.obligations)
        self.values = case.values
        self.barred = case.barred
        self.heirs = case.heirs
        self.phase = case.phase
        self.phase_since = case.phase_since
        self.closed_by = case.closed_by
        if case.last_at is None:
            self.joined = {unit: event.at for units in case.parties.values() for unit in units}

    def takes_part(self, unit: str) -> bool:
        return any(unit in units for units in self.parties.values())

    def join(self, unit: str, part: str) -> None:
        if unit in self.heirs and not self.takes_part(unit):
            self.heirs = {old: new for old, new in self.heirs.items() if old != unit}
        self.parties = {**self.parties, part: (*self.parties.get(part, ()), unit)}
        self._note(unit)

    def replace_in_part(self, part: str, old: str, new: str | None) -> None:
        units = tuple(new if unit == old else unit for unit in self.parties.get(part, ()))
        self.parties = {**self.parties, part: tuple(dict.fromkeys(u for u in units if u))}
        if new:
            self._note(new)

    def hand_over(self, old: str, new: str, parts: Iterable[str]) -> None:
        """The new unit stands in the old one's place, and again in its own if it had left it."""
        for part in parts:
            self.replace_in_part(part, old, new)
        self.heirs = {**{unit: heir for unit, heir in self.heirs.items() if unit != new}, old: new}

    def _note(self, unit: str) -> None:
        if unit not in self.joined:
            self.joined = {**self.joined, unit: self.event.at}

    def change(self, done: Done, **changes: Any) -> Done:
        """Puts a changed version of an act done in its place."""
        changed = self.done[done.seq] = done._replace(**changes)
        return changed

    def owe(self, obligation: Obligation, **changes: Any) -> Obligation:
        """Puts an obligation, or a changed version of it, in its place."""
        if changes:
            obligation = obligation._replace(**changes)
        self.obligations[obligation.key] = obligation
        return obligation

    def as_case(self) -> Case:
        return Case(
            process=self.process,
            seq=self.event.seq,
            last_at=self.event.at,
            parties=self.parties,
            joined=self.joined,
            done=self.done,
            obligations=self.obligations,
            values=self.values,
            barred=self.barred,
            heirs=self.heirs,
            phase=self.phase,
            phase_since=self.phase_since,
            closed_by=self.closed_by,
        )
