"""How fast it is: the engine, a send, a board; each with its floor where there is one.

    make bench                    20,000 cases
    make bench BENCH=--cases=100000

Prints a table and writes bench-results/*.json. Nothing here is a test: machines differ, and this
one may be busy. Compare ratios, and runs on one machine.
"""

from __future__ import annotations

import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import click

SECONDS = 8
"""How long each measurement runs."""
WORKERS = 8
WARD, CENTRE, OFFICE = "SE2321000131-A0001", "SE2321000131-V0001", "SE2120014801-K0001"
PERSON = "SE2321000131-P0001"
BOARD = 25
"""Rows on the boards that are measured."""
TEXT = {"meddelandetext": "Rollator behövs hemma. Nycklar lämnas i receptionen."}
ACT = "planeringsmeddelande"


@click.command()
@click.option("--cases", default=20_000, show_default=True, help="Open cases in the database.")
def main(cases: int) -> None:
    from tests.load import bench_engine

    found: dict[str, Any] = {"machine": machine(), "cases": cases}
    found["engine"] = bench_engine.run()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["SAMMANHANG_DATA"] = folder
        Path(folder).chmod(0o755)
        os.environ["DJANGO_SETTINGS_MODULE"] = "sammanhang.site.settings"
        found |= measure(Path(folder), cases)
    tell(found)
    results = Path("bench-results")
    results.mkdir(exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    (results / name).write_text(json.dumps(found, indent=2, ensure_ascii=False))


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


def fill(cases: int) -> list[str]:
    """Open cases in planning, each at a ward, a care centre and a municipality of their own kind.

    Every board has about as many rows as a ward has patients. Returns the wards.
    """
    from django.db import connections

    from sammanhang.casework.loading import History, load
    from sammanhang.casework.processes import DISCHARGE, process_for
    from sammanhang.directory.county import load_county
    from sammanhang.engine import Command, Event, decide, evolve, start
    from simulation.county import copy

    load_county(_now().date())
    rng, process, now = Random(1), process_for(DISCHARGE), _now() - timedelta(days=1)
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
        load(process, (history(at) for at in range(first, min(first + 5000, cases))))
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
    from sammanhang.casework.processes import DISCHARGE, process_for
    from sammanhang.casework.projection import changes
    from sammanhang.engine import Command, decide, evolve, from_json, to_json

    with connections["owner"].cursor() as cursor:
        cursor.execute("select state from casework_snapshot where case_id = 1")
        before = from_json(json.loads(cursor.fetchone()[0]))
    process = process_for(DISCHARGE)
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
    from sammanhang.site.processes import children, free_port, server_command

    sessions = [_session(ward) for ward in wards[: WORKERS * 4]]
    port = free_port()
    with children() as running:
        running.start(server_command("127.0.0.1", port, 2))
        _await(port)
        board = _clients(port, lambda client, n: _board(client, sessions[n % len(sessions)]))
        sends = _clients(port, lambda client, n: _send(client, sessions, n, cases))
    return {
        "http_boards_per_s": board[0],
        "http_board_p50_ms": statistics.median(board[1]) * 1000,
        "http_board_p95_ms": statistics.quantiles(board[1], n=20)[-1] * 1000,
        "http_sends_per_s": sends[0],
    }


def _session(ward: str) -> tuple[str, str]:
    """(session key, ward): someone signed in at the ward."""
    from sammanhang.access.sessions import SessionStore

    store = SessionStore()
    store["acting"] = {
        "person": PERSON, "person_name": "Prov Person", "unit": ward, "unit_name": "Prov",
        "unit_type": "avdelning", "assignment": 1, "role": "ward_nurse",
        "checked": time.time() + 3600,
    }  # fmt: skip
    store.create()
    return str(store.session_key), ward


class Client:
    """A lean HTTP client on one kept connection: what it costs is taken from the server's cores."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._kept = b""

    def ask(self, head: str, body: str = "") -> tuple[int, int]:
        """(status, length of the body) for a request without its ending headers."""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self._socket.sendall(f"{head}\r\nHost: localhost\r\n{length}\r\n{body}".encode())
        while (at := self._kept.find(b"\r\n\r\n")) < 0:
            self._more()
        headers, self._kept = self._kept[:at].lower(), self._kept[at + 4 :]
        found = re.search(rb"content-length: (\d+)", headers)
        wanted = int(found[1]) if found else 0
        while len(self._kept) < wanted:
            self._more()
        self._kept = self._kept[wanted:]
        return int(headers[9:12]), wanted

    def _more(self) -> None:
        more = self._socket.recv(1 << 17)
        if not more:
            raise SystemExit("Servern stängde förbindelsen.")
        self._kept += more


def _clients(port: int, one: Callable[[Client, int], None]) -> tuple[float, list[float]]:
    """Requests per second from eight clients at once, and how long each took."""
    took: list[float] = []

    def run(number: int) -> None:
        client = Client(port)
        one(client, number)
        n = number
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            n += WORKERS
            began = time.monotonic()
            one(client, n)
            took.append(time.monotonic() - began)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / SECONDS, took


def _board(client: Client, session: tuple[str, str]) -> None:
    status, length = client.ask(f"GET /tavla/ HTTP/1.1\r\nCookie: sammanhang={session[0]}")
    if status != 200 or length < 5000:
        raise SystemExit(f"tavla: {status}")


def _send(client: Client, sessions: list[tuple[str, str]], n: int, cases: int) -> None:
    at = n % len(sessions)
    wards = max(1, cases // BOARD)
    case = at + 1 + wards * (n // len(sessions) % max(1, cases // wards))
    token = "a" * 32
    status, _ = client.ask(
        f"POST /arende/{case}/gor/{ACT}/ HTTP/1.1\r\n"
        f"Cookie: sammanhang={sessions[at][0]}; csrf={token}\r\n"
        "Content-Type: application/x-www-form-urlencoded",
        f"csrfmiddlewaretoken={token}&key={uuid4()}&f-meddelandetext=Rollator+hemma",
    )
    if status != 302:
        raise SystemExit(f"sändning: {status}")


def _await(port: int) -> None:
    for _ in range(300):
        try:
            Client(port).ask("GET /logga-in/ HTTP/1.1")
            return
        except OSError:
            time.sleep(0.1)


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
    click.echo(f"{found['cases']} cases, Python {found['machine']['python']}")
    for what, value, unit in lines:
        click.echo(f"  {what:42} {value:12,.2f} {unit}")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
