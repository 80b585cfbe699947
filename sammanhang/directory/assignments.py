"""Assignments (medarbetaruppdrag) from a CSV file: who may act for which unit, in which role, when.

As with units, nothing is written while a row is faulty. A row is an assignment: it is new, or it
changes the purpose or last day of the one that the person already has in that role at that unit;
when that began is history, and stays. Whoever the file doesn't name
keeps what they have; an assignment is ended by a row with its last day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from sammanhang.directory import csv_file, hsa
from sammanhang.directory.csv_file import Report, Values
from sammanhang.directory.models import ROLES, Assignment, Staff, Unit
from sammanhang.directory.units import OWNER
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


def import_assignments(path: str, *, dry_run: bool, echo: Callable[[str], None]) -> int:
    """Imports a file and tells what came of it. Returns an exit code: 0, or 1 with faults."""
    return csv_file.import_file(path, read_assignments, _apply, dry_run=dry_run, echo=echo)


# --- Reading --------------------------------------------------------------------------------


def read_assignments(text: str, today: date) -> tuple[list[Row], Report]:
    """The sound rows of a CSV text, and a report with its faults. Raises Unreadable."""
    report = Report()
    units = set(Unit.objects.using(OWNER).values_list("hsa_id", flat=True))
    rows = csv_file.sound(
        csv_file.rows(text, COLUMNS, report),
        lambda given: _read_row(given, units, today),
        report,
        key=lambda row: (row.person, row.unit, row.role),
        called=lambda row: "uppdraget",
    )
    return rows, report


def _read_row(given: Values, units: set[str], today: date) -> Row:
    since = given.day("since") or today
    row = Row(
        line=given.line,
        person=given.checked(hsa.hsa_id, "person", "person: "),
        given_name=given.text(given["given_name"], "förnamn", LONGEST),
        family_name=given.text(given["family_name"], "efternamn", LONGEST),
        unit=given.checked(hsa.hsa_id, "unit", "unit: "),
        role=given["role"],
        purpose=given["purpose"] or PURPOSE,
        since=since,
        until=given.last_day(since),
    )
    if row.unit and row.unit not in units:
        given.faults.append(f"enheten {row.unit} finns inte. Läs in enheterna först.")
    if row.role not in ROLES:
        given.faults.append(f"rollen '{row.role}' finns inte. Välj en av {', '.join(ROLES)}.")
    if len(row.purpose) > LONGEST:
        given.faults.append(f"ändamålet är längre än {LONGEST} tecken.")
    return row


# --- Writing --------------------------------------------------------------------------------


def _apply(rows: list[Row], report: Report, dry_run: bool) -> None:
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
