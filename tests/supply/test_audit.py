"""`make audit` finds what is wrong with the locked packages, and says what it couldn't look for."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZipFile

import pytest

from tests.supply import audit
from tests.supply.advisories import Advisories, NotFetched, concerns, fetch, read
from tests.supply.ages import NotSeen, newer
from tests.supply.packages import Package, packages

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def entry(**affected: Any) -> dict[str, Any]:
    known = {"package": {"ecosystem": "PyPI", "name": "Django"}, **affected}
    return {"id": "PYSEC-1", "modified": "2026-11-20T00:00:00Z", "affected": [known]}


def span(*events: tuple[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{what: at} for what, at in events]}]}


DJANGO = Package("django", "5.2.8", ("a" * 64,), "BSD-3-Clause", True)


@pytest.mark.parametrize(
    ("affected", "hit"),
    [
        (span(("introduced", "0")), True),
        (span(("introduced", "5.2"), ("fixed", "5.2.9")), True),
        (span(("introduced", "5.2"), ("fixed", "5.2.8")), False),
        (span(("introduced", "5.2.9")), False),
        (span(("introduced", "4.0"), ("fixed", "4.2"), ("introduced", "5.2")), True),
        (span(("introduced", "0"), ("last_affected", "5.2.8")), True),
        (span(("introduced", "0"), ("last_affected", "5.2.7")), False),
        ({"versions": ["5.2.8"]}, True),
        ({"versions": ["5.2.80"]}, False),
        ({**span(("introduced", "0")), "package": {"ecosystem": "npm", "name": "django"}}, False),
        ({**span(("introduced", "0")), "package": {"ecosystem": "PyPI", "name": "djang"}}, False),
    ],
)
def test_a_known_weakness_of_a_pinned_version_is_found(affected: dict[str, Any], hit: bool) -> None:
    assert concerns(entry(**affected), DJANGO) == hit


def folder(tmp_path: Path, *entries: dict[str, Any]) -> Advisories:
    for number, one in enumerate(entries):
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    return read(tmp_path)


def test_the_audit_tells_each_fault(tmp_path: Path) -> None:
    known = folder(tmp_path, entry(**span(("introduced", "0"))))
    made_of = [
        DJANGO,
        replace(DJANGO, name="unpinned", hashes=()),
        replace(DJANGO, name="shut", licence="Proprietary"),
        replace(DJANGO, name="chosen", licence="GPL-3.0 OR MIT"),
        replace(DJANGO, name="both", licence="MIT AND AGPL-3.0-only"),
    ]
    told = [one.split(":")[0] for one in audit.faults(made_of, known, [], NOW)]

    assert told == ["unpinned", "shut", "both", "django 5.2.8"]


def test_a_withdrawn_advisory_is_none_and_old_ones_tell_of_another_day(tmp_path: Path) -> None:
    withdrawn = {**entry(**span(("introduced", "0"))), "withdrawn": "2026-11-21T00:00:00Z"}
    known = folder(tmp_path, withdrawn)

    assert list(audit.faults([DJANGO], known, [], NOW)) == []
    (old,) = audit.faults([DJANGO], known, [], datetime(2027, 1, 1, tzinfo=UTC))
    assert "2026-11-20" in old


def test_nothing_passes_that_has_not_been_looked_for() -> None:
    unsought, unseen = audit.faults([DJANGO], "svarar inte", "registret svarar inte", NOW)

    assert "inga kända sårbarheter har sökts: svarar inte" in unsought
    assert "har inte setts: registret svarar inte" in unseen


def test_all_that_is_locked_here_is_pinned_and_may_be_used(tmp_path: Path) -> None:
    known = folder(tmp_path, entry(**span(("introduced", "999"))))

    assert list(audit.faults(packages(), known, [], NOW)) == []
    unknown = {one.name for one in packages() if not one.licence}
    assert unknown <= {*audit.SAID_ELSEWHERE, "colorama", "pywin32", "tzdata"}  # Windows' own


# --- The advisories of the day --------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server's address, and the folder that it serves."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".html": "application/vnd.pypi.simple.v1+json", "": "application/zip"}

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said of each request."""


def published(file: Path, *entries: dict[str, Any]) -> None:
    """As OSV does it: one file of JSON for each."""
    with ZipFile(file, "w") as packed:
        for number, one in enumerate(entries):
            packed.writestr(f"PYSEC-{number}.json", json.dumps(one))


