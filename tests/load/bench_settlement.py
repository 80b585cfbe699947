"""How fast a month and ten years of the county are settled.

python -m tests.load.bench_settlement
"""

from __future__ import annotations

import calendar
import json
import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.liability import Liability, Specialty
from sammanhang.settlement.arithmetic.settle import settle
from sammanhang.settlement.arithmetic.stays import Readiness, Stay

GUIDELINES = Path(__file__).parent.parent.parent / "guidelines"
MUNICIPALITIES = 49
STAYS_A_MONTH = 11_000
YEARS = 10
REPEATS = 5


def run() -> dict[str, Any]:
    """Ten years, with a process for each core: stays are made and settled month by month; only the
    settling is timed, summed over the processes and divided among them."""
    months = [(year, month) for year in range(2026, 2026 + YEARS) for month in range(1, 13)]
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        seconds = list(pool.map(settled, months))
    return {
        "stays": STAYS_A_MONTH * len(months),
        "seconds": round(sum(seconds) / cores, 1),
        "month_s": round(statistics.median(seconds), 3),
    }


def settled(month: tuple[int, int]) -> float:
    """Seconds that a month's settling took."""
    first = date(*month, 1)
    stays = list(made(first))
    prices = {(month[0], specialty): 1_120_000 for specialty in Specialty}
    rules = agreement()
    began = time.perf_counter()
    settle(rules, first, stays, prices)
    return time.perf_counter() - began


def agreement() -> Liability:
    files = sorted(GUIDELINES.glob("be*/dokument.md"))
    corpus = read_corpus((str(file), file.read_text(encoding="utf-8")) for file in files)
    return corpus.liabilities["betalningsansvar-vg"]


def made(first: date) -> list[Stay]:
    """A month's stays: most wait two days, some longer, one in six is ready twice."""
    rng = Random(first.toordinal())
    length = calendar.monthrange(first.year, first.month)[1]
    begins = datetime(first.year, first.month, 1, 6, tzinfo=UTC)
    found: list[Stay] = []
    for number in range(STAYS_A_MONTH):
        ended = begins + timedelta(minutes=rng.randrange((length - 1) * 1440))
        ready = ended - timedelta(days=rng.expovariate(1 / 2.2))
        periods = (Readiness(ready),)
        if rng.random() < 1 / 6:
            back = ready - timedelta(days=1)
            periods = (Readiness(back - timedelta(days=1), back), *periods)
        specialty = Specialty.PSYCHIATRIC if rng.random() < 0.1 else Specialty.SOMATIC
        municipality = f"{1401 + rng.randrange(MUNICIPALITIES)}"
        admitted = ready - timedelta(days=4)
        found.append(Stay(f"V{number}", municipality, specialty, admitted, periods, ended))
    return found


def from_database(folder: Path) -> dict[str, Any]:
    """A month's page as the region's economist asks for it, but for drawing it: stays are read
    under row security, and settled."""
    import django

    from sammanhang.site import database
    from sammanhang.site.cli_service import bring_up_to_date

    server = database.start(folder)
    try:
        database.prepare(server)
        django.setup()
        bring_up_to_date()
        return {"month_from_database_s": _month_from_database()}
    finally:
        database.stop(server)


def _month_from_database() -> float:
    from django.conf import settings
    from django.db import connections

    from sammanhang.access.acting import Acting
    from sammanhang.settlement.months import load, scope
    from simulation.county import load_county
    from simulation.economy import PRICES
    from simulation.staff import REGION_ECONOMY, unit_named

    settings.PRICES = str(PRICES)
    load_county(date(2026, 11, 1))
    unit, first = unit_named(*REGION_ECONOMY), date(2026, 3, 1)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into directory_staff values ('P1', 'Ragna', 'Region', 'region ragna')"
        )
        cursor.execute(
            "insert into directory_assignment (staff_id, unit_id, role, purpose, since) "
            "values ('P1', %s, 'economist', 'x', '2020-01-01')",
            [unit],
        )
        cursor.execute(
            "with r as (insert into residents_resident (id, given_name, family_name, sort_key, "
            "sex, secrecy_marking, protected_registration) "
            "values (gen_random_uuid(), 'E', 'P', 'p', 'X', false, false) returning id) "
            "insert into casework_case (resident_id, process, document, version, edition, "
            "place, opened_at, closed_at) "
            "select r.id, 'x', 'x', '1', '2026-01-01', 'x', '2026-02-01', '2026-04-01' "
            "from r, generate_series(1, %s)",
            [STAYS_A_MONTH],
        )
        cursor.execute("select id from casework_case order by id")
        cases = [number for (number,) in cursor.fetchall()]
        with cursor.copy(
            "copy settlement_stay (case_id, key, seq, payer, specialty, admission_notice_at, "
            "readiness, leaves, ended_at, month) from stdin"
        ) as into:
            for case, stay in zip(cases, made(first), strict=True):
                readiness = [[_text(one.notice_at), _text(one.withdrawn_at), None]
                             for one in stay.readiness]  # fmt: skip
                into.write_row((case, f"V-{case:08}", 1, stay.municipality,
                                stay.specialty.name.lower(), stay.admission_notice_at,
                                json.dumps(readiness), "[]", stay.ended_at, first))  # fmt: skip
        cursor.execute("analyze")
    acting = Acting("P1", "Ragna", unit, "Ekonomi", "ekonomi", 1, "economist")
    taken: list[float] = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        with scope(acting):
            found = load(first)
        taken.append(time.perf_counter() - began)
    if sum(one.stays for one in found.statements.values()) < STAYS_A_MONTH * 0.9:
        raise RuntimeError("Månadens vårdtillfällen kom inte med.")
    return round(statistics.median(taken), 3)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
