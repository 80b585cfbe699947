"""What the software is made of is told whole and validly."""

from __future__ import annotations

import json

from tests.supply import sbom
from tests.supply.packages import VENDORED, packages, vendored


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
