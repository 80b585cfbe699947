"""A real PostgreSQL for the tests that need one.

`database`: a fresh database for each test, copied from a migrated template in some tens of
milliseconds. Tests run as the application's role, which row security binds; `owner` gives a
connection that passes it by, to arrange and to look behind the scenes.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from sammanhang.site import database as embedded

# Before settings are read, and so not told to pytest-django, which reads them earlier than this:
# tests leave the data folder of whoever runs them alone.
os.environ["SAMMANHANG_DATA"] = tempfile.mkdtemp(prefix="sammanhang-")
os.environ["DJANGO_SETTINGS_MODULE"] = "simulation.settings"
for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SAMMANHANG_STATIC"):
    os.environ.pop(name, None)
django.setup()
# Those who run tests beside this one read their settings as late, with a folder of their own.
del os.environ["DJANGO_SETTINGS_MODULE"]

TEMPLATE = "sammanhang_template"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True, scope="session")
def _what_tests_start_has_their_settings() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "simulation.settings"


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["SAMMANHANG_DATA"], ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    """A server of its own for the session, in a folder that goes away."""
    folder = Path(os.environ["SAMMANHANG_DATA"])
    folder.chmod(0o755)
    started = embedded.start(folder, fast=True)
    try:
        yield started
    finally:
        embedded.remove(folder)


@pytest.fixture(scope="session")
def template(server: embedded.Server) -> str:
    """A migrated database with the county's directory in it."""
    from datetime import date

    from django.conf import settings
    from django.core.management import call_command

    from sammanhang.casework.documents import record_folder
    from simulation.county import load_county

    embedded.prepare(server, TEMPLATE)
    _point_at(server, TEMPLATE)
    call_command("migrate", database="owner", verbosity=0)
    load_county(date(2026, 1, 1))
    record_folder(settings.GUIDELINES, date(2026, 1, 1))
    _close()
    return TEMPLATE


@pytest.fixture
def database(
    server: embedded.Server, template: str, django_db_blocker: pytest.FixtureRequest
) -> Iterator[str]:
    """A fresh database, in use by Django under both its aliases."""
    name = f"sammanhang_{next(_numbers)}"
    server.execute(f"create database {name} template {template} strategy file_copy")
    _point_at(server, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield name
        _close()
    server.execute(f"drop database {name} with (force)")


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's event loop stays in the thread once it has started, and
    Django refuses to use a database there."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
