"""What can be told from the rules alone: that what is owed can always be done, without a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sammanhang.guideline.holding import holds, names_in
from sammanhang.guideline.model import (
    All,
    Bar,
    Comparison,
    Duty,
    Guard,
    Process,
    Some,
    Test,
)
from sammanhang.guideline.soundness.slices import fields_of


class Proofs:
    """For a duty: whether its act can be done whenever it is owed."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._closing = {
            name
            for phase in process.phases
            if phase.closes and phase.guard is None and not phase.only_from
            for name in phase.triggers
        }
        self._revokers: dict[str, set[str]] = {}
        self._asking: dict[str, list[str]] = {}
        self._bringing: dict[str, list[str]] = {}
        for act in process.acts.values():
            for field in fields_of(act):
                self._asking.setdefault(field.name, []).append(act.name)
            for joining in act.joins:
                self._bringing.setdefault(joining.part, []).append(act.name)
        for rules in process.revocations_by.values():
            for rule in rules:
                for name in rule.revokes:
                    self._revokers.setdefault(name, set()).add(rule.act)

    def can_always_be_done(self, duty: Duty) -> bool:
        """Sound, not complete: False says only that a search is needed.

        What is barred is not owed, so the act itself is never barred. What it requires is either
        in force as long as the duty is, or can be done at any time by the one who owes it.
        """
        if any(name in self._closing for name in duty.triggers):
            return False
        return self._is_free(duty.act, duty.part, self._secured(duty), frozenset(), owed=True)

    def in_doubt(self, duty: Duty) -> tuple[str, ...]:
        """What the duty's act requires, and may lack for good as far as can be told here."""
        secured, avoided = self._secured(duty), self._avoided(duty.act)
        return tuple(
            name
            for rule in self._process.conditions_on.get(duty.act, ())
            for name in rule.requires
            if rule.name not in avoided and name not in secured
        )

    def _secured(self, duty: Duty) -> frozenset[str]:
        """Acts in force as long as it is owed: what takes one back ends the case or the duty."""
        ending = {*self._closing}
        if self._stays_with_the_same(duty):
            bars = self._process.bars_on.get(duty.act, ())
            ending |= {one.act for one in bars if isinstance(one, Bar) and one.guard is None}
        secured = frozenset[str].intersection(*(self._with(name, ending) for name in duty.triggers))
        return secured | self._by_guard(duty.guard, ending) | self._by_part(duty.part, ending)

    def _stays_with_the_same(self, duty: Duty) -> bool:
        """Whether nobody comes later and owes it by an act that was done before a bar."""
        part, acts = self._process.parts[duty.part], self._process.acts.values()
        if duty.part not in self._bringing:
            return True
        leave = any(act.leaves and duty.part in act.performers for act in acts)
        asked = duty.guard.of if isinstance(duty.guard, All) else (duty.guard,)
        there = Comparison(duty.part, Test.PRESENT)
        return part.at_most == 1 and not leave and there in asked

    def _with(self, act: str, ending: Collection[str]) -> frozenset[str]:
        """Acts in force whenever this one is."""
        found, waiting = {act}, [act]
        while waiting:
            for rule in self._process.conditions_on.get(waiting.pop(), ()):
                for name in rule.requires if rule.guard is None else ():
                    if name not in found and self._stays(name, act, ending):
                        found.add(name)
                        waiting.append(name)
        return frozenset(found)

    def _by_guard(self, guard: Guard | None, ending: Collection[str]) -> frozenset[str]:
        """Acts in force because the guard held: those that give its fields, or bring in parts."""
        match guard:
            case All(of):
                return frozenset[str]().union(*(self._by_guard(one, ending) for one in of))
            case Some(of):
                return frozenset[str].intersection(*(self._by_guard(one, ending) for one in of))
            case Comparison(name, test) if test is not Test.ABSENT:
                if name in self._process.parts:
                    return self._by_part(name, ending)
                return self._by_any_of(self._asking.get(name, []), ending)
            case _:
                return frozenset()

    def _by_part(self, part: str, ending: Collection[str]) -> frozenset[str]:
        """Acts in force when somebody holds the part, if it is one that acts bring in."""
        fixed = self._process.parts[part].at_least
        acts = [] if fixed else self._bringing.get(part, [])
        return self._by_any_of(acts, ending)

    def _by_any_of(self, acts: Sequence[str], ending: Collection[str]) -> frozenset[str]:
        """In force after any of these, until it all ends."""
        if not acts:
            return frozenset()
        common = frozenset[str].intersection(*(self._with(name, ending) for name in acts))
        return frozenset(
            name for name in common if self._revokers.get(name, set[str]()) <= {*ending}
        )

    def _avoided(self, act: str) -> frozenset[str]:
        """Conditions that the one who fills in the act can choose not to fall under."""
        fields = {field.name: field for field in self._process.acts[act].fields}
        best = frozenset[str]()
        rules = self._process.conditions_on.get(act, ())
        asked = {name for rule in rules for name in names_in(rule.guard) if name in fields}
        for name in asked:
            field = fields[name]
            for value in (*field.choices, *(("ja", "nej") if not field.choices else ())):
                found = frozenset(r.name for r in rules if _is_false(r.guard, name, value))
                best = max(best, found, key=len)
        return best

    def _stays(self, name: str, act: str, ending: Collection[str]) -> bool:
        """Whether nothing takes it back that doesn't take back the act too, or end it all."""
        return all(
            by in ending
            or any(
                rule.guard is None and act in rule.revokes
                for rule in self._process.revocations_by.get(by, ())
            )
            for by in self._revokers.get(name, ())
        )

    def _is_free(
        self, act: str, part: str, secured: frozenset[str], within: frozenset[str], *, owed: bool
    ) -> bool:
        process = self._process
        if act in within or process.milestones_on.get(act):
            return False
        if not owed:
            described = process.acts[act]
            fixed = any(process.parts[one].at_least for one in described.performers)
            if described.scope is not None or not (fixed or part in described.performers):
                return False
            bars = process.bars_on.get(act, ())
            if any(isinstance(rule, Bar) and rule.act != act for rule in bars):
                return False
        avoided = self._avoided(act)
        return all(
            rule.name in avoided
            or name in secured
            or self._is_free(name, part, secured, within | {act}, owed=False)
            for rule in process.conditions_on.get(act, ())
            for name in rule.requires
        )


def _is_false(guard: Guard | None, name: str, value: Any) -> bool:
    """Whether this value alone makes the guard fail."""
    match guard:
        case All(of):
            return any(_is_false(one, name, value) for one in of)
        case Comparison(asked) if asked == name:
            return not holds(guard)({name: value}, {})
        case _:
            return False
