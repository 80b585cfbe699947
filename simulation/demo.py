"""The demonstration: forty days of history, four hundred patients in hospital, and a clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from random import Random
from uuid import UUID

from django.db import connections, transaction

from sammanhang.access.seals import seal, verified
from sammanhang.casework.processes import DISCHARGE, edition_on, process_for
from sammanhang.engine.calendar import local
from simulation.blocks import load_blocks
from simulation.county import OWNER, load_county, load_residents, load_staff
from simulation.economy import load_economy
from simulation.lives import SEED, Lived, live
from simulation.loading import History
from simulation.loading import load as load_histories
from simulation.people import residents
from simulation.readings import load_readings
from simulation.staff import SKÖVDE, by_unit, greeted, staff

RESIDENTS = 20_000
DAYS = 40
AT_ONCE = 250

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


def is_loaded() -> bool:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("select exists (select from casework_case)")
        return cursor.fetchone()[0]


def load(
    now: datetime, progress: Progress, *, count: int = RESIDENTS, days: int = DAYS, seed: int = SEED
) -> None:
    """The whole county as it has lived up to `now`, all or nothing.

    The same seed and the same `now` give the same county. `count` residents, `days` of history.
    """
    load_county(local(now).date())
    edition = edition_on(DISCHARGE, local(now).date())
    process = process_for(DISCHARGE, edition)
    people = list(residents(Random(seed), count, local(now).date()))
    employed = list(staff(Random(seed)))
    lived: list[Lived] = []
    with progress("Livet på avdelningarna", days + 1) as tick:
        shown = None
        for one in live(process, people, by_unit(employed), now, days, seed):
            lived.append(one)
            if shown != (shown := local(one.stay.admitted).date()):
                tick(1)
    with transaction.atomic(using=OWNER):
        with progress("Länets invånare", 2) as tick:
            load_residents(people, deceased(lived))
            tick(1)
            load_staff(employed)
            tick(1)
        written = histories(lived)
        with progress("Händelserna", len(written)) as tick:
            for at in range(0, len(written), AT_ONCE):
                some = written[at : at + AT_ONCE]
                load_histories(process, edition, some)
                tick(len(some))
        load_economy()
        load_blocks()
        load_readings()
    seal()
    list(verified())
    with connections[OWNER].cursor() as cursor:
        cursor.execute("analyze")


def histories(lived: list[Lived]) -> list[History]:
    """What the stays come to in the store, in the order in which the cases were opened."""
    begun = sorted((one for one in lived if one.stay.events), key=lambda one: one.stay.events[0].at)
    return [
        History(one.patient.id, one.hospital, one.stay.parties, one.stay.events) for one in begun
    ]


def deceased(lived: list[Lived]) -> dict[UUID, date]:
    return {
        one.patient.id: local(event.at).date()
        for one in lived
        for event in one.stay.events
        if event.act == "dödsfall"
    }


def to_admit(count: int = 4) -> list[str]:
    """Numbers of old people in Skövde who have not been in hospital, to try the service with."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select n.value from residents_resident r "
            "join residents_residentnumber n on n.resident_id = r.id and n.current "
            "join residents_registration g on g.resident_id = r.id and g.until is null "
            "where g.municipality_id = %s and r.birth_date between '1935-01-01' and '1950-12-31' "
            "and n.kind = 'personnummer' and r.deceased_on is null "
            "and not (r.secrecy_marking or r.protected_registration) "
            "and not exists (select from casework_case c where c.resident_id = r.id) "
            "order by md5(n.value) limit %s",
            [SKÖVDE, count],
        )
        return [number for (number,) in cursor.fetchall()]


def welcome(address: str, numbers: list[str]) -> str:
    """Where to go, as whom, and whom one may admit."""
    lines = [f"Sammanhang svarar på {address}", "", "Logga in som till exempel"]
    roles = {
        "ward_nurse": "sjuksköterska på avdelning",
        "care_coordinator": "vårdsamordnare på vårdcentral",
        "case_officer": "biståndshandläggare i kommunen",
        "municipal_nurse": "kommunsjuksköterska",
        "process_leader": "processledare",
        "economist": "ekonom",
        "unit_administrator": "enhetsadministratör",
        "log_reviewer": "logggranskare",
        "secretary": "sekreterare för styrgruppen",
        "auditor": "revisor",
        "system_owner": "systemägare",
    }
    lines += [f"  {one.name:18} {roles[one.assignments[0][1]]}" for one in greeted()]
    if numbers:
        lines += ["", f"Att skriva in: {', '.join(numbers)}"]
    return "\n".join([*lines, "", "Alla personer är påhittade. Avsluta med ctrl-C."])
