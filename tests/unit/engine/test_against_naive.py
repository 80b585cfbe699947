"""The engine and a plain one that reads everything anew agree on every history."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from naive import Naive
from processes import FIRST, PARTIES, Step, command, guidelines, histories, process_of

from sammanhang.engine import Case, Event, Refusal, State, decide, evolve, start


@settings(max_examples=250, deadline=None)
@given(guidelines(core=True), histories)
def test_the_engines_agree(guideline: str, history: list[Step]) -> None:
    process = process_of(guideline)
    assert process is not None
    case, events, now = start(process, PARTIES), list[Event](), FIRST
    for step in history:
        now += timedelta(hours=step[3])
        asked = command(process, step)
        if asked.act not in process.acts:
            continue
        naive = Naive(process, PARTIES, events)
        decided = decide(process, case, asked, now)
        assert naive.may(asked.unit, asked.act, asked.data) is not isinstance(decided, Refusal)
        if not isinstance(decided, Refusal):
            events += decided
            case = evolve(process, case, decided[0])
            _same(case, Naive(process, PARTIES, events))


def _same(case: Case, naive: Naive) -> None:
    seen = {
        (owed.rule, owed.started_by, owed.unit, owed.message): _state(owed.state(FIRST))
        for owed in case.obligations.values()
    }
    assert seen == naive.obligations()
    for owed in case.obligations.values():
        if owed.is_open:
            key = (owed.rule, owed.started_by, owed.unit, owed.message)
            assert owed.due == naive.due(key)
    alive = naive.alive(case.seq)
    assert [done.seq for done in case.done.values() if done.in_force] == [e.seq for e in alive]
    assert dict(case.values) == naive.values(alive)
    assert set(case.barred) == naive.barred(alive)
    assert (case.phase, case.closed_by) == naive.phase(alive)


def _state(state: State) -> str:
    return "open" if state is State.LATE else state.value
