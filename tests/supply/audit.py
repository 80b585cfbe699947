"""`make audit ADVISORIES=folder`: are the packages pinned, may they be used, is anything known
against them?

Asks nobody. The advisories are a folder of OSV's JSON files that the keeper has fetched: OSV's own
file for PyPI, or the Python Packaging Authority's advisory database. Without one, that nothing has
been looked for is said, and the audit doesn't pass.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tests.supply.packages import Package, packages, vendored

ALLOWED = (
    "0BSD", "APACHE", "BSD", "CC0", "ISC", "LGPL", "LESSER GENERAL PUBLIC", "MIT", "MOZILLA", "MPL",
    "OFL", "PSF", "PUBLIC DOMAIN", "PYTHON SOFTWARE FOUNDATION", "ZLIB",
)  # fmt: skip
"""Licences under which others' work may be part of this, by words in what they are called."""
SAID_ELSEWHERE = {"saxonche": "MPL-2.0"}
"""Where a package doesn't tell its licence but its home does."""
OLDEST = timedelta(days=30)
"""Advisories older than this don't tell of today."""


@dataclass(frozen=True, slots=True)
class Advisories:
    """What is known against packages, and up to which day."""

    entries: tuple[dict[str, Any], ...]
    newest: datetime | None


def read(folder: Path) -> Advisories:
    entries = [json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))]
    told = [datetime.fromisoformat(one["modified"]) for one in entries if one.get("modified")]
    alive = tuple(one for one in entries if not one.get("withdrawn"))
    return Advisories(alive, max(told, default=None))


def faults(
    made_of: Iterable[Package], advisories: Advisories | None, now: datetime
) -> Iterator[str]:
    made_of = list(made_of)
    yield from (f"{one.name}: låst utan kontrollsumma" for one in made_of if not one.hashes)
    yield from (
        f"{one.name}: licensen {one.licence!r} är inte en av de tillåtna"
        for one in made_of
        if one.licence and not may_be_used(one.licence)
    )
    for one in vendored():
        if one.taken != one.sha256:
            yield f"{one.file}: är inte den fil som togs in"
    if advisories is None or advisories.newest is None:
        yield "inga kända sårbarheter har sökts: ange ADVISORIES=mapp"
        return
    if now - advisories.newest > OLDEST:
        yield f"de kända sårbarheterna är gamla: de nyaste är från {advisories.newest:%Y-%m-%d}"
    for package in made_of:
        for entry in advisories.entries:
            if concerns(entry, package):
                yield f"{package.name} {package.version}: {entry['id']} {entry.get('summary', '')}"


def may_be_used(licence: str) -> bool:
    """Each of several that hold at once, and one of those to choose among."""
    parts = licence.upper().replace("(", " ").replace(")", " ").split(" AND ")
    return all(
        any(word in choice for choice in part.split(" OR ") for word in ALLOWED) for part in parts
    )


def concerns(entry: dict[str, Any], package: Package) -> bool:
    for affected in entry.get("affected", ()):
        of = affected.get("package", {})
        same = of.get("ecosystem") == "PyPI" and canonicalize_name(of["name"]) == package.name
        if same and (
            package.version in affected.get("versions", ())
            or any(within(one, package.version) for one in affected.get("ranges", ()))
        ):
            return True
    return False


def within(span: dict[str, Any], version: str) -> bool:
    """Whether a version is in a range of OSV: from each introduction until it was mended."""
    if span.get("type") != "ECOSYSTEM":
        return False
    ours, hit = Version(version), False
    for event in span["events"]:
        ((what, at),) = list(event.items())[:1]
        try:
            place = Version("0" if at == "0" else at)
        except InvalidVersion:
            continue
        if what == "introduced" and ours >= place:
            hit = True
        elif (what == "fixed" and ours >= place) or (what == "last_affected" and ours > place):
            hit = False
    return hit


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--advisories", type=Path)
    folder = asked.parse_args().advisories
    advisories = read(folder) if folder else None
    made_of = packages()
    found = list(faults(made_of, advisories, datetime.now(UTC)))
    print(f"{len(made_of)} paket och {len(vendored())} filer för webbläsaren.")
    if advisories and advisories.newest:
        print(f"{len(advisories.entries)} kända sårbarheter, till och med {advisories.newest:%F}.")
    print("\n".join(found) or "Inget att anmärka.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
