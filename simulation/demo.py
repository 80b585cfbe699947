"""The demonstration: forty days of history, four hundred patients in hospital, and a clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from random import Random

from django.db import connections

from sammanhang.casework.loading import History
from sammanhang.casework.loading import load as load_histories
from sammanhang.casework.processes import DISCHARGE, process_for
from sammanhang.directory.county import load_county
from sammanhang.engine.calendar import local
from simulation.county import DEMO_SHARE, Care, load_residents, load_staff
from simulation.people import Resident, residents
from simulation.staff import memorable, staff
from simulation.stays import Stay

SEED = 20180925  # the day Västra Götaland's agreement came into force
RESIDENTS = 20_000
DAYS = 40

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


def is_loaded() -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select exists (select from casework_case)")
        return cursor.fetchone()[0]


def load(now: datetime, progress: Progress) -> None:
    """The whole county, as it has lived up to `now`. The same `now` gives the same county."""
    rng = Random(SEED)
    with progress("Länet och dess invånare", 3) as tick:
        load_county(local(now).date())
        tick(1)
        people = list(residents(rng, RESIDENTS, local(now).date()))
        load_residents(people)
        tick(1)
        employed = list(staff(rng))
        load_staff(employed)
        tick(1)
    by_unit: dict[str, list[str]] = {}
    for one in employed:
        for unit, _ in one.assignments:
            by_unit.setdefault(unit, []).append(one.hsa_id)
    lived = live(rng, people, Care(rng, by_unit), now, progress)
    with progress("Skriver händelserna", 1) as tick:
        load_histories(process_for(DISCHARGE), lived)
        tick(1)
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")


def live(
    rng: Random, people: list[Resident], care: Care, now: datetime, progress: Progress
) -> list[History]:
    """Stays that began during the days before `now`, until as many are in hospital as should be."""
    process = process_for(DISCHARGE)
    patients = iter(rng.sample(people, len(people)))
    histories: list[History] = []
    admissions = admission_times(rng, now)
    with progress("Fyrtio dagar på avdelningarna", len(admissions)) as tick:
        for admitted in admissions:
            patient = next(patients)
            at_demo = rng.random() < DEMO_SHARE
            stay = Stay(process, rng, care.setting(patient, at_demo_ward=at_demo), admitted)
            stay.live_until(now)
            if stay.events:
                place = care.place(stay.setting.ward)
                histories.append(History(patient.id, place, stay.parties, stay.events))
            tick(1)
    return histories


def admission_times(rng: Random, now: datetime) -> list[datetime]:
    """When people were admitted: fewer at weekends, most between ten and twenty.

    About fifty a day give some four hundred in hospital at once, at a mean stay of eight days.
    """
    times: list[datetime] = []
    for back in range(DAYS, -1, -1):
        day = now - timedelta(days=back)
        count = 38 if local(day).weekday() >= 5 else 56
        for _ in range(count):
            hour = min(max(rng.gauss(14.5, 4.5), 0), 23.9)
            at = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hour)
            if at < now:
                times.append(at)
    return sorted(times)


def welcome(address: str) -> str:
    """Where to go, and as whom."""
    lines = [f"Sammanhang svarar på {address}", "", "Logga in som till exempel"]
    roles = {
        "ward_nurse": "sjuksköterska på avdelning",
        "care_coordinator": "vårdsamordnare på vårdcentral",
        "case_officer": "biståndshandläggare i kommunen",
        "municipal_nurse": "kommunsjuksköterska",
        "process_leader": "processledare",
    }
    lines += [
        f"  {one.given_name} {one.family_name:12} {roles[one.assignments[0][1]]}"
        for one in memorable()
    ]
    return "\n".join([*lines, "", "Alla personer är påhittade. Avsluta med ctrl-C."])
