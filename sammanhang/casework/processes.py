"""The processes that cases run under: the documents on disk, compiled once."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process

DISCHARGE = "in-och-utskrivning"
"""The process that a ward starts when it admits someone."""


class Unsound(Exception):
    """A shipped document that doesn't compile; the message lists its faults."""


@cache
def all_processes() -> dict[tuple[str, str], Process]:
    """By process key and version."""
    found: dict[tuple[str, str], Process] = {}
    for file in sorted(Path(settings.GUIDELINES).glob("*/dokument.md")):
        compiled = read_document(file.read_text(), str(file))
        if compiled.liability is not None:
            continue
        if compiled.process is None:
            raise Unsound("\n".join(str(finding) for finding in compiled.findings))
        process = compiled.process
        found[process.key, process.document.version] = process
    return found


def process_for(key: str, version: str | None = None) -> Process:
    """A process in a version, or in the latest. Raises KeyError when there is none."""
    processes = all_processes()
    if version is not None:
        return processes[key, version]
    versions = [process for (known, _), process in processes.items() if known == key]
    return max(versions, key=_in_force_from) if versions else processes[key, ""]


def _in_force_from(process: Process) -> date:
    return process.document.in_force_from or date.min
