"""What the software is made of is told whole and validly, and what is wrong with it is found."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.supply import audit, sbom
from tests.supply.packages import VENDORED, Package, packages, vendored

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def test_the_bill_of_materials_is_valid_and_names_each_package_and_file() -> None:
    written = sbom.as_json()
    told = json.loads(written)
    named = {(one["name"], one["version"]) for one in told["components"]}

    assert sbom.fault(written) is None
    assert told["specVersion"] == "1.6"
    assert {(one.name, one.version) for one in packages()} <= named
    assert {(one.name, one.version) for one in vendored()} <= named
    assert all(one["hashes"] and one["purl"] for one in told["components"])
    django = next(one for one in told["components"] if one["name"] == "django")
    pytest_ = next(one for one in told["components"] if one["name"] == "pytest")
    assert (django["scope"], pytest_["scope"]) == ("required", "excluded")


def test_the_schema_would_have_told() -> None:
    told = json.loads(sbom.as_json())
    del told["components"][0]["name"]

    assert sbom.fault(json.dumps(told))


def test_every_file_for_the_browser_is_in_the_list_and_is_the_one_that_was_taken_in() -> None:
    there = {
        str(file.relative_to(VENDORED))
        for file in VENDORED.rglob("*")
        if file.suffix in (".js", ".css", ".woff2") and file.name != "entry.js"
    }

    assert {one.file for one in vendored()} == there
    assert [one.file for one in vendored() if one.taken != one.sha256] == []


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
    assert audit.concerns(entry(**affected), DJANGO) == hit


def folder(tmp_path: Path, *entries: dict[str, Any]) -> audit.Advisories:
    for number, one in enumerate(entries):
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    return audit.read(tmp_path)


def test_the_audit_tells_each_fault(tmp_path: Path) -> None:
    known = folder(tmp_path, entry(**span(("introduced", "0"))))
    made_of = [
        DJANGO,
        replace(DJANGO, name="unpinned", hashes=()),
        replace(DJANGO, name="shut", licence="Proprietary"),
        replace(DJANGO, name="chosen", licence="GPL-3.0 OR MIT"),
        replace(DJANGO, name="both", licence="MIT AND AGPL-3.0-only"),
    ]
    told = [one.split(":")[0] for one in audit.faults(made_of, known, NOW)]

    assert told == ["unpinned", "shut", "both", "django 5.2.8"]


def test_a_withdrawn_advisory_is_none_and_old_ones_tell_of_another_day(tmp_path: Path) -> None:
    withdrawn = {**entry(**span(("introduced", "0"))), "withdrawn": "2026-11-21T00:00:00Z"}
    known = folder(tmp_path, withdrawn)

    assert list(audit.faults([DJANGO], known, NOW)) == []
    (old,) = audit.faults([DJANGO], known, datetime(2027, 1, 1, tzinfo=UTC))
    assert "2026-11-20" in old


def test_nothing_passes_that_has_not_been_looked_for() -> None:
    (told,) = audit.faults([DJANGO], None, NOW)

    assert "ADVISORIES" in told


def test_all_that_is_locked_here_is_pinned_and_may_be_used(tmp_path: Path) -> None:
    known = folder(tmp_path, entry(**span(("introduced", "999"))))

    assert list(audit.faults(packages(), known, NOW)) == []
    unknown = {one.name for one in packages() if not one.licence}
    assert unknown <= {*audit.SAID_ELSEWHERE, "colorama", "pywin32", "tzdata"}  # Windows' own
