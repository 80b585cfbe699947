"""What is asked of a process, and what its author is told of the answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from types import MappingProxyType

from sammanhang.guideline.areas import Geography
from sammanhang.guideline.deadlines import is_within
from sammanhang.guideline.holding import names_in
from sammanhang.guideline.model import (
    Ahead,
    Duty,
    Effect,
    Finding,
    On,
    Phase,
    Process,
    Severity,
    Source,
    Step,
    Within,
)
from sammanhang.guideline.remarks import quoted
from sammanhang.guideline.soundness.proofs import Proofs
from sammanhang.guideline.soundness.search import (
    MOST_STATES,
    Reached,
    explore,
    follow,
    is_stuck,
    stuck,
)
from sammanhang.guideline.soundness.slices import Slice, Slicer, phases_before
from sammanhang.guideline.soundness.states import Model, State

Until = Callable[[State], bool]
NOWHERE: Geography = MappingProxyType({})
MOST_IN_ALL = 6 * MOST_STATES
"""States in all searches together; what is asked after that is not decided."""

MOST_TRIED = 10
"""Candidates for a deadlock that are examined from every side."""


def examine(
    process: Process, geography: Geography = NOWHERE, most: int = MOST_STATES
) -> tuple[Finding, ...]:
    """Everything that is wrong with a process as a whole, each with a shortest history there.

    `most`: the bound of one search, in states. What it leaves undecided is a finding too.
    """
    return tuple(_Examination(process, geography, most).findings())


class _Examination:
    def __init__(self, process: Process, geography: Geography, most: int) -> None:
        self._process = process
        self._geography = geography
        self._most = most
        self._left = MOST_IN_ALL
        self._slicer = Slicer(process)
        self._proofs = Proofs(process)
        self._duties = [r for r in process.rules if isinstance(r, Duty) and not r.receipt]

    def findings(self) -> Iterator[Finding]:
        possible = set[str]()
        for act in self._process.acts.values():
            if act.effect in (Effect.WITHDRAWS, Effect.CORRECTS, Effect.ACKNOWLEDGES):
                possible.add(act.name)
            else:
                yield from self._act(act.name, possible)
        for phase in self._process.phases:
            if not possible.isdisjoint(phase.triggers):
                yield from self._phase(phase)
        owed: list[tuple[Duty, Model]] = []
        for duty in self._duties:
            if duty.act in possible and not possible.isdisjoint(duty.triggers):
                yield from self._duty(duty, owed)
        for duty, model in owed:  # last, since they cost the most
            yield from self._deadlock(duty, model)
        yield from self._times()

    # --- Can it be done? ----------------------------------------------------------------------

    def _act(self, name: str, possible: set[str]) -> Iterator[Finding]:
        """An act that nobody can ever do."""
        source = self._process.acts[name].source
        model = self._model(self._slicer.slice([name]))
        done = 1 << model.acts.index(name)
        found, decided = self._find(model, lambda s: bool(s.done & done), [name])
        if found:
            possible.add(name)
        elif decided:
            text = f"handlingen '{name}' kan aldrig göras{self._why_not(model, name)}"
            yield _finding(source, "never-possible", name, text)
        else:
            yield self._undecided(source, name, f"handlingen '{name}' kan göras")

    def _why_not(self, model: Model, name: str) -> str:
        required = [n for r in self._process.conditions_on.get(name, ()) for n in r.requires]
        before = [duty.act for duty in self._process.milestones_on.get(name, ())]
        if required:
            return f": den kräver {quoted(dict.fromkeys(required))}."
        if before:
            return f": den väntar på {quoted(dict.fromkeys(before))}, som inte kan göras före."
        return " av någon som deltar."

    def _phase(self, phase: Phase) -> Iterator[Finding]:
        """A phase that no history reaches."""
        phases = phases_before(self._process, phase)
        model = self._model(self._slicer.slice(phase.triggers, phases=phases))
        number = model.slice.phases.index(phase) + 1
        starts = [name for one in phases for name in one.triggers]
        names = [name for one in phases for name in names_in(one.guard)]
        found, decided = self._find(model, lambda s: s.marks.phase == number, starts, names)
        if not found and decided:
            text = f"läget '{phase.name}' nås inte av någon händelsekedja."
            yield _finding(phase.source, "phase-never-reached", phase.name, text)
        elif not found:
            yield self._undecided(phase.source, phase.name, f"läget '{phase.name}' nås")

    # --- Can what is owed be done? ------------------------------------------------------------

    def _duty(self, duty: Duty, owed: list[tuple[Duty, Model]]) -> Iterator[Finding]:
        """A duty that nobody ever owes. Those that are owed, and may be stuck, are noted."""
        model = self._model(self._slicer.slice([duty.act, *duty.triggers], duty))
        own = model.owed(duty)
        names = {*names_in(duty.guard), duty.part}
        found, decided = self._find(model, lambda s: bool(s.owed & own), duty.triggers, names)
        if not found:
            if decided:
                text = f"regeln '{duty.name}' ålägger aldrig någon något: " + (
                    f"när {quoted(duty.triggers, 'eller')} görs gäller inte villkoret, eller så "
                    f"deltar ingen {duty.part}, eller kan '{duty.act}' inte göras."
                )
                yield _finding(duty.source, "never-owed", duty.name, text, Severity.WARNING)
            else:
                yield self._undecided(duty.source, duty.name, f"regeln '{duty.name}' gäller")
        elif not self._proofs.can_always_be_done(duty):
            owed.append((duty, model))

    def _deadlock(self, duty: Duty, model: Model) -> Iterator[Finding]:
        """A state in which it is owed and can never be done: looked for everywhere, and where
        that is too much, among the acts that bear on it most directly."""
        decided = True
        for one in (model, *self._with_two(duty, model)):
            reached, _ = self._explore(one)
            found = [at for owes in one.owing(duty) for at in islice(stuck(reached, owes), 1)]
            if found:
                yield self._told(duty, one, reached, min(found))
                return
            decided = decided and reached.decided
        if not decided:
            yield self._nearby(duty, model)

    def _with_two(self, duty: Duty, model: Model) -> Iterator[Model]:
        """The same, where two units of a kind owe it: what one does may shut the other out."""
        if self._process.parts[duty.part].at_most != 1:
            yield Model(self._process, model.slice, self._geography, duty.part)

    def _nearby(self, duty: Duty, model: Model) -> Finding:
        near = self._slicer.near(duty, self._proofs.in_doubt(duty))
        narrow = self._model(self._slicer.narrow(model.slice, near))
        reached, _ = self._explore(narrow)
        whole = {one.unit: one for one in model.owing(duty)}
        for one in narrow.owing(duty):
            for at in islice(stuck(reached, one), MOST_TRIED):
                there = follow(model, reached.history(at))
                if there and is_stuck(model, there[0].states[-1], whole[one.unit], self._most):
                    return self._told(duty, model, *there)
        what = f"det som regeln '{duty.name}' kräver alltid kan göras"
        return self._undecided(duty.source, duty.name, what)

    def _told(self, duty: Duty, model: Model, reached: Reached, at: int) -> Finding:
        history = reached.history(at)
        source, why = self._blocking(duty, model, reached.states[at])
        told = ", ".join(step.act for step in history)
        text = (
            f"efter {told} kan '{duty.act}' aldrig göras, fast den ska göras enligt regeln "
            f"'{duty.name}': {why}."
        )
        return _finding(source, "deadlock", duty.name, text, history=history)

    def _blocking(self, duty: Duty, model: Model, state: State) -> tuple[Source, str]:
        """What stands in the way, and where its author can mend it: in the addition, if one."""
        lacking: list[str] = []
        for rule in self._process.conditions_on.get(duty.act, ()):
            lacking += [n for n in rule.requires if not state.done >> model.acts.index(n) & 1]
        for one in self._process.milestones_on.get(duty.act, ()):
            if state.owed & model.owed(one):
                added = duty.scope is None and one.scope is not None
                why = f"'{one.act}' ska göras före (regeln '{one.name}') och kan inte heller göras"
                return (one.source if added else duty.source), why
        if lacking:
            return duty.source, f"den kräver {quoted(dict.fromkeys(lacking))}, som inte kan göras"
        return duty.source, "den kan inte göras av den som ska"

    # --- Searching ----------------------------------------------------------------------------

    def _model(self, part: Slice) -> Model:
        return Model(self._process, part, self._geography)

    def _find(
        self, model: Model, until: Until, starts: Iterable[str], names: Iterable[str] = ()
    ) -> tuple[bool, bool]:
        """Whether there is such a state; first by the acts that lead there alone."""
        only = self._slicer.leading_to(starts, names)
        reached, at = self._explore(model, until, only)
        if at is None and not only >= set(model.acts):
            reached, at = self._explore(model, until)
        return at is not None, reached.decided

    def _explore(
        self, model: Model, until: Until | None = None, only: Collection[str] | None = None
    ) -> tuple[Reached, int | None]:
        most = min(self._most, self._left)
        reached, at = explore(model, until=until, only=only, most=most)
        self._left = max(self._left - len(reached.states), 0)
        return reached, at

    def _undecided(self, source: Source, rule: str, what: str) -> Finding:
        text = f"inte avgjort inom {self._most} tillstånd om {what}."
        if not self._left:
            text = f"inte avgjort om {what}: {MOST_IN_ALL} tillstånd hade redan prövats."
        return _finding(source, "undecided", rule, text, Severity.WARNING)

    # --- Times --------------------------------------------------------------------------------

    def _times(self) -> Iterator[Finding]:
        for duty in self._duties:
            yield from self._late_from_start(duty)
            required = {
                name
                for rule in self._process.conditions_on.get(duty.act, ())
                for name in (rule.requires if rule.guard is None else ())
            }
            for other in self._duties:
                if other.act in required and _waits(duty, other):
                    text = (
                        f"regeln '{duty.name}' ger kortare tid för '{duty.act}' än regeln "
                        f"'{other.name}' ger för '{other.act}', som den kräver: den kan bli "
                        "försenad utan att någon har brutit mot något."
                    )
                    kind = "due-before-requirement"
                    yield _finding(duty.source, kind, duty.name, text, Severity.WARNING)

    def _late_from_start(self, duty: Duty) -> Iterator[Finding]:
        """Due by a moment that has always passed when it is known."""
        match duty.deadline:
            case Ahead(span, name) if span.amount:
                asked = self._process.fields_asked[name]
            case _:
                return
        if not asked.future:
            text = (
                f"regeln '{duty.name}' går ut före '{name}', som inte får ligga i framtiden: "
                "åtagandet är försenat när det uppstår."
            )
            yield _finding(duty.source, "late-from-start", duty.name, text)


def _waits(duty: Duty, other: Duty) -> bool:
    """Both count from one act, and what is required may be done after the duty is due."""
    if duty.name == other.name or set(duty.triggers) != set(other.triggers):
        return False
    match duty.deadline, other.deadline:
        case Within(span, since), Within(longer, same) if since == same:
            return span != longer and is_within(span, longer, duty.reckoning)
        case On(name), Within(_, same) if name == same:
            return True
        case _:
            return False


def _finding(
    source: Source,
    kind: str,
    rule: str,
    text: str,
    severity: Severity = Severity.ERROR,
    history: tuple[Step, ...] = (),
) -> Finding:
    return Finding(source.place, severity, kind, text, rule, history)
