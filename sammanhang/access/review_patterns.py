"""What is worth a look in a unit's month of the access log. Nothing here is wrong in itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from sammanhang.engine.calendar import local

NIGHT_FROM, NIGHT_UNTIL = 22, 6
SELDOM = 0.2
"""A share of one's readings below which those at night are few."""
MANY = 20
"""People opened one by one within an hour: more than a ward has in most hours of work."""
HOUR = timedelta(hours=1)
PROTECTED = "read:protected"
"""Who a protected person is, was shown to somebody who said why."""

WHY = {
    "own": N_("Den som lästes om är läsaren själv."),
    "public-interest": N_("Den som lästes om är en person av allmänt intresse."),
    "protected": N_("Namn och nummer på en person med skyddade personuppgifter togs fram."),
    "colleague": N_("Den som lästes om har samma namn som en kollega på enheten."),
    "surname": N_("Den som lästes om har samma efternamn som läsaren."),
    "address": N_("Den som lästes om bor på samma adress som läsaren."),
    "night": N_("Läst mellan 22 och 06 av någon som sällan läser då."),
    "many": N_("Fler än tjugo personer öppnade en och en inom en timme."),
    "emergency": N_("Öppnat som nödöppning."),
    "consent": N_("Öppnat det spärrade med personens samtycke."),
    "no-act": N_("Enheten gjorde inget i ärendet efteråt."),
    "denied": N_("Försök som tjänsten nekade."),
}
"""The patterns in the order they are shown, and why each is."""
COMPARED = ("own", "public-interest", "colleague", "surname", "address")
"""Those that take what the reviewer may not read: found by the owner, when the log is sealed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log. `resident` only where one person was shown, and never told to anyone."""

    id: int
    at: datetime
    person: str
    name: str
    action: str
    case: int | None
    resident: UUID | None
    why: str = "relation"


@dataclass(frozen=True, slots=True)
class Finding:
    """Some lines of one reader, and the pattern they make."""

    pattern: str
    person: str
    name: str
    lines: tuple[Line, ...]

    @property
    def key(self) -> str:
        return f"{self.pattern}:{self.person}"

    @property
    def runs(self) -> list[Run]:
        """The lines, those that say the same of the same case told once, by when they began."""
        by: dict[tuple[int | None, str, str], list[datetime]] = defaultdict(list)
        for one in self.lines:
            reason = one.why if one.action == PROTECTED else ""
            by[one.case, one.action, reason].append(one.at)
        return [
            Run(action, case, min(ats), max(ats), len(ats), reason)
            for (case, action, reason), ats in by.items()
        ]


@dataclass(frozen=True, slots=True)
class Run:
    """The same thing done some times."""

    action: str
    case: int | None
    first: datetime
    last: datetime
    times: int
    reason: str
    """That the reader gave, where one is asked for."""


def patterns(
    lines: Sequence[Line], names: Iterable[tuple[int, str]], acts: Mapping[int, datetime]
) -> list[Finding]:
    """What the lines of a month show. `names`: (line, a pattern that the owner compared). `acts`:
    when the unit last acted in a case, by its number."""
    named: dict[str, set[int]] = defaultdict(set)
    for line, pattern in names:
        named[pattern].add(line)
    reads = [one for one in lines if one.action.startswith("read:")]
    shown = {
        **{pattern: [one for one in lines if one.id in named[pattern]] for pattern in COMPARED},
        "protected": [one for one in lines if one.action == PROTECTED],
        "night": _seldom_at_night(reads),
        "many": _many_in_an_hour(reads),
        "emergency": [one for one in lines if one.why == "emergency"],
        "consent": [one for one in lines if one.why == "consent"],
        "no-act": [
            one
            for one in reads
            if one.case is not None and (one.case not in acts or acts[one.case] < one.at)
        ],
        "denied": [one for one in lines if one.action.startswith("denied:")],
    }
    return [found for pattern in WHY for found in _by_person(pattern, shown[pattern])]


def _by_person(pattern: str, lines: Iterable[Line]) -> list[Finding]:
    by: dict[str, list[Line]] = defaultdict(list)
    for one in lines:
        by[one.person].append(one)
    return [Finding(pattern, who, some[0].name, tuple(some)) for who, some in by.items()]


def _at_night(line: Line) -> bool:
    hour = local(line.at).hour
    return hour >= NIGHT_FROM or hour < NIGHT_UNTIL


def _seldom_at_night(reads: Sequence[Line]) -> list[Line]:
    nightly = [one for one in reads if _at_night(one)]
    of_all, of_night = (Counter(one.person for one in some) for some in (reads, nightly))
    return [one for one in nightly if of_night[one.person] < SELDOM * of_all[one.person]]


def _many_in_an_hour(reads: Sequence[Line]) -> list[Line]:
    by: dict[str, list[Line]] = defaultdict(list)
    for one in reads:
        if one.resident is not None:
            by[one.person].append(one)
    found: set[int] = set()
    for some in by.values():
        some.sort(key=lambda one: one.at)
        start = 0
        within: Counter[UUID | None] = Counter()
        for at, one in enumerate(some):
            within[one.resident] += 1
            while one.at - some[start].at > HOUR:
                within[some[start].resident] -= 1
                within += Counter()  # drops those at nought
                start += 1
            if len(within) > MANY:
                found |= {each.id for each in some[start : at + 1]}
    return [one for one in reads if one.id in found]
