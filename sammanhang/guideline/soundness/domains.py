"""Values of a field that the rules of a slice can tell apart, one for each answer they give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sammanhang.guideline.holding import holds
from sammanhang.guideline.model import (
    All,
    Comparison,
    Duty,
    Field,
    FieldType,
    Guard,
    Process,
    Some,
    Test,
)
from sammanhang.guideline.soundness.slices import Slice

OTHER = "\x00annat"
"""A value that no rule names."""


def domain(process: Process, part: Slice, name: str) -> list[Any]:
    """None, and one value for each way the rules can answer."""
    field = process.fields_asked[name]
    tests = [one for guard in _guards(process, part) for one in _tests(guard, name)]
    answers: dict[tuple[bool, ...], Any] = {}
    for value in _candidates(field, tests):
        answer = tuple(holds(test)({name: value}, {}) for test in tests)
        answers.setdefault(answer, value)
    return [None, *answers.values()]


def _candidates(field: Field, tests: Sequence[Comparison]) -> Iterator[Any]:
    named: list[Any] = []
    for test in tests:
        if test.test is Test.ONE_OF:
            named += test.value
        elif test.value is not None:
            named.append(test.value)
    if field.type is FieldType.NUMBER:
        for number in dict.fromkeys(named):
            yield from (number, number - 1, number + 1)
        yield 0
        return
    options = list(field.choices) if field.choices else [*named, OTHER]
    if field.type is FieldType.YES_NO:
        options = ["ja", "nej"]
    options = list(dict.fromkeys(options))
    if field.type is not FieldType.MANY:
        yield from options
        return
    yield from ([one] for one in options)
    told = [one for one in options if one in named]
    yield told
    yield from ([one, other] for one in told for other in told if one != other)


def _guards(process: Process, part: Slice) -> Iterator[Guard]:
    acts = set(part.acts)
    for duty in part.duties:
        if duty.guard is not None:
            yield duty.guard
    for phase in part.phases:
        if phase.guard is not None:
            yield phase.guard
    for rule in process.rules:
        if not isinstance(rule, Duty) and rule.act in acts and rule.guard is not None:
            yield rule.guard


def _tests(guard: Guard, name: str) -> Iterator[Comparison]:
    match guard:
        case Comparison():
            if guard.name == name:
                yield guard
        case All(of) | Some(of):
            for one in of:
                yield from _tests(one, name)


def shown(value: Any) -> Any:
    return "(annat)" if value == OTHER else value
