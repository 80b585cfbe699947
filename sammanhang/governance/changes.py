"""What one text changes against another in duty: what it is that changes, and whom it touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sammanhang.governance.checking import check, process_without
from sammanhang.guideline.difference import Change, What, differences
from sammanhang.guideline.model import Process
from sammanhang.guideline.sentences import part_title


@dataclass(frozen=True, slots=True)
class Changes:
    by_what: Mapping[What, list[Change]]
    touched: tuple[str, ...]
    """The parts, by their titles."""

    @property
    def many(self) -> int:
        return sum(map(len, self.by_what.values()))


def changes(old: Process, new: Process) -> Changes:
    """From one process to another."""
    found: dict[What, list[Change]] = {}
    for change in differences(old, new):
        found.setdefault(change.what, []).append(change)
    parts = dict.fromkeys(part for some in found.values() for one in some for part in one.parts)
    return Changes(found, tuple(part_title(part, _having(part, new, old)) for part in parts))


def between(file: str, old: str | None, new: str, today: date) -> Changes | None:
    """From one text, or none, to another in the same place, each read with all else that holds, so
    that what others changed meanwhile is left out. None where it can't be told."""
    after = check(file, new, today).process
    if after is None:
        return None
    before = process_without(file, after) if old is None else check(file, old, today).process
    return changes(before, after) if before else None


def _having(part: str, new: Process, old: Process) -> Process:
    return new if part in new.parts else old
