"""When people work: wards round the clock, municipal nurses every day, the others office hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random

from sammanhang.engine.calendar import DAY, STOCKHOLM, is_working_day, local

OPEN = {"hemsjukvård": (7, 21)}
"""From hour to hour, every day."""
OFFICE = (8, 17)
WARDS = ("avdelning", "psykiatrisk-avdelning")
NIGHT = (22, 6)
LEFT_TO_THE_MORNING = 0.8
"""Share of what comes up on a ward at night that waits for the morning."""


def at_work(rng: Random, unit_type: str, at: datetime) -> datetime:
    """The first moment from `at` on when somebody at such a unit gets round to it."""
    shown = local(at)
    if unit_type in WARDS:
        quiet = shown.hour >= NIGHT[0] or shown.hour < NIGHT[1]
        if not quiet or rng.random() > LEFT_TO_THE_MORNING:
            return at
        return _morning(rng, shown, NIGHT[1])
    first, last = OPEN.get(unit_type, OFFICE)
    if shown.hour >= last:
        shown = _next_day(shown)
    while unit_type not in OPEN and not is_working_day(shown.date()):
        shown = _next_day(shown)
    return _morning(rng, shown, first) if shown.hour < first else shown.astimezone(UTC)


def during_the_day(rng: Random, at: datetime, first: int, last: int) -> datetime:
    """The same day between two hours, as doctors' rounds and home-goings are; the next if past."""
    shown = local(at)
    if shown.hour >= last:
        shown = _next_day(shown)
    if shown.hour >= first:
        return shown.astimezone(UTC)
    minutes = rng.randrange((last - first) * 60)
    return (_start(shown) + timedelta(hours=first, minutes=minutes)).astimezone(UTC)


def _morning(rng: Random, shown: datetime, first: int) -> datetime:
    """Soon after the first hour, of the day that begins or has begun."""
    if shown.hour >= first:
        shown = _next_day(shown)
    after = timedelta(hours=first, minutes=min(rng.expovariate(1 / 80), 300))
    return (_start(shown) + after).astimezone(UTC)


def _next_day(shown: datetime) -> datetime:
    return _start(shown + DAY)


def _start(shown: datetime) -> datetime:
    return datetime.combine(shown.date(), time(), STOCKHOLM)
