"""How fast it is: the engine, a send, a board; each with its floor where there is one.

    make bench                              all of it, at full size
    make bench BENCH="access --cases 5000"  only what access control costs, with fewer cases
    make bench BENCH=log                    the access log at many million lines; only when asked

Prints a table and writes bench-results/*.json. Nothing here is a test: machines differ, and this
one may be busy. Compare ratios, and runs on one machine: docs/measurements.md.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import click

from tests.load import http, sends
from tests.load.sizes import ACT, BOARD, CENTRE, OFFICE, PERSON, TEXT, WORKERS

PARTS = ("engine", "check", "replay", "send", "access", "settlement", "large")
ONLY_WHEN_ASKED = ("log",)


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice((*PARTS, *ONLY_WHEN_ASKED)))
@click.option("--cases", default=100_000, show_default=True, help="Open cases in the database.")
@click.option("--lines", default=20_000_000, show_default=True, help="Lines of the access log.")
@click.option("--months", default=18, show_default=True, help="Months that they are spread over.")
def main(parts: tuple[str, ...], cases: int, lines: int, months: int) -> None:
    from tests.load import (
        bench_engine,
        bench_log,
        bench_replay,
        bench_settlement,
        bench_soundness,
    )

    wanted = parts or PARTS
    found: dict[str, Any] = {"machine": machine(), "cases": cases}
    if "engine" in wanted:
        found["engine"] = bench_engine.run()
    if "replay" in wanted:
        found["replay"] = bench_replay.run()
    if "check" in wanted:
        found["check"] = bench_soundness.run()
    if {"send", "access"} & set(wanted):
        with data_folder() as folder:
            found |= apart(measure, folder, cases, wanted)
    if "settlement" in wanted:
        with data_folder() as folder:
            of_month = apart(bench_settlement.from_database, folder)
        found["settlement"] = {**bench_settlement.run(), **of_month}
    if "large" in wanted:
        with data_folder() as folder:
            found["large"] = apart(measure_large, folder)
    if "log" in wanted:
        with data_folder() as folder:
            found["log"] = apart(bench_log.run, folder, lines, months)
    tell(found)
    results = Path("bench-results")
    results.mkdir(exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    (results / name).write_text(json.dumps(found, indent=2, ensure_ascii=False))


@contextmanager
def data_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["SAMMANHANG_DATA"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "simulation.settings"
        yield folder


def apart(measuring: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """In a process of its own: Django is set up once, for one database."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measuring, *given).result()


def machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory),
        "load": os.getloadavg()[0],
        "loop_s": _loop(),
        "at": _now().isoformat(),
    }


def _loop() -> float:
    """Processors' seconds for ten million turns of a loop. A machine that others use too, or a
    virtual one that has to wait for its cores, takes several times as long, as does all else."""
    began, total = time.process_time(), 0
    for one in range(10_000_000):
        total += one
    return time.process_time() - began


def measure(folder: Path, cases: int, parts: Sequence[str]) -> dict[str, Any]:
    """Everything that needs a database. It keeps its safe settings: what is sent is on disk."""
    import django

    from sammanhang.site import database
    from sammanhang.site.cli_service import bring_up_to_date
    from tests.load import bench_access

    server = database.start(folder)
    try:
        database.prepare(server)
        django.setup()
        bring_up_to_date()
        units = fill(cases)
        found: dict[str, Any] = {}
        if "access" in parts:
            found["access"] = bench_access.measure(server, cases, units)
        if "send" in parts:
            send = {"perform_per_s": sends.performing(cases), **over_http(cases, units)}
            # Last, since it leaves every case with one case's state.
            found["send"] = {**send, "pgbench_sends_per_s": sends.pgbench(server, cases)}
        return found
    finally:
        database.stop(server)


