"""What comes of a replay, as it is kept and shown: counts before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sammanhang.engine import State
from sammanhang.engine.compare import Comparison, Tally
from sammanhang.guideline.model import Act, Process

FEW = 5
"""A municipality with fewer obligations than this is not told of by itself."""


def told(found: Comparison, old: Process, new: Process) -> dict[str, Any]:
    """The comparison as it is kept: counts before and after, by rule, part and municipality."""
    titles = {**_titles(old), **_titles(new)}
    return {
        "cases": found.histories,
        "events": found.events,
        "differing": found.differing,
        "all": _counts(found, None)[0] if found.histories else None,
        "rules": _counts(found, 0, titles),
        "parts": _counts(found, 2, {part.name: part.title for part in new.parts.values()}),
        "places": _told_of(_counts(found, 3)),
        "refused": _refused(found, {**old.acts, **new.acts}),
        "phases": _phases(found, new),
    }


def _titles(process: Process) -> dict[str, str]:
    """What each rule asks for: its name says little to others than its author."""
    found: dict[str, str] = {}
    for rule in process.rules:
        act = process.acts.get(getattr(rule, "act", ""))
        if act is not None:
            found[rule.name] = f"{act.title} ({rule.name}, {rule.source.section.number})"
    return found


def _counts(
    found: Comparison, place: int | None, titles: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """Obligations in groups: how many, how many too late or not at all; before and after."""
    before, after = _by(found.old, place), _by(found.new, place)
    rows = []
    for name in sorted({**before, **after}):
        old, new = before.get(name, Counter()), after.get(name, Counter())
        rows.append(
            {
                "name": (titles or {}).get(name, name),
                "owed": [old.total(), new.total()],
                "late": [old[State.LATE], new[State.LATE]],
                "same": old == new,
            }
        )
    return rows


def _by(tally: Tally, place: int | None) -> dict[str, Counter[State]]:
    groups: dict[str, Counter[State]] = {}
    for key, many in tally.owed.items():
        name = "" if place is None else str(key[place])
        groups.setdefault(name, Counter())[key[4]] += many
    return groups


def _told_of(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if min(row["owed"]) >= FEW]


def _refused(found: Comparison, acts: Mapping[str, Act]) -> list[dict[str, Any]]:
    """What would have been refused and wasn't, or the other way about."""
    rows = []
    for key in sorted({**found.old.refused, **found.new.refused}, key=str):
        before, after = found.old.refused[key], found.new.refused[key]
        if before != after:
            act = acts.get(key[0])
            name = act.title if act else key[0]
            rows.append({"name": name, "rule": key[2] or "", "count": [before, after]})
    return rows


def _phases(found: Comparison, process: Process) -> list[dict[str, Any]]:
    """Hours that a phase lasts, in the mean."""
    titles = {phase.name: phase.title for phase in process.phases}
    names = {**found.old.phases, **found.new.phases}
    both = (found.old, found.new)
    return [
        {"name": titles.get(name, name), "hours": [_hours(one, name) for one in both]}
        for name in sorted(names)
    ]


def _hours(tally: Tally, phase: str) -> float | None:
    many = tally.phases[phase]
    return round(tally.seconds[phase] / many / 3600, 1) if many else None
