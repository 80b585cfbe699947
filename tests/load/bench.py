"""How fast it is: the engine, a send, a board; each with its floor where there is one.

    make bench                       100,000 open cases, then five million events
    make bench BENCH="--cases 5000 --small"

Prints a table and writes bench-results/*.json. Nothing here is a test: machines differ, and this
one may be busy. Compare ratios, and runs on one machine.
"""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import click

from tests.load import http
from tests.load.sizes import ACT, BOARD, CENTRE, OFFICE, PERSON, SECONDS, TEXT, WORKERS


@click.command()
@click.option("--cases", default=100_000, show_default=True, help="Open cases in the database.")
@click.option("--small", is_flag=True, help="Skip the large database, which takes minutes.")
def main(cases: int, small: bool) -> None:
    from tests.load import bench_engine, bench_settlement

    found: dict[str, Any] = {"machine": machine(), "cases": cases}
    found["engine"] = bench_engine.run()
    with data_folder() as folder:
        found |= apart(measure, folder, cases)
    with data_folder() as folder:
        of_month = apart(bench_settlement.from_database, folder)
    found["settlement"] = {**bench_settlement.run(), **of_month}
    if not small:
        with data_folder() as folder:
            found["large"] = apart(measure_large, folder)
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
        os.environ["DJANGO_SETTINGS_MODULE"] = "sammanhang.site.settings"
        yield folder


