"""What the acts in force have come to, and what it would be if some of them were undone.

Values, bars and phase are each decided by the latest act in force that marks them. When acts are
undone, earlier ones decide again; so besides what there is a state has, for every set of acts that
may come to be undone together, what there would be without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sammanhang.guideline.soundness.moves import Filled
from sammanhang.guideline.soundness.tables import PhaseEntry, Tables

MOST_CELLS = 256
"""Of what would be. Where there are more nothing is decided."""

Mark = int
"""A value's index; a pair (act barred, by) and 1; a phase and the act that closed the case."""


class Marks(NamedTuple):
    values: tuple[int, ...]
    """By field of the slice, the index of its value; 0 is none."""
    barred: int
    """Pairs (act barred, act that bars it), as bits."""
    phase: int
    closed: int
    """The act that closed the case, counted from 1; 0 while it is open."""
    without: tuple[Mark, ...]
    """What there would be, by cell."""


@dataclass(slots=True)
class _Undoing:
    """What takes effect when acts are undone: each from its cell."""

    cells: list[int] = field(default_factory=list[int])
    values: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    barred: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    phase: int | None = None


class Marking:
    """The cells of a slice, and how acts fill them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._cells: list[tuple[str, int, int]] = []
        """Of what (a field, an act barred or the phase), and without which acts."""
        self._of: dict[tuple[str, int], list[tuple[int, int]]] = {}
        self.whole = True
        for what, markers in self._marked():
            for undone in tables.undone_together(markers):
                self._of.setdefault(what, []).append((len(self._cells), undone))
                self._cells.append((*what, undone))
            self.whole = self.whole and len(self._cells) <= MOST_CELLS
            if not self.whole:
                break
        self._undoing: dict[int, _Undoing] = {}
        self.nothing = Marks((0,) * len(tables.fields), 0, 0, 0, (0,) * len(self._cells))

    def _marked(self) -> Iterable[tuple[tuple[str, int], int]]:
        """All that acts mark, each with the acts that do."""
        tables = self._tables
        for at, name in enumerate(tables.fields):
            yield ("field", at), tables.acts_where(lambda _, asks, name=name: name in asks)
        for act in {act for act, _ in tables.pairs}:
            yield (
                ("barred", act),
                tables.acts_where(
                    lambda rules, _, act=act: (
                        act in {o for _, o in rules.openings}
                        or act in {b for _, b, _ in rules.bars}
                    )
                ),
            )
        yield ("phase", 0), tables.acts_where(lambda rules, _: bool(rules.phases))

    def _with(self, what: str, which: int, act: int) -> list[int]:
        """The cells of it in which an act stands as done."""
        return [at for at, undone in self._of.get((what, which), ()) if not undone >> act & 1]

    # --- An act that is done --------------------------------------------------------------------

    def filled(self, marks: Marks, act: int, given: Filled) -> Marks:
        values, without = list(marks.values), list(marks.without)
        for at, value in given:
            values[at] = value
            for cell in self._with("field", at, act):
                without[cell] = value
        return marks._replace(values=tuple(values), without=tuple(without))

    def barred(
        self, marks: Marks, act: int, openings: Sequence[int], bars: Sequence[tuple[int, int]]
    ) -> Marks:
        """Acts opened, then acts barred, each with its pair."""
        barred, without = marks.barred, list(marks.without)
        of_act = self._tables.of_act
        for opened in openings:
            barred &= ~of_act[opened].barred_as
            for cell in self._with("barred", opened, act):
                without[cell] = 0
        for one, pair in bars:
            barred = barred & ~of_act[one].barred_as | 1 << pair
            for cell in self._with("barred", one, act):
                without[cell] = pair + 1
        return marks._replace(barred=barred, without=tuple(without))

    def entered(self, marks: Marks, act: int, phases: Sequence[PhaseEntry]) -> Marks:
        """The first of these phases that can be entered. A case that is over stays so."""
        without = list(marks.without)
        for cell in self._with("phase", 0, act):
            without[cell] = _enter(without[cell] & 0xFF, without[cell] >> 8, act, phases)
        entered = _enter(marks.phase, marks.closed, act, phases)
        return marks._replace(phase=entered & 0xFF, closed=entered >> 8, without=tuple(without))

    # --- Acts that are undone -------------------------------------------------------------------

    def undone(self, marks: Marks, acts: int) -> Marks:
        """Without these acts. Each set that one act revokes is undone whole: what of it was not
        done marks nothing."""
        found = self._undoing.get(acts)
        if found is None:
            found = self._undoing[acts] = self._ready_to_undo(acts)
        without = marks.without
        values, barred = list(marks.values), marks.barred
        for at, cell in found.values:
            values[at] = without[cell]
        for act, cell in found.barred:
            barred &= ~self._tables.of_act[act].barred_as
            barred |= 1 << without[cell] - 1 if without[cell] else 0
        phase, closed = marks.phase, marks.closed
        if found.phase is not None:
            phase, closed = without[found.phase] & 0xFF, without[found.phase] >> 8
        return Marks(tuple(values), barred, phase, closed, tuple(without[at] for at in found.cells))

    def _ready_to_undo(self, acts: int) -> _Undoing:
        found = _Undoing(cells=list(range(len(self._cells))))
        for (what, which), cells in self._of.items():
            known = {undone: at for at, undone in cells}
            every = 0
            for undone in known:
                every |= undone
            gone = acts & every
            for at, undone in cells:
                found.cells[at] = known.get(undone | gone, at)
            if not gone:
                continue
            if what == "field":
                found.values.append((which, known[gone]))
            elif what == "barred":
                found.barred.append((which, known[gone]))
            else:
                found.phase = known[gone]
        return found


def _enter(phase: int, closed: int, act: int, phases: Sequence[PhaseEntry]) -> int:
    """Phase and closing act, as one number."""
    for _, number, only, closes in () if closed else phases:
        if only >> phase & 1:
            return number | (act + 1) << 8 if closes else number
    return phase | closed << 8
