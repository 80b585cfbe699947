"""How far behind the locked packages are: the newest versions that the project permits, and since
when they are out, as the package registry tells `uv lock`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.version import Version

from tests.supply.packages import ROOT, Package

UV = Path(sys.executable).parent / "uv"
WITHIN = timedelta(days=92)
"""A new version is taken each quarter (docs/security/components.md)."""


class NotSeen(Exception):
    """The registry didn't tell; the message says why."""


@dataclass(frozen=True, slots=True)
class Newer:
    """A version that we don't have yet. `since`: when it came, where the registry tells."""

    package: Package
    version: str
    since: datetime | None

    def late(self, now: datetime) -> bool:
        return self.since is None or now - self.since > WITHIN


def newer(made_of: Iterable[Package], project: Path = ROOT / "pyproject.toml") -> list[Newer]:
    """What is newer than ours, longest out first. Raises NotSeen.

    Of several newer versions only the newest is known, so what has been skipped for long while new
    ones kept coming looks younger than it is.
    """
    newest = _newest(project)
    ours: dict[str, Package] = {}
    for one in sorted(made_of, key=lambda one: Version(one.version)):
        ours[one.name] = one  # the newest, where Python's versions have one each
    found = [
        Newer(one, *newest[name])
        for name, one in ours.items()
        if name in newest and Version(newest[name][0]) > Version(one.version)
    ]
    return sorted(found, key=lambda one: (one.since is not None, one.since, one.package.name))


def _newest(project: Path) -> dict[str, tuple[str, datetime | None]]:
    with TemporaryDirectory() as name:
        shutil.copy(project, name)
        command = [UV, "lock", "--upgrade", "--quiet", "--project", name]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotSeen((done.stderr.strip().splitlines() or ["uv lock gick inte"])[0])
        locked = tomllib.loads((Path(name) / "uv.lock").read_text())["package"]
    known = [one for one in locked if "registry" in one["source"]]
    known.sort(key=lambda one: Version(one["version"]))
    return {one["name"]: (one["version"], _since(one)) for one in known}


def _since(locked: dict[str, Any]) -> datetime | None:
    """When its first file came."""
    files = [*locked.get("wheels", ()), *([locked["sdist"]] if "sdist" in locked else ())]
    times = [datetime.fromisoformat(one["upload-time"]) for one in files if "upload-time" in one]
    return min(times, default=None)
