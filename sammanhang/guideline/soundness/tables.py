"""The rules of a slice made ready to run: masks of bits instead of names, by number of act.

Bits are numbered by acts, by holders, and by starts: a start is that one unit owes one duty
because of one act (duty, act, unit).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sammanhang.guideline.holding import Holds, holds, names_in
from sammanhang.guideline.model import Bar, Before, Guard, Opening, Process
from sammanhang.guideline.soundness.cast import Cast
from sammanhang.guideline.soundness.moves import Move, asks
from sammanhang.guideline.soundness.slices import Slice

GuardAt = int | None
PhaseEntry = tuple[GuardAt, int, int, bool]
"""Guard, number of the phase, those it is entered from (as bits), whether it closes."""
MOST_SETS = 64
"""Sets of acts that may be undone together, of those that mark one thing."""


@dataclass(frozen=True, slots=True)
class Start:
    """That a unit owes a duty because of an act."""

    duty: int
    trigger: int
    unit: int
    holder: int
    """The bit of the unit in the duty's part."""


@dataclass(slots=True)
class OfAct:
    """What the rules say of one act."""

    conditions: list[tuple[GuardAt, int, bool]] = field(
        default_factory=list[tuple[GuardAt, int, bool]]
    )
    """Guard, acts required, and whether the guard asks about what is filled in."""
    milestones: int = 0
    """Starts that have to be done before."""
    openings: list[tuple[GuardAt, int]] = field(default_factory=list[tuple[GuardAt, int]])
    """Guard, and the act that it opens."""
    bars: list[tuple[GuardAt, int, int]] = field(default_factory=list[tuple[GuardAt, int, int]])
    """Guard, the act that it bars, and the pair of the two."""
    barred_as: int = 0
    """Pairs by which the act itself is barred."""
    revoking: list[tuple[GuardAt, int]] = field(default_factory=list[tuple[GuardAt, int]])
    revokes: int = 0
    """All that it may revoke, whatever is filled in."""
    asked: int = 0
    """Starts that it is to fulfil."""
    starting: list[tuple[GuardAt, int]] = field(default_factory=list[tuple[GuardAt, int]])
    """Guard, and the starts that the act makes where it holds."""
    started: int = 0
    phases: list[PhaseEntry] = field(default_factory=list[PhaseEntry])
    leaving: int = 0
    """Holders that leave by it, if their unit does it."""


