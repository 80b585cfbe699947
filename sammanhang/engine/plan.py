"""A process made ready to run: look-up tables and guards as functions, made once for each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sammanhang.guideline.holding import Holds, holds, names_in
from sammanhang.guideline.model import (
    Act,
    Ahead,
    Bar,
    Condition,
    Duty,
    Effect,
    Field,
    FieldType,
    On,
    Opening,
    Phase,
    Process,
    Revocation,
    Rule,
    Within,
)
from sammanhang.guideline.restrictions import fields_of_all, read_by_rules

_Ruling = TypeVar("_Ruling", Bar, Opening)

MESSAGE = "meddelande"
"""The field in which an act with an effect says which earlier event it speaks of."""
CORRECTION = "värden"
"""The field in which a correcting act gives new values."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the engine asks of a process on every event, by name of act, rule or field."""

    process: Process
    rules: Mapping[str, Rule]
    duties: Mapping[str, tuple[Duty, ...]]
    """By the act that starts them, without receipts."""
    receipts: Mapping[str, Duty]
    """By the act that is to be acknowledged."""
    openings: Mapping[str, tuple[Opening, ...]]
    bars: Mapping[str, tuple[Bar, ...]]
    """By the act that bars."""
    guarded: Mapping[str, tuple[tuple[str, Holds], ...]]
    """By act: the guards of the duties, bars, openings and phases it starts, each by the name
    of the rule, or `läge:` and the name of the phase. They are read once, when it is done."""
    revocations: Mapping[str, tuple[tuple[Revocation, Holds], ...]]
    phases: Mapping[str, tuple[Phase, ...]]
    conditions: Mapping[str, tuple[tuple[Condition, Holds], ...]]
    """By the act that is refused: those that can be judged before it is filled in."""
    conditions_on_data: Mapping[str, tuple[tuple[Condition, Holds], ...]]
    """Those whose guard asks for a field of that very act."""
    fields: Mapping[str, Mapping[str, Field]]
    """By act, with those that its effect asks for."""
    dated: frozenset[str]
    """Fields that some deadline rests on."""
    deadline_fields: Mapping[str, str]
    """By duty: the field its due moment rests on."""
    scoped: frozenset[str]
    """Duties that bind only some units: those that routines and supplements add."""
    restricted: Mapping[str, frozenset[str]]
    """By act: its fields that are for some of its recipients only. Acts without are not there."""
    depended_on: frozenset[str]
    """Fields (and parts) that some rule or phase asks about."""

    def fields_of(self, act: Act, unit: str, at: datetime) -> Mapping[str, Field]:
        """What the act asks of a unit at a moment, with what binds it of additions."""
        binding = [one for one in act.extensions if one.scope.covers(unit, at)]
        if not binding:
            return self.fields[act.name]
        fields = {**self.fields[act.name], **{f.name: f for one in binding for f in one.fields}}
        for name in (name for one in binding for name in one.required):
            fields[name] = replace(fields[name], required=True)
        return fields

    def is_restricted(self, act: str, field: str) -> bool:
        """Whether the field is for some of the act's recipients only."""
        return field in self.restricted.get(act, ())


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
    fields = {act.name: _fields(act) for act in process.acts.values()}
    return Plan(
        process=process,
        rules={rule.name: rule for rule in process.rules},
        duties={
            name: tuple(duty for duty in started if not duty.receipt)
            for name, started in process.duties_after.items()
        },
        receipts={duty.triggers[0]: duty for duty in duties if duty.receipt},
        openings=_by_act([rule for rule in process.rules if isinstance(rule, Opening)]),
        bars=_by_act([rule for rule in process.rules if isinstance(rule, Bar)]),
        guarded=_guarded(process),
        revocations={
            name: tuple((rule, holds(rule.guard)) for rule in rules)
            for name, rules in process.revocations_by.items()
        },
        phases=process.phases_by,
        conditions=_conditions(process, fields, on_data=False),
        conditions_on_data=_conditions(process, fields, on_data=True),
        fields=fields,
        dated=frozenset(resting.values()),
        deadline_fields=resting,
        scoped=frozenset(duty.name for duty in duties if duty.scope is not None),
        restricted={
            act.name: names
            for act in process.acts.values()
            if (names := frozenset(f.name for f in fields_of_all([act]) if f.only_for))
        },
        depended_on=read_by_rules(process),
    )


def _by_act(rules: Iterable[_Ruling]) -> dict[str, tuple[_Ruling, ...]]:
    found: dict[str, tuple[_Ruling, ...]] = {}
    for rule in rules:
        found[rule.act] = (*found.get(rule.act, ()), rule)
    return found


def _guarded(process: Process) -> dict[str, tuple[tuple[str, Holds], ...]]:
    found: dict[str, tuple[tuple[str, Holds], ...]] = {}
    for thing in (*process.rules, *process.phases):
        if thing.guard is None or isinstance(thing, Condition | Revocation):
            continue
        name = phase_key(thing.name) if isinstance(thing, Phase) else thing.name
        for act in (thing.act,) if isinstance(thing, Bar | Opening) else thing.triggers:
            found[act] = (*found.get(act, ()), (name, holds(thing.guard)))
    return found


def phase_key(phase: str) -> str:
    """A phase's name among those of rules, which it may share."""
    return f"läge:{phase}"


def _conditions(
    process: Process, fields: Mapping[str, Mapping[str, Field]], *, on_data: bool
) -> dict[str, tuple[tuple[Condition, Holds], ...]]:
    found = {
        name: tuple(
            (rule, holds(rule.guard))
            for rule in rules
            if on_data is not names_in(rule.guard).isdisjoint(fields[name])
        )
        for name, rules in process.conditions_on.items()
    }
    return {name: rules for name, rules in found.items() if rules}


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
