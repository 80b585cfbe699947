"""Boards and cases in the words and order in which screens show them. No reading, no HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sammanhang.casework import boards
from sammanhang.casework.processes import process_for
from sammanhang.directory.queries import UnitName
from sammanhang.guideline.model import Before, Duty, Process
from sammanhang.swedish_order import swedish_sort_key

SHAPES = 8
"""How many shapes and colours there are for phases; see site/parts.html."""


@dataclass(frozen=True, slots=True)
class ShownPhase:
    """`kind`: the number of its shape and colour, or `closed`."""

    name: str
    title: str
    kind: int | str


@dataclass(frozen=True, slots=True)
class ShownOwed:
    """Something owed, as one says it."""

    title: str
    due: datetime | None
    late: bool
    before: str | None
    """The title of the act that waits for it."""
    section: str | None
    process: str
    rule: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A person on the board."""

    case: int
    name: str
    number: str
    age: int | None
    protected: bool
    phase: ShownPhase | None
    phase_since: datetime | None
    planned_on: date | None
    owed: tuple[ShownOwed, ...]
    waiting: tuple[ShownOwed, ...]
    unread: int
    late: bool
    filters: str
    """The filters that keep it, by name."""
    key: str
    """Sorts as the row does in the order chosen."""
    find: str
    """What a search looks in."""
    version: str
    hidden: bool = False


def phase(process: Process, name: str | None) -> ShownPhase | None:
    for number, known in enumerate(process.phases):
        if known.name == name:
            return ShownPhase(
                known.name, known.title, "closed" if known.closes else number % SHAPES
            )
    return None


def owed_title(process: Process, rule_name: str, act: str) -> str:
    """`Kallelse till SIP`, or `Kvittera Inskrivningsmeddelande`."""
    rule = process.rule(rule_name)
    if isinstance(rule, Duty) and rule.receipt:
        return f"Kvittera {_title(process, rule.triggers[0])}"
    return _title(process, act)


def owed(
    process: Process, act: str, due: datetime | None, rule_name: str, now: datetime,
    unit: str | None = None,
) -> ShownOwed:  # fmt: skip
    rule = process.rule(rule_name)
    deadline = rule.deadline if isinstance(rule, Duty) else None
    return ShownOwed(
        title=owed_title(process, rule_name, act),
        due=due,
        late=due is not None and due < now,
        before=_title(process, deadline.act) if isinstance(deadline, Before) else None,
        section=rule.source.section.number if rule else None,
        process=process.key,
        rule=rule_name,
        unit=unit,
    )


def row(
    one: boards.Row, now: datetime, units: Mapping[str, UnitName], *,
    sort: str = "brådska", show: str = "alla", q: str = "",
) -> ShownRow:  # fmt: skip
    process = process_for(one.process, one.version)
    keeping = [name for name, keep in boards.FILTERS.items() if keep(one, now)]
    find = find_text(one.name, one.number)
    return ShownRow(
        case=one.case,
        name=one.name,
        number=one.number,
        age=one.age(now.date()),
        protected=one.protected,
        phase=phase(process, one.phase),
        phase_since=one.phase_since,
        planned_on=one.planned_on,
        owed=tuple(owed(process, item.act, item.due, item.rule, now) for item in one.owed),
        waiting=tuple(
            owed(process, item.act, item.due, item.rule, now, _unit(units, item.unit))
            for item in one.waiting
        ),
        unread=one.unread,
        late=bool(one.late(now)),
        filters=" ".join(keeping),
        key=_key(boards.SORTS[sort](one, now)),
        find=find,
        version=one.changed_at.isoformat(),
        hidden=show not in keeping or not all(word in find for word in searched(q)),
    )


def find_text(name: str, number: str) -> str:
    """What a row's search looks in: the name, and the number with and without century and dash."""
    written = f"{number} {number[:8]}-{number[8:]} {number[2:8]}-{number[8:]}" if number else ""
    return f"{swedish_sort_key(name)} {written}".strip()


def searched(q: str) -> list[str]:
    return swedish_sort_key(q).split()


def waiting_units(rows: Iterable[boards.Row]) -> set[str]:
    return {item.unit for one in rows for item in one.waiting if item.unit}


def _key(parts: tuple[Any, ...]) -> str:
    """A tuple as text that sorts alike."""
    return "|".join(
        part.isoformat()
        if isinstance(part, date)
        else str(int(part) if part is True or part is False else part)
        for part in parts
    )


def _unit(units: Mapping[str, UnitName], hsa_id: str | None) -> str:
    found = units.get(hsa_id or "")
    return found.name if found else hsa_id or ""


def _title(process: Process, act: str) -> str:
    found = process.acts.get(act)
    return found.title if found else act


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
