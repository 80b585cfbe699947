"""What would differ, had other rules held: histories lived again under two processes.

Every event is taken to have happened as it did. Where a process would have refused it, that is
counted, and the event is still part of the case: what people would have done instead nobody knows.
So the figures tell what the rules would have said of what was done, not what would have been done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sammanhang.engine.decide import decide
from sammanhang.engine.evolve import evolve, start
from sammanhang.engine.model import Case, Command, Event, Refusal, State
from sammanhang.guideline.model import Process

NOWHERE = "okänd"


@dataclass(frozen=True, slots=True)
class History:
    """What happened in one case."""

    id: str
    parties: Mapping[str, Sequence[str]]
    events: Sequence[Event]


Owed = tuple[str, str, str, str, State]
"""Rule, act, part, municipality, and how it went; LATE is too late or not at all."""
Refused = tuple[str, str, str | None]
"""Act, kind of refusal, rule."""


@dataclass(slots=True)
class Tally:
    """What a process says of histories. Tallies of different histories add up."""

    owed: Counter[Owed] = field(default_factory=Counter[Owed])
    refused: Counter[Refused] = field(default_factory=Counter[Refused])
    phases: Counter[str] = field(default_factory=Counter[str])
    """How many times each phase was left again, or its case closed."""
    seconds: Counter[str] = field(default_factory=Counter[str])
    """How long they lasted, all together."""
    hours_late: Counter[str] = field(default_factory=Counter[str])
    """By rule: whole hours after the due moment, of what was done too late."""

    def add(self, other: Tally) -> None:
        self.owed.update(other.owed)
        self.refused.update(other.refused)
        self.phases.update(other.phases)
        self.seconds.update(other.seconds)
        self.hours_late.update(other.hours_late)


@dataclass(slots=True)
class Comparison:
    """The same histories under an old and a new process."""

    old: Tally = field(default_factory=Tally)
    new: Tally = field(default_factory=Tally)
    histories: int = 0
    events: int = 0
    differing: int = 0
    """Histories of which the two processes say different things."""

    def add(self, other: Comparison) -> None:
        self.old.add(other.old)
        self.new.add(other.new)
        self.histories += other.histories
        self.events += other.events
        self.differing += other.differing

    @property
    def is_same(self) -> bool:
        return self.differing == 0


def compare(
    old: Process,
    new: Process,
    histories: Iterable[History],
    until: datetime,
    municipality_of: Mapping[str, str],
) -> Comparison:
    """`until`: the moment from which is told what is late and what is still open."""
    found = Comparison()
    for history in histories:
        under_old = tally(old, history, until, municipality_of)
        under_new = tally(new, history, until, municipality_of)
        found.old.add(under_old)
        found.new.add(under_new)
        found.histories += 1
        found.events += len(history.events)
        found.differing += under_old != under_new
    return found


def tally(
    process: Process, history: History, until: datetime, municipality_of: Mapping[str, str]
) -> Tally:
    """What one process says of one history."""
    found = Tally()
    case = start(process, history.parties)
    phase, since = case.phase, until
    for event in history.events:
        command = Command(event.unit, event.person, event.act, event.data)
        decided = decide(process, case, command, event.at)
        if isinstance(decided, Refusal):
            found.refused[decided.act, decided.kind, decided.rule] += 1
        case = evolve(process, case, event)
        if case.phase != phase:
            _note_phase(found, phase, since, event.at)
            phase, since = case.phase, event.at
    _note_obligations(found, case, until, municipality_of)
    return found


def _note_phase(found: Tally, phase: str | None, since: datetime, until: datetime) -> None:
    if phase is not None:
        found.phases[phase] += 1
        found.seconds[phase] += round((until - since).total_seconds())


def _note_obligations(
    found: Tally, case: Case, until: datetime, municipality_of: Mapping[str, str]
) -> None:
    for owed in case.obligations.values():
        state = owed.state(until)
        if owed.was_late:
            state = State.LATE
        where = municipality_of.get(owed.unit, NOWHERE)
        found.owed[owed.rule, owed.act, owed.part, where, state] += 1
        if state is State.LATE and owed.due is not None:
            late = (owed.ended_at or until) - owed.due
            found.hours_late[owed.rule] += int(late.total_seconds() // 3600)
