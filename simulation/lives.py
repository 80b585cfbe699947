"""The county's life in hospital: who was admitted when, and how it went, up to a moment."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sammanhang.engine.calendar import local
from sammanhang.guideline.model import Process
from simulation.care import Care, Patients
from simulation.course import admission_times, draw_course
from simulation.people import Resident
from simulation.staff import Person
from simulation.stays import Stay

SEED = 20180925  # the day Västra Götaland's agreement came into force
BETWEEN = timedelta(minutes=20)
"""From a case's end to the next admission at the same hospital."""


@dataclass(frozen=True, slots=True)
class Lived:
    """A stay as far as it has come, and whose it is."""

    patient: Resident
    hospital: str
    stay: Stay


def live(
    process: Process,
    people: Iterable[Resident],
    staff: Mapping[str, Sequence[Person]],
    now: datetime,
    days: int,
    seed: int = SEED,
) -> Iterator[Lived]:
    """Every stay that began during the days before `now`, in the order of the admissions. One
    without events: nobody has had time to write it down.

    The same seed, people and moment give the same stays. Each stay has chances of its own, so
    that a change in one doesn't run on into the next.
    """
    rng = Random(seed)
    care = Care(staff)
    patients = Patients(rng, people, local(now).date())
    again: list[tuple[datetime, int, Resident, str]] = []
    for number, admitted in enumerate(admission_times(rng, now, days)):
        while again and again[0][0] <= admitted:
            at, first, patient, ward = heapq.heappop(again)
            yield _lived(process, care, Random(f"{seed}:{first}:again"), patient, ward, at, now)
        ward = care.draw_ward(rng)
        home = care.draw_home(rng, ward)
        protected = care.wants_protected(rng, ward)
        patient = patients.next(home, care.ages(ward), protected=protected)
        if patient is None:
            continue
        chances = Random(f"{seed}:{number}")
        lived = _lived(process, care, chances, patient, ward, admitted, now)
        back = lived.stay.readmitted_at
        if back is not None and back < now and lived.stay.case.closed_by is not None:
            heapq.heappush(again, (back + BETWEEN, number, patient, ward))
        yield lived


def _lived(
    process: Process,
    care: Care,
    rng: Random,
    patient: Resident,
    ward: str,
    admitted: datetime,
    now: datetime,
) -> Lived:
    age = patient.age(local(admitted).date())
    setting = care.setting(rng, ward, patient.municipality, age)
    course = draw_course(
        rng, care.names[ward], care.types[ward], age, municipal=setting.municipal is not None
    )
    stay = Stay(process, rng, setting, course, admitted)
    stay.live_until(now)
    return Lived(patient, care.hospital(ward), stay)
