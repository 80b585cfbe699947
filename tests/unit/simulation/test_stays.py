"""The county's life: the guideline accepts all of it, and it is as docs/simulation.md says."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from statistics import mean, median

import pytest

from sammanhang.casework.projection import board_row
from sammanhang.engine import Command, Event, State, decide, evolve, start
from sammanhang.engine.calendar import is_working_day, local
from sammanhang.engine.plan import plan_of
from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process
from simulation.lives import Lived, live
from simulation.people import residents
from simulation.staff import by_unit, memorable, staff, units

NOW = datetime(2026, 3, 5, 13, 20, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[3] / "guidelines" / "in-och-utskrivning" / "dokument.md"
AT_HOME = {"hemgång-klar", "avslutad", "avliden", "avbruten"}
OFFICE_HOURS = {"vårdcentral", "biståndsenhet", "specialistmottagning", "rehabmottagning"}


@cache
def process() -> Process:
    compiled = read_document(DOCUMENT.read_text(), str(DOCUMENT)).process
    assert compiled is not None
    return compiled


def county(now: datetime, days: int, seed: int = 1) -> list[Lived]:
    people = residents(Random(seed), 20_000, now.date())
    employed = by_unit(staff(Random(seed)))
    return list(live(process(), people, employed, now, days, seed))


@pytest.fixture(scope="module")
def lived() -> list[Lived]:
    """Forty days."""
    return [one for one in county(NOW, 40) if one.stay.events]


@pytest.fixture(scope="module")
def events(lived: list[Lived]) -> list[Event]:
    return [event for one in lived for event in one.stay.events]


def test_the_same_seed_and_moment_give_the_same_county_to_the_letter() -> None:
    def told(now: datetime, seed: int) -> list[str]:
        return [repr((one.patient, one.stay.parties, one.stay.events))
                for one in county(now, 3, seed)]  # fmt: skip

    assert told(NOW, 1) == told(NOW, 1)
    assert told(NOW, 1) != told(NOW, 2)


def test_the_past_is_the_same_whenever_one_looks() -> None:
    """Living on to a later moment adds to what has been, and changes nothing of it."""
    for step_by_step, at_once in zip(county(NOW, 3), county(NOW, 3), strict=True):
        for hours in range(6, 120, 6):
            step_by_step.stay.live_until(NOW + timedelta(hours=hours))
        before = list(at_once.stay.events)
        at_once.stay.live_until(NOW + timedelta(hours=114))
        assert at_once.stay.events == step_by_step.stay.events
        assert at_once.stay.events[: len(before)] == before


def test_the_guideline_accepts_every_event(lived: list[Lived]) -> None:
    for one in lived:
        case = start(process(), one.stay.parties)
        for event in one.stay.events:
            command = Command(event.unit, event.person, event.act, event.data)
            assert decide(process(), case, command, event.at) == [event]
            case = evolve(process(), case, event)
        assert case == one.stay.case


def test_nothing_happens_after_now(events: list[Event]) -> None:
    assert max(event.at for event in events) <= NOW
    assert min(event.at for event in events) > NOW - timedelta(days=42)


def test_every_act_of_the_guideline_is_to_be_seen(events: list[Event]) -> None:
    assert {event.act for event in events} == set(process().acts)


def test_four_hundred_are_in_hospital(lived: list[Lived]) -> None:
    current = [one for one in lived if one.stay.case.phase not in AT_HOME]
    assert 330 <= len(current) <= 470


@pytest.mark.parametrize("unit", sorted({u for one in memorable() for u, _ in one.assignments}))
def test_the_boards_of_the_memorable_persons_are_alive(lived: list[Lived], unit: str) -> None:
    plan = plan_of(process())
    rows = [board_row(plan, one.stay.case, unit) for one in lived]
    shown = [row for row in rows if row[1]]
    assert 12 <= len(shown) <= 42
    assert any(row[2] for row in shown), "nothing is owed"
    assert any(row[3] for row in shown), "nothing is waited for"
    assert any(row[5] for row in shown), "nothing is unread"


def test_somewhere_among_them_something_is_late(lived: list[Lived]) -> None:
    theirs = {unit for one in memorable() for unit, _ in one.assignments}
    late = {
        owed.unit
        for one in lived
        for owed in one.stay.case.obligations.values()
        if owed.unit in theirs and owed.state(NOW) is State.LATE
    }
    assert len(late) >= 3


def test_most_is_done_in_time_and_some_is_late(lived: list[Lived]) -> None:
    ended = [
        owed
        for one in lived
        for owed in one.stay.case.obligations.values()
        if owed.state(NOW) in (State.FULFILLED, State.LATE)
    ]
    late = sum(owed.was_late or owed.state(NOW) is State.LATE for owed in ended)
    assert 0.03 < late / len(ended) < 0.2


def test_fewer_come_at_weekends_and_at_night(lived: list[Lived]) -> None:
    days = Counter(local(one.stay.admitted).weekday() for one in lived)
    assert (days[5] + days[6]) / 2 < 0.9 * mean(days[day] for day in range(5))
    hours = Counter(local(one.stay.admitted).hour for one in lived)
    assert sum(hours[hour] for hour in range(6)) < 0.3 * sum(hours[hour] for hour in range(9, 15))


def test_offices_act_on_working_days_and_wards_always(events: list[Event]) -> None:
    types = {unit["hsa_id"]: unit["type"] for unit in units()}
    for event in events:
        if types[event.unit] in OFFICE_HOURS:
            assert is_working_day(local(event.at).date()), event
            assert 8 <= local(event.at).hour < 17, event
    wards = Counter(local(e.at).weekday() for e in events if types[e.unit] == "avdelning")
    assert min(wards.values()) > 100


@pytest.mark.parametrize(
    ("act", "least", "most"),
    [
        ("inskrivningsmeddelande", 0.8, 0.95),
        ("dödsfall", 0.01, 0.04),
        ("inskrivning-avbryts", 0.005, 0.025),
        ("byte-av-avdelning", 0.03, 0.09),
        ("utskrivningsklar-återtas", 0.03, 0.09),
        ("ingen-kommun", 0.2, 0.45),
        ("utomläns", 0.01, 0.03),
        ("vidarebefordran", 0.01, 0.05),
        ("behov-bedömt", 0.03, 0.08),
        ("ändrad-utskrivningsdag", 0.18, 0.35),
    ],
)
def test_what_befalls_patients_befalls_as_many_as_stated(
    lived: list[Lived], act: str, least: float, most: float
) -> None:
    with_it = sum(any(event.act == act for event in one.stay.events) for one in lived)
    assert least < with_it / len(lived) < most


def test_stays_are_as_long_as_stated(lived: list[Lived]) -> None:
    days = [
        (event.at - one.stay.admitted) / timedelta(days=1)
        for one in lived
        for event in one.stay.events
        if event.act == "utskrivning"
    ]
    assert 5 < median(days) < 8.5
    assert 6.5 < mean(days) < 10


def test_some_come_again_and_have_one_case_at_a_time(lived: list[Lived]) -> None:
    stays: dict[object, list[Lived]] = {}
    for one in lived:
        stays.setdefault(one.patient.id, []).append(one)
    several = [found for found in stays.values() if len(found) > 1]
    assert 0.02 < len(several) / len(stays) < 0.08
    for first, second in several:
        closed = first.stay.case.closed_by
        assert closed is not None
        assert first.stay.case.done[closed].at < second.stay.events[0].at


def test_a_protected_person_is_among_those_whom_the_demonstration_shows(
    lived: list[Lived],
) -> None:
    theirs = {unit for one in memorable() for unit, _ in one.assignments}
    shown = [
        one
        for one in lived
        if theirs & set(one.stay.case.joined) and one.stay.case.phase not in AT_HOME
    ]
    assert any(one.patient.is_protected for one in shown)
