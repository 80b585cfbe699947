"""When people get round to things: wards at all hours, offices when they are open."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from sammanhang.engine.calendar import STOCKHOLM, local
from simulation.hours import at_work, during_the_day


def swedish(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("unit_type", "comes_up", "day"),
    [
        ("vårdcentral", "2026-03-05T12:00", "2026-03-05"),
        ("vårdcentral", "2026-03-05T06:00", "2026-03-05"),
        ("vårdcentral", "2026-03-05T17:30", "2026-03-06"),
        ("vårdcentral", "2026-03-06T18:00", "2026-03-09"),  # Friday evening
        ("biståndsenhet", "2026-03-07T12:00", "2026-03-09"),  # Saturday
        ("biståndsenhet", "2026-04-02T18:00", "2026-04-07"),  # Maundy Thursday
        ("hemsjukvård", "2026-03-07T12:00", "2026-03-07"),
        ("hemsjukvård", "2026-03-07T22:00", "2026-03-08"),
        ("avdelning", "2026-03-07T12:00", "2026-03-07"),
    ],
)
def test_units_work_when_they_are_open(unit_type: str, comes_up: str, day: str) -> None:
    at = at_work(Random(1), unit_type, swedish(comes_up))
    assert at >= swedish(comes_up)
    assert local(at).date().isoformat() == day
    assert 6 <= local(at).hour < 21


def test_what_comes_up_on_a_ward_at_night_mostly_waits_for_the_morning() -> None:
    rng, night = Random(1), swedish("2026-03-05T02:00")
    waits = [at_work(rng, "avdelning", night) != night for _ in range(500)]
    assert 0.7 < sum(waits) / len(waits) < 0.9


@pytest.mark.parametrize("hour", range(24))
def test_home_goings_are_in_the_day(hour: int) -> None:
    wished = swedish(f"2026-03-05T{hour:02}:30")
    at = during_the_day(Random(hour), wished, 10, 17)
    assert at >= wished
    assert 10 <= local(at).hour < 17
