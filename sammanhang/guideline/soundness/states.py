"""The abstract case: what is done, barred and owed, told apart only as far as rules can tell.

The steps of `after` are those of docs/semantics.md, "What an act does, in order", and those of the
engine (tests/unit/engine/test_abstraction.py holds the two together). Left out: moments, texts, how
many times, and withdrawing and correcting by mistake (docs/soundness.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sammanhang.guideline.areas import Geography
from sammanhang.guideline.model import Duty, Process, Step
from sammanhang.guideline.soundness.cast import Cast
from sammanhang.guideline.soundness.marks import Marking, Marks
from sammanhang.guideline.soundness.moves import Move, Moves
from sammanhang.guideline.soundness.slices import Slice
from sammanhang.guideline.soundness.starts import Ended, Owing
from sammanhang.guideline.soundness.tables import GuardAt, Tables


class State(NamedTuple):
    """Bits by the order of acts, starts and holders in the tables."""

    done: int
    here: int
    """Who takes part."""
    owed: int
    ended: Ended
    """What may be owed again, or by one who comes later."""
    marks: Marks
    """What the acts in force have come to."""


class Owes(NamedTuple):
    """A unit that may owe an act, by any of these starts."""

    unit: int
    act: int
    starts: int


class Model:
    """The states of a slice, and how acts lead from one to the next."""

    def __init__(
        self,
        process: Process,
        part: Slice,
        geography: Geography,
        twice: str | None = None,
    ) -> None:
        self.process = process
        self.slice = part
        self.acts = part.acts
        self.cast = Cast(process, part, geography, twice)
        self._moves = Moves(process, part, self.cast)
        self.moves = self._moves.all
        self.domains = self._moves.domains
        self.tables = Tables(process, part, self.cast, self.moves)
        self._owing = Owing(self.tables)
        self._of_act = self.tables.of_act
        self._marking = Marking(self.tables)
        self.whole = self._moves.whole and self._marking.whole and self.tables.whole
        """Whether everything that may happen is followed."""
        self._field_at = {name: at for at, name in enumerate(part.fields)}
        self._held: dict[tuple[int, int, tuple[int, ...]], bool] = {}

    def beginnings(self) -> list[State]:
        nothing = self._owing.nothing, self._marking.nothing
        return [State(0, here, 0, *nothing) for here in self.cast.beginnings()]

    def owed(self, duty: Duty) -> int:
        """The starts of a duty."""
        return self.tables.of_duty[self.slice.duties.index(duty)]

    def owing(self, duty: Duty) -> list[Owes]:
        """The units that may owe a duty."""
        starts, act = self.owed(duty), self.acts.index(duty.act)
        own = enumerate(self.tables.of_unit)
        return [Owes(unit, act, starts & one) for unit, one in own if starts & one]

    def holds(self, guard: GuardAt, here: int, values: tuple[int, ...]) -> bool:
        if guard is None:
            return True
        key = (guard, here, values)
        known = self._held.get(key)
        if known is None:
            domains = self.domains
            filled = {n: domains[at][values[at]] for n, at in self._field_at.items() if values[at]}
            known = self.tables.guards[guard](filled, self.cast.parties(here))
            self._held[key] = known
        return known

    # --- May it be done? ------------------------------------------------------------------------

    def after(self, state: State, move: Move) -> State | None:
        """The state after an act; None where it is refused."""
        rules, now, here = self._of_act[move.act], state.marks, state.here
        if not here & move.holders or now.barred & rules.barred_as:
            return None
        if state.owed & rules.milestones:
            return None
        if now.closed and not self._after_the_end(state, move):
            return None
        given = _filled(now.values, move)
        for guard, required, on_data in rules.conditions:
            if required & ~state.done and self.holds(guard, here, given if on_data else now.values):
                return None
        if move.joins & ~here and self.cast.too_many(here, move.joins):
            return None
        return self._done(state, move, given)

    def _after_the_end(self, state: State, move: Move) -> bool:
        """What is owed, and what revokes the closing act."""
        rules, closed = self._of_act[move.act], state.marks.closed
        if rules.revokes >> closed - 1 & 1:
            return True
        return move.unit >= 0 and bool(state.owed & rules.asked & self.tables.of_unit[move.unit])

    # --- What it does ---------------------------------------------------------------------------

    def _done(self, state: State, move: Move, given: tuple[int, ...]) -> State:
        act, rules, owing = move.act, self._of_act[move.act], self._owing
        marks = state.marks
        mine = rules.asked & self.tables.of_unit[move.unit] if move.unit >= 0 else 0
        owed, ended = owing.fulfil(state.owed, state.ended, mine)
        here = state.here | move.joins
        joined = here & ~state.here
        if rules.leaving:
            left = here & rules.leaving & self.cast.of_unit[move.unit]
            here &= ~left
            owed, ended = owing.release(owed, ended, move, left, here)
        revoked = self._held_of(rules.revoking, here, given)
        undone = revoked & state.done
        if undone:
            marks = self._marking.undone(marks, revoked)
            owed, ended = owing.undo(owed, ended, act, undone, here, marks.barred, marks.closed)
            owed, ended = owing.fulfil(owed, ended, mine)
        closed = marks.closed
        marks = self._marked(marks, move, here)
        ended = owing.note_done_since(ended, act, mine) if mine else ended
        owed, ended = owing.stop_barred(owed, ended, marks.barred)
        before, opened = owed, 0
        if rules.starting:
            started = self._held_of(rules.starting, here, marks.values)
            owed, ended, opened = owing.start(owed, ended, started, here, marks.barred)
        if joined and not closed:
            owed, ended = owing.start_earlier(owed, ended, joined, marks.barred)
        if marks.closed and (not closed or closed != state.marks.closed):
            owed, ended = owing.close(owed, ended, marks.closed - 1, opened, before & opened)
        return State(state.done & ~undone | 1 << act, here, owed, ended, marks)

    def _held_of(
        self, guarded: list[tuple[GuardAt, int]], here: int, values: tuple[int, ...]
    ) -> int:
        """All of these bits whose guard holds."""
        found = 0
        for guard, bits in guarded:
            if self.holds(guard, here, values):
                found |= bits
        return found

    def _marked(self, marks: Marks, move: Move, here: int) -> Marks:
        """With what the act gives. Its guards are read once, with the values it gives."""
        rules, act = self._of_act[move.act], move.act
        if move.values:
            marks = self._marking.filled(marks, act, move.values)
        values = marks.values
        if rules.openings or rules.bars:
            openings = [one for guard, one in rules.openings if self.holds(guard, here, values)]
            bars = [(b, pair) for guard, b, pair in rules.bars if self.holds(guard, here, values)]
            marks = self._marking.barred(marks, act, openings, bars)
        if rules.phases:
            phases = [one for one in rules.phases if self.holds(one[0], here, values)]
            marks = self._marking.entered(marks, act, phases)
        return marks

    # --- In words -----------------------------------------------------------------------------

    def step(self, state: State, move: Move) -> Step:
        return self._moves.step(state.here, move)

    def moves_like(self, step: Step) -> Iterator[Move]:
        """Moves that do what a step of another model says, and as little more as may be."""
        return self._moves.like(step)


def _filled(values: tuple[int, ...], move: Move) -> tuple[int, ...]:
    if not move.values:
        return values
    filled = list(values)
    for at, value in move.values:
        filled[at] = value
    return tuple(filled)
