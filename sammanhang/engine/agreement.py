"""Where two processes agree: a history is lived once until its first act where they don't."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

from sammanhang.guideline.areas import Scope
from sammanhang.guideline.model import Bar, Before, Duty, Opening, Process, Revocation, Rule

SAID = {"source", "place", "title", "help"}
"""What a thing says to people, which the engine doesn't ask for when it judges."""


def acts_that_differ(old: Process, new: Process) -> frozenset[str] | None:
    """Acts of which the processes may say different things, themselves or by any rule or phase that
    names them. None: anything may be different, from the start.

    As long as only other acts are done, a case is the same under both: everything that `decide`
    and `evolve` ask of a process is asked by the name of an act that has been done or is tried,
    but for the parts and what a field is.
    """
    if _parts(old) != _parts(new) or not _mean_the_same(old.fields_asked, new.fields_asked):
        return None
    olds, news = _by_act(old), _by_act(new)
    return frozenset(name for name in {**olds, **news} if olds.get(name) != news.get(name))


def _parts(process: Process) -> list[Any]:
    """In order, which is the order of a case's parties."""
    return [_meaning(part) for part in process.parts.values()]


def _mean_the_same(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    return all(_meaning(olds[name]) == _meaning(news[name]) for name in olds if name in news)


def _by_act(process: Process) -> dict[str, list[Any]]:
    """All that is said of each act, in the order in which it takes effect."""
    found = {name: [_meaning(act)] for name, act in process.acts.items()}
    for thing, names in (
        *((rule, _acts_of(rule)) for rule in process.rules),
        *((phase, phase.triggers) for phase in process.phases),
    ):
        for name in dict.fromkeys(names):
            found.setdefault(name, []).append(_meaning(thing))
    return found


def _acts_of(rule: Rule) -> Iterator[str]:
    yield rule.act
    match rule:
        case Duty():
            yield from rule.triggers
            if isinstance(rule.deadline, Before):
                yield rule.deadline.act
        case Bar():
            yield from rule.bars
        case Opening():
            yield from rule.opens
        case Revocation():
            yield from rule.revokes
        case _:
            yield from rule.requires


def _meaning(thing: Any) -> Any:
    """A thing without what it says and where it stands, to be compared."""
    if isinstance(thing, Scope | Enum):
        return thing
    if is_dataclass(thing):
        kept = (one.name for one in fields(thing) if one.name not in SAID)
        return (type(thing), *((name, _meaning(getattr(thing, name))) for name in kept))
    if isinstance(thing, tuple):
        return tuple(_meaning(one) for one in cast(tuple[Any, ...], thing))
    return thing
