"""Boards and cases in the words and order in which screens show them. No reading, no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sammanhang.casework import boards
from sammanhang.casework.processes import process_for
from sammanhang.guideline.model import Before, Duty, Process, Source
from sammanhang.swedish_order import swedish_sort_key

OPENING = "inskrivning"
"""The act by which a ward opens a case."""
SHAPES = 8
"""How many shapes and colours there are for phases; see site/parts.html."""


@dataclass(frozen=True, slots=True)
class ShownPhase:
    """`kind`: the number of its shape and colour, or `closed`."""

    name: str
    title: str
    kind: int | str


@dataclass(frozen=True, slots=True)
class Cited:
    """A paragraph of a governing document, in the version that a case follows."""

    document: str
    version: str
    section: str


def cited(process: Process, source: Source) -> Cited:
    return cited_section(process, source.document, source.section.number)


def cited_section(process: Process, document: str, section: str) -> Cited:
    versions = {one.id: one.version for one in (process.document, *process.additions)}
    return Cited(document, versions.get(document, process.document.version), section)


@dataclass(frozen=True, slots=True)
class ShownOwed:
    """Something owed, as one says it."""

    title: str
    """The act's; of an acknowledgement, that of the message."""
    receipts: int
    """How many acknowledgements it is; 0 where it is another act."""
    due: datetime | None
    late: bool
    before: str | None
    """The title of the act that waits for it."""
    cited: Cited | None
    """The paragraph that sets it."""
    rule: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ShownWait:
    """What others owe us, on the board: an act with who owes it, or all acknowledgements as one."""

    title: str | None
    """None: acknowledgements, as many as there are units."""
    units: tuple[str, ...]
    late: int
    """How many of them are late."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A person on the board."""

    case: int
    name: str
    birth_date: date | None
    number: str
    age: int | None
    protected: bool
    phase: ShownPhase | None
    phase_since: datetime | None
    planned_on: date | None
    at_home: bool
    """Gone home: the planned day is then no concern any more."""
    owed: tuple[ShownOwed, ...]
    waiting: tuple[ShownWait, ...]
    unread: int
    late: bool
    filters: str
    """The filters that keep it, by name."""
    key: str
    """Sorts as the row does in the order chosen."""
    find: str
    """What a search looks in."""
    sought: str
    """The whole number, as it was searched for, that the person was found by."""
    version: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule's obligation is called, whoever owes it and when."""

    title: str
    before: str | None
    cited: Cited | None
    receipt: bool


@lru_cache(maxsize=5000)
def told(process: Process, rule_name: str, act: str) -> Told:
    rule = process.rule(rule_name)
    duty = rule if isinstance(rule, Duty) else None
    deadline = duty.deadline if duty else None
    return Told(
        title=_title(process, duty.triggers[0] if duty and duty.receipt else act),
        before=_title(process, deadline.act) if isinstance(deadline, Before) else None,
        cited=cited(process, rule.source) if rule else None,
        receipt=duty is not None and duty.receipt,
    )


@lru_cache(maxsize=500)
def phase(process: Process, name: str | None) -> ShownPhase | None:
    for number, known in enumerate(process.phases):
        if known.name == name:
            return ShownPhase(
                known.name, known.title, "closed" if known.closes else number % SHAPES
            )
    return None


def owed(
    process: Process, act: str, due: datetime | None, rule_name: str, now: datetime,
    unit: str | None = None, source: Source | None = None,
) -> ShownOwed:  # fmt: skip
    known = told(process, rule_name, act)
    return ShownOwed(
        title=known.title,
        receipts=int(known.receipt),
        due=due,
        late=due is not None and due < now,
        before=known.before,
        cited=cited(process, source) if source else known.cited,
        rule=rule_name,
        unit=unit,
    )


def row(
    one: boards.Row, now: datetime, units: Mapping[str, str], *,
    sort: str = "brådska", show: str = "alla", q: str = "", found: UUID | None = None,
) -> ShownRow:  # fmt: skip
    process = process_for(one.process, one.edition)
    keeping = [name for name, keep in boards.FILTERS.items() if keep(one, now)]
    find = find_text(one)
    sought = " ".join(searched(q)) if one.resident == found else ""
    return ShownRow(
        case=one.case,
        name=one.name,
        birth_date=one.birth_date,
        number=one.number,
        age=one.age(now.date()),
        protected=one.protected,
        phase=phase(process, one.phase),
        phase_since=one.phase_since,
        planned_on=one.planned_on,
        at_home=_is_at_home(process, one.phase),
        owed=tuple(_owes(process, one.owed, now)),
        waiting=tuple(_waits(process, one.waiting, units, now)),
        unread=one.unread,
        late=bool(one.late(now)),
        filters=" ".join(keeping),
        key=_key(boards.SORTS[sort](one, now)),
        find=find,
        sought=sought,
        version=str(one.seq),
        hidden=show not in keeping or not all(word in f"{find} {sought}" for word in searched(q)),
    )


def _owes(process: Process, items: Iterable[boards.Owed], now: datetime) -> Iterator[ShownOwed]:
    """What we owe by due moment, several acknowledgements as one thing at the earliest of them."""
    receipts = [item for item in items if told(process, item.rule, item.act).receipt]
    for item in items:
        if len(receipts) < 2 or item not in receipts:
            yield owed(process, item.act, item.due, item.rule, now)
        elif item is receipts[0]:
            one = owed(process, item.act, item.due, item.rule, now)
            yield replace(one, receipts=len(receipts))


def _waits(
    process: Process, items: Iterable[boards.Owed], units: Mapping[str, str], now: datetime
) -> Iterator[ShownWait]:
    """First what is to be done, act by act; last the acknowledgements, which are many and alike."""
    by_title: dict[str | None, list[boards.Owed]] = {}
    for item in items:
        known = told(process, item.rule, item.act)
        by_title.setdefault(None if known.receipt else known.title, []).append(item)
    acknowledgements = by_title.pop(None, None)
    if acknowledgements:
        by_title[None] = acknowledgements
    for title, group in by_title.items():
        named = tuple(units.get(item.unit or "", item.unit or "") for item in group)
        yield ShownWait(title, named, sum(item.is_late(now) for item in group))


@lru_cache(maxsize=500)
def _is_at_home(process: Process, name: str | None) -> bool:
    """Whether those who admitted the person are no longer responsible in the phase."""
    known = next((one for one in process.phases if one.name == name), None)
    inpatient = process.acts[OPENING].performers if OPENING in process.acts else ()
    return bool(known and known.responsible and not set(known.responsible) & set(inpatient))


def find_text(one: boards.Row) -> str:
    """What a row's search looks in: the name, and the date of birth with and without dashes. A
    whole number isn't there to be looked in: it is asked for."""
    born = one.birth_date
    written = f"{born} {born:%Y%m%d}" if born else one.number[:8]
    return f"{swedish_sort_key(one.name)} {written}".strip()


def searched(q: str) -> list[str]:
    return swedish_sort_key(q).split()


def _key(parts: tuple[Any, ...]) -> str:
    """A tuple as text that sorts alike."""
    return "|".join(
        part.isoformat()
        if isinstance(part, date)
        else str(int(part) if part is True or part is False else part)
        for part in parts
    )


def _title(process: Process, act: str) -> str:
    found = process.acts.get(act)
    return found.title if found else act
