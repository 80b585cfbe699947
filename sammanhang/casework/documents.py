"""The governing documents in force, day by day. A version stays here for as long as a case may run
under it, whatever becomes of the folder it came from.

What held on a day is that day's edition. It never changes afterwards: a version takes effect from
tomorrow at the earliest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, connections

from sammanhang.guideline.front import read_front
from sammanhang.guideline.model import Document
from sammanhang.guideline.reader import read_source
from sammanhang.guideline.remarks import Remarks

DOCUMENT = "dokument.md"
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class InForce:
    """A version of a document, and from which day it holds. `file`: its place in the folder."""

    id: str
    version: str
    file: str
    text: str
    since: date
    until: date | None = None
    """The first day on which it is repealed."""
    binds_running: bool = False
    """Cases that run on its first day go over to it (`övergång: alla ärenden`)."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Which documents a case runs under: those in force on the day of change before it was
    `opened`, and of later ones those that bind running cases, through the day of `switched`."""

    opened: date
    switched: date | None = None

    def __str__(self) -> str:
        """As it is stored: `2026-01-01`, or `2026-01-01+2026-05-01`."""
        return f"{self.opened}+{self.switched}" if self.switched else str(self.opened)

    @classmethod
    def stored(cls, text: str) -> Edition:
        opened, _, switched = text.partition("+")
        return cls(date.fromisoformat(opened), date.fromisoformat(switched) if switched else None)


class DayHasBegun(Exception):
    """What holds on a day that has begun is not changed."""


def recorded() -> list[InForce]:
    """Every version that has been in force or is to be, in the order of days and files."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, version, file, text, since, until, binds_running from casework_document "
            "order by since, file"
        )
        return [InForce(*row) for row in cursor.fetchall()]


def days_of_change(everything: Sequence[InForce]) -> list[date]:
    """The days on which something begins or ceases to hold, in order."""
    ends = {one.until for one in everything if one.until}
    return sorted({one.since for one in everything} | ends)


def in_force_on(everything: Sequence[InForce], day: date) -> list[InForce]:
    """What holds on a day: of each document its latest version, unless that has been repealed."""
    latest: dict[str, InForce] = {}
    for one in everything:
        if one.since <= day and (one.id not in latest or latest[one.id].since <= one.since):
            latest[one.id] = one
    held = (one for one in latest.values() if one.until is None or day < one.until)
    return sorted(held, key=lambda one: one.file)


def held_in(everything: Sequence[InForce], edition: Edition) -> list[InForce]:
    """What a case of an edition runs under, in the order of files."""
    held = {one.id: one for one in in_force_on(everything, edition.opened)}
    held |= {one.id: one for one in _taking_over(everything, edition.opened, edition.switched)}
    return sorted(held.values(), key=lambda one: one.file)


def edition_after(everything: Sequence[InForce], edition: Edition, day: date) -> Edition | None:
    """The edition that a running case goes over to when a day has come, if it does."""
    since = edition.switched or edition.opened
    days = [one.since for one in _taking_over(everything, since, day)]
    return Edition(edition.opened, max(days)) if days else None


def _taking_over(
    everything: Sequence[InForce], after: date, through: date | None
) -> Iterator[InForce]:
    """Those that bind running cases from a later day than `after`, in the order of days."""
    for one in everything:
        if one.binds_running and through is not None and after < one.since <= through:
            yield one


def record_folder(folder: Path, today: date) -> list[str]:
    """Records the versions of a folder that are not here, as the tables' owner. Returns what the
    keeper needs to know: texts that were changed without a new version.

    The first time each holds from its own first day; afterwards from tomorrow at the earliest.
    """
    known = {(one.id, one.version): one for one in recorded()}
    remarks: list[str] = []
    for one in _in_folder(folder, today):
        there = known.get((one.id, one.version))
        if there is None:
            since = max(one.since, today + timedelta(days=1)) if known else one.since
            _insert(replace(one, since=since), using=OWNER)
        elif there.text != one.text:
            remarks.append(
                f"{one.file}: texten är ändrad, men heter fortfarande version {one.version}. "
                "Den som redan gäller används. Ge den nya texten ett nytt versionsnummer."
            )
    return remarks


def put_in_force(one: InForce, today: date) -> None:
    """Records a version that has been decided. Raises DayHasBegun."""
    if one.since <= today:
        raise DayHasBegun(one.since)
    _insert(one, using="default")


def repeal(id: str, version: str, until: date, today: date) -> None:
    """A version that is in force holds no more from a day. Raises DayHasBegun."""
    if until <= today:
        raise DayHasBegun(until)
    with connection.cursor() as cursor:
        cursor.execute(
            "update casework_document set until = %s where id = %s and version = %s",
            [until, id, version],
        )


def front_of(file: str, text: str) -> Document | None:
    """What a text says of itself."""
    remarks = Remarks(file)
    return read_front(read_source(text, remarks), remarks)


def _in_folder(folder: Path, today: date) -> Iterator[InForce]:
    for path in sorted(folder.rglob(DOCUMENT)):
        file, text = path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")
        document = front_of(file, text)
        if document is not None:
            since = document.in_force_from or today
            binds = document.binds_running
            yield InForce(document.id, document.version, file, text, since, None, binds)


def _insert(one: InForce, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "insert into casework_document (id, version, file, text, since, binds_running) "
            "values (%s, %s, %s, %s, %s, %s)",
            [one.id, one.version, one.file, one.text, one.since, one.binds_running],
        )
