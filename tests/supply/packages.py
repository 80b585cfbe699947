"""What the software is made of: the lock file's packages, and the files for the browser that lie in
the source. One list, from which the bill of materials and the audit are made."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
VENDORED = ROOT / "sammanhang" / "site" / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned Python package. `licence` is empty where it isn't installed here."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str
    served: bool
    """Whether the service runs with it; otherwise only its makers do."""


@dataclass(frozen=True, slots=True)
class Vendored:
    """A file of others for the browser, as it lies in the source. `taken`: its hash when it was
    taken in; `sha256`: as it is now."""

    name: str
    version: str
    licence: str
    file: str
    taken: str
    sha256: str


def packages() -> list[Package]:
    served = needed_to_serve()
    return [
        Package(name, version, tuple(hashes), licence(name), name in served)
        for name, version, hashes in pinned(LOCK.read_text())
    ]


def pinned(lock: str) -> list[tuple[str, str, list[str]]]:
    """(name, version, hashes) of each package of a lock file."""
    return [
        (name, block.split()[0].split("==")[1], re.findall(r"--hash=sha256:([0-9a-f]{64})", block))
        for name, block in blocks(lock)
    ]


def blocks(lock: str) -> list[tuple[str, str]]:
    """The lines of each package of a lock file, by its name."""
    found = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    return [(canonicalize_name(one.split("==")[0]), one) for one in found if "==" in one]


def needed_to_serve() -> set[str]:
    """What the project itself depends on, and what that does."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting, found = [Requirement(one) for one in project["dependencies"]], set[str]()
    while waiting:
        one = waiting.pop()
        extras = [*one.extras, ""]
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(one.name)
        new = name not in found
        found.add(name)
        if new or one.extras:
            waiting += _asked_by(name, extras)
    return found


def _asked_by(name: str, extras: list[str]) -> list[Requirement]:
    try:
        asked = [Requirement(text) for text in distribution(name).requires or ()]
    except PackageNotFoundError:
        return []
    holds = [
        one
        for one in asked
        if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in extras)
    ]
    for one in holds:
        one.marker = None
    return holds


def licence(name: str) -> str:
    """As the package says it: an SPDX expression, else a classifier's or its own words."""
    try:
        told = distribution(name).metadata
    except PackageNotFoundError:
        return ""
    if expression := told.get("License-Expression"):
        return expression
    classifiers = [
        one.split(" :: ")[-1]
        for one in told.get_all("Classifier") or []
        if one.startswith("License :: ") and not one.endswith(":: OSI Approved")
    ]
    return " AND ".join(classifiers) or (told.get("License") or "").split("\n")[0][:60]


def vendored() -> list[Vendored]:
    """By the list that lies beside them."""
    listed = json.loads((VENDORED / "components.json").read_text())
    return [
        Vendored(
            one["name"],
            one["version"],
            one["licence"],
            one["file"],
            one["sha256"],
            hashlib.sha256((VENDORED / one["file"]).read_bytes()).hexdigest(),
        )
        for one in listed
    ]
