"""What befalls a patient, and when people come to hospital: every distribution in one place.

All numbers are assumptions of ours, stated in docs/simulation.md; none is a statistic of real care.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from random import Random

from sammanhang.engine.calendar import DAY, STOCKHOLM, local

HOUR = timedelta(hours=1)

PER_DAY = 39.0
"""Admissions on an ordinary day: at the lengths of stay below, some 400 are in hospital at once."""
BY_WEEKDAY = (1.15, 1.1, 1.05, 1.05, 1.05, 0.8, 0.8)
"""Monday to Sunday."""
BY_HOUR = (2, 2, 1, 1, 1, 1, 2, 3, 5, 7, 9, 10, 10, 10, 9, 9, 8, 8, 7, 6, 5, 4, 3, 3)

DAYS_UNTIL_READY = {
    "Medicinavdelning": (4.5, 0.6),
    "Strokeavdelning": (7.0, 0.7),
    "Geriatrikavdelning": (8.5, 0.5),
    "Ortopedavdelning": (4.5, 0.6),
    "Kirurgavdelning": (3.5, 0.6),
    "Hjärtavdelning": (3.5, 0.6),
    "Lungavdelning": (5.0, 0.6),
    "Infektionsavdelning": (5.0, 0.6),
    "Neurologavdelning": (5.5, 0.7),
    "Urologavdelning": (2.5, 0.5),
    "Kvinnoklinikens": (2.5, 0.5),
    "Psykiatriavdelning": (12.0, 0.8),
}
"""By specialty: median, and deviation of the logarithm."""
ORDINARY_DAYS = (4.5, 0.6)
SHORTEST_DAYS, LONGEST_DAYS = 0.7, 60.0

HOURS_AFTER_READY = {False: (7.0, 0.6), True: (34.0, 0.9)}
"""Until discharge, without and with a municipality that takes part."""
MOST_HOURS_AFTER_READY = 20 * 24.0

NEEDS = ((65, 0.75), (80, 0.92), (200, 0.98))
"""Share who may need something after discharge, by age below."""
MUNICIPALITY = ((18, 0.12), (65, 0.35), (80, 0.65), (200, 0.85))
"""Share of those with needs whose municipality takes part, by age below."""

NEEDS_JUDGED_LATER = 0.06
NOTICE_LATE = 0.05
WITHDRAWN_READINESS = 0.07
LEAVE = {"psykiatrisk-avdelning": 0.2, "avdelning": 0.02}
MOVE = 0.07
DEATH = 0.025
CANCELLED = 0.012
MISDIRECTED = 0.04
NOT_CONCERNED = 0.015
CORRECTED = 0.03
MESSAGE_WITHDRAWN = 0.012
PLAN_CHANGED = 0.3
READMITTED = 0.09
SIP_NEEDED = 0.55
"""Among those whose municipality takes part."""
PLAN_DECLINED = 0.06
"""Among those who would need a plan."""
LEAVES_EARLY = 0.01


@dataclass(frozen=True, slots=True)
class Course:
    """What befalls a patient, drawn once. Spans count from the admission, or as they say."""

    needs: bool
    needs_judged_after: timedelta | None
    notice_late: bool
    ready_after: timedelta
    withdrawn_after_ready: timedelta | None
    ready_again_after: timedelta
    discharged_after_ready: timedelta
    leave: timedelta | None
    moves: timedelta | None
    dies: timedelta | None
    cancelled_after: timedelta | None
    misdirected: str | None
    """The part whose unit got the notice by mistake."""
    not_concerned: bool
    corrected: bool
    message_withdrawn: bool
    plan_changed: bool
    readmitted_after_discharge: timedelta | None
    sip_needed: bool
    plan_declined: bool
    leaves_early: bool


def draw_course(
    rng: Random, ward_name: str, ward_type: str, age: int, *, municipal: bool
) -> Course:
    """The course of a stay at a ward."""
    stay = _days(rng, ward_name)
    median, deviation = HOURS_AFTER_READY[municipal]
    waits = min(median * rng.lognormvariate(0, deviation), MOST_HOURS_AFTER_READY)

    def happens(share: float) -> bool:
        return rng.random() < share

    def during(share: float, low: float, high: float) -> timedelta | None:
        return stay * rng.uniform(low, high) if happens(share) else None

    def within_hours(share: float, low: float, high: float) -> timedelta | None:
        return HOUR * rng.uniform(low, high) if happens(share) else None

    return Course(
        needs=municipal or happens(by_age(NEEDS, age)),
        needs_judged_after=within_hours(NEEDS_JUDGED_LATER, 14, 60),
        notice_late=happens(NOTICE_LATE),
        ready_after=stay,
        withdrawn_after_ready=within_hours(WITHDRAWN_READINESS, 5, 40),
        ready_again_after=DAY * rng.uniform(1, 4),
        discharged_after_ready=HOUR * waits,
        leave=during(LEAVE[ward_type], 0.4, 0.8),
        moves=during(MOVE, 0.15, 0.7),
        dies=during(DEATH, 0.2, 1.1),
        cancelled_after=within_hours(CANCELLED, 3, 20),
        misdirected=rng.choice(("kommun", "kommun", "öppenvård")) if happens(MISDIRECTED) else None,
        not_concerned=happens(NOT_CONCERNED),
        corrected=happens(CORRECTED),
        message_withdrawn=happens(MESSAGE_WITHDRAWN),
        plan_changed=happens(PLAN_CHANGED),
        readmitted_after_discharge=DAY * rng.uniform(1, 28) if happens(READMITTED) else None,
        sip_needed=happens(SIP_NEEDED),
        plan_declined=happens(PLAN_DECLINED),
        leaves_early=happens(LEAVES_EARLY),
    )


def by_age(shares: tuple[tuple[int, float], ...], age: int) -> float:
    return next(share for below, share in shares if age < below)


def _days(rng: Random, ward_name: str) -> timedelta:
    median, deviation = DAYS_UNTIL_READY.get(ward_name.split()[0], ORDINARY_DAYS)
    days = median * rng.lognormvariate(0, deviation)
    return DAY * min(max(days, SHORTEST_DAYS), LONGEST_DAYS)


def admission_times(rng: Random, now: datetime, days: int) -> Iterator[datetime]:
    """When people were admitted during the days before `now`, earliest first."""
    today = local(now).date()
    for back in range(days, -1, -1):
        yield from (at for at in _of_day(rng, today - back * DAY) if at < now)


def _of_day(rng: Random, day: date) -> list[datetime]:
    mean = PER_DAY * BY_WEEKDAY[day.weekday()]
    count = max(round(rng.gauss(mean, sqrt(mean))), 0)
    hours = rng.choices(range(24), BY_HOUR, k=count)
    starts = datetime.combine(day, time(), STOCKHOLM)
    return sorted(
        starts.replace(hour=hour, minute=rng.randrange(60)).astimezone(UTC) for hour in hours
    )
