"""What a step of a history changes, in words that its author knows."""

from __future__ import annotations

from collections.abc import Iterator

from sammanhang.guideline.model import Process
from sammanhang.guideline.soundness.states import Model, State


def changes(model: Model, before: State, after: State) -> tuple[str, ...]:
    """Of what bears on the finding: who takes part, what is owed, barred and undone."""
    return tuple(dict.fromkeys(_changes(model.process, model, before, after)))


def _changes(process: Process, model: Model, before: State, after: State) -> Iterator[str]:
    def title(act: int) -> str:
        return process.acts[model.acts[act]].title

    for at, (part, _) in enumerate(model.cast.holders):
        was, now = before.here >> at & 1, after.here >> at & 1
        if was != now:
            yield f"{process.parts[part].title} {'deltar' if now else 'lämnar'}"
    for at in range(len(model.acts)):
        if (before.done & ~after.done) >> at & 1:
            yield f"{title(at)} är som ogjord"
    yield from _owed(process, model, before.owed, after.owed)
    for act in range(len(model.acts)):
        pairs = model.tables.of_act[act].barred_as
        was, now = bool(before.marks.barred & pairs), bool(after.marks.barred & pairs)
        if was != now:
            yield f"{title(act)} {'kan inte längre göras' if now else 'kan göras igen'}"
    if bool(before.marks.closed) != bool(after.marks.closed):
        yield "Ärendet är avslutat" if after.marks.closed else "Ärendet är öppet igen"


def _owed(process: Process, model: Model, before: int, after: int) -> Iterator[str]:
    for at, start in enumerate(model.tables.starts):
        if (after & ~before) >> at & 1:
            duty = model.slice.duties[start.duty]
            part, act = process.parts[duty.part], process.acts[duty.act]
            yield f"{part.title} ska göra: {act.title}"
