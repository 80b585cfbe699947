"""Replay: the same rules say the same of the same histories, and other rules what differs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import processes
import shipped
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from processes import PARTIES, Step, guidelines, live, process_of

from sammanhang.engine import Event, State
from sammanhang.engine.agreement import acts_that_differ
from sammanhang.engine.compare import Comparison, History, compare, tally
from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process
from tests.called_in_time import ADDED, GUIDELINE

UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


def history_of(process: Process, steps: list[Step], parties: Any) -> History:
    return History("1", parties, live(process, steps, parties)[1])


@settings(max_examples=60, deadline=None)
@given(guidelines(core=False), processes.histories)
def test_the_same_version_gives_no_difference(guideline: str, steps: list[Step]) -> None:
    one, same = process_of(guideline), process_of.__wrapped__(guideline)
    assert one is not None
    assert same is not None
    history = history_of(one, steps, PARTIES)

    found = compare(one, same, [history], UNTIL, {})

    assert found.is_same
    assert found.old == found.new
    assert not found.old.refused


@settings(max_examples=60, deadline=None)
@given(shipped.histories)
def test_nor_does_the_shipped_guideline(steps: list[Step]) -> None:
    process = shipped.shipped()
    history = history_of(process, steps, shipped.PARTIES)

    assert compare(process, process, [history], UNTIL, {}).is_same


def under(text: str) -> Process:
    compiled = read_document(text, "d.md")
    assert compiled.process is not None, [str(one) for one in compiled.findings]
    return compiled.process


def called_after(hours: int) -> History:
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    then = first + timedelta(hours=hours)
    events = [
        Event(1, first, "K1", "Anna", "inskrivning", {}),
        Event(2, then, "K1", "Anna", "kallelse", {}),
    ]
    return History("1", {"kommun": ("K1",)}, events)


def compared(new: str, hours: int) -> Comparison:
    return compare(under(GUIDELINE), under(new), [called_after(hours)], UNTIL, {"K1": "Åmål"})


def test_a_shorter_deadline_makes_the_same_act_late() -> None:
    found = compared(GUIDELINE.replace("48", "24"), 30)
    key = ("kallelse-i-tid", "kallelse", "kommun", "Åmål")

    assert found.differing == 1
    assert dict(found.old.owed) == {(*key, State.FULFILLED): 1}
    assert dict(found.new.owed) == {(*key, State.LATE): 1}
    assert dict(found.new.hours_late) == {"kallelse-i-tid": 6}


def test_what_would_have_been_refused_is_counted_and_still_happened() -> None:
    found = compared(GUIDELINE + ADDED, 30)

    assert dict(found.new.refused) == {("kallelse", "requires", "först"): 1}
    assert found.new.owed == found.old.owed


def test_how_long_phases_last() -> None:
    found = tally(under(GUIDELINE), called_after(30), UNTIL, {})

    assert dict(found.phases) == {"inskriven": 1}
    assert dict(found.seconds) == {"inskriven": 30 * 3600}


def test_tallies_add_up() -> None:
    once, twice = compared(GUIDELINE, 30), compared(GUIDELINE, 30)
    twice.add(once)

    assert (twice.histories, twice.events, twice.differing) == (2, 4, 0)
    assert twice.old.owed.total() == 2


# --- Lived once as long as they agree ---------------------------------------------------------


@st.composite
def two_versions(draw: st.DrawFn) -> tuple[str, str]:
    """A guideline, and another that lacks one of its rules or phases, or counts otherwise."""
    one = draw(guidelines(core=False))
    blocks = re.split(r"\n(?=\S)", one)
    free = [n for n, block in enumerate(blocks) if block.startswith(("regel", "läge"))]
    gone = draw(st.sampled_from(free))
    other = "\n".join(block for n, block in enumerate(blocks) if n != gone)
    if draw(st.booleans()):
        other = other.replace("5 timmar", "2 timmar")
    if draw(st.booleans()):
        other = other.replace("kvittens: 1 arbetsdag", "kvittens: 2 arbetsdagar", 1)
    assume(process_of(other) is not None)
    return (one, other) if draw(st.booleans()) else (other, one)


@settings(max_examples=150, deadline=None)
@given(two_versions(), processes.histories)
def test_two_versions_are_compared_as_if_each_history_was_lived_twice(
    versions: tuple[str, str], steps: list[Step]
) -> None:
    old, new = (process_of(text) for text in versions)
    assert old is not None
    assert new is not None
    history = history_of(old, steps, PARTIES)

    found = compare(old, new, [history], UNTIL, {})

    twice = [tally(one, history, UNTIL, {}) for one in (old, new)]
    assert [found.old, found.new] == twice
    assert found.differing == (twice[0] != twice[1])


def test_what_only_reads_otherwise_makes_no_act_differ() -> None:
    reworded = GUIDELINE.replace("Kommunen ska kalla.", "Det är kommunen\nsom ska kalla.")

    assert acts_that_differ(under(GUIDELINE), under(reworded)) == frozenset()


def test_a_changed_rule_makes_the_acts_it_names_differ() -> None:
    shorter = under(GUIDELINE.replace("48", "24"))

    assert acts_that_differ(under(GUIDELINE), shorter) == {"inskrivning", "kallelse"}
    assert acts_that_differ(under(GUIDELINE), under(GUIDELINE + ADDED)) == {"kallelse", "möte"}
