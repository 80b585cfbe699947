"""Who takes part in the abstract case: units, the parts they may come to hold, and by whom an act
is done.

One unit stands for all that hold a part in one place, since rules don't tell them apart. Where it
is asked whether each of several can do what it owes, there are two of the part in question.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sammanhang.guideline.areas import Geography
from sammanhang.guideline.model import SENDER, Act, Process
from sammanhang.guideline.soundness.slices import Place, Slice, places_of

Unit = tuple[str, Place, int]
"""The part it comes with, where it lies, and which of several like it."""


class Cast:
    """`holders`: every (part, unit) that a case may come to have, one bit each."""

    def __init__(
        self, process: Process, part: Slice, geography: Geography, twice: str | None = None
    ) -> None:
        self._process = process
        self._parts = part.parts
        self._twice = twice
        self.units: list[Unit] = [
            (name, place, number)
            for name in part.parts
            for place in places_of(process, name, part.documents, geography)
            for number in range(2 if name == twice else 1)
        ]
        self.holders = list(dict.fromkeys(self._holders(part)))
        self.bit = {holder: 1 << at for at, holder in enumerate(self.holders)}
        self.of_part = {
            name: sum(bit for (held, _), bit in self.bit.items() if held == name)
            for name in part.parts
        }
        self.of_unit = [
            sum(bit for (_, one), bit in self.bit.items() if one == unit)
            for unit in range(len(self.units))
        ]

    def _holders(self, part: Slice) -> Iterator[tuple[str, int]]:
        for unit, (name, _, _) in enumerate(self.units):
            yield name, unit
        acts = [self._process.acts[name] for name in part.acts]
        stepping = [(act, j.part) for act in acts for j in act.joins if j.field == SENDER]
        found = {unit: {name} for unit, (name, _, _) in enumerate(self.units)}
        for _ in stepping:  # a step may lead to the next
            for act, into in stepping:
                for unit, held in found.items():
                    if into in part.parts and not held.isdisjoint(act.performers):
                        held.add(into)
                        yield into, unit

    def place(self, unit: int) -> Place:
        return self.units[unit][1]

    def number(self, unit: int) -> int | None:
        """Which of two it is, where there are two of a kind."""
        home, _, which = self.units[unit]
        return which + 1 if home == self._twice else None

    def doers(self, act: Act) -> Iterator[tuple[int, int]]:
        """Each unit that may do the act, and the bits by which it may."""
        for unit, (_, place, _) in enumerate(self.units):
            if act.scope is None or act.scope.document in place:
                held = [self.bit.get((part, unit), 0) for part in act.performers]
                if any(held):
                    yield unit, sum(held)

    def joining(self, act: Act, unit: int) -> list[int]:
        """The ways in which units may join by the act, each as bits."""
        choices: list[list[int]] = []
        fields = {field.name: field for field in act.fields}
        for one in act.joins:
            if one.part not in self._parts:
                continue
            if one.field == SENDER:
                choices.append([self.bit[one.part, unit]])
            else:
                there = [bit for _, bit in self._at_home(one.part)]
                choices.append(there if fields[one.field].required else [0, *there])
        return [sum(set(way)) for way in product(*choices)]

    def _at_home(self, part: str) -> list[tuple[int, int]]:
        """The units that come with a part, each with its bit."""
        return [(u, self.bit[part, u]) for u, at in enumerate(self.units) if at[0] == part]

    def beginnings(self) -> list[int]:
        """Who takes part from the start: a part with at least one unit, and perhaps those that
        no act brings in. The others come by acts."""
        brought = {joining.part for act in self._process.acts.values() for joining in act.joins}
        choices: list[list[int]] = []
        for name in self._parts:
            part = self._process.parts[name]
            if not part.at_least and name in brought:
                continue
            home = self._at_home(name)
            options = [] if part.at_least else [0]
            options += [bit for unit, bit in home if self.units[unit][2] == 0]
            if part.at_most is None and len(home) > 1:
                options.append(sum(bit for _, bit in home))
            choices.append(options)
        return [sum(way) for way in product(*choices)]

    def too_many(self, here: int, joins: int) -> bool:
        """Whether a part would come to have more units than it may."""
        for name, bits in self.of_part.items():
            most = self._process.parts[name].at_most
            more = joins & bits & ~here
            if most is not None and more and ((here | joins) & bits).bit_count() > most:
                return True
        return False

    def parties(self, here: int) -> dict[str, tuple[str, ...]]:
        """As a guard asks about them."""
        return {name: ("någon",) for name, bits in self.of_part.items() if here & bits}
