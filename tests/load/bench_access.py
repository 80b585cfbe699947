"""What access control and the access log cost: the same work with them and without.

Without: a role that row security doesn't bind, which meets copies of the service's SQL functions
where the unit's relation isn't tried and nothing is logged; nor does its server's log tell who was
let in. The service's own code is the same to the letter. Both do the same work at the same time, so
that whatever else the machine is busy with meets both alike; the cost is the median over the
rounds. It is counted in processors' time of either's own processes and the database's on their
behalf: waiting for a disk, which is the same for both, would make it look smaller.
"""

from __future__ import annotations

import os
import re
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import psutil

from sammanhang.site.database import APP, OWNER, Server
from tests.load import http, sends
from tests.load.sizes import WORKERS

UNGUARDED = "sammanhang_unguarded"
SCHEMA = "unguarded"
GUARDED_SETTINGS = "tests.load.settings_guarded"
ROUNDS = 25
ROUND = 3.0
"""Seconds of each round."""
EVERY = 0.2
"""Seconds between the boards that a client asks for, so that both servers show as many, on cores
that have time to spare: a server that is asked for more pays less for each."""
FUNCTIONS = ("casework_begin", "casework_append", "casework_write", "casework_board_page")
LEFT_OUT = (
    r"perform casework_act_as\(.*?\);",
    r"if not app_takes_part\(the_case\) then.*?end if;",
    r"perform set_config\('app\.case'.*?\);",
    r"insert into access_log .*?;",
)
"""In these functions: who asks, whether they may, and that they did."""


def measure(server: Server, cases: int, wards: list[str]) -> dict[str, Any]:
    make_unguarded(server)
    sessions = [http.session(ward) for ward in wards[: WORKERS * 4]]
    with performing(server, APP, cases) as guarded, performing(server, UNGUARDED, cases) as bare:
        performed = side_by_side(guarded, bare)
    with boards(server, APP, sessions) as guarded, boards(server, UNGUARDED, sessions) as bare:
        shown = side_by_side(guarded, bare)
    return {"perform": performed, "board": shown}


def make_unguarded(server: Server) -> None:
    found = server.execute(
        f"select pg_get_functiondef(oid) from pg_proc where proname in {FUNCTIONS}", "sammanhang"
    )
    bodies = [text.replace("FUNCTION public.", f"FUNCTION {SCHEMA}.", 1) for (text,) in found]
    for pattern in LEFT_OUT:
        without = [re.sub(pattern, "", body, flags=re.DOTALL) for body in bodies]
        if without == bodies:
            raise SystemExit(f"{pattern}: finns inte längre i funktionerna, så inget mäts.")
        bodies = without
    for statement in (
        f"create schema {SCHEMA}",
        *bodies,
        f"create role {UNGUARDED} login bypassrls in role {APP}",
        f"grant usage on schema {SCHEMA} to {UNGUARDED}",
        f"alter role {UNGUARDED} set search_path = {SCHEMA}, public",
    ):
        server.execute(statement, "sammanhang")


# --- Rounds ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """What one of the two came to in a round: how many, and at what cost in processors' time."""

    done: int
    cpu: float

    @property
    def each(self) -> float:
        return self.cpu / self.done


Work = Callable[[], Share]


def side_by_side(guarded: Work, bare: Work) -> dict[str, Any]:
    """A cost is what guarding adds, as a share of what the work costs without."""
    with ThreadPoolExecutor(2) as both:

        def at_once() -> tuple[Share, Share]:
            waited = both.submit(guarded), both.submit(bare)
            return waited[0].result(), waited[1].result()

        at_once()  # what is read first comes from the disk
        rounds = [at_once() for _ in range(ROUNDS)]
    costs = sorted(one.each / other.each - 1 for one, other in rounds)
    return {
        "cpu_ms": statistics.median(one.each * 1000 for one, _ in rounds),
        "bare_cpu_ms": statistics.median(other.each * 1000 for _, other in rounds),
        "cost": statistics.median(costs),
        "cost_quartiles": [costs[ROUNDS // 4], costs[-1 - ROUNDS // 4]],
        "rounds": [[asdict(one) for one in both] for both in rounds],
    }


@contextmanager
def performing(server: Server, role: str, cases: int) -> Iterator[Work]:
    """Sends through `perform`, by eight processes."""

    def work() -> int:
        return sum(count + 1 for count, _ in sends.by_each(pool, cases, ROUND))

    others = _children()
    with as_role(server, role), get_context("spawn").Pool(WORKERS) as pool:
        ours = _children() - others
        yield lambda: measured(work, ours, role)


@contextmanager
def boards(server: Server, role: str, sessions: list[tuple[str, str]]) -> Iterator[Work]:
    """Boards as a browser gets them, for eight at once."""

    def one(client: http.Client, n: int) -> None:
        http.board(client, sessions[n % len(sessions)])

    def work() -> int:
        return len(http.clients(port, one, seconds=ROUND, every=EVERY)[1]) + WORKERS

    others = _children()
    with as_role(server, role), http.served() as port:
        ours = _children() - others
        yield lambda: measured(work, ours, role)


@contextmanager
def as_role(server: Server, role: str) -> Iterator[None]:
    """Processes that are started meanwhile use the database so."""
    before = dict(os.environ)
    os.environ["DATABASE_URL"] = server.url(role)
    os.environ["DATABASE_OWNER_URL"] = server.url(OWNER)
    if role == APP:
        os.environ["DJANGO_SETTINGS_MODULE"] = GUARDED_SETTINGS
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def measured(work: Callable[[], int], ours: set[psutil.Process], role: str) -> Share:
    spent = _cpu(ours, role)
    done = work()
    return Share(done, _cpu(ours, role) - spent)


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _cpu(ours: set[psutil.Process], role: str) -> float:
    """Seconds that our processes have used, and the database's on behalf of the role."""
    found = 0.0
    for one in (*ours, *_backends(role)):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            found += times.user + times.system
    return found


def _backends(role: str) -> Iterator[psutil.Process]:
    for one in psutil.process_iter(["cmdline"]):
        if " ".join(one.info["cmdline"] or ()).startswith(f"postgres: {role} "):
            yield one
