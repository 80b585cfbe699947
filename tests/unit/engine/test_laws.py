"""What holds for every case under every guideline, and under the shipped one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import processes
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import FIRST, PARTIES, Step, guidelines, live, process_of

from sammanhang.engine import (
    Case,
    Command,
    Refusal,
    changed_acts,
    changed_obligations,
    decide,
    evolve,
    from_json,
    possible,
    replay,
    start,
    to_json,
)
from sammanhang.engine.model import Event
from sammanhang.guideline.model import Process


def text_of(case: Case) -> str:
    return json.dumps(to_json(case), ensure_ascii=False)


def check_all(process: Process, parties: Any, history: list[Step]) -> None:
    cases, events = live(process, history, parties)
    law_of_replay(process, parties, cases[-1], events)
    law_of_snapshots(process, cases, events)
    for before, after in pairwise(cases):
        law_of_endings(before, after)
        law_of_changes(before, after)
        law_of_open_obligations(before, after)


@settings(max_examples=150, deadline=None)
@given(guidelines(core=False), processes.histories)
def test_laws_under_any_guideline(guideline: str, history: list[Step]) -> None:
    process = process_of(guideline)
    assert process is not None
    check_all(process, PARTIES, history)


@settings(max_examples=150, deadline=None)
@given(shipped.histories)
def test_laws_under_the_shipped_guideline(history: list[Step]) -> None:
    check_all(shipped.shipped(), shipped.PARTIES, history)


# --- The laws -------------------------------------------------------------------------------


def law_of_replay(process: Process, parties: Any, case: Case, events: list[Event]) -> None:
    """The same events give the same case, byte for byte."""
    assert text_of(replay(process, parties, events)) == text_of(case)


def law_of_snapshots(process: Process, cases: list[Case], events: list[Event]) -> None:
    """A case that was stored and read back is the same, and goes on in the same way; and no
    case is changed by what comes after it."""
    for case, event, after in zip(cases, events, cases[1:], strict=False):
        text = text_of(case)
        restored = from_json(json.loads(text))
        assert restored == case
        assert text_of(evolve(process, restored, event)) == text_of(after)
        assert text_of(case) == text


def law_of_endings(before: Case, after: Case) -> None:
    """An obligation ends exactly once; it ends anew or is open again only if the act that ended
    it was taken back. None is ever forgotten."""
    undone = {
        seq for seq, done in after.done.items() if before.done.get(seq, done).in_force
        and not done.in_force
    }  # fmt: skip
    for key, owed in before.obligations.items():
        later = after.obligations[key]
        assert (later.rule, later.act, later.started_by) == (owed.rule, owed.act, owed.started_by)
        if not owed.is_open and owed.ended_by not in undone:
            assert later == owed
        if not owed.is_open and later.is_open:
            assert owed.ended_by in undone


def law_of_changes(before: Case, after: Case) -> None:
    """What the store is told has changed is what has changed, and every change says by whom."""
    changed = {owed.key for owed in changed_obligations(before, after)}
    for key, owed in after.obligations.items():
        if before.obligations.get(key) != owed:
            assert key in changed
        earlier = before.obligations.get(key)
        if earlier is not None and earlier.is_open and owed.is_open and earlier.due != owed.due:
            assert owed.due_by == after.seq
    acts = {done.seq for done in changed_acts(before, after)}
    assert {seq for seq, done in after.done.items() if before.done.get(seq) != done} <= acts


def law_of_open_obligations(before: Case, after: Case) -> None:
    """Nobody owes what is barred, what an undone act asked for, or in a case it is no longer in."""
    parties = {unit for units in after.parties.values() for unit in units}
    for owed in after.obligations.values():
        if owed.is_open:
            assert owed.act not in after.barred
            assert after.done[owed.started_by].in_force
            assert owed.message is None or after.done[owed.message].in_force
            assert owed.unit in parties
            if owed.message is None:
                assert owed.unit in after.parties[owed.part]
            if after.closed_by is not None and before.closed_by is None:
                assert owed.started_by >= after.closed_by


# --- Deciding -------------------------------------------------------------------------------

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["ja", "2026-03-05", "1e999", "9999-12-31T23:59:59-14:00", "\ud800", "\0", 10**400]
    ),
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def hostile(process: Process) -> Iterator[st.SearchStrategy[Any]]:
    fields = sorted({*process.fields_asked, "meddelande", "värden"})
    yield st.one_of(st.sampled_from(["W1", "VC1", "K1"]), anything)
    yield anything
    yield st.one_of(st.sampled_from(sorted(process.acts)), anything)
    yield st.one_of(st.dictionaries(st.sampled_from(fields), anything, max_size=6), anything)


commands = st.builds(Command, *hostile(shipped.shipped()))


@settings(max_examples=150, deadline=None)
@given(shipped.histories, st.lists(commands, min_size=3, max_size=10))
def test_decide_never_raises_and_what_it_accepts_evolve_accepts(
    history: list[Step], asked: list[Command]
) -> None:
    process = shipped.shipped()
    case = live(process, history[:6], shipped.PARTIES)[0][-1]
    for command in asked:
        decided = decide(process, case, command, case.last_at or FIRST)
        if not isinstance(decided, Refusal):
            for event in decided:
                case = evolve(process, case, event)
                assert case.seq == event.seq
        else:
            assert decided.reason.endswith((".", "?"))
            json.dumps([decided.act, decided.reason, dict(decided.fields or {})]).encode()


@settings(max_examples=100, deadline=None)
@given(guidelines(core=False), processes.histories)
def test_what_is_accepted_was_shown_as_possible(guideline: str, history: list[Step]) -> None:
    process = process_of(guideline)
    assert process is not None
    cases, events = live(process, history)
    for case, event in zip(cases, events, strict=False):
        assert (event.act, event.unit) in possible(process, case, event.at)


def test_an_event_of_an_act_the_process_does_not_have_changes_nothing_but_the_count() -> None:
    case = start(shipped.shipped(), shipped.PARTIES)
    after = evolve(shipped.shipped(), case, Event(1, FIRST, "W1", "P1", "finns-inte", {}))

    assert (after.seq, after.last_at, dict(after.done)) == (1, FIRST, {})
