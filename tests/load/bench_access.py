"""What access control and the access log cost: the same work with them and without.

Without: a role that row security doesn't bind, which meets copies of the service's SQL functions
where the unit's relation isn't tried and nothing is logged. The service's own code is the same
to the letter; only the database URL differs. Both do the same work by turns, so that whatever else
the machine is busy with meets both; the cost is the median over pairs of turns. It is counted in
processors' time: waiting for a disk, which is the same for both, would make it look smaller.
"""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
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
PAIRS = 15
TURN = 1.0
"""Seconds of each turn."""
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
        performed = by_turns(guarded, bare)
    with boards(server, APP, sessions) as guarded, boards(server, UNGUARDED, sessions) as bare:
        shown = by_turns(guarded, bare)
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


# --- Turns ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn came to: how many, in what time, and at what cost in processors' time."""

    done: int
    seconds: float
    cpu: float


Work = Callable[[], Turn]


def by_turns(guarded: Work, bare: Work) -> dict[str, Any]:
    """Every other pair begins with the other one. A cost is what guarding adds, as a share of
    what the work costs without: in processors' time, and by the clock."""
    for work in (guarded, bare):
        work()  # what is read first comes from the disk
    pairs: list[tuple[Turn, Turn]] = []
    for number in range(PAIRS):
        first = guarded() if number % 2 else None
        without = bare()
        pairs.append((first or guarded(), without))
    return {
        "cpu_ms": statistics.median(one.cpu / one.done * 1000 for one, _ in pairs),
        "bare_cpu_ms": statistics.median(one.cpu / one.done * 1000 for _, one in pairs),
        "cost": _cost(pairs, lambda one: one.cpu / one.done),
        "cost_by_clock": _cost(pairs, lambda one: one.seconds / one.done),
        "pairs": [[asdict(one) for one in pair] for pair in pairs],
    }


def _cost(pairs: list[tuple[Turn, Turn]], of: Callable[[Turn], float]) -> float:
    return statistics.median(of(guarded) / of(bare) - 1 for guarded, bare in pairs)


@contextmanager
def performing(server: Server, role: str, cases: int) -> Iterator[Work]:
    """Sends through `perform`, by eight processes."""

    def work() -> int:
        return sum(count + 1 for count, _ in sends.by_each(pool, cases, TURN))

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
        return len(http.clients(port, one, seconds=TURN)[1]) + WORKERS

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
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def measured(work: Callable[[], int], ours: set[psutil.Process], role: str) -> Turn:
    began, spent = time.monotonic(), _cpu(ours, role)
    done = work()
    return Turn(done, time.monotonic() - began, _cpu(ours, role) - spent)


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
