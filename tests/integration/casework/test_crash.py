"""Server and database are killed in the middle of their work: nothing acknowledged is lost."""

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

ENOUGH = 150  # acknowledged sends before the blow
WORKERS = 3


@pytest.fixture
def folder() -> Iterator[Path]:
    """For data that root's server, which runs as another user, may reach too."""
    with TemporaryDirectory(prefix="sammanhang-crash-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
        database.remove(Path(name))


def process(folder: Path, what: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "SAMMANHANG_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "sammanhang.site.settings",
    }
    command = [sys.executable, "-m", "tests.integration.crash", what]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def output(folder: Path, what: str) -> list[str]:
    done = process(folder, what)
    said, _ = done.communicate(timeout=120)
    assert done.returncode == 0
    return said.splitlines()


def kill(server: database.Server) -> None:
    """As a machine that loses its power would, but for the disk."""
    keeper = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
    for one in [keeper, *keeper.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    keeper.wait(10)


def test_no_acknowledged_event_is_lost_and_the_chains_hold(folder: Path) -> None:
    server = database.start(folder)
    database.prepare(server)
    output(folder, "fill")
    workers = [process(folder, "work") for _ in range(WORKERS)]
    said: list[list[str]] = [[] for _ in workers]
    while sum(map(len, said)) < ENOUGH:
        for worker, lines in zip(workers, said, strict=True):
            assert worker.stdout is not None
            lines.append(worker.stdout.readline().strip())
    kill(server)
    for worker, lines in zip(workers, said, strict=True):
        worker.kill()
        lines += worker.communicate()[0].splitlines()

    database.start(folder)
    found = output(folder, "check")

    acknowledged = {line for lines in said for line in lines if len(line.split()) == 2}
    assert len(acknowledged) >= ENOUGH
    assert acknowledged - set(found) == set()
    assert [line for line in found if line.startswith("broken")] == []
