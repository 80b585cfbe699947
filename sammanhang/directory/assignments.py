"""Assignments (medarbetaruppdrag) from a CSV file: who may act for which unit, in which role, when.

As with units, nothing is written while a row is faulty. A row is an assignment: it is new, or it
changes the purpose or last day of the one that the person already has in that role at that unit;
when that began is history, and stays. Whoever the file doesn't
name keeps what they have; an assignment is ended by a row with its last day.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from sammanhang.directory import hsa
from sammanhang.directory.importing import OWNER, Unreadable, content
from sammanhang.directory.models import ROLES, Assignment, Staff, Unit
from sammanhang.swedish_order import swedish_sort_key

COLUMNS = ("person", "given_name", "family_name", "unit", "role", "purpose", "since", "until")
PURPOSE = "Vård och behandling"
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Row:
    """An assignment as a file tells of it. `until`: the first day on which it no longer holds."""

    line: int
    person: str
    given_name: str
    family_name: str
    unit: str
    role: str
    purpose: str
    since: date
    until: date | None


@dataclass(slots=True)
class Report:
    """What a file changes, or why it can't be used."""

    faults: list[tuple[int, str]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    unchanged: int = 0


def import_assignments(path: str, *, dry_run: bool, echo: Callable[[str], None]) -> int:
    """Imports a file and tells what came of it. Returns an exit code: 0, or 1 with faults."""
    try:
        rows, report = read_assignments(content(path), timezone.localdate())
    except Unreadable as unreadable:
        echo(f"{path}: {unreadable}")
        return 1
    if not report.faults:
        _apply(rows, report, dry_run=dry_run)
    for line, reason in sorted(report.faults):
        echo(f"{path}:{line}: fel: {reason}")
    if report.faults:
        many = len({line for line, _ in report.faults})
        echo(f"{many} felaktiga rader. Inget har lästs in; rätta dem och försök igen.")
        return 1
    for text in report.changes:
        echo(text)
    verb = "skulle ändras" if dry_run else "ändrade"
    echo(f"{len(report.changes)} {verb}, {report.unchanged} oförändrade.")
    return 0


# --- Reading --------------------------------------------------------------------------------


def read_assignments(text: str, today: date) -> tuple[list[Row], Report]:
    """The sound rows of a CSV text, and a report with its faults. Raises Unreadable."""
    head = text.split("\n", 1)[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Unreadable(
            f"kolumnerna {', '.join(missing)} saknas. Första raden ska ha {', '.join(COLUMNS)}."
        )
    units = set(Unit.objects.using(OWNER).values_list("hsa_id", flat=True))
    report, rows = Report(), list[Row]()
    seen: dict[tuple[str, str, str], int] = {}
    try:
        for given in reader:
            row = _read_row(given, reader.line_num, units, report, today)
            if row is None:
                continue
            key = row.person, row.unit, row.role
            if key in seen:
                report.faults.append((row.line, f"uppdraget står också på rad {seen[key]}."))
            seen.setdefault(key, row.line)
            rows.append(row)
    except csv.Error as error:
        report.faults.append((reader.line_num, f"raden går inte att tolka som CSV ({error})."))
    return rows, report


def _read_row(
    given: dict[str, str], line: int, units: set[str], report: Report, today: date
) -> Row | None:
    faults: list[str] = []
    if None in given:
        faults.append("raden har fler värden än kolumner.")
    values = {name: (given.get(name) or "").strip() for name in COLUMNS}
    row = Row(
        line=line,
        person=_hsa_id(values["person"], "person", faults),
        given_name=_name(values["given_name"], "förnamn", faults),
        family_name=_name(values["family_name"], "efternamn", faults),
        unit=_hsa_id(values["unit"], "unit", faults),
        role=values["role"],
        purpose=values["purpose"] or PURPOSE,
        since=_day(values["since"], "since", faults) or today,
        until=_day(values["until"], "until", faults),
    )
    if row.unit and row.unit not in units:
        faults.append(f"enheten {row.unit} finns inte. Läs in enheterna först.")
    if row.role not in ROLES:
        faults.append(f"rollen '{row.role}' finns inte. Välj en av {', '.join(ROLES)}.")
    if len(row.purpose) > LONGEST:
        faults.append(f"ändamålet är längre än {LONGEST} tecken.")
    if row.until and row.until <= row.since:
        faults.append("sista dagen (until) ska ligga efter den första (since).")
    report.faults += [(line, fault) for fault in faults]
    return None if faults else row


def _hsa_id(text: str, what: str, faults: list[str]) -> str:
    try:
        return hsa.hsa_id(text)
    except ValidationError as error:
        faults.append(f"{what}: {error.messages[0]}")
        return ""


def _name(text: str, what: str, faults: list[str]) -> str:
    if not text:
        faults.append(f"{what} saknas.")
    elif len(text) > LONGEST:
        faults.append(f"{what} är längre än {LONGEST} tecken.")
    elif text[0] in "=+@\t" or not text.isprintable():
        faults.append(f"{what} ser ut som en formel eller har styrtecken.")
    return text


def _day(text: str, name: str, faults: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(f"{name} ska vara en dag, år-månad-dag.")
        return None


# --- Writing --------------------------------------------------------------------------------


def _apply(rows: list[Row], report: Report, *, dry_run: bool) -> None:
    """Writes the rows in one transaction and notes each change; a dry run only notes."""
    with transaction.atomic(using=OWNER):
        people = {row.person for row in rows}
        _write_people(rows)
        latest = {
            (one.staff.pk, one.unit.pk, one.role): one
            for one in Assignment.objects.using(OWNER)
            .filter(staff_id__in=people)
            .select_related("staff", "unit")
            .order_by("since")
        }
        for row in rows:
            _write(row, latest.get((row.person, row.unit, row.role)), report)
        if dry_run or report.faults:
            transaction.set_rollback(True, using=OWNER)


def _write_people(rows: list[Row]) -> None:
    Staff.objects.using(OWNER).bulk_create(
        {
            row.person: Staff(
                hsa_id=row.person,
                given_name=row.given_name,
                family_name=row.family_name,
                sort_key=swedish_sort_key(f"{row.family_name} {row.given_name}"),
            )
            for row in rows
        }.values(),
        update_conflicts=True,
        unique_fields=["hsa_id"],
        update_fields=["given_name", "family_name", "sort_key"],
    )


def _write(row: Row, known: Assignment | None, report: Report) -> None:
    who = f"{row.given_name} {row.family_name} ({row.person}), {row.role} vid {row.unit}"
    if known is None or (known.until is not None and known.until <= row.since):
        Assignment(
            staff_id=row.person, unit_id=row.unit, role=row.role, purpose=row.purpose,
            since=row.since, until=row.until,
        ).save(using=OWNER)  # fmt: skip
        report.changes.append(f"nytt: {who} från {row.since}")
        return
    if row.until is not None and row.until <= known.since:
        reason = f"uppdraget började {known.since}, efter den sista dagen {row.until}."
        report.faults.append((row.line, reason))
        return
    if (known.purpose, known.until) == (row.purpose, row.until):
        report.unchanged += 1
        return
    ended = row.until is not None and row.until != known.until
    known.purpose, known.until = row.purpose, row.until
    known.save(using=OWNER)
    report.changes.append(f"slutar: {who} {row.until}" if ended else f"ändrat: {who}")