class Tables:
    """Everything that `Model` asks on every move."""

    def __init__(self, process: Process, part: Slice, cast: Cast, moves: Sequence[Move]) -> None:
        self._process = process
        self._slice = part
        self.cast = cast
        self.acts = part.acts
        self.fields = part.fields
        self.number = {name: at for at, name in enumerate(part.acts)}
        self.guards: list[Holds] = []
        self.of_act = [OfAct() for _ in part.acts]
        self.starts = list(self._starts())
        self._read_revocations()
        self._read_duties()
        self._read_bars()
        self._read_phases()
        for at, name in enumerate(part.acts):
            self._read_act(at, name)
        joinable = 0
        for move in moves:
            joinable |= move.joins
        self.joinable = self.mask(lambda one: bool(one.holder & joinable))
        """Starts whose unit may come later than the act."""
        self.revocable_asked = self.mask(lambda one: self._is_revocable(self._asked_act(one)))
        """Starts whose fulfilment may be undone."""
        self.stoppers = self._stoppers()
        self.whole = True
        """Whether everything that may be undone is followed."""

    def _starts(self) -> Iterator[Start]:
        for duty, rule in enumerate(self._slice.duties):
            for trigger in rule.triggers:
                for unit, (_, place, _) in enumerate(self.cast.units):
                    holder = self.cast.bit.get((rule.part, unit))
                    binds = rule.scope is None or rule.scope.document in place
                    if holder is not None and binds and trigger in self.number:
                        yield Start(duty, self.number[trigger], unit, holder)

    def mask(self, which: Callable[[Start], bool]) -> int:
        """The starts of which it is true."""
        return sum(1 << at for at, one in enumerate(self.starts) if which(one))

    def _asked_act(self, start: Start) -> int:
        return self.number.get(self._slice.duties[start.duty].act, -1)

    def _is_revocable(self, act: int) -> bool:
        return act >= 0 and bool(self.revocable >> act & 1)

    def _guard(self, guard: Guard | None) -> GuardAt:
        if guard is None:
            return None
        self.guards.append(holds(guard))
        return len(self.guards) - 1

    def _acts(self, names: Iterable[str]) -> int:
        return sum(1 << self.number[name] for name in set(names) if name in self.number)

    # --- Rules ----------------------------------------------------------------------------------

    def _read_revocations(self) -> None:
        self.revocable = 0
        for at, name in enumerate(self.acts):
            for rule in self._process.revocations_by.get(name, ()):
                revoked = self._acts(rule.revokes)
                if revoked:
                    self.of_act[at].revoking.append((self._guard(rule.guard), revoked))
                    self.of_act[at].revokes |= revoked
                    self.revocable |= revoked

    def _read_bars(self) -> None:
        """That an act is barred is one bit for each that may bar it and be undone, and one for
        all the others together."""
        self.pairs: list[tuple[int, int]] = []
        """(act barred, act that bars it, or -1 where that is never undone)."""
        at_pair: dict[tuple[int, int], int] = {}
        for barred, name in enumerate(self.acts):
            rules = self._process.bars_on.get(name, ())
            by = [self.number[r.act] for r in rules if isinstance(r, Bar) and r.act in self.number]
            for one in dict.fromkeys(self._told_apart(barred, one) for one in by):
                at_pair[barred, one] = len(self.pairs)
                self.of_act[barred].barred_as |= 1 << len(self.pairs)
                self.pairs.append((barred, one))
            for rule in rules:
                if rule.act in self.number:
                    self._read_bar(rule, barred, at_pair)

    def _told_apart(self, barred: int, by: int) -> int:
        """Which act bars another matters only to what it stops and may be undone."""
        return by if self._is_revocable(by) and self.of_act[barred].asked else -1

    def _read_bar(
        self, rule: Bar | Opening, barred: int, at_pair: Mapping[tuple[int, int], int]
    ) -> None:
        by, guard = self.number[rule.act], self._guard(rule.guard)
        if isinstance(rule, Opening):
            self.of_act[by].openings.append((guard, barred))
        else:
            pair = at_pair[barred, self._told_apart(barred, by)]
            self.of_act[by].bars.append((guard, barred, pair))

    def _read_duties(self) -> None:
        self.of_duty = [
            self.mask(lambda s, n=n: s.duty == n) for n in range(len(self._slice.duties))
        ]
        for number, duty in enumerate(self._slice.duties):
            starts, guard = self.of_duty[number], self._guard(duty.guard)
            if duty.act in self.number:
                self.of_act[self.number[duty.act]].asked |= starts
            if isinstance(duty.deadline, Before) and duty.deadline.act in self.number:
                self.of_act[self.number[duty.deadline.act]].milestones |= starts
            for trigger in {self.number[name] for name in duty.triggers if name in self.number}:
                own = starts & self.mask(lambda s, t=trigger: s.trigger == t)
                self.of_act[trigger].starting.append((guard, own))
                self.of_act[trigger].started |= own
        self.of_unit = [self.mask(lambda s, u=u: s.unit == u) for u in range(len(self.cast.units))]

    def _read_phases(self) -> None:
        at = {phase.name: number + 1 for number, phase in enumerate(self._slice.phases)}
        for number, phase in enumerate(self._slice.phases):
            only = sum(1 << at[name] for name in phase.only_from if name in at) or -1
            for name in phase.triggers:
                if name in self.number:
                    entry = (self._guard(phase.guard), number + 1, only, phase.closes)
                    self.of_act[self.number[name]].phases.append(entry)

    def _read_act(self, at: int, name: str) -> None:
        act = self._process.acts[name]
        for rule in self._process.conditions_on.get(name, ()):
            on_data = not asks(act).isdisjoint(names_in(rule.guard))
            required = self._acts(rule.requires)
            self.of_act[at].conditions.append((self._guard(rule.guard), required, on_data))
        if act.leaves:
            self.of_act[at].leaving = sum(self.cast.of_part.get(p, 0) for p in act.performers)

    # --- What may be undone ---------------------------------------------------------------------

    def _stoppers(self) -> list[int]:
        """Acts that may be undone and end what is owed otherwise than by doing it."""
        return [
            at
            for at, rules in enumerate(self.of_act)
            if self._is_revocable(at)
            and (
                rules.bars or rules.leaving or rules.revokes or any(one[3] for one in rules.phases)
            )
        ]

    def undone_together(self, markers: int) -> list[int]:
        """Sets of these acts that may come to be undone together; not the empty one."""
        found = {0: None}
        for rules in self.of_act:
            for _, revoked in rules.revoking:
                found.update(dict.fromkeys([one | revoked & markers for one in found]))
                if len(found) > MOST_SETS:
                    self.whole = False
                    return []
        return [one for one in found if one]

    def acts_where(self, marks: Callable[[OfAct, frozenset[str]], bool]) -> int:
        """The acts of which it is true, by their rules and the fields they ask for."""
        acts = self._process.acts
        return sum(
            1 << at for at, name in enumerate(self.acts) if marks(self.of_act[at], asks(acts[name]))
        )
