"""Every state that can be reached, breadth first, within a bound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from sammanhang.guideline.model import Step
from sammanhang.guideline.soundness.moves import Move
from sammanhang.guideline.soundness.states import Model, Owes, State
from sammanhang.guideline.soundness.words import changes

MOST_STATES = 50_000
"""In one search. Beyond it the question is not decided."""


@dataclass(slots=True)
class Reached:
    """What a search has seen. `decided`: there was nothing more to see."""

    model: Model
    states: list[State] = field(default_factory=list[State])
    came: list[tuple[int, Move] | None] = field(default_factory=list[tuple[int, Move] | None])
    """From which state, by which move; states are in the order of their distance."""
    before: list[list[tuple[int, Move]]] = field(default_factory=list[list[tuple[int, Move]]])
    """For each state: those one act before it, and the way it was done."""
    expanded: int = 0
    decided: bool = True

    def history(self, at: int) -> tuple[Step, ...]:
        """A shortest way to a state."""
        steps: list[Step] = []
        came = self.came[at]
        while came is not None:
            before, move = came
            step = self.model.step(self.states[before], move)
            then = changes(self.model, self.states[before], self.states[at])
            steps.append(replace(step, then=then))
            at, came = before, self.came[before]
        return tuple(reversed(steps))


def explore(
    model: Model,
    *,
    until: Callable[[State], bool] | None = None,
    only: Collection[str] | None = None,
    most: int = MOST_STATES,
    start: State | None = None,
) -> tuple[Reached, int | None]:
    """The states within the bound, and the first that `until` is true of. `only`: no other acts.
    `start`: from there, instead of from every beginning."""
    reached = Reached(model, decided=model.whole)
    seen: dict[State, int] = {}
    waiting: deque[int] = deque()
    moves = [one for one in model.moves if only is None or model.acts[one.act] in only]

    def note(state: State, came: tuple[int, Move] | None) -> int:
        at = seen[state] = len(reached.states)
        reached.states.append(state)
        reached.came.append(came)
        reached.before.append([])
        waiting.append(at)
        return at

    for state in model.beginnings() if start is None else [start]:
        at = note(state, None)
        if until is not None and until(state):
            return reached, at
    while waiting:
        if len(reached.states) > most:
            reached.decided = False
            break
        at = waiting.popleft()
        state = reached.states[at]
        reached.expanded = at + 1
        for move in moves:
            after = model.after(state, move)
            if after is None:
                continue
            there = seen.get(after)
            if there is None:
                there = note(after, (at, move))
                if until is not None and until(after):
                    return reached, there
            reached.before[there].append((at, move))
    return reached, None


def stuck(reached: Reached, owing: Owes) -> Iterator[int]:
    """States, the nearest first, in which a unit owes what it can never do from there.

    States that the search never left are taken to be well.
    """
    states, act = reached.states, owing.act
    well = list(range(reached.expanded, len(states)))
    for befores in reached.before:
        well += [
            one
            for one, move in befores
            if move.act == act and move.unit == owing.unit and states[one].owed & owing.starts
        ]
    fine = set(well)
    while well:
        for before, _ in reached.before[well.pop()]:
            if before not in fine:
                fine.add(before)
                well.append(before)
    return (at for at, one in enumerate(states) if one.owed & owing.starts and at not in fine)


def follow(model: Model, history: Iterable[Step]) -> tuple[Reached, int] | None:
    """The same history in another model of the same process, if it can be gone through there."""
    for state in model.beginnings():
        reached = Reached(model, [state], [None], [[]])
        for step in history:
            at = len(reached.states) - 1
            for move in model.moves_like(step):
                after = model.after(reached.states[at], move)
                if after is not None and model.step(reached.states[at], move).area == step.area:
                    reached.states.append(after)
                    reached.came.append((at, move))
                    reached.before.append([(at, move)])
                    break
            else:
                break
        else:
            return reached, len(reached.states) - 1
    return None


def is_stuck(model: Model, state: State, owing: Owes, most: int) -> bool:
    """Whether nothing at all that may be done from here leads to what is owed being done."""
    reached, _ = explore(model, start=state, most=most)
    return reached.decided and next(stuck(reached, owing), None) == 0
