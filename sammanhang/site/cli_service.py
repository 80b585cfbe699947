"""The commands that need the database: demo, serve, migrate, import-units, manage."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sammanhang.site import database

DEFAULT_PORT = 8000
WORKERS = 2
STOP_WITHIN = 10  # seconds


def told_plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Trouble with the database becomes a message on the terminal, not a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except database.DatabaseTrouble as trouble:
            raise click.ClickException(str(trouble)) from None

    return run


def ready_database() -> None:
    """Starts the embedded database unless another is named, and readies Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")
    import django
    from django.conf import settings

    if settings.EMBEDDED:
        database.prepare(database.start(settings.DATA))
    django.setup()
    _check_server()


def _check_server() -> None:
    from django.db import OperationalError, connections

    try:
        version = connections["owner"].pg_version  # type: ignore[attr-defined]
    except OperationalError as error:
        raise database.DatabaseTrouble(
            f"Databasen svarar inte: {str(error).strip()}\n"
            "Kontrollera DATABASE_URL och DATABASE_OWNER_URL."
        ) from None
    if version < 150000:
        raise database.DatabaseTrouble(
            f"Databasservern är PostgreSQL {version // 10000}; Sammanhang behöver 15 eller senare."
        )


def bring_up_to_date() -> None:
    """Migrates the schema as its owner."""
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0, interactive=False)


@click.command()
@told_plainly
def migrate() -> None:
    """Gör i ordning databasens tabeller."""
    ready_database()
    bring_up_to_date()
    click.echo("Databasen är i ordning.")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@told_plainly
def manage(arguments: tuple[str, ...]) -> None:
    """Kör ett av Djangos egna kommandon."""
    ready_database()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["sammanhang manage", *arguments])


@click.command("import-units")
@click.argument("file", metavar="FIL.csv")
@click.option("--dry-run", is_flag=True, help="Visa vad som skulle ändras, men ändra inget.")
@told_plainly
def import_units(file: str, dry_run: bool) -> None:
    """Läs in enheter från en CSV-fil."""
    ready_database()
    bring_up_to_date()
    from sammanhang.directory.importing import import_file

    raise SystemExit(import_file(file, dry_run=dry_run, echo=click.echo))


# --- Serving --------------------------------------------------------------------------------


@click.command()
@click.option("--port", default=DEFAULT_PORT, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=WORKERS, show_default=True)
@told_plainly
def serve(port: int, host: str, workers: int) -> None:
    """Starta webbtjänsten."""
    _check_port(host, port)
    ready_database()
    bring_up_to_date()
    with _children() as start_child:
        start_child(server_command(host, port, workers))
        click.echo(f"Sammanhang svarar på http://{host}:{port}/")
        _wait()


def server_command(host: str, port: int, workers: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=asgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        "--log-level=warning",
        "--no-ws",
        "sammanhang.site.asgi:application",
    ]


@click.command()
@click.option("--port", default=DEFAULT_PORT, show_default=True)
@click.option("--reset", is_flag=True, help="Börja om: allt i demonstrationen tas bort.")
@click.option("--pace", default=12.0, show_default=True, help="Händelser i minuten; 0 för ingen.")
@told_plainly
def demo(port: int, reset: bool, pace: float) -> None:
    """Visa tjänsten med ett påhittat län i full verksamhet."""
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")
    _check_port("127.0.0.1", port)
    if reset and settings.EMBEDDED:
        _remove(settings.DATA)
    ready_database()
    bring_up_to_date()
    from simulation import demo as county

    if reset or not county.is_loaded():
        county.load(datetime.now(UTC), _progress)
    with _children() as start_child:
        start_child(server_command("127.0.0.1", port, WORKERS))
        if pace > 0:
            start_child([sys.executable, "-m", "simulation", f"--pace={pace}"])
        _await_answer(port)
        click.echo(county.welcome(f"http://localhost:{port}/"))
        _wait()


def _remove(folder: Path) -> None:
    """Everything but the programs, which are the same whatever the data."""
    server = database.Server(folder, folder)
    if (folder / "data").exists():
        database.stop(database.start(folder))
    for name in ("data", "socket", "static"):
        shutil.rmtree(server.folder / name, ignore_errors=True)


@contextmanager
def _progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal for what takes more than a moment."""
    with click.progressbar(length=length, label=f"{label:32}") as bar:
        yield bar.update


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            reason = "får inte användas av den här användaren"
        except OSError:
            reason = "är upptagen; kanske körs Sammanhang redan"
        else:
            return
    raise click.ClickException(f"Port {port} {reason}. Välj en annan: make demo PORT={port + 1}")


def _await_answer(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise click.ClickException("Webbtjänsten startade inte inom 30 sekunder.")


@contextmanager
def _children() -> Iterator[Callable[[list[str]], None]]:
    """Processes that live as long as this one, whichever way it ends."""
    children: list[subprocess.Popen[bytes]] = []

    def start_child(command: list[str]) -> None:
        children.append(subprocess.Popen(command, start_new_session=True))  # noqa: S603

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield start_child
    except KeyboardInterrupt:
        click.echo("\nStänger.")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                child.kill()


def _wait() -> None:
    while True:
        signal.pause()
