"""What holds when a running case goes over to another version, whichever the two are."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import processes
import shipped
from hypothesis import assume, given, settings
from processes import FIRST, Step, command, guidelines, live, process_of
from test_laws import law_of_changes, law_of_open_obligations, text_of

from sammanhang.engine import Case, Event, Refusal, decide, evolve, from_json
from sammanhang.engine.transition import SWITCH, switch, what_changed, why_not_switch
from sammanhang.guideline.model import Process


def switched(old: Process, new: Process, case: Case) -> Case:
    at = (case.last_at or FIRST) + timedelta(hours=5)
    return switch(old, new, case, Event(case.seq + 1, at, "", "", SWITCH, {}))


def apart_from_the_count(case: Case) -> dict[str, Any]:
    stored = json.loads(text_of(case))
    return {name: value for name, value in stored.items() if name not in ("seq", "last_at")}


@settings(max_examples=150, deadline=None)
@given(guidelines(core=False), processes.histories)
def test_the_same_version_changes_nothing_but_the_count(guideline: str, steps: list[Step]) -> None:
    process = process_of(guideline)
    assert process is not None
    before = live(process, steps)[0][-1]
    assume(before.seq)  # a case has begun
    again = process_of(guideline)
    assert again is not None

    after = switched(process, again, before)
    assert apart_from_the_count(after) == apart_from_the_count(before)
    assert what_changed(before, after) == []


@settings(max_examples=60, deadline=None)
@given(shipped.histories)
def test_nor_does_the_shipped_guideline(steps: list[Step]) -> None:
    process = shipped.shipped()
    before = live(process, steps, shipped.PARTIES)[0][-1]
    assert what_changed(before, switched(process, process, before)) == []


@settings(max_examples=200, deadline=None)
@given(guidelines(core=False), guidelines(core=False), processes.histories, processes.histories)
def test_any_version_takes_a_case_over_and_goes_on_with_it(
    first: str, then: str, steps: list[Step], more: list[Step]
) -> None:
    old, new = process_of(first), process_of(then)
    assert old is not None
    assert new is not None
    before = live(old, steps)[0][-1]
    assume(before.seq and why_not_switch(old, new, before, before.last_at or FIRST) is None)
    after = switched(old, new, before)
    law_of_changes(before, after)
    law_of_open_obligations(before, after)
    nobody_becomes_late(before, after)
    what_was_owed_is_accounted_for(before, after)
    assert from_json(json.loads(text_of(after))) == after
    goes_on(new, after, more)


def nobody_becomes_late(before: Case, after: Case) -> None:
    now = after.last_at
    assert now is not None
    for key, owed in after.obligations.items():
        if owed.is_open and owed.due is not None and owed.due < now:
            assert before.obligations[key].due == owed.due


def what_was_owed_is_accounted_for(before: Case, after: Case) -> None:
    """Nothing is forgotten, nothing done is owed again, and what ends is not called done."""
    for key, owed in before.obligations.items():
        later = after.obligations[key]
        if not owed.is_open:
            assert later == owed
        elif not later.is_open:
            assert later.rule == owed.rule
            assert later.cancelled
            assert later.ended_by is not None
    told = {(one["regel"], one["enhet"], one["vad"]) for one in what_changed(before, after)}
    for key in after.obligations.keys() - before.obligations.keys():
        owed = after.obligations[key]
        assert (owed.rule, owed.unit, "tillkommer") in told


def goes_on(process: Process, case: Case, steps: list[Step]) -> None:
    now = case.last_at or FIRST
    for step in steps:
        now += timedelta(hours=step[3])
        decided = decide(process, case, command(process, step), now)
        if not isinstance(decided, Refusal):
            for event in decided:
                before, case = case, evolve(process, case, event)
                law_of_open_obligations(before, case)
