"""The commands that need the database: serve, migrate, import-units, manage."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click
import psycopg
from django.core.exceptions import ImproperlyConfigured

from sammanhang.site import database

LEAST_VERSION = 15
OTHER_SERVER = "Kontrollera DATABASE_URL och DATABASE_OWNER_URL; se docs/operations.md."


def told_plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Trouble with database or settings becomes a message on the terminal, not a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")
        try:
            return command(*args, **kwargs)
        except (database.DatabaseTrouble, ImproperlyConfigured) as trouble:
            raise click.ClickException(str(trouble)) from None

    return run


@contextmanager
def database_at_hand() -> Iterator[None]:
    """The database that settings name, the embedded one started; and Django made ready."""
    import django
    from django.conf import settings

    with ExitStack() as stack:
        if settings.EMBEDDED:
            database.prepare(stack.enter_context(database.used(settings.DATA)))
        django.setup()
        stack.callback(_close_connections)
        _check_server()
        yield


def _close_connections() -> None:
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def _check_server() -> None:
    """Is it there, is it new enough, and is the service bound by row security in it?"""
    from django.conf import settings

    try:
        with psycopg.connect(settings.APP_URL, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
            unbound = connection.execute(_UNBOUND).fetchone()
            endless = connection.execute("show statement_timeout").fetchone() == ("0",)
    except psycopg.Error as error:
        raise database.DatabaseTrouble(
            f"Databasen svarar inte: {str(error).strip()}\n{OTHER_SERVER}"
        ) from None
    if version < LEAST_VERSION:
        raise database.DatabaseTrouble(
            f"Databasservern är PostgreSQL {version}; Sammanhang behöver "
            f"{LEAST_VERSION} eller senare."
        )
    if endless and not settings.SYNTHETIC:
        raise database.DatabaseTrouble(
            "Databasens satser har ingen längsta tid. Kör sammanhang/site/sql/prepare.sql igen."
        )
    if unbound:
        raise database.DatabaseTrouble(
            f"Rollen {unbound[0]} i DATABASE_URL binds inte av radsäkerheten, som skyddar "
            f"uppgifter om personer. Anslut som {database.APP}; se docs/operations.md."
        )


_UNBOUND = """
select rolname from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)
union
select current_user from pg_database
where datname = current_database() and pg_has_role(current_user, datdba, 'member')
"""


def bring_up_to_date() -> None:
    """Migrates the schema as its owner."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import Error

    from sammanhang.directory.county import load_areas

    if settings.OWNER_URL == settings.APP_URL:
        raise database.DatabaseTrouble(
            "Databasens tabeller görs i ordning av den som äger dem. "
            "Ange DATABASE_OWNER_URL; se docs/operations.md."
        )
    try:
        _refuse_another_making()
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        _note_making()
        load_areas()
        _record_documents()
    except Error as error:
        raise database.DatabaseTrouble(
            f"Databasens tabeller kunde inte göras i ordning: {str(error).strip()}\n{OTHER_SERVER}"
        ) from error


def _record_documents() -> None:
    """What lies in the folder of guidelines comes into force with the day it names."""
    from django.conf import settings
    from django.utils import timezone

    from sammanhang.casework.documents import record_folder

    for remark in record_folder(Path(settings.GUIDELINES), timezone.localdate()):
        click.echo(remark, err=True)


def _making() -> str:
    """Tells one state of what makes the tables from another."""
    package = Path(__file__).parent.parent
    files = sorted([*package.glob("*/sql/*.sql"), *package.glob("*/migrations/0*.py")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _refuse_another_making() -> None:
    """Before version 1 the tables are changed in place, and no data is carried over."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select obj_description(to_regclass('access_log')) where to_regclass('access_log') "
            "is not null"
        )
        found = cursor.fetchone()
    if found is not None and found[0] != _making():
        raise database.DatabaseTrouble(
            "Databasens tabeller är gjorda av en annan version av Sammanhang, och före version 1 "
            "förs inget över. Börja om med en tom databas; demonstrationen: make demo RESET=1"
        )


def _note_making() -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(f"comment on table access_log is '{_making()}'")


def check_up_to_date() -> None:
    """Another server's schema is migrated when its keeper says so, not whenever we start."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise database.DatabaseTrouble(
            "Databasens tabeller hör till en annan version. Kör först 'sammanhang migrate'."
        )


@click.command()
@told_plainly
def migrate() -> None:
    """Gör i ordning databasens tabeller."""
    with database_at_hand():
        bring_up_to_date()
    click.echo("Databasen är i ordning.")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@told_plainly
def manage(arguments: tuple[str, ...]) -> None:
    """Kör ett av Djangos egna kommandon."""
    with database_at_hand():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["sammanhang manage", *arguments])


@click.command("import-units")
@click.argument("file", metavar="FIL.csv")
@click.option("--dry-run", is_flag=True, help="Visa vad som skulle ändras, men ändra inget.")
@told_plainly
def import_units(file: str, dry_run: bool) -> None:
    """Läs in enheter från en CSV-fil."""
    with database_at_hand():
        bring_up_to_date()
        from sammanhang.directory.units import import_file

        raise SystemExit(import_file(file, dry_run=dry_run, echo=click.echo))


@click.command()
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Visa vad som skulle ändras, men ändra inget.")
@told_plainly
def import_assignments(file: str, dry_run: bool) -> None:
    """Läs in medarbetaruppdrag från en CSV-fil: vem som får arbeta för vilken enhet, och när."""
    with database_at_hand():
        bring_up_to_date()
        from sammanhang.directory import assignments

        code = assignments.import_assignments(file, dry_run=dry_run, echo=click.echo)
        raise SystemExit(code)


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", default=2, show_default=True)
@told_plainly
def serve(port: int, host: str, workers: int) -> None:
    """Starta webbtjänsten."""
    from django.conf import settings

    from sammanhang.site import demands, processes

    demands.demand()
    processes.check_port(host, port)
    with database_at_hand():
        if settings.EMBEDDED:
            bring_up_to_date()
        else:
            check_up_to_date()
        processes.collect_static()
        with processes.children() as children:
            children.start(processes.server_command(host, port, workers))
            if settings.OWNER_URL != settings.APP_URL:
                children.start(processes.worker_command())
            processes.await_answer(children, host, port)
            click.echo(f"Sammanhang svarar på http://{host}:{port}/")
            children.wait()
