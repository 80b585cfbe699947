"""What is owed in the abstract case, and what has ended but may be owed again.

As in the engine, each time an act starts a duty for a unit is by itself: one may be fulfilled and
the next open. A state tells for each start (duty, act, unit) which kinds of these there are.
"""

from __future__ import annotations

from sammanhang.guideline.soundness.moves import Move
from sammanhang.guideline.soundness.tables import Tables

Ended = tuple[int, ...]
"""Starts, by what has become of them: fulfilled (by what may be undone); never owed, by one who
may yet come; the same, but done since; and then two for each act that may be undone, of those that
it had stopped: not done since, and done since."""

PAID, UNHAD, UNHAD_SINCE, STOPPED = range(4)


class Owing:
    """How what is owed starts, ends and is open again. Each returns what is owed, and the rest."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._asked = [rules.asked for rules in tables.of_act]
        self._started = [rules.started for rules in tables.of_act]
        self._stopper = {act: STOPPED + 2 * n for n, act in enumerate(tables.stoppers)}
        self.nothing: Ended = (0,) * (STOPPED + 2 * len(tables.stoppers))
        self._present: dict[int, int] = {}
        self._barred: dict[int, int] = {}

    def _of_holders(self, holders: int) -> int:
        """Starts of units in those parts."""
        known = self._present.get(holders)
        if known is None:
            known = self._tables.mask(lambda one: bool(one.holder & holders))
            self._present[holders] = known
        return known

    def _asking_barred(self, barred: int) -> int:
        known = self._barred.get(barred)
        if known is None:
            known = 0
            for at, (act, _) in enumerate(self._tables.pairs):
                if barred >> at & 1:
                    known |= self._asked[act]
            self._barred[barred] = known
        return known

    # --- Starting -------------------------------------------------------------------------------

    def start(
        self, owed: int, ended: Ended, started: int, here: int, barred: int
    ) -> tuple[int, Ended, int]:
        """Also: which of them are owed by it. What is barred is not."""
        opened = started & self._of_holders(here) & ~self._asking_barred(barred)
        later = started & ~opened & self._tables.joinable
        return owed | opened, _also(ended, UNHAD, later), opened

    def start_earlier(self, owed: int, ended: Ended, joined: int, barred: int) -> tuple[int, Ended]:
        """What those who join owe because of acts already in force."""
        opened = ended[UNHAD] & self._of_holders(joined) & ~self._asking_barred(barred)
        if not opened:
            return owed, ended
        return owed | opened, _put(ended, UNHAD, ended[UNHAD] & ~opened)

    # --- Ending ---------------------------------------------------------------------------------

    def fulfil(self, owed: int, ended: Ended, mine: int) -> tuple[int, Ended]:
        done = owed & mine
        if not done:
            return owed, ended
        return owed & ~done, _also(ended, PAID, done & self._tables.revocable_asked)

    def note_done_since(self, ended: Ended, act: int, mine: int) -> Ended:
        """Of what is not owed now: that it has been done since."""
        if not any(ended):
            return ended
        found, undoable = list(ended), self._tables.revocable >> act & 1
        for at in (UNHAD, *range(STOPPED, len(found), 2)):
            if undoable:
                found[at + 1] |= found[at] & mine
            else:
                found[at + 1] &= ~mine
            found[at] &= ~mine
        return tuple(found)

    def release(
        self, owed: int, ended: Ended, move: Move, left: int, here: int
    ) -> tuple[int, Ended]:
        """A unit that leaves its parts owes nothing more in them."""
        tables = self._tables
        own = tables.of_unit[move.unit]
        if here & tables.cast.of_unit[move.unit]:
            own &= self._of_holders(left)
        return self._stop(owed, ended, own, move.act)

    def stop_barred(self, owed: int, ended: Ended, barred: int) -> tuple[int, Ended]:
        if owed & self._asking_barred(barred):
            for at, (act, by) in enumerate(self._tables.pairs):
                if barred >> at & 1:
                    owed, ended = self._stop(owed, ended, self._asked[act], by)
        return owed, ended

    def close(self, owed: int, ended: Ended, by: int, own: int, again: int) -> tuple[int, Ended]:
        """The case is over by an act: only what it has itself started is owed. `again`: what it
        started though it was owed already."""
        if by not in self._stopper:
            return owed & own, self.nothing
        ended = _also(ended, self._stopper[by], again)
        return self._stop(owed, ended, ~own, by)

    def _stop(self, owed: int, ended: Ended, which: int, by: int) -> tuple[int, Ended]:
        stopped = owed & which
        if stopped and by in self._stopper:
            ended = _also(ended, self._stopper[by], stopped)
        return owed & ~stopped, ended

    # --- Undoing --------------------------------------------------------------------------------

    def undo(
        self, owed: int, ended: Ended, by: int, undone: int, here: int, barred: int, closed: int
    ) -> tuple[int, Ended]:
        """What undone acts had started ends; what they had ended ends by something else, or is
        open again."""
        gone = asked = 0
        for act in range(undone.bit_length()):
            if undone >> act & 1:
                gone |= self._started[act]
                asked |= self._asked[act]
        owed &= ~gone
        found = [kind & ~gone for kind in ended]
        for at in (UNHAD, *range(STOPPED, len(found), 2)):
            found[at] |= found[at + 1] & asked
            found[at + 1] &= ~asked
        again, there = found[PAID] & asked, self._of_holders(here)
        found[PAID] &= ~asked
        for act, at in self._stopper.items():
            if undone >> act & 1:
                again |= found[at] & there
                found[PAID] |= found[at + 1] & there
                found[at] = found[at + 1] = 0
        left = again & ~there
        if left and by in self._stopper:
            found[self._stopper[by]] |= left
        return self._open_again(owed, tuple(found), again & there, barred, closed)

    def _open_again(
        self, owed: int, ended: Ended, again: int, barred: int, closed: int
    ) -> tuple[int, Ended]:
        if not again:
            return owed, ended
        stopped = ended
        if closed:
            over = again & ~self._started[closed - 1]
            again, stopped = self._stop(again, stopped, over, closed - 1)
        again, stopped = self.stop_barred(again, stopped, barred)
        return owed | again, stopped


def _put(ended: Ended, kind: int, starts: int) -> Ended:
    return (*ended[:kind], starts, *ended[kind + 1 :])


def _also(ended: Ended, kind: int, starts: int) -> Ended:
    return _put(ended, kind, ended[kind] | starts) if starts & ~ended[kind] else ended
