"""The abstract case: what is done, barred and owed, told apart only as far as rules can tell.

The steps of `after` are those of docs/semantics.md, "What an act does, in order". Left out:
moments, texts, how many times, and withdrawing and correcting by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from sammanhang.guideline.areas import Geography
from sammanhang.guideline.holding import Holds, holds, names_in
from sammanhang.guideline.model import (
    SENDER,
    Act,
    Bar,
    Before,
    Duty,
    Effect,
    Guard,
    Process,
    Step,
)
from sammanhang.guideline.soundness.domains import domain, shown
from sammanhang.guideline.soundness.slices import Place, Slice, fields_of, places_of

MOST_CHOICES = 64
"""Ways to fill in one act that are told apart; more than these are left out."""


class State(NamedTuple):
    """Bits by the order of acts, bearers and holders in the model."""

    done: int
    barred: int
    owed: int
    armed: int
    """Duties whose starting act is in force and whose guard held."""
    here: int
    """Who takes part: (part, place)."""
    values: tuple[int, ...]
    """By field of the slice, the index of its value; 0 is none."""
    phase: int
    closed: bool


Filled = tuple[tuple[int, int], ...]
"""Fields of the slice, each with the index of its value."""


@dataclass(frozen=True, slots=True)
class Move:
    """A way to do an act: by any of these, with what filled in, and who joins by it."""

    act: int
    holders: int
    values: Filled
    joins: tuple[int, ...]


class Model:
    """The states of a slice, and how acts lead from one to the next."""

    def __init__(self, process: Process, part: Slice, geography: Geography) -> None:
        self.process = process
        self.slice = part
        self.acts = part.acts
        self._act_bit = {name: 1 << at for at, name in enumerate(part.acts)}
        self.holders: list[tuple[str, Place]] = [
            (name, place)
            for name in part.parts
            for place in places_of(process, name, part.documents, geography)
        ]
        self._holder_at = {holder: at for at, holder in enumerate(self.holders)}
        self.bearers = [
            (duty, at)
            for duty in part.duties
            for at, (name, place) in enumerate(self.holders)
            if name == duty.part and (duty.scope is None or duty.scope.document in place)
        ]
        self.domains = [domain(process, part, name) for name in part.fields]
        self._field_at = {name: at for at, name in enumerate(part.fields)}
        self._held: dict[tuple[int, int, tuple[int, ...]], bool] = {}
        self._guards: list[Holds] = []
        self._asking_for: dict[str, int] = {}
        self._ready()
        self.moves = [move for name in part.acts for move in self._moves_of(process.acts[name])]

    # --- Made ready once ----------------------------------------------------------------------

    def _ready(self) -> None:
        """Rules by act, with masks instead of names."""
        process, bit = self.process, self._act_bit
        many = len(self.acts)
        self._conditions: list[list[tuple[int | None, int, bool]]] = [[] for _ in range(many)]
        self._milestones = [0] * many
        self._bars: list[list[tuple[int | None, int, bool]]] = [[] for _ in range(many)]
        self._barring: list[list[tuple[int, int | None]]] = [[] for _ in range(many)]
        self._revoking: list[list[tuple[int | None, int]]] = [[] for _ in range(many)]
        self._starting: list[list[tuple[int | None, int, int]]] = [[] for _ in range(many)]
        self._owing = [0] * many
        self._phases: list[list[tuple[int | None, int, int, bool]]] = [[] for _ in range(many)]
        for at, name in enumerate(self.acts):
            asks = {field.name for field in fields_of(process.acts[name])}
            for rule in process.conditions_on.get(name, ()):
                on_data = not asks.isdisjoint(names_in(rule.guard))
                requires = self._mask(rule.requires)
                self._conditions[at].append((self._guard(rule.guard), requires, on_data))
            for rule in process.bars_on.get(name, ()):
                if rule.act in bit:
                    by = self.acts.index(rule.act)
                    guard = self._guard(rule.guard)
                    self._bars[by].append((guard, bit[name], isinstance(rule, Bar)))
                    if isinstance(rule, Bar):
                        self._barring[at].append((bit[rule.act], guard))
            for rule in process.revocations_by.get(name, ()):
                revoked = self._mask(rule.revokes)
                if revoked:
                    self._revoking[at].append((self._guard(rule.guard), revoked))
        for bars in self._bars:
            bars.sort(key=lambda one: one[2])  # a bar wins over an opening by the same act
        self._ready_duties()
        self._ready_phases()

    def _ready_duties(self) -> None:
        self._triggers = [self._mask(duty.triggers) for duty, _ in self.bearers]
        self._asked = [self._act_bit.get(duty.act, 0) for duty, _ in self.bearers]
        self._bearing = [1 << holder for _, holder in self.bearers]
        for number, (duty, _) in enumerate(self.bearers):
            own = 1 << number
            guard = self._guard(duty.guard)
            for name in duty.triggers:
                if name in self._act_bit:
                    self._starting[self.acts.index(name)].append((guard, own, number))
            if duty.act in self._act_bit:
                self._owing[self.acts.index(duty.act)] |= own
            for name in _milestone(duty):
                if name in self._act_bit:
                    self._milestones[self.acts.index(name)] |= own

    def _ready_phases(self) -> None:
        at = {phase.name: number + 1 for number, phase in enumerate(self.slice.phases)}
        for number, phase in enumerate(self.slice.phases):
            only = sum(1 << at[name] for name in phase.only_from if name in at) or -1
            for name in phase.triggers:
                if name in self._act_bit:
                    entry = (self._guard(phase.guard), number + 1, only, phase.closes)
                    self._phases[self.acts.index(name)].append(entry)

    def _mask(self, names: Sequence[str]) -> int:
        return sum(self._act_bit.get(name, 0) for name in names)

    def _guard(self, guard: Guard | None) -> int | None:
        if guard is None:
            return None
        self._guards.append(holds(guard))
        return len(self._guards) - 1

    def holds(self, guard: int | None, here: int, values: tuple[int, ...]) -> bool:
        if guard is None:
            return True
        key = (guard, here, values)
        known = self._held.get(key)
        if known is None:
            filled = {
                name: self.domains[at][values[at]]
                for name, at in self._field_at.items()
                if values[at]
            }
            known = self._held[key] = self._guards[guard](filled, self._parties(here))
        return known

    def _parties(self, here: int) -> dict[str, tuple[str, ...]]:
        parties: dict[str, tuple[str, ...]] = {}
        for at, (part, _) in enumerate(self.holders):
            if here >> at & 1:
                parties[part] = ("någon",)
        return parties

    def owed_act(self, bearer: int) -> int:
        """The act that a bearer's duty is to do."""
        return self.acts.index(self.bearers[bearer][0].act)

    # --- Ways to do an act --------------------------------------------------------------------

    def _moves_of(self, act: Act) -> Iterator[Move]:
        """Who among equals does it makes no difference, unless that one owes it or leaves."""
        if act.effect in (Effect.WITHDRAWS, Effect.CORRECTS):
            return
        at = self.acts.index(act.name)
        alike: dict[tuple[Filled, tuple[int, ...], int], int] = {}
        for holder, (part, place) in enumerate(self.holders):
            if part not in act.performers or (act.scope and act.scope.document not in place):
                continue
            owes = any(one == holder and duty.act == act.name for duty, one in self.bearers)
            who = holder if owes or act.leaves else -1
            for values in self._filled_in(act, place):
                for joins in self._joins(act, place):
                    key = (values, joins, who)
                    alike[key] = alike.get(key, 0) | 1 << holder
        for (values, joins, _), holders in alike.items():
            yield Move(at, holders, values, joins)

    def _filled_in(self, act: Act, place: Place) -> list[Filled]:
        binding = [one for one in act.extensions if one.scope.document in place]
        required = {name for one in binding for name in one.required}
        asked = [*act.fields, *(field for one in binding for field in one.fields)]
        choices: list[list[tuple[int, int] | None]] = []
        for field in asked:
            at = self._field_at.get(field.name)
            if at is not None:
                must = field.required or field.name in required
                options: list[tuple[int, int] | None] = [] if must else [None]
                options += [(at, one) for one in range(1, len(self.domains[at]))]
                choices.append(options)
        ways = product(*choices)
        return [
            tuple(one for one in way if one is not None)
            for _, way in zip(range(MOST_CHOICES), ways, strict=False)
        ]

    def _joins(self, act: Act, place: Place) -> list[tuple[int, ...]]:
        choices: list[list[int | None]] = []
        fields = {field.name: field for field in act.fields}
        for joining in act.joins:
            if joining.part not in self.slice.parts:
                continue
            there = [at for at, (part, _) in enumerate(self.holders) if part == joining.part]
            if joining.field == SENDER:
                choices.append([self._holder_at.get((joining.part, place), there[0])])
            else:
                optional: list[int | None] = [] if fields[joining.field].required else [None]
                choices.append([*optional, *there])
        return [tuple(one for one in way if one is not None) for way in product(*choices)]

    # --- Beginnings ---------------------------------------------------------------------------

    def beginnings(self) -> list[State]:
        """Who takes part from the start: a part with at least one unit, and perhaps those that
        no act brings in. The others come by acts."""
        brought = {joining.part for act in self.process.acts.values() for joining in act.joins}
        choices: list[list[int]] = []
        for name in self.slice.parts:
            part = self.process.parts[name]
            bits = [1 << at for at, (held, _) in enumerate(self.holders) if held == name]
            if not part.at_least and name in brought:
                continue
            options = [] if part.at_least else [0]
            options += bits
            if part.at_most is None and len(bits) > 1:
                options.append(sum(bits))
            choices.append(options)
        nothing = (0,) * len(self.domains)
        return [State(0, 0, 0, 0, sum(way), nothing, 0, False) for way in product(*choices)]

    # --- One act ------------------------------------------------------------------------------

    def after(self, state: State, move: Move) -> State | None:
        """The state after an act; None where it is refused."""
        act, values = move.act, state.values
        if not state.here & move.holders or state.barred >> act & 1:
            return None
        if state.owed & self._milestones[act]:
            return None
        given = values
        if move.values:
            filled = list(values)
            for at, value in move.values:
                filled[at] = value
            given = tuple(filled)
        for guard, requires, on_data in self._conditions[act]:
            if requires & ~state.done and self.holds(
                guard, state.here, given if on_data else values
            ):
                return None
        owes = self._own(state.owed & self._owing[act], move.holders)
        if state.closed and not owes:
            return None
        return self._done(state, move, given, owes)

    def _own(self, owed: int, holders: int) -> int:
        """Of what is owed, what these owe."""
        if not owed:
            return 0
        return sum(1 << n for n, one in enumerate(self._bearing) if owed >> n & 1 and one & holders)

    def _done(self, state: State, move: Move, given: tuple[int, ...], owes: int) -> State:
        act = move.act
        done, barred, owed, armed = state.done, state.barred, state.owed & ~owes, state.armed
        here, joined = state.here, 0
        for at in move.joins:
            joined |= 1 << at & ~here
        here |= joined
        described = self.process.acts[self.acts[act]]
        if described.leaves:
            here &= ~move.holders
            owed &= ~self._own(owed, move.holders)
        values = given
        for guard, revoked in self._revoking[act]:
            undone = revoked & done
            if undone and self.holds(guard, here, given):
                done &= ~undone
                values = self._without(values, undone, done, move)
                owed, armed = self._undo(undone, done, owed, armed, here)
                barred = self._rebarred(undone, done, barred, here, values)
        done |= 1 << act
        newly = 0
        for guard, bit, bars in self._bars[act]:
            if self.holds(guard, here, values):
                newly = newly | bit if bars else newly & ~bit
                barred = barred | bit if bars else barred & ~bit
        if newly:
            owed &= ~self._asking(newly)
        for guard, own, number in self._starting[act]:
            if self.holds(guard, here, values):
                armed |= own
                if here & self._bearing[number] and not barred & self._asked[number]:
                    owed |= own
        if joined and armed & ~owed:
            owed |= self._earlier(armed, joined, barred)
        phase, closed = self._phase(state, act, here, values)
        if closed and not state.closed:
            started = sum(own for _, own, _ in self._starting[act])
            owed &= started
        return State(done, barred, owed, armed, here, values, phase, closed)

    def _asking(self, acts: int) -> int:
        return sum(1 << n for n, asked in enumerate(self._asked) if asked & acts)

    def _earlier(self, armed: int, joined: int, barred: int) -> int:
        return sum(
            1 << n
            for n in range(len(self.bearers))
            if armed >> n & 1 and self._bearing[n] & joined and not self._asked[n] & barred
        )

    def _without(
        self, values: tuple[int, ...], undone: int, done: int, move: Move
    ) -> tuple[int, ...]:
        """Values that only undone acts had given are gone."""
        left = list(values)
        given = {at for at, _ in move.values}
        for name, at in self._field_at.items():
            askers = self._askers(name)
            if left[at] and at not in given and askers & undone and not askers & done:
                left[at] = 0
        return tuple(left)

    def _askers(self, field: str) -> int:
        known = self._asking_for.get(field)
        if known is None:
            acts = self.process.acts
            asking = [n for n in self.acts if any(f.name == field for f in fields_of(acts[n]))]
            known = self._asking_for[field] = self._mask(asking)
        return known

    def _undo(self, undone: int, done: int, owed: int, armed: int, here: int) -> tuple[int, int]:
        """What undone acts had started ends; what they had ended is open again."""
        for n in range(len(self.bearers)):
            own = 1 << n
            if self._triggers[n] & undone and not self._triggers[n] & done:
                owed, armed = owed & ~own, armed & ~own
            elif armed & own and self._asked[n] & undone and here & self._bearing[n]:
                owed |= own
        return owed, armed

    def _rebarred(
        self, undone: int, done: int, barred: int, here: int, values: tuple[int, ...]
    ) -> int:
        """Bars anew, of the acts that undone ones had barred."""
        for at in range(len(self.acts)):
            barring = self._barring[at]
            if any(by & undone for by, _ in barring):
                still = any(by & done and self.holds(g, here, values) for by, g in barring)
                barred = barred | 1 << at if still else barred & ~(1 << at)
        return barred

    def _phase(
        self, state: State, act: int, here: int, values: tuple[int, ...]
    ) -> tuple[int, bool]:
        if state.closed:
            return state.phase, True
        for guard, number, only, closes in self._phases[act]:
            if only >> state.phase & 1 and self.holds(guard, here, values):
                return number, closes
        return state.phase, False

    def moves_like(self, step: Step) -> Iterator[Move]:
        """Moves that do what a step of another model says, and as little more as may be."""
        here = {name: value for name, value in step.data.items() if name in self._field_at}
        joins = {j.part for j in self.process.acts[step.act].joins if step.data.get(j.field)}
        found = [one for one in self.moves if self.acts[one.act] == step.act]
        for move in sorted(found, key=lambda one: len(one.values)):
            filled = {self.slice.fields[at]: self.domains[at][v] for at, v in move.values}
            joined = {self.holders[at][0] for at in move.joins}
            if joined >= joins and all(shown(filled.get(n)) == v for n, v in here.items()):
                yield move

    # --- In words -----------------------------------------------------------------------------

    def step(self, state: State, move: Move) -> Step:
        there = state.here & move.holders
        part, place = self.holders[(there & -there).bit_length() - 1]
        act = self.process.acts[self.acts[move.act]]
        data: dict[str, Any] = {
            self.slice.fields[at]: shown(self.domains[at][value]) for at, value in move.values
        }
        joining = {self.holders[at][0] for at in move.joins}
        data.update({j.field: j.part for j in act.joins if j.part in joining and j.field != SENDER})
        return Step(act.name, part, ", ".join(sorted(place)) or None, data)


def _milestone(duty: Duty) -> tuple[str, ...]:
    return (duty.deadline.act,) if isinstance(duty.deadline, Before) else ()
