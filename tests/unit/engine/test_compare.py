"""Replay: the same rules say the same of the same histories, and other rules what differs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import processes
import shipped
from hypothesis import given, settings
from processes import PARTIES, Step, guidelines, live, process_of

from sammanhang.engine import Event, State
from sammanhang.engine.compare import Comparison, History, compare, tally
from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process

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


GUIDELINE = """\
---
id: d
titel: D
nivå: riktlinje
process: d
---
## 1 Allt
Kommunen ska kalla.
```part kommun
antal: 1..n
```
```handling inskrivning
vem: kommun
```
```handling kallelse
vem: kommun
```
```regel kallelse-i-tid
när: inskrivning
ska: kallelse
senast: 48 timmar
```
```läge inskriven
när: inskrivning
```
```läge kallad
när: kallelse
```
"""
ADDED = (
    "```regel först\nhandling: kallelse\nkräver: möte\n```\n```handling möte\nvem: kommun\n```\n"
)


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
