"""What `sammanhang check` proves is about the engine: its abstract case and the engine's case go
the same way, act by act, whatever the guideline.

Not drawn: withdrawals, corrections and hand-overs, which the abstract case leaves out
(docs/soundness.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import FIRST, guidelines, process_of

from sammanhang.engine import Case, Command, Refusal, decide, evolve, start
from sammanhang.guideline.holding import names_in
from sammanhang.guideline.model import SENDER, Duty, Effect, Process
from sammanhang.guideline.soundness import examine
from sammanhang.guideline.soundness.domains import OTHER
from sammanhang.guideline.soundness.moves import Move
from sammanhang.guideline.soundness.search import explore, stuck
from sammanhang.guideline.soundness.slices import Slice
from sammanhang.guideline.soundness.states import Model, State

LEFT_OUT = (Effect.WITHDRAWS, Effect.CORRECTS, Effect.ACKNOWLEDGES)


def whole(process: Process, *, moving: bool) -> Slice:
    """Everything of a process, as one slice. `moving`: with hand-overs, in which the abstract case
    sees no more than that they are done."""
    guarded = (*process.rules, *process.phases)
    names = frozenset[str]().union(
        *(names_in(one.guard) for one in guarded if hasattr(one, "guard"))
    )
    acts = process.acts.values()
    return Slice(
        acts=tuple(
            act.name
            for act in acts
            if act.effect not in LEFT_OUT and (moving or not act.hands_over_to)
        ),
        duties=tuple(r for r in process.rules if isinstance(r, Duty) and not r.receipt),
        fields=tuple(name for name in process.fields_asked if name in names),
        parts=tuple(process.parts),
        phases=process.phases,
        documents=frozenset(),
    )


@dataclass
class Both:
    """The same history in the engine and in the abstract case."""

    process: Process
    model: Model
    state: State
    case: Case

    def unit(self, number: int) -> str:
        part, _, which = self.model.cast.units[number]
        return f"{part}{which}"

    def held(self, holders: int) -> list[tuple[str, str]]:
        found = enumerate(self.model.cast.holders)
        return [(part, self.unit(unit)) for at, (part, unit) in found if holders >> at & 1]

    def value(self, field: int, which: int) -> Any:
        value = self.model.domains[field][which]
        return "2026-03-27" if value == OTHER else value

    def command(self, move: Move) -> Command:
        """The move as somebody does it: one of those that may."""
        act = self.process.acts[self.model.acts[move.act]]
        units = [unit for _, unit in self.held(move.holders & self.state.here)]
        units += [unit for _, unit in self.held(move.holders)]
        fields = self.model.slice.fields
        data: dict[str, Any] = {fields[at]: self.value(at, value) for at, value in move.values}
        joining = dict(self.held(move.joins))
        for one in act.joins:
            if one.field != SENDER and one.part in joining:
                data[one.field] = joining[one.part]
        return Command(units[0], "N", act.name, data)

    def try_both(self, move: Move, hours: int) -> bool:
        """Whether it is done; the two have to be of one mind."""
        now = FIRST + timedelta(hours=hours)
        decided = decide(self.process, self.case, self.command(move), now)
        after = self.model.after(self.state, move)
        assert (after is None) is isinstance(decided, Refusal), (decided, move)
        if after is None or isinstance(decided, Refusal):
            return False
        self.state = after
        self.case = evolve(self.process, self.case, decided[0])
        return True

    def one_of(self, choice: int, hours: int) -> bool:
        """The chosen move, or the first after it that can be done."""
        moves = self.model.moves
        return any(
            self.try_both(moves[(choice + n) % len(moves)], hours) for n in range(len(moves))
        )

    def compare(self) -> None:
        state, case, tables = self.state, self.case, self.model.tables
        names = self.model.acts
        in_force = {done.act for done in case.done.values() if done.in_force}
        assert {n for at, n in enumerate(names) if state.done >> at & 1} == in_force
        assert sorted(self.held(state.here)) == sorted(
            (part, unit) for part, units in case.parties.items() for unit in units
        )
        now = state.marks
        barred = {names[act] for at, (act, _) in enumerate(tables.pairs) if now.barred >> at & 1}
        assert barred == set(case.barred) & set(names)
        owed = {
            (self.model.slice.duties[s.duty].name, names[s.trigger], self.unit(s.unit))
            for at, s in enumerate(tables.starts)
            if state.owed >> at & 1
        }
        assert owed == {
            (one.rule, case.done[one.started_by].act, one.unit)
            for one in case.obligations.values()
            if one.is_open and one.message is None
        }
        for at, name in enumerate(self.model.slice.fields):
            assert case.values.get(name) == self.value(at, now.values[at])
        phases = [None, *(phase.name for phase in self.process.phases)]
        assert (phases[now.phase], bool(now.closed)) == (case.phase, case.closed_by is not None)


def both(process: Process, model: Model, beginning: int) -> Both:
    states = model.beginnings()
    one = Both(process, model, states[beginning % len(states)], start(process, {}))
    parties: dict[str, list[str]] = {}
    for part, unit in one.held(one.state.here):
        parties.setdefault(part, []).append(unit)
    one.case = start(process, parties)
    return one


@settings(max_examples=50, deadline=None)
@given(
    guidelines(core=False),
    st.sampled_from([None, None, "p", "q"]),
    st.integers(1, 40),
    st.integers(0, 2**32),
)
def test_the_abstract_case_goes_the_engines_way(
    guideline: str, twice: str | None, length: int, seed: int
) -> None:
    process = process_of(guideline)
    assert process is not None
    model, random = Model(process, whole(process, moving=False), {}, twice), Random(seed)
    for _ in range(6 if model.whole else 0):
        cases = both(process, model, random.randrange(100))
        for hours in range(length):
            if cases.one_of(random.randrange(10_000), hours):
                cases.compare()


def test_what_takes_itself_back_and_fulfils_by_the_same_act_is_not_owed_again() -> None:
    # The second c undoes the first, so what the first had fulfilled is open again; and is fulfilled
    # by the second at once (docs/semantics.md, step 4).
    blocks = """
