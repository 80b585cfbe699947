"""What can bear on a question: a slice of a process, with the rest left out.

An act outside the slice changes nothing that the question asks about, so the answer found in the
slice is that of the whole (docs/soundness.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sammanhang.guideline.areas import Geography, Scope
from sammanhang.guideline.holding import names_in
from sammanhang.guideline.model import (
    SENDER,
    Act,
    Duty,
    Field,
    Guard,
    Phase,
    Process,
    Revocation,
)

Place = frozenset[str]
"""Where a unit lies: the supplements (and routines) that bind it."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Acts, duties and names (of fields and parts) that bear on a question, in document order."""

    acts: tuple[str, ...]
    duties: tuple[Duty, ...]
    fields: tuple[str, ...]
    parts: tuple[str, ...]
    phases: tuple[Phase, ...]
    documents: frozenset[str]
    """Supplements among what is in it: only by these do the places of units differ."""


class Slicer:
    """Finds what bears on what."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._owed: dict[str, set[str]] = {}
        self._left = {p for act in process.acts.values() if act.leaves for p in act.performers}
        self._revoking: dict[str, list[Revocation]] = {}
        for rules in process.revocations_by.values():
            for rule in rules:
                for name in rule.revokes:
                    self._revoking.setdefault(name, []).append(rule)
        self._asking: dict[str, list[str]] = {}
        self._moving: dict[str, list[str]] = {}
        for act in process.acts.values():
            for field in fields_of(act):
                self._asking.setdefault(field.name, []).append(act.name)
            for joining in act.joins:
                self._moving.setdefault(joining.part, []).append(act.name)
            for part in act.performers if act.leaves else ():
                self._moving.setdefault(part, []).append(act.name)

    def slice(
        self, acts: Iterable[str], duty: Duty | None = None, phases: tuple[Phase, ...] = ()
    ) -> Slice:
        found, duties, names = set[str](), dict[str, Duty](), set[str]()
        waiting = [*acts]
        if duty is not None:
            duties[duty.name] = duty
            waiting += self._of_duty(duty, names)
        for phase in phases:
            waiting += phase.triggers
            waiting += self._of_guard(phase.guard, names)
        ending = [phase for phase in self._process.phases if phase.closes]
        while waiting:
            while waiting:
                name = waiting.pop()
                if name not in found and name in self._process.acts:
                    found.add(name)
                    waiting += self._of_act(name, duties, names)
            phases = self._phases(found, ending, phases)
            for phase in phases:
                waiting += self._of_guard(phase.guard, names)
            waiting += self._ends(ending, found)
            waiting += self._owed_after_end(ending, found, duties, names)
            waiting = [name for name in waiting if name not in found]
        process = self._process
        return Slice(
            acts=tuple(name for name in process.acts if name in found),
            duties=tuple(duties.values()),
            fields=tuple(name for name in process.fields_asked if name in names),
            parts=tuple(part for part in process.parts if self._counts(part, found, names)),
            phases=phases,
            documents=frozenset(self._documents(found, duties.values(), names)),
        )

    def _phases(
        self, acts: set[str], ending: Sequence[Phase], asked: tuple[Phase, ...]
    ) -> tuple[Phase, ...]:
        """All that these acts enter, if it is asked which, or if the case may end by them: one
        phase takes the place of another."""
        ends = any(not acts.isdisjoint(phase.triggers) for phase in ending)
        if not asked and not ends:
            return ()
        of_acts = [one for one in self._process.phases if not acts.isdisjoint(one.triggers)]
        if not asked and not any(one.only_from for one in ending if one in of_acts):
            alone = {name for one in of_acts if one.closes for name in one.triggers}
            of_acts = [one for one in of_acts if one.closes or not alone.isdisjoint(one.triggers)]
        return tuple(one for one in self._process.phases if one in asked or one in of_acts)

    def _ends(self, ending: Sequence[Phase], acts: set[str]) -> Iterator[str]:
        """Acts that may end the case and let any of these be done afterwards, since it is owed;
        and what leads to the phases that it is ended from."""
        for phase in ending:
            for name in phase.triggers:
                if name in acts or not acts.isdisjoint(self._owed_after(name)):
                    yield name
            if not acts.isdisjoint(phase.triggers):
                for one in phases_before(self._process, phase):
                    yield from one.triggers

    def _owed_after_end(
        self, ending: Sequence[Phase], acts: set[str], duties: dict[str, Duty], names: set[str]
    ) -> Iterator[str]:
        """What is owed may be done also in a case that is over: by these duties."""
        last = acts.intersection(name for phase in ending for name in phase.triggers)
        after = last.union(*(self._owed_after(name) for name in last))
        for rule in self._process.rules if after else ():
            if not isinstance(rule, Duty) or rule.receipt or rule.name in duties:
                continue
            leads = {rule.act, *self._owed_after(rule.act)}
            if not after.isdisjoint(rule.triggers) and not acts.isdisjoint(leads):
                duties[rule.name] = rule
                yield from self._of_duty(rule, names)

    def _owed_after(self, act: str) -> set[str]:
        """What is owed because of an act, and because of that, and so on."""
        known = self._owed.get(act)
        if known is None:
            known, waiting = set[str](), [act]
            while waiting:
                for duty in self._process.duties_after.get(waiting.pop(), ()):
                    if duty.act not in known:
                        known.add(duty.act)
                        waiting.append(duty.act)
            self._owed[act] = known
        return known

    def leading_to(self, acts: Iterable[str], names: Iterable[str] = ()) -> frozenset[str]:
        """Acts that may have to be done first: what is required, and what brings in those who
        perform it or gives the fields it asks about."""
        found, named = set[str](), set[str]()
        waiting = [*acts]
        for name in names:
            waiting += self._of_name(name, named)
        while waiting:
            name = waiting.pop()
            if name in found or name not in self._process.acts:
                continue
            found.add(name)
            for rule in self._process.conditions_on.get(name, ()):
                waiting += rule.requires
            for part in self._process.acts[name].performers:
                if not self._process.parts[part].at_least:
                    waiting += self._of_name(part, named)
        return frozenset(found)

    def near(self, duty: Duty, required: Iterable[str]) -> frozenset[str]:
        """Acts that bear most directly on whether what is owed can be done: what leads to it, and
        what bars or revokes these acts that it requires."""
        process = self._process
        found = self.leading_to([duty.act, *duty.triggers], {duty.part, *names_in(duty.guard)})
        for name in required:
            rules = (*process.bars_on.get(name, ()), *self._revoking.get(name, ()))
            for rule in rules:
                conditions = process.conditions_on.get(rule.act, ())
                names = {n for one in (rule, *conditions) for n in names_in(one.guard)}
                found |= self.leading_to([rule.act], names - set(process.parts))
        return found

    def narrow(self, part: Slice, acts: frozenset[str]) -> Slice:
        """The slice with these acts alone, and what their rules ask about."""
        process = self._process
        kept = {name for name in part.acts if name in acts}
        guards = [duty.guard for duty in part.duties]
        for name in kept:
            rules = (*process.conditions_on.get(name, ()), *self._revoking.get(name, ()))
            guards += [rule.guard for rule in rules]
            guards += [rule.guard for rule in process.bars_on.get(name, ()) if rule.act in kept]
        names = {name for guard in guards for name in names_in(guard)}
        return replace(
            part,
            acts=tuple(name for name in part.acts if name in kept),
            fields=tuple(name for name in part.fields if name in names),
            phases=tuple(one for one in part.phases if not kept.isdisjoint(one.triggers)),
        )

    def _of_act(self, name: str, duties: dict[str, Duty], names: set[str]) -> Iterator[str]:
        process = self._process
        for rule in process.conditions_on.get(name, ()):
            yield from rule.requires
            yield from self._of_guard(rule.guard, names)
        for duty in process.milestones_on.get(name, ()):
            if duty.name not in duties:
                duties[duty.name] = duty
                yield from self._of_duty(duty, names)
        for rule in (*process.bars_on.get(name, ()), *self._revoking.get(name, ())):
            yield rule.act
            yield from self._of_guard(rule.guard, names)
        for part in process.acts[name].performers:
            if not process.parts[part].at_least or part in self._left:
                yield from self._of_name(part, names)
        for joining in process.acts[name].joins:  # refused where the part is full
            if joining.field == SENDER and process.parts[joining.part].at_most is not None:
                yield from self._of_name(joining.part, names)

    def _of_duty(self, duty: Duty, names: set[str]) -> Iterator[str]:
        yield duty.act
        yield from duty.triggers
        yield from self._of_name(duty.part, names)
        yield from self._of_guard(duty.guard, names)

    def _of_guard(self, guard: Guard | None, names: set[str]) -> Iterator[str]:
        for name in names_in(guard):
            yield from self._of_name(name, names)

    def _of_name(self, name: str, names: set[str]) -> Iterator[str]:
        if name not in names:
            names.add(name)
            yield from self._asking.get(name, ())
            yield from self._moving.get(name, ())

    def _counts(self, part: str, acts: set[str], names: set[str]) -> bool:
        """Whether it matters who holds the part, here."""
        return part in names or any(part in self._process.acts[name].performers for name in acts)

    def _documents(
        self, acts: Iterable[str], duties: Iterable[Duty], names: set[str]
    ) -> Iterator[str]:
        for duty in duties:
            if duty.scope is not None:
                yield duty.scope.document
        for name in acts:
            act = self._process.acts[name]
            if act.scope is not None:
                yield act.scope.document
            for one in act.extensions:
                if not names.isdisjoint({*one.required, *(field.name for field in one.fields)}):
                    yield one.scope.document


def fields_of(act: Act) -> Iterator[Field]:
    """What the act may ask for, wherever the unit lies."""
    yield from act.fields
    for one in act.extensions:
        yield from one.fields


def phases_before(process: Process, phase: Phase) -> tuple[Phase, ...]:
    """The phase, those it is entered from, and so on."""
    by_name = {one.name: one for one in process.phases}
    found, waiting = {phase.name}, [phase]
    while waiting:
        for name in waiting.pop().only_from:
            if name in by_name and name not in found:
                found.add(name)
                waiting.append(by_name[name])
    return tuple(one for one in process.phases if one.name in found)


def places_of(
    process: Process, part: str, documents: frozenset[str], geography: Geography
) -> tuple[Place, ...]:
    """The places that units in a part can have, as far as these supplements are concerned."""
    scopes = {scope.document: scope for scope in scopes_in(process) if scope.document in documents}
    if not scopes:
        return (frozenset(),)
    everywhere = frozenset(name for name, scope in scopes.items() if scope.units is None)
    bounded = {name: units for name, s in scopes.items() if (units := s.units) is not None}
    if not geography:
        alone = [everywhere | {name} for name in bounded]
        return tuple(dict.fromkeys([everywhere, *alone, frozenset(scopes)]))
    types = process.parts[part].unit_types
    found = {
        everywhere | {name for name, units in bounded.items() if unit in units}
        for unit, at in geography.items()
        if not types or at.type in types
    }
    return tuple(sorted(found or {everywhere}, key=lambda place: (len(place), sorted(place))))


def scopes_in(process: Process) -> Iterator[Scope]:
    """Every scope of the process, each once for each place where it stands."""
    for act in process.acts.values():
        if act.scope is not None:
            yield act.scope
        for one in act.extensions:
            yield one.scope
    for rule in process.rules:
        if isinstance(rule, Duty) and rule.scope is not None:
            yield rule.scope
