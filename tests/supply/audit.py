"""`make audit`: are the packages pinned, may they be used, is anything known against them, and are
they as new as docs/security/components.md asks?

Fetches OSV's advisories of the day; or ADVISORIES is another address, a file or a folder. What
couldn't be looked for is said, and then the audit doesn't pass. What was looked for and found is
written to build/audit.json, with the lock file's hash, for whoever keeps it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.supply.advisories import PUBLISHED, Advisories, NotFetched, concerns, fetch, read
from tests.supply.ages import Newer, NotSeen, newer
from tests.supply.packages import LOCK, ROOT, Package, packages, vendored

BUILD = ROOT / "build"
ALLOWED = (
    "0BSD", "APACHE", "BSD", "CC0", "ISC", "LGPL", "LESSER GENERAL PUBLIC", "MIT", "MOZILLA", "MPL",
    "OFL", "PSF", "PUBLIC DOMAIN", "PYTHON SOFTWARE FOUNDATION", "ZLIB",
)  # fmt: skip
"""Licences under which others' work may be part of this, by words in what they are called."""
SAID_ELSEWHERE = {"saxonche": "MPL-2.0"}
"""Where a package doesn't tell its licence but its home does."""
OLDEST = timedelta(days=30)
"""Advisories older than this don't tell of today."""


def faults(
    made_of: Iterable[Package],
    advisories: Advisories | str,
    ages: list[Newer] | str,
    now: datetime,
) -> Iterator[str]:
    """`advisories`, `ages`: what is known, or why it couldn't be seen."""
    made_of = list(made_of)
    yield from (f"{one.name}: låst utan kontrollsumma" for one in made_of if not one.hashes)
    yield from (
        f"{one.name}: licensen {one.licence!r} är inte en av de tillåtna"
        for one in made_of
        if one.licence and not may_be_used(one.licence)
    )
    for file in vendored():
        if file.taken != file.sha256:
            yield f"{file.file}: är inte den fil som togs in"
    yield from _known_against(made_of, advisories, now)
    if isinstance(ages, str):
        yield f"hur gamla paketen är har inte setts: {ages}"
        return
    for one in ages:
        if one.late(now):
            since = f"sedan {one.since:%F}" if one.since else "sedan okänd tid"
            yield f"{one.package.name} {one.package.version}: {one.version} finns {since}"


def _known_against(
    made_of: list[Package], advisories: Advisories | str, now: datetime
) -> Iterator[str]:
    if isinstance(advisories, str):
        yield f"inga kända sårbarheter har sökts: {advisories}. Hämta dem själv: ADVISORIES=mapp"
        return
    if advisories.newest is None:
        yield "inga kända sårbarheter har sökts: det fanns inga i ADVISORIES"
        return
    if now - advisories.newest > OLDEST:
        yield f"de kända sårbarheterna är gamla: de nyaste är från {advisories.newest:%F}"
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


def known(where: str) -> Advisories | str:
    """The advisories of an address, a file or a folder, or why they couldn't be had."""
    try:
        if where.startswith(("http://", "https://")):
            return read(fetch(where, BUILD / "advisories.zip"))
        return read(Path(where))
    except (NotFetched, OSError, ValueError) as error:
        return str(error)


def ages_of(made_of: list[Package]) -> list[Newer] | str:
    """What is newer than ours, or why that couldn't be seen."""
    try:
        return newer(made_of)
    except NotSeen as why:
        return str(why)


def record(
    made_of: list[Package],
    advisories: Advisories | str,
    ages: list[Newer] | str,
    found: list[str],
    now: datetime,
) -> str:
    """What was looked for, and what came of it."""
    told = {
        "at": now.isoformat(timespec="seconds"),
        "lock_sha256": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "packages": len(made_of),
        "advisories": advisories
        if isinstance(advisories, str)
        else {"count": len(advisories.entries), "newest": str(advisories.newest)},
        "newer": ages
        if isinstance(ages, str)
        else {one.package.name: [one.version, str(one.since)] for one in ages},
        "faults": found,
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--advisories", default=PUBLISHED)
    advisories, made_of = known(asked.parse_args().advisories), packages()
    ages, now = ages_of(made_of), datetime.now(UTC)
    found = list(faults(made_of, advisories, ages, now))
    print(f"{len(made_of)} paket och {len(vendored())} filer för webbläsaren.")
    if isinstance(advisories, Advisories) and advisories.newest:
        print(f"{len(advisories.entries)} kända sårbarheter, till och med {advisories.newest:%F}.")
    if isinstance(ages, list):
        oldest = f", den äldsta sedan {ages[0].since:%F}" if ages and ages[0].since else ""
        print(f"{len(ages)} paket har en nyare version{oldest}.")
    print("\n".join(found) or "Inget att anmärka.")
    BUILD.mkdir(exist_ok=True)
    (BUILD / "audit.json").write_text(record(made_of, advisories, ages, found, now))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
