"""What a governing document says once it has been read: a `Process` and its rules.

A `Process` is a timed DCR graph (dynamic condition response), with roles that several units
may hold and with revocation added. The correspondence, which makes checking possible:

    act          an event of the graph; done (executed) once or more while in force
    Duty         response with a deadline: after A, every unit in the role owes B
    Condition    condition: B is refused until A is done and in force
    Bar, Opening exclusion, inclusion: A makes B impossible, possible again
    Duty(Before) response with milestone: C is refused while the owed B is open
    Revocation   A takes B back: B is as undone, what it started is cancelled

All values here are immutable and hold only what the text says; what happens in a case is the
business of `sammanhang.engine`. Names are the document's own Swedish names (`kallelse-sip`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum
from types import MappingProxyType
from typing import Any

from sammanhang.guideline.areas import Area, Permit, Scope


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; lines count from 1."""

    file: str
    line: int


class Severity(Enum):
    ERROR = "fel"
    WARNING = "varning"


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a history that leads to what a finding tells of."""

    act: str
    part: str
    """By a unit that holds this part."""
    area: str | None = None
    """Where that unit lies, if a supplement holds there."""
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    number: int | None = None
    """Which of two units that are alike, where there are two: 1 or 2."""
    then: tuple[str, ...] = ()
    """What it changes, in words: who then takes part, what is owed, barred and undone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a document, written for its author. `kind` is a stable English slug."""

    place: Place
    severity: Severity
    kind: str
    text: str
    rule: str | None = None
    history: tuple[Step, ...] = ()
    """A shortest history that leads there, for what follows from many rules together."""

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}: {self.severity.value}: {self.text}"


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section of a document: what a refusal or a deadline cites."""

    number: str
    title: str
    level: int
    anchor: str
    place: Place


@dataclass(frozen=True, slots=True)
class Source:
    """Which paragraph a block stands in, and the law it rests on (`källa`), if it says."""

    document: str
    section: Section
    place: Place
    law: str | None = None


class Level(Enum):
    """The levels of governing documents; a later one never contradicts an earlier."""

    LAW = "lag"
    AGREEMENT = "avtal"
    ACCORD = "överenskommelse"
    GUIDELINE = "riktlinje"
    ROUTINE = "rutin"
    SUPPLEMENT = "lokalt tillägg"


@dataclass(frozen=True, slots=True)
class Document:
    """The front matter and the sections of a governing document."""

    id: str
    title: str
    level: Level
    process: str
    version: str
    adopted_by: str | None
    decision: str | None
    in_force_from: date | None
    supersedes: str | None
    sections: tuple[Section, ...]
    text: str
    file: str
    adds_to: str | None = None
    """The document that a routine or a supplement adds to (`tillägg-till`)."""
    area: Area | None = None
    permit: Permit | None = None
    last_day: date | None = None
    binds_running: bool = False
    """Whether cases already running go over to this version on its first day (`övergång`)."""


# --- Time -----------------------------------------------------------------------------------


class SpanUnit(Enum):
    HOURS = "timmar"
    WORKING_HOURS = "arbetstimmar"
    CALENDAR_DAYS = "kalenderdagar"
    WORKING_DAYS = "arbetsdagar"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as the paragraph words it, for instance 24 timmar or 1 arbetsdag."""

    amount: int
    unit: SpanUnit


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How time counts (`tidsräkning`): working hours, and the hour after which a day is over.

    `cutoff`: what happens after this local time counts as happening the next day (the next
    working day where working days are counted). None: no cut-off.
    """

    name: str
    day_starts: time = time(8, 0)
    day_ends: time = time(17, 0)
    cutoff: time | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """Due a span after the event, or after the moment in one of its fields (`från`)."""

    span: Span
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """Due a span before the moment in a field (`2 kalenderdagar före beräknad-utskrivning`)."""

    span: Span
    field: str


@dataclass(frozen=True, slots=True)
class On:
    """Due at the moment in a field; where the field is a date, by the end of that day."""

    field: str


@dataclass(frozen=True, slots=True)
class Before:
    """Due before another act, which is refused while the duty is open (a DCR milestone)."""

    act: str


