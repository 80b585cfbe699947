"""The look-up tables of a process, so that the engine never searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from sammanhang.guideline.model import (
    Bar,
    Before,
    Condition,
    Duty,
    Field,
    Opening,
    Process,
    Revocation,
)

_T = TypeVar("_T")


def with_indexes(process: Process) -> Process:
    """The same process with every index filled in, each in document order."""
    duties = [rule for rule in process.rules if isinstance(rule, Duty)]
    conditions = [rule for rule in process.rules if isinstance(rule, Condition)]
    bars = [rule for rule in process.rules if isinstance(rule, Bar | Opening)]
    revocations = [rule for rule in process.rules if isinstance(rule, Revocation)]
    return replace(
        process,
        duties_after=_by(duties, lambda duty: duty.triggers),
        conditions_on=_by(conditions, lambda condition: (condition.act,)),
        milestones_on=_by(duties, _milestone),
        bars_on=_by(bars, lambda rule: rule.bars if isinstance(rule, Bar) else rule.opens),
        revocations_by=_by(revocations, lambda revocation: (revocation.act,)),
        phases_by=_by(process.phases, lambda phase: phase.triggers),
        fields_asked=_fields(process),
    )


def _milestone(duty: Duty) -> tuple[str, ...]:
    return (duty.deadline.act,) if isinstance(duty.deadline, Before) else ()


def _by(
    values: Iterable[_T], keys: Callable[[_T], tuple[str, ...]]
) -> Mapping[str, tuple[_T, ...]]:
    found: dict[str, list[_T]] = {}
    for value in values:
        for key in keys(value):
            found.setdefault(key, []).append(value)
    return MappingProxyType({key: tuple(listed) for key, listed in found.items()})


def _fields(process: Process) -> Mapping[str, Field]:
    fields: dict[str, Field] = {}
    for act in process.acts.values():
        for field in (*act.fields, *(field for one in act.extensions for field in one.fields)):
            fields.setdefault(field.name, field)
    return MappingProxyType(fields)
