"""Guards as functions: whether one holds for values in force and the parties of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sammanhang.guideline.model import All, Comparison, Guard, Some, Test

Values = Mapping[str, Any]
Parties = Mapping[str, Sequence[str]]
Holds = Callable[[Values, Parties], bool]


def holds(guard: Guard | None) -> Holds:
    """The guard as a function of the values in force and the parties. None always holds."""
    match guard:
        case None:
            return _always
        case All(of):
            every = tuple(holds(one) for one in of)
            return lambda values, parties: all(one(values, parties) for one in every)
        case Some(of):
            some = tuple(holds(one) for one in of)
            return lambda values, parties: any(one(values, parties) for one in some)
        case Comparison(name, test, expected):
            return _comparison(name, test, expected)


def names_in(guard: Guard | None) -> frozenset[str]:
    """The fields and parts that a guard asks about."""
    match guard:
        case None:
            return frozenset()
        case Comparison(name):
            return frozenset({name})
        case All(of) | Some(of):
            return frozenset[str]().union(*(names_in(one) for one in of))


def _always(values: Values, parties: Parties) -> bool:
    return True


def _comparison(name: str, test: Test, expected: Any) -> Holds:
    if test is Test.PRESENT:
        return lambda values, parties: _present(name, values, parties)
    if test is Test.ABSENT:
        return lambda values, parties: not _present(name, values, parties)
    compare = _TESTS[test]

    def compared(values: Values, parties: Parties) -> bool:
        value = values.get(name)
        return value is not None and compare(value, expected)

    return compared


def _present(name: str, values: Values, parties: Parties) -> bool:
    return values.get(name) is not None or bool(parties.get(name))


def _equals(value: Any, expected: Any) -> bool:
    return expected in value if isinstance(value, list) else value == expected


def _one_of(value: Any, expected: Any) -> bool:
    return any(_equals(value, one) for one in expected)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number_test(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def tested(value: Any, expected: Any) -> bool:
        return _is_number(value) and compare(cast(float, value), cast(float, expected))

    return tested


_TESTS: Mapping[Test, Callable[[Any, Any], bool]] = {
    Test.EQUALS: _equals,
    Test.ONE_OF: _one_of,
    Test.OVER: _number_test(lambda value, expected: value > expected),
    Test.UNDER: _number_test(lambda value, expected: value < expected),
    Test.AT_LEAST: _number_test(lambda value, expected: value >= expected),
    Test.AT_MOST: _number_test(lambda value, expected: value <= expected),
}
