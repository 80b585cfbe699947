"""The command `sammanhang` as one meets it at the terminal."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sammanhang.site import database
from sammanhang.site.cli import COMMANDS

SAMMANHANG = ("-c", "from sammanhang.site.cli import main; main()")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_module(*SAMMANHANG, *arguments, **environment)


def run_module(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What a failing command says, which is never a traceback."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def test_help_lists_every_command() -> None:
    done = run("--help")
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", ["check", "explain", "case"])
def test_the_language_and_the_engine_run_without_django_or_a_database(command: str) -> None:
    code = (
        "import sys; from sammanhang.site.cli import main; "
        f"main(['{command}', '--help'], standalone_mode=False); "
        "sys.exit(any(name in sys.modules for name in ('django', 'psycopg')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("command", "choose"),
    [
        ((*SAMMANHANG, "serve"), "sammanhang serve --port=80"),
        (("-m", "simulation"), "make demo PORT=80"),
    ],
    ids=["serve", "demo"],
)
def test_a_port_in_use_is_told_with_another_to_take(
    command: tuple[str, ...], choose: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        folder = str(data(tmp_path))
        message = told(run_module(*command, f"--port={port}", SAMMANHANG_DATA=folder))
    assert f"Port {port} är upptagen" in message
    assert choose in message


def test_a_port_that_does_not_exist(tmp_path: Path) -> None:
    message = told(run("serve", "--port=70000", SAMMANHANG_DATA=str(data(tmp_path))))
    assert "Port 70000 finns inte" in message


def data(tmp_path: Path) -> Path:
    """A folder for data that root's server, which runs as another user, may reach too."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == tmp_path.owner() and folder.is_relative_to("/tmp/"):  # noqa: S108
            folder.chmod(0o755)
    return tmp_path


# --- Another server -------------------------------------------------------------------------


def test_another_server_that_does_not_answer() -> None:
    message = told(run("serve", "--port=0", DATABASE_URL="postgresql://x@127.0.0.1:1/x"))
    assert "Databasen svarar inte" in message
    assert "DATABASE_URL" in message


@pytest.mark.parametrize("url", ["mysql://x:y@z/db", "nonsense", "postgresql://x:y%zz@z/db"])
def test_an_address_that_is_none_is_told_without_its_password(url: str) -> None:
    message = told(run("migrate", DATABASE_URL=url))
    assert "postgresql://användare:lösenord@värd:5432/databas" in message
    assert "y@z" not in message


def test_the_service_refuses_a_role_that_row_security_does_not_bind(
    server: database.Server, template: str
) -> None:
    for role in ("postgres", database.OWNER):
        message = told(run("serve", "--port=0", DATABASE_URL=server.url(role, template)))
        assert f"Rollen {role} i DATABASE_URL binds inte av radsäkerheten" in message


def test_tables_of_another_version_are_left_to_their_keeper(server: database.Server) -> None:
    database.prepare(server, "empty")
    app, owner = server.url(database.APP, "empty"), server.url(database.OWNER, "empty")
    assert "Kör först 'sammanhang migrate'" in told(run("serve", "--port=0", DATABASE_URL=app))
    assert "Ange DATABASE_OWNER_URL" in told(run("migrate", DATABASE_URL=app))
    done = run("migrate", DATABASE_URL=app, DATABASE_OWNER_URL=owner)
    assert (done.returncode, done.stdout) == (0, "Databasen är i ordning.\n")

    # Made by another state of our SQL: before version 1 nothing is carried over.
    server.execute("comment on table access_log is 'another'", "empty")
    message = told(run("migrate", DATABASE_URL=app, DATABASE_OWNER_URL=owner))
    assert "make demo RESET=1" in message


def test_an_old_server(server: database.Server, template: str) -> None:

    code = (
        "from sammanhang.site import cli_service; cli_service.LEAST_VERSION = 99; "
        "cli_service.migrate()"
    )
    environment = {**os.environ, "DATABASE_URL": server.url(database.APP, template)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert "Databasservern är PostgreSQL 18; Sammanhang behöver 99 eller senare." in told(done)