def test_the_advisories_of_the_day_are_fetched_and_looked_through(
    served: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BUILD", tmp_path / "build")
    address, there = served
    published(there / "all.zip", entry(**span(("introduced", "0"), ("fixed", "5.2.9"))))

    known = audit.known(f"{address}/all.zip")

    (told,) = audit.faults([DJANGO], known, [], NOW)
    assert told.startswith("django 5.2.8: PYSEC-1")
    assert list(audit.faults([replace(DJANGO, version="5.2.9")], known, [], NOW)) == []


@pytest.mark.parametrize("fault", ["no answer", "not there", "no zip"])
def test_what_cannot_be_fetched_is_told_and_leaves_what_was(
    served: tuple[str, Path], tmp_path: Path, fault: str
) -> None:
    address, there = served
    published(there / "all.zip", entry())
    (there / "page.zip").write_text("<h1>Logga in på nätverket</h1>")
    kept = fetch(f"{address}/all.zip", tmp_path / "build" / "advisories.zip")
    wrong = {
        "no answer": "http://127.0.0.1:1/all.zip",
        "not there": f"{address}/none.zip",
        "no zip": f"{address}/page.zip",
    }[fault]

    with pytest.raises(NotFetched, match=re.escape(wrong)):
        fetch(wrong, kept)
    assert len(read(kept).entries) == 1


def test_a_folder_that_is_not_there_is_no_audit(tmp_path: Path) -> None:
    known = audit.known(str(tmp_path / "none"))

    assert isinstance(known, str)
    assert any("har sökts" in one for one in audit.faults([DJANGO], known, [], NOW))


# --- How far behind -------------------------------------------------------------------------


def registry(there: Path, **versions: str) -> None:
    """A package registry with one package, its versions by when they came."""
    folder = there / "simple" / "prov"
    folder.mkdir(parents=True)
    files = []
    for version, came in versions.items():
        version = version.removeprefix("v").replace("_", ".")
        name = f"prov-{version}-py3-none-any.whl"
        about = f"prov-{version}.dist-info"
        with ZipFile(folder / name, "w") as wheel:
            wheel.writestr(
                f"{about}/METADATA", f"Metadata-Version: 2.1\nName: prov\nVersion: {version}\n"
            )
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")
        taken = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        files.append(
            {"filename": name, "url": name, "hashes": {"sha256": taken}, "upload-time": came}
        )
    told = {"meta": {"api-version": "1.1"}, "name": "prov", "files": files}
    (folder / "index.html").write_text(json.dumps(told))


PROV = Package("prov", "1.0", ("a" * 64,), "MIT", True)


@pytest.fixture
def project(
    served: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path]:
    """A project that asks for the package below version 3, and the folder of its registry."""
    address, there = served
    for name in [one for one in os.environ if one.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"{address}/simple")
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    file = tmp_path / "pyproject.toml"
    file.write_text(
        '[project]\nname = "ours"\nversion = "1"\nrequires-python = ">=3.11"\n'
        'dependencies = ["prov<3"]\n'
    )
    return file, there


def test_what_has_been_out_for_a_quarter_and_we_have_not_taken_is_told(
    project: tuple[Path, Path],
) -> None:
    file, there = project
    registry(
        there,
        v1_0="2026-01-01T00:00:00Z", v2_0="2026-06-01T00:00:00Z", v3_0="2026-06-02T00:00:00Z",
    )  # fmt: skip

    (one,) = ages = newer([PROV], file)
    assert (one.version, one.since) == ("2.0", datetime(2026, 6, 1, tzinfo=UTC))
    assert list(audit.faults([PROV], Advisories((), NOW), ages, NOW)) == [
        "prov 1.0: 2.0 finns sedan 2026-06-01"
    ]
    soon = datetime(2026, 8, 1, tzinfo=UTC)
    assert list(audit.faults([PROV], Advisories((), NOW), ages, soon)) == []
    assert newer([replace(PROV, version="2.0")], file) == []


def test_a_registry_that_does_not_answer_is_told(project: tuple[Path, Path]) -> None:
    file, _there = project  # where nothing is

    with pytest.raises(NotSeen):
        newer([PROV], file)