def apart(measuring: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """In a process of its own: Django is set up once, for one database."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(measuring, *given).result()


def machine() -> dict[str, Any]:
    return {"python": platform.python_version(), "cores": os.cpu_count(), "at": _now().isoformat()}


def measure(folder: Path, cases: int) -> dict[str, Any]:
    """Everything that needs a database. It keeps its safe settings: what is sent is on disk."""
    import django

    from sammanhang.site import database
    from sammanhang.site.cli_service import bring_up_to_date

    server = database.start(folder)
    try:
        database.prepare(server)
        django.setup()
        bring_up_to_date()
        units = fill(cases)
        found = {"perform_per_s": performing(cases), **over_http(cases, units)}
        # Last, since it leaves every case with one case's state.
        return {**found, "pgbench_sends_per_s": pgbench(server, cases)}
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

    from sammanhang.casework.loading import History, load
    from sammanhang.casework.processes import DISCHARGE, edition_on, process_for
    from sammanhang.directory.county import load_county
    from sammanhang.engine import Command, Event, decide, evolve, start
    from simulation.county import copy

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
    copy("directory_staff", "hsa_id, given_name, family_name, sort_key, demo",
         [(PERSON, "Prov", "Person", "person prov", True)])  # fmt: skip
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")
    return wards


# --- A send ---------------------------------------------------------------------------------


def ward_of(case: int, cases: int) -> str:
    return f"SE2321000131-B{(case - 1) % max(1, cases // BOARD):05}"


def performing(cases: int) -> float:
    """Sends per second through `perform`, with eight processes at once."""
    context = get_context("spawn")
    with context.Pool(WORKERS) as pool:
        counts = pool.starmap(_perform_for, [(seed, cases) for seed in range(WORKERS)])
    return sum(count / seconds for count, seconds in counts)


def _perform_for(seed: int, cases: int) -> tuple[int, float]:
    import django

    django.setup()
    from sammanhang.access.acting import Acting
    from sammanhang.casework.actions import Performed, perform

    rng, count, began = Random(seed), 0, 0.0
    while not began or time.monotonic() - began < SECONDS:
        case = rng.randint(1, cases)
        acting = Acting(PERSON, "", ward_of(case, cases), "", "avdelning", 1, "ward_nurse")
        done = perform(acting=acting, case=case, act=ACT, data=TEXT, now=_now(), key=uuid4())
        if not isinstance(done, Performed):
            raise TypeError(done)
        if not began:
            began = time.monotonic()  # the first warms up
        else:
            count += 1
    return count, time.monotonic() - began


def pgbench(server: Any, cases: int) -> float:
    """The same two statements, sent by pgbench with what a real send would have written."""
    wards = max(1, cases // BOARD)
    event, changes, state = _sample(cases)
    script = f"""
\\set c random(1, {cases})
\\set w (:c - 1) % {wards}
select repeated_seq, length(state), (state::json->>'seq')::int + 1 as next
  from casework_begin('{PERSON}', 'SE2321000131-B' || lpad((:w)::text, 5, '0'), :c,
                      gen_random_uuid(), false) \\gset
select casework_append(:c, jsonb_set(jsonb_set('{event}'::jsonb, '{{seq}}', '":next"'), '{{unit}}',
    to_jsonb('SE2321000131-B' || lpad((:w)::text, 5, '0'))), sha256(gen_random_uuid()::text::bytea),
    '{changes}'::jsonb, '{state}', gen_random_uuid(), 1);
"""
    script = script.replace("""'":next"'""", "to_jsonb(:next)")
    file = server.folder / "send.sql"
    file.write_text(script)
    how = ["-c", str(WORKERS), "-j", "2", "-h", server.folder / "socket"]
    how += ["-U", "sammanhang_app", "sammanhang"]
    done = subprocess.run(
        [server.programs / "pgbench", "-n", "-f", file, "-T", str(SECONDS), *how],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise SystemExit(done.stderr)
    return float(found[1])


def _sample(cases: int) -> tuple[str, str, str]:
    """What one send writes, as SQL literals' insides. Its case's state keeps its sequence."""
    from django.db import connections

    from sammanhang.casework import chain
    from sammanhang.casework.processes import DISCHARGE, process_on
    from sammanhang.casework.projection import changes
    from sammanhang.engine import Command, decide, evolve, from_json, to_json

    with connections["owner"].cursor() as cursor:
        cursor.execute("select state from casework_snapshot where case_id = 1")
        before = from_json(json.loads(cursor.fetchone()[0]))
    process = process_on(DISCHARGE, _now().date())
    command = Command(ward_of(1, cases), PERSON, ACT, TEXT)
    decided = decide(process, before, command, _now())
    if not isinstance(decided, list):
        raise SystemExit(decided.reason)
    after = evolve(process, before, decided[0])
    stored = chain.as_stored(decided[0], process.acts[ACT].basis)
    made = changes(process, before, after, decided[0])
    made["deliveries"], made["obligations"] = [], []  # their keys are the sample's own
    return tuple(json.dumps(one).replace("'", "''") for one in (stored, made, to_json(after)))  # type: ignore[return-value]


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


def tell(found: dict[str, Any]) -> None:
    ratio = found["perform_per_s"] / found["pgbench_sends_per_s"]
    lines = [
        ("engine, decide + evolve, one core", found["engine"]["events_per_s"], "events/s"),
        ("perform(), 8 processes", found["perform_per_s"], "sends/s"),
        ("the same SQL in pgbench, 8 clients", found["pgbench_sends_per_s"], "sends/s"),
        ("perform() / pgbench", ratio, ""),
        ("sends over HTTP, 8 clients", found["http_sends_per_s"], "sends/s"),
        (f"cold boards of {BOARD} over HTTP, 8 clients", found["http_boards_per_s"], "boards/s"),
        ("a board, median", found["http_board_p50_ms"], "ms"),
        ("a board, 95th percentile", found["http_board_p95_ms"], "ms"),
    ]
    settled = found["settlement"]
    lines += [
        ("a month of the county settled, 11,000 stays", settled["month_s"], "s"),
        ("  from the database, under row security", settled["month_from_database_s"], "s"),
        (f"ten years of it, {settled['stays']:,} stays", settled["seconds"], "s"),
    ]
    if large := found.get("large"):
        there = large["there"]
        size = f"{there['open']:,} open cases, {there['events']:,} events"
        for who in ("alone", "together"):
            one = large[who]
            clients = "1 client" if who == "alone" else f"{WORKERS} clients"
            lines.append((f"a board, {size}, {clients}, median", one["p50_ms"], "ms"))
            lines.append(("  95th percentile", one["p95_ms"], "ms"))
            lines.append(("  people on it, median", one["people_median"], ""))
            lines.append(("  people on it, most", one["people_most"], ""))
    click.echo(f"{found['cases']} cases, Python {found['machine']['python']}")
    for what, value, unit in lines:
        click.echo(f"  {what:72} {value:12,.2f} {unit}")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
