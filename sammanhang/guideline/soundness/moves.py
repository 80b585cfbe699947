"""Ways to do an act that the rules of a slice can tell apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from sammanhang.guideline.model import SENDER, Act, Effect, Process, Step
from sammanhang.guideline.soundness.cast import Cast
from sammanhang.guideline.soundness.domains import domain, shown
from sammanhang.guideline.soundness.slices import Place, Slice, fields_of

MOST_CHOICES = 256
"""Ways to fill in one act that are told apart. Where there are more nothing is decided."""

Filled = tuple[tuple[int, int], ...]
"""Fields of the slice, each with the index of its value."""
ANYONE = -1


@dataclass(frozen=True, slots=True)
class Move:
    """A way to do an act: by whom, with what filled in, and who joins by it.

    `unit`: the one that does it, where that makes a difference; otherwise ANYONE that holds one of
    `holders`.
    """

    act: int
    unit: int
    holders: int
    values: Filled
    joins: int


class Moves:
    """All ways to do the acts of a slice. `whole`: none was left out."""

    def __init__(self, process: Process, part: Slice, cast: Cast) -> None:
        self._process = process
        self._slice = part
        self._cast = cast
        self.whole = True
        self.domains = [domain(process, part, name) for name in part.fields]
        self._field_at = {name: at for at, name in enumerate(part.fields)}
        self.all = [move for name in part.acts for move in self._of(process.acts[name])]

    def _of(self, act: Act) -> Iterator[Move]:
        """Who among equals does it makes no difference, unless that one owes it or leaves."""
        if act.effect in (Effect.WITHDRAWS, Effect.CORRECTS):
            return
        at = self._slice.acts.index(act.name)
        owing = {duty.part for duty in self._slice.duties if duty.act == act.name}
        alike: dict[tuple[int, Filled, int], int] = {}
        for unit, holders in self._cast.doers(act):
            held = {part for part, one in self._cast.holders if one == unit}
            who = unit if act.leaves or not owing.isdisjoint(held) else ANYONE
            for values in self._filled_in(act, self._cast.place(unit)):
                for joins in self._cast.joining(act, unit):
                    key = (who, values, joins)
                    alike[key] = alike.get(key, 0) | holders
        for (who, values, joins), holders in alike.items():
            yield Move(at, who, holders, values, joins)

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
        ways = list(islice(product(*choices), MOST_CHOICES + 1))
        self.whole = self.whole and len(ways) <= MOST_CHOICES
        return [tuple(one for one in way if one is not None) for way in ways[:MOST_CHOICES]]

    # --- In words -----------------------------------------------------------------------------

    def step(self, here: int, move: Move) -> Step:
        there = here & move.holders
        part, unit = self._cast.holders[(there & -there).bit_length() - 1]
        act = self._process.acts[self._slice.acts[move.act]]
        data: dict[str, Any] = {
            self._slice.fields[at]: shown(self.domains[at][value]) for at, value in move.values
        }
        joining = self._joining(move)
        data.update({j.field: j.part for j in act.joins if j.part in joining and j.field != SENDER})
        area = ", ".join(sorted(self._cast.place(unit))) or None
        return Step(act.name, part, area, data, self._cast.number(unit))

    def _joining(self, move: Move) -> Collection[str]:
        bits = enumerate(self._cast.holders)
        return {part for at, (part, _) in bits if move.joins >> at & 1}

    def like(self, step: Step) -> Iterator[Move]:
        """Those that do what a step of another slice says, and as little more as may be."""
        act = self._process.acts[step.act]
        here = {name: value for name, value in step.data.items() if name in self._field_at}
        joins = {j.part for j in act.joins if step.data.get(j.field)}
        found = [one for one in self.all if self._slice.acts[one.act] == step.act]
        for move in sorted(found, key=lambda one: len(one.values)):
            filled = {self._slice.fields[at]: self.domains[at][v] for at, v in move.values}
            same = all(shown(filled.get(name)) == value for name, value in here.items())
            if same and set(self._joining(move)) >= joins:
                yield move


def asks(act: Act) -> frozenset[str]:
    return frozenset(field.name for field in fields_of(act))
