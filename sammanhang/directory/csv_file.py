"""CSV files that somebody delivers to the directory: hostile until read, faults told by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.utils import timezone

LARGEST = 20 * 1024 * 1024
Row = TypeVar("Row", bound="Told")


class Told(Protocol):
    """What a sound row tells of."""

    @property
    def line(self) -> int: ...


class Unreadable(Exception):
    """The file as a whole can't be read; the message says what to do."""


@dataclass(slots=True)
class Report:
    """What a file changes, or why it can't be used. Faults are (line, reason)."""

    faults: list[tuple[int, str]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    unchanged: int = 0

    def tell(self, path: str, *, dry_run: bool, echo: Callable[[str], None]) -> int:
        """Tells what came of it. Returns an exit code: 0, or 1 with faults."""
        for line, reason in sorted(self.faults):
            echo(f"{path}:{line}: fel: {reason}")
        if self.faults:
            many = len({line for line, _ in self.faults})
            echo(f"{many} felaktiga rader. Inget har lästs in; rätta dem och försök igen.")
            return 1
        for text in self.changes:
            echo(text)
        verb = "skulle ändras" if dry_run else "ändrade"
        echo(f"{len(self.changes)} {verb}, {self.unchanged} oförändrade.")
        return 0


def import_file(
    path: str,
    read: Callable[[str, date], tuple[list[Row], Report]],
    apply: Callable[[list[Row], Report, bool], None],
    *,
    dry_run: bool,
    echo: Callable[[str], None],
) -> int:
    """Imports a file and tells what came of it. Returns an exit code: 0, or 1 with faults."""
    try:
        rows, report = read(content(path), timezone.localdate())
    except Unreadable as unreadable:
        echo(f"{path}: {unreadable}")
        return 1
    if not report.faults:
        apply(rows, report, dry_run)
    return report.tell(path, dry_run=dry_run, echo=echo)


def content(path: str) -> str:
    """The text of a file. Raises Unreadable."""
    try:
        found = Path(path).read_bytes()
    except FileNotFoundError:
        raise Unreadable("filen finns inte.") from None
    except (OSError, ValueError):
        raise Unreadable("filen går inte att läsa.") from None
    return decode(found)


def decode(content: bytes) -> str:
    if len(content) > LARGEST:
        raise Unreadable("filen är större än 20 MB. Dela den i flera.")
    if b"\0" in content:
        raise Unreadable("filen är ingen textfil. Spara den som CSV (UTF-8).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"rad {line} är inte i UTF-8. Spara filen som CSV (UTF-8).") from None


def rows(
    text: str, required: Sequence[str], report: Report, optional: Sequence[str] = ()
) -> Iterator[Values]:
    """Each row, separated by commas or semicolons. Raises Unreadable where a column lacks."""
    head = text.split("\n", 1)[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, strict=True)
    missing = [name for name in required if name not in (reader.fieldnames or ())]
    if missing:
        raise Unreadable(
            f"kolumnerna {', '.join(missing)} saknas. Första raden ska ha "
            f"{', '.join((*required, *optional))}."
        )
    try:
        for given in reader:
            yield Values(given, reader.line_num)
    except csv.Error as error:
        report.faults.append((reader.line_num, f"raden går inte att tolka som CSV ({error})."))


def sound(
    given: Iterable[Values],
    read: Callable[[Values], Row],
    report: Report,
    *,
    key: Callable[[Row], object],
    called: Callable[[Row], str],
) -> list[Row]:
    """The rows without a fault; those with one are reported, and what is told of twice."""
    found: list[Row] = []
    seen: dict[object, int] = {}
    for values in given:
        row = read(values)
        report.faults += [(values.line, fault) for fault in values.faults]
        if values.faults:
            continue
        if (first := seen.setdefault(key(row), row.line)) != row.line:
            report.faults.append((row.line, f"{called(row)} står också på rad {first}."))
        found.append(row)
    return found


class Values:
    """One row's values, read one by one, and the faults found in them."""

    def __init__(self, given: dict[str, str], line: int) -> None:
        self._given = given
        self.line = line
        self.faults: list[str] = []
        if None in given:
            self.faults.append("raden har fler värden än kolumner.")

    def __getitem__(self, name: str) -> str:
        return (self._given.get(name) or "").strip()

    def checked(self, check: Callable[[str], str], name: str, before: str = "") -> str:
        """A value that has a form of its own; empty where it hasn't. `before`: what the fault is
        about, where it doesn't say so itself."""
        try:
            return check(self[name])
        except ValidationError as error:
            self.faults.append(before + error.messages[0])
            return ""

    def text(self, text: str, what: str, longest: int) -> str:
        """A text that must be there. One that a spreadsheet would run is none."""
        if not text:
            self.faults.append(f"{what} saknas.")
        elif len(text) > longest:
            self.faults.append(f"{what} är längre än {longest} tecken.")
        elif text[0] in "=+@\t" or not text.isprintable():
            self.faults.append(f"{what} ser ut som en formel eller har styrtecken.")
        return text

    def day(self, name: str) -> date | None:
        text = self[name]
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.faults.append(f"{name} ska vara en dag, år-månad-dag.")
            return None

    def last_day(self, since: date) -> date | None:
        until = self.day("until")
        if until and until <= since:
            self.faults.append("sista dagen (until) ska ligga efter den första (since).")
        return until
