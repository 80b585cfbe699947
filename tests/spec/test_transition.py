"""A running case goes over to another version: what stands, what is new, what is asked no more."""

from __future__ import annotations

from datetime import UTC

from history import History, moment, told
from language import process_of

from sammanhang.engine import Event
from sammanhang.engine.transition import SWITCH, switch, what_changed, why_not_switch
from sammanhang.guideline.model import Process

ACTS = """\
```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
fält:
  behov: {rubrik: Behov, typ: ja-nej}
```

```handling bedömning
rubrik: Bedömning
vem: kommun
```

```handling uppföljning
rubrik: Uppföljning
vem: kommun
```

```handling hemgång
rubrik: Hemgång
vem: slutenvård
```

"""
ASSESSED = """\
```regel bedömd
när: inskrivning
ska: bedömning
vem: kommun
senast: {deadline}
```
"""
ADMITTED = "2026-03-02 08:00 W1 inskrivning behov=ja"  # a Monday


def version(*blocks: str, acts: str = ACTS) -> Process:
    return process_of("\n".join(blocks), acts=acts)


def over(history: History, new: Process, at: str) -> History:
    """The history under the new version."""
    case = history.case
    event = Event(case.seq + 1, moment(at).astimezone(UTC), "", "", SWITCH, {})
    return History(new, switch(history.process, new, case, event))


def test_a_shorter_deadline_gives_at_least_its_own_time_from_the_day_it_holds() -> None:
    running = told(version(ASSESSED.format(deadline="48 timmar")), ADMITTED)
    shorter = version(ASSESSED.format(deadline="24 timmar"))

    soon = over(running, shorter, "2026-03-02 10:00")
    assert soon.owed("2026-03-02 10:00") == ["K1 bedömning 2026-03-03 10:00 open"]
    late = over(running, shorter, "2026-03-03 20:00")  # never later than it was
    assert late.owed("2026-03-03 20:00") == ["K1 bedömning 2026-03-04 08:00 open"]


def test_a_longer_deadline_counts_from_where_it_began() -> None:
    running = told(version(ASSESSED.format(deadline="24 timmar")), ADMITTED)

    after = over(running, version(ASSESSED.format(deadline="48 timmar")), "2026-03-02 10:00")
    assert after.owed("2026-03-02 10:00") == ["K1 bedömning 2026-03-04 08:00 open"]


def test_what_is_late_stays_late() -> None:
    running = told(version(ASSESSED.format(deadline="24 timmar")), ADMITTED)

    after = over(running, version(ASSESSED.format(deadline="9 dagar")), "2026-03-04 10:00")
    assert after.owed("2026-03-04 10:00") == ["K1 bedömning 2026-03-03 08:00 late"]


def test_what_the_new_version_does_not_ask_ends() -> None:
    running = told(version(ASSESSED.format(deadline="24 timmar")), ADMITTED)

    after = over(running, version(), "2026-03-02 10:00")
    assert after.owed("2026-03-02 10:00") == ["K1 bedömning 2026-03-03 08:00 cancelled"]


def test_a_rule_under_another_name_is_the_same_rule() -> None:
    running = told(version(ASSESSED.format(deadline="24 timmar")), ADMITTED)
    renamed = version(ASSESSED.format(deadline="24 timmar").replace("regel bedömd", "regel prövad"))

    after = over(running, renamed, "2026-03-02 10:00")
    assert after.owed("2026-03-02 10:00") == ["K1 bedömning 2026-03-03 08:00 open"]
    assert what_changed(running.case, after.case) == []


def test_what_it_asks_because_of_what_is_done_counts_from_the_change() -> None:
    running = told(version(), ADMITTED)

    after = over(running, version(ASSESSED.format(deadline="24 timmar")), "2026-03-05 10:00")
    assert after.owed("2026-03-05 10:00") == ["K1 bedömning 2026-03-06 10:00 open"]


def test_what_is_done_already_is_not_asked_again() -> None:
    running = told(version(), ADMITTED + "\n2026-03-02 09:00 K1 bedömning")

    after = over(running, version(ASSESSED.format(deadline="24 timmar")), "2026-03-05 10:00")
    assert after.owed("2026-03-05 10:00") == []


def test_a_new_guard_is_read_with_what_is_known_now() -> None:
    guarded = ASSESSED.format(deadline="24 timmar").replace("```\n", "om: {behov: nej}\n```\n")
    running = told(version(ASSESSED.format(deadline="24 timmar")), ADMITTED)

    after = over(running, version("```regel" + guarded.split("```regel")[1]), "2026-03-02 10:00")
    assert after.owed("2026-03-02 10:00") == ["K1 bedömning 2026-03-03 08:00 cancelled"]


def test_phases_and_bars_are_those_of_the_new_version() -> None:
    new = version(
        "```läge inne\nrubrik: Inne\nnär: inskrivning\n```",
        "```regel en-gång\nhandling: inskrivning\nspärrar: inskrivning\n```",
    )
    running = told(version(), ADMITTED)
    assert (running.phase, "inskrivning" in running.possible("W1", "2026-03-02 10:00")) == (
        None,
        True,
    )

    after = over(running, new, "2026-03-02 10:00")
    assert after.phase == "inne"
    assert "inskrivning" not in after.possible("W1", "2026-03-02 10:00")


def test_the_event_can_keep_what_it_changed_for_whom() -> None:
    running = told(version(ASSESSED.format(deadline="48 timmar")), ADMITTED)
    after = over(running, version(ASSESSED.format(deadline="24 timmar")), "2026-03-02 10:00")

    assert what_changed(running.case, after.case) == [
        {
            "regel": "bedömd",
            "handling": "bedömning",
            "enhet": "K1",
            "förr": "2026-03-04T07:00:00+00:00",
            "nu": "2026-03-03T09:00:00+00:00",
            "vad": "ändras",
        }
    ]


def test_a_case_that_needs_what_the_new_version_lacks_keeps_its_own() -> None:
    running = told(version(), ADMITTED + "\n2026-03-02 09:00 K1 bedömning")
    without = version(
        acts=ACTS.replace("```handling bedömning\nrubrik: Bedömning\nvem: kommun\n```\n", "")
    )
    closing = version("```läge slut\nrubrik: Slut\nnär: bedömning\navslutar: ja\n```")
    at = moment("2026-03-03 10:00")

    reasons = [
        why_not_switch(running.process, new, running.case, at) or ""
        for new in (without, closing, version(ASSESSED.format(deadline="24 timmar")))
    ]
    assert [one.split(",")[0] for one in reasons] == [
        "handlingen 'bedömning' är gjord i ärendet",
        "ärendet vore redan avslutat under den nya versionen",
        "",
    ]
