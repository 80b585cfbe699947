"""What is known against packages of PyPI: OSV's advisories, from the file that it publishes of all
of them each day, or from a file or folder that somebody has brought."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import requests
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tests.supply.packages import Package

PUBLISHED = "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"
PATIENCE = 60  # seconds without anything coming


class NotFetched(Exception):
    """The advisories of the day couldn't be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Advisories:
    """What is known, and up to which day."""

    entries: tuple[dict[str, Any], ...]
    newest: datetime | None


def fetch(address: str, into: Path) -> Path:
    """The published file. Raises NotFetched, and then leaves what was fetched before."""
    into.parent.mkdir(parents=True, exist_ok=True)
    part = into.with_suffix(".part")
    try:
        with requests.get(address, stream=True, timeout=PATIENCE) as answer, part.open("wb") as to:
            answer.raise_for_status()
            for piece in answer.iter_content(2**20):
                to.write(piece)
    except requests.RequestException as error:
        raise NotFetched(f"{address} svarar inte som det ska: {type(error).__name__}") from error
    if not is_zipfile(part):
        raise NotFetched(f"{address} gav inte OSV:s zip-fil")
    return part.replace(into)


def read(brought: Path) -> Advisories:
    entries = [json.loads(text) for text in _texts(brought)]
    told = [datetime.fromisoformat(one["modified"]) for one in entries if one.get("modified")]
    alive = tuple(one for one in entries if not one.get("withdrawn"))
    return Advisories(alive, max(told, default=None))


def _texts(brought: Path) -> Iterator[str | bytes]:
    if brought.is_dir():
        yield from (file.read_text() for file in sorted(brought.rglob("*.json")))
    else:
        with ZipFile(brought) as packed:
            yield from (packed.read(name) for name in packed.namelist() if name.endswith(".json"))


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