part p
  antal: 1
handling b
  vem: p
handling c
  vem: p
regel ska
  när: b
  ska: c
regel igen
  handling: c
  upphäver: c
"""
    process = process_of(blocks)
    assert process is not None
    model = Model(process, whole(process, moving=False), {})
    cases = both(process, model, 0)
    for hours, act in enumerate(("b", "c", "c")):
        move = next(one for one in model.moves if model.acts[one.act] == act)
        assert cases.try_both(move, hours)
        cases.compare()

    assert cases.state.owed == 0


# --- Slices -----------------------------------------------------------------------------------

MOST = 3_000
"""States of a guideline drawn for this. Larger ones are passed by."""
ASKED = ("never-possible", "phase-never-reached", "never-owed", "deadlock")


def answers(process: Process) -> set[tuple[str, str]] | None:
    """What is wrong, by a search of everything in one: nothing is left out, and nothing proved."""
    everything = whole(process, moving=True)
    reached, _ = explore(Model(process, everything, {}), most=MOST)
    if not reached.decided:
        return None
    done = phases = owed = 0
    for state in reached.states:
        done, phases = done | state.done, phases | 1 << state.marks.phase
        owed |= state.owed
    possible = {name for at, name in enumerate(everything.acts) if done >> at & 1}
    found = {("never-possible", name) for name in everything.acts if name not in possible}
    for number, phase in enumerate(process.phases):
        if not possible.isdisjoint(phase.triggers) and not phases >> number + 1 & 1:
            found.add(("phase-never-reached", phase.name))
    for duty in everything.duties:
        if duty.act in possible and not possible.isdisjoint(duty.triggers):
            if not owed & reached.model.owed(duty):
                found.add(("never-owed", duty.name))
            for one in reached.model.owing(duty):
                if next(stuck(reached, one), None) is not None:
                    found.add(("deadlock", duty.name))
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(guidelines(core=False))
def test_what_is_left_out_changes_no_answer(guideline: str) -> None:
    process = process_of(guideline.replace("antal: 0..n", "antal: 1..n", 1))
    assert process is not None
    expected = answers(process)
    if expected is not None:
        findings = examine(process)
        assert {(f.kind, f.rule) for f in findings if f.kind in ASKED} == expected