Deadline = Within | Ahead | On | Before


# --- Guards ---------------------------------------------------------------------------------


class Test(Enum):
    EQUALS = "är"
    ONE_OF = "något av"
    PRESENT = "finns"
    ABSENT = "saknas"
    OVER = "över"
    UNDER = "under"
    AT_LEAST = "minst"
    AT_MOST = "högst"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test of one field's latest value in force, or of whether a part has any unit.

    `name` is a field or (only PRESENT and ABSENT) a part. For a field with many values
    EQUALS means contains and ONE_OF means has any of. A field without value fails every
    test but ABSENT.
    """

    name: str
    test: Test
    value: Any = None


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Some:
    of: tuple[Guard, ...]


Guard = Comparison | All | Some


# --- Parts, acts, fields --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A role in the process that units hold (slutenvård, öppenvård, kommun)."""

    name: str
    title: str
    unit_types: tuple[str, ...]
    at_least: int
    at_most: int | None
    source: Source
    insight: Span = Span(7, SpanUnit.CALENDAR_DAYS)
    """For how long (`insyn`) a unit that held it sees a case after it has left, or the case has
    closed. Where the document is silent: a week, in which a mistake is found."""


class FieldType(Enum):
    TEXT = "text"
    LONG_TEXT = "långtext"
    CHOICE = "val"
    MANY = "flerval"
    DATE = "datum"
    TIME = "tid"
    MOMENT = "tidpunkt"
    YES_NO = "ja-nej"
    NUMBER = "tal"
    PERSON = "person"
    UNIT = "enhet"
    ATTACHMENT = "bilaga"
    MESSAGE = "meddelande"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an act asks for. Values in event data are JSON: see `engine.values`."""

    name: str
    title: str
    type: FieldType
    required: bool = False
    choices: tuple[str, ...] = ()
    part: str | None = None
    """For a unit: the part the unit is to hold."""
    future: bool = True
    """For a date or a moment: whether it may lie ahead of now (`framtid: nej` forbids it)."""
    help: str | None = None
    place: Place | None = None
    only_for: tuple[str, ...] = ()
    """Parts that alone are told the value (`bara-för`), of those who receive the act; empty: all
    who receive it are."""


class Effect(Enum):
    """What an act does to an earlier message of the case, besides being an act itself."""

    ACKNOWLEDGES = "kvitterar"
    WITHDRAWS = "återtar"
    CORRECTS = "rättar"


SENDER = "avsändaren"
"""In `ansluter`: the acting unit itself, instead of a field that names a unit."""


@dataclass(frozen=True, slots=True)
class Joining:
    """After the act a unit holds a part: the one named in `field`, or the acting unit."""

    part: str
    field: str


@dataclass(frozen=True, slots=True)
class Extension:
    """What a routine or a supplement adds to an act (`utökning`), for those it binds."""

    scope: Scope
    fields: tuple[Field, ...]
    required: tuple[str, ...]
    """Fields of the act that have to be filled in."""
    recipients: tuple[str, ...]
    """Parts whose units inside the area receive it too, when a unit inside performs it."""
    source: Source


@dataclass(frozen=True, slots=True)
class Act:
    """Something a unit may do; a message where it has recipients (`till`)."""

    name: str
    title: str
    performers: tuple[str, ...]
    """Parts whose units may perform it."""
    recipients: tuple[str, ...]
    """Parts whose units receive it; the acting unit itself never does."""
    receipt: Span | None
    """Each recipient owes an acknowledgement within this span (`kvittens`)."""
    fields: tuple[Field, ...]
    joins: tuple[Joining, ...]
    """Units that come to hold a part by the act, before its recipients are resolved."""
    hands_over_to: str | None
    """Field naming the unit that takes the acting unit's place in its part (`överlåter`)."""
    leaves: bool
    """The acting unit leaves the parts in which it may perform the act (`lämnar: ja`)."""
    effect: Effect | None
    basis: str | None
    """Legal basis for crossing a border of secrecy (`stöd`)."""
    help: str | None
    source: Source
    implicit: bool = False
    """Added by the compiler (the acknowledgement), not written in the document."""
    scope: Scope | None = None
    """For an act that a supplement adds: who may perform it, and who receives it."""
    extensions: tuple[Extension, ...] = ()


