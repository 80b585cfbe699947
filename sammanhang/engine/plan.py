"""A process made ready to run: look-up tables and guards as functions, made once for each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sammanhang.guideline.model import (
    Act,
    Ahead,
    All,
    Bar,
    Comparison,
    Duty,
    Effect,
    Field,
    FieldType,
    Guard,
    On,
    Opening,
    Phase,
    Process,
    Revocation,
    Rule,
    Some,
    Test,
    Within,
)

Values = Mapping[str, Any]
Parties = Mapping[str, tuple[str, ...]]
Holds = Callable[[Values, Parties], bool]

MESSAGE = "meddelande"
"""The field in which an act with an effect says which earlier event it speaks of."""
CORRECTION = "värden"
"""The field in which a correcting act gives new values."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the engine asks of a process on every event, by name of act, rule or field."""

    process: Process
    rules: Mapping[str, Rule]
    duties: Mapping[str, tuple[tuple[Duty, Holds], ...]]
    """By the act that starts them, without receipts."""
    receipts: Mapping[str, Duty]
    """By the act that is to be acknowledged."""
    openings: Mapping[str, tuple[tuple[Opening, Holds], ...]]
    bars: Mapping[str, tuple[tuple[Bar, Holds], ...]]
    """By the act that bars."""
    revocations: Mapping[str, tuple[tuple[Revocation, Holds], ...]]
    phases: Mapping[str, tuple[tuple[Phase, Holds], ...]]
    conditions: Mapping[str, tuple[tuple[Rule, tuple[str, ...], Holds], ...]]
    """By the act that is refused."""
    fields: Mapping[str, Mapping[str, Field]]
    """By act, with those that its effect asks for."""
    dated: frozenset[str]
    """Fields that some deadline rests on."""
    deadline_fields: Mapping[str, str]
    """By duty: the field its due moment rests on."""


_plans: OrderedDict[int, Plan] = OrderedDict()
_MOST_PLANS = 64


def plan_of(process: Process) -> Plan:
    """The plan of a process. Kept by identity: a process is immutable and compiled once."""
    plan = _plans.get(id(process))
    if plan is None or plan.process is not process:
        plan = _plans[id(process)] = _make(process)
        if len(_plans) > _MOST_PLANS:
            _plans.popitem(last=False)
    return plan


def _make(process: Process) -> Plan:
    duties = [rule for rule in process.rules if isinstance(rule, Duty)]
    resting = {duty.name: name for duty in duties if (name := _deadline_field(duty))}
    return Plan(
        process=process,
        rules={rule.name: rule for rule in process.rules},
        duties={
            name: tuple((duty, holds(duty.guard)) for duty in started if not duty.receipt)
            for name, started in process.duties_after.items()
        },
        receipts={duty.triggers[0]: duty for duty in duties if duty.receipt},
        openings=_by_act(process, Opening),
        bars=_by_act(process, Bar),
        revocations={
            name: tuple((rule, holds(rule.guard)) for rule in rules)
            for name, rules in process.revocations_by.items()
        },
        phases={
            name: tuple((phase, holds(phase.guard)) for phase in entered)
            for name, entered in process.phases_by.items()
        },
        conditions={
            name: tuple((rule, rule.requires, holds(rule.guard)) for rule in rules)
            for name, rules in process.conditions_on.items()
        },
        fields={act.name: _fields(act) for act in process.acts.values()},
        dated=frozenset(resting.values()),
        deadline_fields=resting,
    )


def _by_act(process: Process, kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for rule in process.rules:
        if isinstance(rule, Bar | Opening) and isinstance(rule, kind):
            found[rule.act] = (*found.get(rule.act, ()), (rule, holds(rule.guard)))
    return found


def _fields(act: Act) -> dict[str, Field]:
    fields = {field.name: field for field in act.fields}
    if act.effect is not None and MESSAGE not in fields:
        required = act.effect is not Effect.ACKNOWLEDGES
        fields[MESSAGE] = Field(MESSAGE, "Meddelande", FieldType.MESSAGE, required)
    return fields


def _deadline_field(duty: Duty) -> str | None:
    match duty.deadline:
        case Within(_, since):
            return since
        case Ahead(_, name) | On(name):
            return name
        case _:
            return None


# --- Guards ---------------------------------------------------------------------------------


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
