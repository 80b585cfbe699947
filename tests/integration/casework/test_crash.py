"""Web server and database are killed at their work, while people send in their browsers and the log
is sealed: nothing acknowledged is lost, and both start again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from sammanhang.site import database
from sammanhang.site.processes import free_port, server_command
from tests.load.http import await_answer

ENOUGH = 150  # acknowledged sends before the blow
WORKERS = 3


@pytest.fixture
def folder() -> Iterator[Path]:
    """For data that root's server, which runs as another user, may reach too."""
    with TemporaryDirectory(prefix="sammanhang-crash-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
        database.remove(Path(name))


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "SAMMANHANG_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "simulation.settings",
    }


def process(folder: Path, *what: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.integration.crash", *what]
    return subprocess.Popen(
        command,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def served(folder: Path) -> tuple[psutil.Popen, int]:
    """The web server, answering on a port."""
    port = free_port()
    server = psutil.Popen(
        server_command("127.0.0.1", port, 2), env=environment(folder), stderr=subprocess.DEVNULL
    )
    await_answer(port)
    return server, port


def output(folder: Path, what: str) -> list[str]:
    done = process(folder, what)
    said, _ = done.communicate(timeout=120)
    assert done.returncode == 0
    return said.splitlines()


def kill_database(server: database.Server) -> None:
    kill(psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0])))


def kill(keeper: psutil.Process) -> None:
    """With all below it, as a machine that loses its power would, but for the disk."""
    for one in [keeper, *keeper.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    keeper.wait(10)


def heard(workers: list[subprocess.Popen[str]], enough: int) -> list[str]:
    """What has been acknowledged to some at work, until it is enough."""
    said: list[str] = []
    while len(said) < enough:
        for worker in workers:
            assert worker.stdout is not None
            said.append(worker.stdout.readline().strip())
    return said


def acknowledged(said: list[str]) -> set[str]:
    """Without what was cut off while it was written."""
    return {line for line in said if len(line) == len("done ") + 36}


def test_no_acknowledged_event_is_lost_and_the_chains_hold(folder: Path) -> None:
    database_server = database.start(folder)
    database.prepare(database_server)
    output(folder, "fill")
    web, port = served(folder)
    workers = [process(folder, "work")]
    workers += [process(folder, "browse", str(port)) for _ in range(WORKERS)]
    try:
        said = heard(workers, ENOUGH // 2)
        output(folder, "seal")
        said += heard(workers, ENOUGH // 2)
        kill_database(database_server)
    finally:
        kill(web)
        for worker in workers:
            worker.kill()
    for worker in workers:
        said += worker.communicate()[0].splitlines()

    database.start(folder)
    found = output(folder, "check")
    web, port = served(folder)
    again = process(folder, "browse", str(port))
    try:
        heard([again], 3)
    finally:
        again.kill()
        kill(web)

    assert len(acknowledged(said)) >= ENOUGH
    assert acknowledged(said) - set(found) == set()
    assert [line for line in found if line.startswith("broken")] == []