# --- Rules ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stricter:
    """An earlier deadline for those a routine or a supplement binds (`skärpning`)."""

    scope: Scope
    deadline: Within | Ahead
    source: Source


@dataclass(frozen=True, slots=True)
class Duty:
    """När A ... ska B, vem R, senast D. Also every acknowledgement owed (`receipt`)."""

    name: str
    triggers: tuple[str, ...]
    act: str
    part: str
    deadline: Deadline | None
    guard: Guard | None
    reckoning: Reckoning
    source: Source
    receipt: bool = False
    scope: Scope | None = None
    """For a duty that a supplement adds: who may owe it."""
    stricter: tuple[Stricter, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Handling B kräver A (every act in `requires`)."""

    name: str
    act: str
    requires: tuple[str, ...]
    guard: Guard | None
    source: Source


@dataclass(frozen=True, slots=True)
class Bar:
    """Handling A spärrar B. Open duties to do B end as cancelled."""

    name: str
    act: str
    bars: tuple[str, ...]
    guard: Guard | None
    source: Source
    every: bool = False
    """Written as `alla`: bars what supplements add, too."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Handling A öppnar B: possible again after a bar."""

    name: str
    act: str
    opens: tuple[str, ...]
    guard: Guard | None
    source: Source
    every: bool = False


@dataclass(frozen=True, slots=True)
class Revocation:
    """Handling A upphäver B: every B in force is as undone."""

    name: str
    act: str
    revokes: tuple[str, ...]
    guard: Guard | None
    source: Source


Rule = Duty | Condition | Bar | Opening | Revocation


@dataclass(frozen=True, slots=True)
class Phase:
    """A stage of the case (`läge`), entered when one of its acts is done.

    The phase of a case is that of the latest act in force that enters one. `closes`: the
    case is over; open duties that the closing act did not itself start are cancelled.
    """

    name: str
    title: str
    triggers: tuple[str, ...]
    guard: Guard | None
    closes: bool
    source: Source
    only_from: tuple[str, ...] = ()
    """Phases it may be entered from (`från`); empty: from any, and as the first."""
    responsible: tuple[str, ...] = ()
    """Parts on whose boards the person stands in this phase (`ansvarar`); empty: all."""


def _no_rules() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """A compiled document: what the engine runs. Mappings are read-only and in document order.

    Compiled once, and the same only as itself: so it can be a key of what is remembered of it.
    """

    key: str
    document: Document
    parts: Mapping[str, Part]
    acts: Mapping[str, Act]
    rules: tuple[Rule, ...]
    phases: tuple[Phase, ...]
    reckoning: Reckoning
    """The one without name: holds where a rule names no other."""
    additions: tuple[Document, ...] = ()
    """The routines and supplements that are laid on the document."""

    # Indexes, made by the compiler so that the engine never searches.
    duties_after: Mapping[str, tuple[Duty, ...]] = field(default_factory=_no_rules)
    """By the act that starts them."""
    conditions_on: Mapping[str, tuple[Condition, ...]] = field(default_factory=_no_rules)
    """By the act that is refused."""
    milestones_on: Mapping[str, tuple[Duty, ...]] = field(default_factory=_no_rules)
    """Duties due `Before` this act."""
    bars_on: Mapping[str, tuple[Bar | Opening, ...]] = field(default_factory=_no_rules)
    """Bars and openings by the act they bar or open."""
    revocations_by: Mapping[str, tuple[Revocation, ...]] = field(default_factory=_no_rules)
    """By the act that revokes."""
    phases_by: Mapping[str, tuple[Phase, ...]] = field(default_factory=_no_rules)
    """By the act that enters them."""
    fields_asked: Mapping[str, Field] = field(default_factory=_no_rules)
    """Every field of every act by name; a name means one thing in the whole process."""

    def rule(self, name: str) -> Rule | None:
        """The rule with this name, for explanations; None if there is none."""
        return next((rule for rule in self.rules if rule.name == name), None)
