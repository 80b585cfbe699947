"""What can be told from the rules alone: that what is owed can always be done, without a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sammanhang.guideline.holding import holds, names_in
from sammanhang.guideline.model import (
    SENDER,
    All,
    Bar,
    Comparison,
    Duty,
    Field,
    FieldType,
    Guard,
    Opening,
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
        self._last = self._owed_after({n for p in process.phases if p.closes for n in p.triggers})
        self._left = {p for act in process.acts.values() if act.leaves for p in act.performers}
        self._inviting: dict[str, list[str]] = {}
        """Acts that bring in a unit that they name, by its part."""
        self._revokers: dict[str, set[str]] = {}
        self._asking: dict[str, list[str]] = {}
        self._bringing: dict[str, list[str]] = {}
        for act in process.acts.values():
            for field in fields_of(act):
                self._asking.setdefault(field.name, []).append(act.name)
            for joining in act.joins:
                self._bringing.setdefault(joining.part, []).append(act.name)
                if joining.field != SENDER:
                    self._inviting.setdefault(joining.part, []).append(act.name)
        for rules in process.revocations_by.values():
            for rule in rules:
                for name in rule.revokes:
                    self._revokers.setdefault(name, set()).add(rule.act)

    def _owed_after(self, acts: set[str]) -> set[str]:
        """These, and what is owed because of them, and because of that, and so on."""
        found, waiting = set(acts), [*acts]
        while waiting:
            for duty in self._process.duties_after.get(waiting.pop(), ()):
                if duty.act not in found:
                    found.add(duty.act)
                    waiting.append(duty.act)
        return found

    def can_always_be_done(self, duty: Duty) -> bool:
        """Sound, not complete: False says only that a search is needed.

        What is barred is not owed, so the act itself is never barred. What it requires is either
        in force as long as the duty is, or can be done at any time: by the one who owes it, by
        somebody who always takes part, or by somebody who can be brought in. What has to be done
        before can be done likewise. And nothing on that way bars or takes back the rest of it.
        """
        secured = self._secured(duty)
        way = None
        if not self._after_the_end(duty):
            way = self._way(duty.act, duty.part, secured, frozenset())
        if way is None:
            return False
        needed = {*way, *secured, *duty.triggers}
        for rule in (one for act in way for one in self._process.conditions_on.get(act, ())):
            needed |= {*rule.requires}
        spoiled = any(self._spoils(name, way, needed) for name in way - {duty.act})
        return not spoiled and self._has_an_order(way)

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
            for value in _choices(field):
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

    # --- A way to do it -------------------------------------------------------------------------

    def _way(
        self, act: str, part: str | None, secured: frozenset[str], within: frozenset[str]
    ) -> frozenset[str] | None:
        """Acts by which it can be done whenever it is owed, itself among them; None where it
        can't be told. `part`: that of somebody who is there, and may do them."""
        if act in within or self._may_be_full(act):
            return None
        found, inside = {act}, within | {act}
        for duty in self._process.milestones_on.get(act, ()):
            if self._after_the_end(duty):
                return None
            way = self._way(duty.act, duty.part, self._secured(duty), inside)
            if way is None:
                return None
            found |= way
        avoided = self._avoided(act)
        for rule in self._process.conditions_on.get(act, ()):
            for name in rule.requires if rule.name not in avoided else ():
                if name not in secured:
                    way = self._way_of_any(name, part, secured, inside)
                    if way is None:
                        return None
                    found |= way
        return frozenset(found)

    def _way_of_any(
        self, act: str, part: str | None, secured: frozenset[str], within: frozenset[str]
    ) -> frozenset[str] | None:
        """The same for an act that nobody owes: somebody may always do it."""
        described = self._process.acts[act]
        bars = self._process.bars_on.get(act, ())
        if described.scope is not None or described.effect is not None:
            return None
        if any(isinstance(rule, Bar) and rule.act != act for rule in bars):
            return None
        doing = self._way(act, part, secured, within)
        if doing is None or part in described.performers or self._is_there(described.performers):
            return doing
        for performer in described.performers:
            for bringing in self._inviting.get(performer, ()):
                if any(isinstance(r, Bar) for r in self._process.bars_on.get(bringing, ())):
                    continue  # it may be done already, and those it brought have left
                way = self._way_of_any(bringing, part, secured, within | {act})
                if way is not None:
                    return doing | way
        return None

    def _is_there(self, parts: Sequence[str]) -> bool:
        return any(self._process.parts[one].at_least and one not in self._left for one in parts)

    def _may_be_full(self, act: str) -> bool:
        """Whether it may be refused because too many would take part. Not where it is the only
        way into the part, and is done once."""
        steps = [one.part for one in self._process.acts[act].joins if one.field == SENDER]
        return any(
            self._process.parts[part].at_most is not None
            and not (self._bringing[part] == [act] and self._is_once(act))
            for part in steps
        )

    def _is_once(self, act: str) -> bool:
        rules = self._process.bars_on.get(act, ())
        bars = any(isinstance(r, Bar) and r.act == act and r.guard is None for r in rules)
        opens = any(isinstance(rule, Opening) for rule in rules)
        return bars and not opens and act not in self._revokers

    def _after_the_end(self, duty: Duty) -> bool:
        """Whether it may be owed in a case that is over."""
        return not self._last.isdisjoint(duty.triggers)

    def _spoils(self, name: str, way: frozenset[str], needed: Collection[str]) -> bool:
        """Whether an act on the way may take back or bar the rest of it, or end it all."""
        process, act = self._process, self._process.acts[name]
        if act.leaves or act.hands_over_to is not None or name in self._last:
            return True
        spoiling = [
            rule.guard
            for rule in process.revocations_by.get(name, ())
            if not {*rule.revokes}.isdisjoint(needed)
        ]
        for other in way - {name}:
            for rule in process.bars_on.get(other, ()):
                if isinstance(rule, Bar) and rule.act == name:
                    spoiling.append(rule.guard)
        return bool(spoiling) and not self._can_be_filled_in_without(name, spoiling)

    def _can_be_filled_in_without(self, name: str, guards: Sequence[Guard | None]) -> bool:
        """Whether the one who does it can choose that none of these hold."""
        return not self._avoided(name) and any(
            all(_is_false(guard, field.name, value) for guard in guards)
            for field in self._process.acts[name].fields
            for value in _choices(field)
        )

    def _has_an_order(self, way: frozenset[str]) -> bool:
        """Whether the acts of a way can be done one after another, each once: what has to be done
        before an act comes before it, and after what would make somebody owe it."""
        before: dict[str, set[str]] = {act: set() for act in way}
        for act in way:
            for rule in self._process.conditions_on.get(act, ()):
                before[act] |= way & {*rule.requires}
            for part in self._process.acts[act].performers:
                before[act] |= way & {*self._inviting.get(part, ())} - {act}
            for duty in self._process.milestones_on.get(act, ()):
                before[act].add(duty.act)
                before[duty.act] |= {n for n in way if n in duty.triggers or self._brings(n, duty)}
        return _has_no_circle(before)

    def _brings(self, name: str, duty: Duty) -> bool:
        """Whether the act makes somebody come who then owes the duty; what need not be filled in
        brings nobody."""
        act = self._process.acts[name]
        must = {field.name for field in act.fields if field.required} | {SENDER}
        return any(one.part == duty.part and one.field in must for one in act.joins)


def _choices(field: Field) -> tuple[str, ...]:
    if field.type is FieldType.YES_NO:
        return ("ja", "nej")
    return field.choices if field.type is FieldType.CHOICE else ()


def _has_no_circle(before: dict[str, set[str]]) -> bool:
    try:
        TopologicalSorter(before).prepare()
    except CycleError:
        return False
    return True


def _is_false(guard: Guard | None, name: str, value: Any) -> bool:
    """Whether this value alone makes the guard fail."""
    match guard:
        case All(of):
            return any(_is_false(one, name, value) for one in of)
        case Comparison(asked) if asked == name:
            return not holds(guard)({name: value}, {})
        case _:
            return False