def measure_large(folder: Path) -> dict[str, Any]:
    """What boards take when the database is large, for one client and for eight at once."""
    import django

    from sammanhang.site import database
    from sammanhang.site.cli_service import bring_up_to_date
    from tests.load import bench_scale

    server = database.start(folder)
    try:
        database.prepare(server)
        django.setup()
        bring_up_to_date()
        there = bench_scale.fill()
        sessions = [http.session(unit) for unit in bench_scale.units()]
        people: list[int] = []

        def one(client: http.Client, n: int) -> None:
            people.append(http.board(client, sessions[n % len(sessions)]))

        with http.served() as port:
            http.clients(port, one)  # what it reads first comes from the disk
            alone = bench_scale.told(http.clients(port, one, 1)[1], people)
            together = bench_scale.told(http.clients(port, one)[1], people)
        return {"there": there, "alone": alone, "together": together}
    finally:
        database.stop(server)


def fill(cases: int) -> list[str]:
    """Open cases in planning, each at a ward, a care centre and a municipality of their own kind.

    Every board has about as many rows as a ward has patients. Returns the wards.
    """
    from django.db import connections

    from sammanhang.casework.processes import DISCHARGE, edition_on, process_for
    from sammanhang.engine import Command, Event, decide, evolve, start
    from simulation.county import copy, load_county
    from simulation.loading import History, load

    load_county(_now().date())
    rng, now = Random(1), _now() - timedelta(days=1)
    edition = edition_on(DISCHARGE, now.date())
    process = process_for(DISCHARGE, edition)
    people = [UUID(int=rng.getrandbits(128), version=4) for _ in range(cases)]
    copy(
        "residents_resident",
        "id, given_name, family_name, sort_key, sex, secrecy_marking, protected_registration",
        ((one, "Prov", f"Person {at}", f"person {at}", "X", False, False)
         for at, one in enumerate(people)),
    )  # fmt: skip
    copy(
        "residents_residentnumber",
        "value, resident_id, kind, current, since",
        ((f"{at:012}", one, "prov", True, now.date()) for at, one in enumerate(people)),
    )
    wards = [f"SE2321000131-B{at:05}" for at in range(max(1, cases // BOARD))]
    steps: list[tuple[str, dict[str, Any]]] = [
        ("inskrivning", {"behov-efter-utskrivning": "ja"}),
        ("inskrivningsmeddelande", {"beräknad-utskrivning": now.date().isoformat()}),
        (ACT, dict(TEXT)),
    ]

    def history(at: int) -> History:
        ward = wards[at % len(wards)]
        parties = {"slutenvård": (ward,), "öppenvård": (CENTRE,), "kommun": (OFFICE,)}
        case, events = start(process, parties), list[Event]()
        for step, (act, data) in enumerate(steps):
            decided = decide(
                process, case, Command(ward, PERSON, act, data), now + timedelta(minutes=step)
            )
            if not isinstance(decided, list):
                raise SystemExit(f"{act}: {decided.reason}")
            case = evolve(process, case, decided[0])
            events += decided
        return History(people[at], f"prov {at}", parties, events)

    for first in range(0, cases, 5000):
        load(process, edition, (history(at) for at in range(first, min(first + 5000, cases))))
    copy("directory_staff", "hsa_id, given_name, family_name, sort_key",
         [(PERSON, "Prov", "Person", "person prov")])  # fmt: skip
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")
    return wards


# --- Over HTTP ------------------------------------------------------------------------------


def over_http(cases: int, wards: list[str]) -> dict[str, Any]:
    """Sends and cold boards per second with eight clients, and what a board takes."""
    sessions = [http.session(ward) for ward in wards[: WORKERS * 4]]
    with http.served() as port:
        board = http.clients(
            port, lambda client, n: http.board(client, sessions[n % len(sessions)])
        )
        sends = http.clients(port, lambda client, n: http.send(client, sessions, n, cases))
    return {
        "http_boards_per_s": board[0],
        "http_board_p50_ms": statistics.median(board[1]) * 1000,
        "http_board_p95_ms": statistics.quantiles(board[1], n=20)[-1] * 1000,
        "http_sends_per_s": sends[0],
    }


# --- Telling --------------------------------------------------------------------------------


Line = tuple[str, float, str]
"""What was measured, its figure, its unit."""


def tell(found: dict[str, Any]) -> None:
    machine = found["machine"]
    click.echo(
        f"{machine['cores']} cores, {machine['memory_gib']} GiB, Python {machine['python']}; "
        f"load {machine['load']:.1f} before, ten million turns of a loop {machine['loop_s']:.2f} s"
    )
    for part, told in TOLD.items():
        for what, value, unit in told(found[part]) if part in found else ():
            click.echo(f"  {what:72} {value:12,.2f} {unit}")


def _of_engine(found: dict[str, Any]) -> Iterator[Line]:
    yield "engine, decide + evolve, one core", found["events_per_s"], "events/s"


def _of_replay(found: dict[str, Any]) -> Iterator[Line]:
    for which, what in (
        ("changed", "two versions that differ"),
        ("same", "one version"),
    ):
        one = found[which]
        yield f"{one['histories']:,} stays replayed under {what}", one["seconds"], "s"
        yield f"  {one['events']:,} events, processors' time", one["cpu_s"], "s"
        yield "  memory at most, all processes", one["most_mib"], "MiB"


def _of_check(found: dict[str, Any]) -> Iterator[Line]:
    from tests.load.bench_soundness import told

    yield from told(found)


def _of_send(found: dict[str, Any]) -> Iterator[Line]:
    ratio = found["perform_per_s"] / found["pgbench_sends_per_s"]
    yield "perform(), 8 processes", found["perform_per_s"], "sends/s"
    yield "  the same SQL in pgbench, 8 clients", found["pgbench_sends_per_s"], "sends/s"
    yield "  perform() / pgbench", ratio, ""
    yield "sends over HTTP, 8 clients", found["http_sends_per_s"], "sends/s"
    yield f"cold boards of {BOARD} over HTTP, 8 clients", found["http_boards_per_s"], "boards/s"
    yield "  median", found["http_board_p50_ms"], "ms"
    yield "  95th percentile", found["http_board_p95_ms"], "ms"


def _of_access(found: dict[str, Any]) -> Iterator[Line]:
    for what, work in (("perform()", "perform"), ("a board", "board")):
        cost = found[work]
        yield f"{what} without access control and log", cost["bare_cpu_ms"], "ms of a core"
        yield "  with", cost["cpu_ms"], "ms of a core"
        yield "  they add, median of rounds", cost["cost"] * 100, "%"
        for which, quartile in zip(("lower", "upper"), cost["cost_quartiles"], strict=True):
            yield f"    the {which} quartile", quartile * 100, "%"


def _of_settlement(found: dict[str, Any]) -> Iterator[Line]:
    yield "a month of the county settled, 11,000 stays", found["month_s"], "s"
    yield "  from the database, under row security", found["month_from_database_s"], "s"
    yield f"ten years of it, {found['stays']:,} stays", found["seconds"], "s"


def _of_large(found: dict[str, Any]) -> Iterator[Line]:
    there = found["there"]
    size = f"{there['open']:,} open cases, {there['events']:,} events"
    for who, clients in (("alone", "1 client"), ("together", f"{WORKERS} clients")):
        one = found[who]
        yield f"a board, {size}, {clients}, median", one["p50_ms"], "ms"
        yield "  95th percentile", one["p95_ms"], "ms"
        yield "  people on it, median", one["people_median"], ""
        yield "  people on it, most", one["people_most"], ""


def _of_log(found: dict[str, Any]) -> Iterator[Line]:
    size = f"{found['lines']:,} lines, {found['months']} months"
    yield f"an access log of {size}, on disk", found["with_indexes_gb"], "GB"
    yield "  lines about one person, each a transaction", found["lines_per_s"], "lines/s"
    yield "  lines about a board, each a transaction", found["board_lines_per_s"], "lines/s"
    yield "  the seal of a day", found["seal_day_s"], "s"
    yield "  verified since the day before", found["verify_day_s"], "s"
    yield "  verified since a month before", found["verify_month_s"], "s"
    yield "  a resident's extract of all months, median", found["extract_ms"], "ms"
    yield f"    the longest, {found['extract_lines']:,} lines", found["extract_most_ms"], "ms"
    yield "  a unit's months", found["review_months_ms"], "ms"
    yield "  a unit's month for its reviewer", found["review_ms"], "ms"


TOLD: dict[str, Callable[[dict[str, Any]], Iterator[Line]]] = {
    "engine": _of_engine,
    "replay": _of_replay,
    "check": _of_check,
    "send": _of_send,
    "access": _of_access,
    "settlement": _of_settlement,
    "large": _of_large,
    "log": _of_log,
}


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
