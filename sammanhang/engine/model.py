"""The state of a case and what happens to it. Values only: immutable, rebuilt by replay.

They are named tuples, which cost a quarter of what frozen dataclasses do to make and to change:
folding a history does little else. Moments are aware datetimes in UTC. Units and persons are
opaque strings (in the service HSA-ids).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple


class Event(NamedTuple):
    """Something that happened in a case: recorded, never changed. `seq` counts from 1."""

    seq: int
    at: datetime
    unit: str
    person: str
    act: str
    data: Mapping[str, Any]


class Command(NamedTuple):
    """What a person asks to do on behalf of a unit. `data` is untrusted."""

    unit: str
    person: str
    act: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command can't be done, in Swedish, with the rule and paragraph that say so.

    `rule` is None where no rule of the document but the request itself is at fault (unknown
    act, faulty field). `remedy` tells what would make it possible. `fields` has a message for
    each faulty field, to be shown beside it.
    """

    kind: str
    """Stable slug: unknown-act, not-party, wrong-part, barred, requires, open-duty, fields,
    message, parties, time, closed, area."""
    act: str
    reason: str
    remedy: str | None = None
    rule: str | None = None
    document: str | None = None
    section: str | None = None
    fields: Mapping[str, str] | None = None


class State(Enum):
    OPEN = "open"
    FULFILLED = "fulfilled"
    LATE = "late"
    CANCELLED = "cancelled"

    # There is one of each: hashed as what it is, not by its name, which takes longer.
    __hash__ = object.__hash__


class Obligation(NamedTuple):
    """What one unit owes: an act, by a moment, because of a rule and the event that started it."""

    key: str
    """Stable within the case: `rule:started_by:unit`, for a receipt also `:message`. The unit is
    the one it started with, also after a hand-over. A duty that a correction brings back after
    another had ended it has `started_by~correction` in the middle."""
    rule: str
    act: str
    unit: str
    part: str
    due: datetime | None
    """None: due before `before`, or not bound in time."""
    before: str | None
    """The act that is refused while this is open."""
    awaited_by: str
    """The unit whose act started it, and which waits for it."""
    started_by: int
    due_by: int
    """The event that explains the present due moment."""
    message: int | None = None
    """For an acknowledgement: the message to acknowledge."""
    ended_by: int | None = None
    ended_at: datetime | None = None
    cancelled: bool = False

    @property
    def is_open(self) -> bool:
        return self.ended_by is None

    def state(self, now: datetime) -> State:
        if self.ended_by is not None:
            return State.CANCELLED if self.cancelled else State.FULFILLED
        return State.LATE if self.due is not None and now > self.due else State.OPEN

    @property
    def was_late(self) -> bool:
        """Whether it was fulfilled, but after its due moment."""
        return (
            self.ended_at is not None
            and not self.cancelled
            and self.due is not None
            and self.ended_at > self.due
        )


class Receipt(NamedTuple):
    """Who acknowledged a message, and by which event. Delivered is never called read."""

    unit: str
    person: str
    at: datetime
    seq: int


class Done(NamedTuple):
    """An act that was done; a message where it has `recipients`."""

    seq: int
    act: str
    unit: str
    person: str
    at: datetime
    data: Mapping[str, Any]
    """As it stands now, after corrections."""
    recipients: tuple[str, ...] = ()
    """Units in whose inbox it stands. Grows when a unit hands over to another."""
    readers: tuple[str, ...] = ()
    """Units that may read it besides the sender and the recipients: those that took over."""
    receipts: tuple[Receipt, ...] = ()
    corrected_by: tuple[int, ...] = ()
    revoked_by: int | None = None
    withdrawn: bool = False
    """Taken back as a message by its sender, not by a rule."""
    unheld: tuple[str, ...] = ()
    """Rules and phases (`läge:NAME`) of the act whose guard did not hold when it was done."""

    @property
    def in_force(self) -> bool:
        return self.revoked_by is None


class Case(NamedTuple):
    """A case as its events have made it. Never mutated: `evolve` gives the next one."""

    process: str
    seq: int
    last_at: datetime | None
    parties: Mapping[str, tuple[str, ...]]
    """Units now holding each part, in the order they came."""
    joined: Mapping[str, datetime]
    """When each unit first became party, also of those that have left. A party from the
    start has the moment of the first event."""
    done: Mapping[int, Done]
    obligations: Mapping[str, Obligation]
    values: Mapping[str, Any]
    """The latest value in force of every field."""
    barred: Mapping[str, str]
    """Acts that can't be done now, each with the rule that bars it."""
    heirs: Mapping[str, str]
    """By a unit that handed over: the unit that took its place."""
    phase: str | None = None
    phase_since: datetime | None = None
    closed_by: int | None = None
