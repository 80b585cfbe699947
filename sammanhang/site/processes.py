"""The processes of the running service: how they start and end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

STOP_WITHIN = 10  # seconds, before a process that won't end is killed
ANSWER_WITHIN = 30  # seconds


@dataclass(slots=True)
class Children:
    """Processes that live as long as this one, whichever way it ends."""

    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: list[str]) -> None:
        """In a session of its own, so that ctrl-C reaches it through us alone."""
        self.running.append(subprocess.Popen(command, start_new_session=True))  # noqa: S603

    def ended(self) -> subprocess.Popen[bytes] | None:
        return next((child for child in self.running if child.poll() is not None), None)

    def wait(self) -> None:
        """Until one of them ends, which none should, or until interrupted."""
        while (child := self.ended()) is None:
            time.sleep(0.5)
        raise click.ClickException(f"En process stannade oväntat (slutkod {child.returncode}).")

    def stop(self) -> None:
        for child in self.running:
            child.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for child in self.running:
            try:
                child.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


@contextmanager
def children() -> Iterator[Children]:
    """Ctrl-C, a closed terminal and an ordinary kill all end in order."""
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.default_int_handler)
    mine = Children()
    try:
        yield mine
    except KeyboardInterrupt:
        click.echo("\nStänger.")
    finally:
        mine.stop()


def server_command(host: str, port: int, workers: int) -> list[str]:
    """The web server: docs/adr/0008-asgi-server.md. Open boards' streams are cut when it stops."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=asginl",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        "--workers-kill-timeout=2",
        "--respawn-failed-workers",
        "--log-level=error",
        f"--log-config={Path(__file__).parent / 'server-log.json'}",
        "--no-ws",
        "sammanhang.site.asgi:application",
    ]


def worker_command() -> list[str]:
    """What takes longer than an answer may: trials of drafts on past cases."""
    return [sys.executable, "-m", "sammanhang.governance"]


def check_port(host: str, port: int, choose: str = "sammanhang serve --port=") -> None:
    """Says at once, before anything is started, that the port can't be had. `choose`: how one
    chooses another."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise click.ClickException(_port_trouble(host, port, error, choose)) from None


def _port_trouble(host: str, port: int, error: Exception, choose: str) -> str:
    if isinstance(error, PermissionError):
        reason = f"Port {port} får inte användas av den här användaren."
    elif isinstance(error, OverflowError):
        return f"Port {port} finns inte; välj en mellan 1024 och 65535."
    elif isinstance(error, socket.gaierror):
        return f"Adressen {host} finns inte."
    else:
        reason = f"Port {port} är upptagen av ett annat program."
    return f"{reason} Välj en annan, till exempel: {choose}{free_port()}"


def free_port() -> int:
    for port in range(8001, 8100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    return 8000


def await_answer(children: Children, host: str, port: int) -> None:
    deadline = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < deadline and children.ended() is None:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise click.ClickException("Webbtjänsten startade inte; meddelandena ovan säger varför.")


def collect_static() -> None:
    """Collects and compresses the static files, if they have changed since last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    os.environ["SAMMANHANG_STATIC"] = "collected"
    made = settings.DATA / "static" / "staticfiles.json"
    newest = max(
        os.path.getmtime(storage.path(name))
        for finder in get_finders()
        for name, storage in finder.list([])
    )
    if not made.exists() or made.stat().st_mtime < newest:
        command = [sys.executable, "-m", "django", "collectstatic", "--no-input", "--clear", "-v0"]
        subprocess.run(command, check=True)  # noqa: S603
