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

from sammanhang.engine.agreement import acts_that_differ
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
    """`until`: the moment from which is told what is late and what is still open.

    A history is lived once as long as the processes agree on what is done in it, and from there
    on twice.
    """
    found, alike = Comparison(), Tally()
    differing = acts_that_differ(old, new)
    for history in histories:
        events = history.events
        parts_at = _first_of(differing, events)
        if parts_at == len(events):
            _Life.begin(old, history, alike).live_whole(events, until, municipality_of)
        else:
            common = _Life.begin(old, history, Tally())
            common.live(events[:parts_at])
            lives = common.under(old), common.under(new)
            for life in lives:
                life.live_whole(events[parts_at:], until, municipality_of)
            found.old.add(lives[0].tally)
            found.new.add(lives[1].tally)
            found.differing += lives[0].tally != lives[1].tally
        found.histories += 1
        found.events += len(events)
    found.old.add(alike)
    found.new.add(alike)
    return found


def tally(
    process: Process, history: History, until: datetime, municipality_of: Mapping[str, str]
) -> Tally:
    """What one process says of one history."""
    found = Tally()
    _Life.begin(process, history, found).live_whole(history.events, until, municipality_of)
    return found


def _first_of(differing: frozenset[str] | None, events: Sequence[Event]) -> int:
    """Where the first event is of which the processes may say different things."""
    if differing is None:
        return 0
    for at, event in enumerate(events):
        if event.act in differing:
            return at
    return len(events)


@dataclass(slots=True)
class _Life:
    """A history under a process, as far as it has been lived; and what it comes to."""

    process: Process
    case: Case
    tally: Tally
    since: datetime | None = None
    """When the case came into its phase, however often it has come into it again since."""

    @classmethod
    def begin(cls, process: Process, history: History, tally: Tally) -> _Life:
        return cls(process, start(process, history.parties), tally)

    def under(self, process: Process) -> _Life:
        """One that goes on from here by itself."""
        tally = Tally()
        tally.add(self.tally)
        return _Life(process, self.case, tally, self.since)

    def live_whole(
        self, events: Iterable[Event], until: datetime, municipality_of: Mapping[str, str]
    ) -> None:
        self.live(events)
        self._end(until, municipality_of)

    def live(self, events: Iterable[Event]) -> None:
        process, case, tally = self.process, self.case, self.tally
        for event in events:
            command = Command(event.unit, event.person, event.act, event.data)
            decided = decide(process, case, command, event.at)
            if isinstance(decided, Refusal):
                tally.refused[decided.act, decided.kind, decided.rule] += 1
            before, case = case.phase, evolve(process, case, event)
            if case.phase != before:
                if before is not None and self.since is not None:
                    tally.phases[before] += 1
                    tally.seconds[before] += round((event.at - self.since).total_seconds())
                self.since = event.at
        self.case = case

    def _end(self, until: datetime, municipality_of: Mapping[str, str]) -> None:
        for owed in self.case.obligations.values():
            state = State.LATE if owed.was_late else owed.state(until)
            where = municipality_of.get(owed.unit, NOWHERE)
            self.tally.owed[owed.rule, owed.act, owed.part, where, state] += 1
            if state is State.LATE and owed.due is not None:
                late = (owed.ended_at or until) - owed.due
                self.tally.hours_late[owed.rule] += int(late.total_seconds() // 3600)
