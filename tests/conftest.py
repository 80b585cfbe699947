"""A real PostgreSQL for the tests that need one.

`database`: a fresh database for each test, copied from a migrated template in some tens of
milliseconds. Tests run as the application's role, which row security binds; `owner` gives a
connection that passes it by, to arrange and to look behind the scenes.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sammanhang.site import database as embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")
os.environ.setdefault("SAMMANHANG_SECRET_KEY", "only for tests")

TEMPLATE = "sammanhang_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    """A server of its own for the session, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="sammanhang-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        started = embedded.start(Path(folder), fast=True)
        try:
            yield started
        finally:
            embedded.stop(started)


@pytest.fixture(scope="session")
def template(server: embedded.Server) -> str:
    """A migrated database with the county's directory in it."""
    from datetime import date

    from django.core.management import call_command

    from sammanhang.directory.county import load_county

    embedded.prepare(server, TEMPLATE)
    _point_at(server, TEMPLATE)
    call_command("migrate", database="owner", verbosity=0)
    load_county(date(2026, 1, 1))
    _close()
    return TEMPLATE


@pytest.fixture
def database(
    server: embedded.Server, template: str, django_db_blocker: pytest.FixtureRequest
) -> Iterator[str]:
    """A fresh database, in use by Django under both its aliases."""
    name = f"sammanhang_{next(_numbers)}"
    server.psql(f"create database {name} template {template}", "postgres")
    _point_at(server, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield name
        _close()
    server.psql(f"drop database {name} with (force)", "postgres")


@pytest.fixture(autouse=True, scope="session")
def _no_database_of_pytest_django(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The database is ours to make; pytest-django only keeps its hands off."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield


def _point_at(server: embedded.Server, name: str) -> None:
    from django.conf import settings
    from django.db import connections

    from sammanhang.site.settings import connection

    _close()
    for alias, role in (("default", embedded.APP), ("owner", embedded.OWNER)):
        made = connection(server.url(role, name), pool=False)
        settings.DATABASES[alias].update(made)
        connections.settings[alias].update(made)


def _close() -> None:
    from django.db import connections

    connections.close_all()
