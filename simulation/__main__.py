"""`python -m simulation`: the service with a synthetic county in full activity (`make demo`)."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from sammanhang.site import database, processes
from sammanhang.site.cli_service import bring_up_to_date, database_at_hand, told_plainly

HOST = "127.0.0.1"
WORKERS = 2


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simulation.settings")


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--reset", is_flag=True, help="Börja om: allt i demonstrationen tas bort.")
@click.option("--pace", default=12.0, show_default=True, help="Händelser i minuten; 0 för inga.")
@click.option("--sign-in", is_flag=True, help="Logga in hos en (påhittad) inloggningstjänst.")
@told_plainly
def main(port: int, reset: bool, pace: float, sign_in: bool) -> None:
    """Visa tjänsten med ett påhittat län i full verksamhet."""
    from django.conf import settings

    with only_one(settings.DATA, port):
        processes.check_port(HOST, port, "make demo PORT=")
        if reset:
            remove(settings.DATA)
        with database_at_hand():
            bring_up_to_date()
            from sammanhang.settlement.round import take_stays
            from simulation import demo as county
            from simulation.economy import PRICES

            if not county.is_loaded():
                county.load(datetime.now(UTC), progress)
            take_stays()
            os.environ.setdefault("SAMMANHANG_PRICES", str(PRICES))
            numbers = county.to_admit()
            os.environ["SIMULATION_TO_ADMIT"] = " ".join(numbers)
            processes.collect_static()
            with processes.children() as children:
                if sign_in:
                    start_identity_provider(children, port + 1)
                children.start(processes.server_command(HOST, port, WORKERS))
                processes.await_answer(children, HOST, port)
                click.echo(county.welcome(f"http://localhost:{port}/", numbers))
                children.start(processes.worker_command())
                if pace > 0:
                    children.start([sys.executable, "-m", "simulation.run_clock", f"--pace={pace}"])
                children.wait()


def start_identity_provider(children: processes.Children, port: int) -> None:
    """Beside the service, which is told of it and lets nobody choose whom to be."""
    from django.conf import settings
    from django.utils import timezone

    from simulation.sign_in import to_be

    processes.check_port(HOST, port, "make demo SIGN_IN=1 PORT=")
    secret = settings.DATA / "identity-provider-secret"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(32))
    known = [one.acting for one in to_be("", timezone.localdate())]
    people = [[one.person, f"{one.person_name}, {one.unit_name}"] for one in known]
    os.environ |= {
        "SAMMANHANG_OIDC_ISSUER": f"http://localhost:{port}",
        "SAMMANHANG_OIDC_CLIENT_ID": "sammanhang",
        "SAMMANHANG_OIDC_SECRET_FILE": str(secret),
        "IDENTITY_PROVIDER_SECRET": secret.read_text(),
        "IDENTITY_PROVIDER_PEOPLE": json.dumps(people),
    }
    children.start([sys.executable, "-m", "simulation.identity_provider", f"--port={port}"])
    processes.await_answer(children, HOST, port)


@contextmanager
def only_one(folder: Path, port: int) -> Iterator[None]:
    """One demonstration at a time in a data folder: two clocks would tell two stories."""
    database.make_folder(folder)
    with (folder / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise click.ClickException(
                f"Demonstrationen körs redan, på http://localhost:{lock.read().strip()}/. "
                "Avsluta den först, eller kör en till i en annan mapp med SAMMANHANG_DATA=/en/mapp."
            ) from None
        lock.truncate(0)
        lock.write(str(port))
        lock.flush()
        yield


def remove(folder: Path) -> None:
    """Everything of the embedded database but the programs, which are the same for any data."""
    from django.conf import settings

    if not settings.EMBEDDED:
        raise click.ClickException(
            "RESET=1 tömmer bara den inbyggda databasen. Töm databasen i DATABASE_URL själv."
        )
    database.remove(folder)


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal for what takes more than a moment."""
    with click.progressbar(length=length, label=f"{label:32}") as bar:
        yield bar.update


if __name__ == "__main__":
    main()
