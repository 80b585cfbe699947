"""Units from a CSV file: read, checked, compared with what is known, and written all at once.

Faulty rows are listed by line and reason. Nothing is written while a row is faulty, so that the
directory never holds half a delivery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from sammanhang.directory import csv_file, hsa
from sammanhang.directory.csv_file import Report, Values
from sammanhang.directory.models import UNIT_TYPES, Municipality, Organisation, Unit, UnitPeriod
from sammanhang.swedish_order import swedish_sort_key

REQUIRED = ("hsa_id", "type", "name", "organisation_number", "organisation", "municipality")
OPTIONAL = ("parent", "since", "until", "synthetic", "successor")
LONGEST = 120
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Row:
    """A unit as a file tells of it."""

    line: int
    hsa_id: str
    type: str
    name: str
    parent: str
    organisation_number: str
    organisation: str
    municipality: str
    since: date
    until: date | None
    synthetic: bool
    successor: str | None


def import_file(path: str, *, dry_run: bool, echo: Callable[[str], None]) -> int:
    """Imports a file and tells what came of it. Returns an exit code: 0, or 1 with faults."""
    return csv_file.import_file(path, read_units, apply, dry_run=dry_run, echo=echo)


# --- Reading --------------------------------------------------------------------------------


def read_units(text: str, today: date) -> tuple[list[Row], Report]:
    """The sound rows of a CSV text, and a report with its faults. Raises Unreadable."""
    report, municipalities = Report(), _municipalities()
    rows = csv_file.sound(
        csv_file.rows(text, REQUIRED, report, OPTIONAL),
        lambda given: _read_row(given, municipalities, today),
        report,
        key=lambda row: row.hsa_id,
        called=lambda row: f"enheten {row.hsa_id}",
    )
    return rows, report


def _municipalities() -> dict[str, str]:
    """Codes by code and by name."""
    known = Municipality.objects.using(OWNER).values_list("scb_code", "name")
    return {key: code for code, name in known for key in (code, name.lower())}


def _read_row(given: Values, municipalities: dict[str, str], today: date) -> Row:
    since = given.day("since") or today
    row = Row(
        line=given.line,
        hsa_id=given.checked(hsa.hsa_id, "hsa_id"),
        type=given["type"],
        name=given.text(given["name"], "namn", LONGEST),
        parent=given.text(given["parent"] or given["organisation"], "överordnad", LONGEST),
        organisation_number=given.checked(hsa.organisation_number, "organisation_number"),
        organisation=given.text(given["organisation"], "organisation", LONGEST),
        municipality=municipalities.get(given["municipality"].lower(), ""),
        since=since,
        until=given.last_day(since),
        synthetic=given["synthetic"].lower() != "false",
        successor=given["successor"].upper() or None,
    )
    if row.type not in UNIT_TYPES:
        given.faults.append(f"typen '{row.type}' finns inte. Välj en av {', '.join(UNIT_TYPES)}.")
    if not row.municipality:
        given.faults.append(f"kommunen '{given['municipality']}' finns inte i länet.")
    return row


# --- Writing --------------------------------------------------------------------------------


def apply(rows: list[Row], report: Report, dry_run: bool) -> None:
    """Writes the rows in one transaction and notes each change; a dry run only notes."""
    with transaction.atomic(using=OWNER):
        known = {unit.hsa_id: unit for unit in Unit.objects.using(OWNER)}
        latest = {
            period.unit.pk: period
            for period in UnitPeriod.objects.using(OWNER)
            .select_related("unit", "municipality")
            .order_by("unit_id", "since")
        }
        _check_successors(rows, known, report)
        if report.faults:
            return
        _write_organisations(rows)
        new = [row for row in rows if row.hsa_id not in known]
        _write_new(new, report)
        for row in rows:
            if row.hsa_id in known:
                _write_known(row, known[row.hsa_id], latest[row.hsa_id], report)
        for row in rows:
            if row.successor:
                units = Unit.objects.using(OWNER).filter(hsa_id=row.hsa_id)
                units.update(successor_id=row.successor)
        if dry_run:
            transaction.set_rollback(True, using=OWNER)


def _check_successors(rows: list[Row], known: dict[str, Unit], report: Report) -> None:
    there = known.keys() | {row.hsa_id for row in rows}
    for row in rows:
        if row.successor and row.successor not in there:
            report.faults.append((row.line, f"efterföljaren {row.successor} finns inte."))
        elif row.type and row.hsa_id in known and known[row.hsa_id].type != row.type:
            reason = (
                f"{row.hsa_id} är {known[row.hsa_id].type} och kan inte byta typ. Ge ett nytt id."
            )
            report.faults.append((row.line, reason))


def _write_organisations(rows: list[Row]) -> None:
    Organisation.objects.using(OWNER).bulk_create(
        {
            row.organisation_number: Organisation(row.organisation_number, row.organisation)
            for row in rows
        }.values(),
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name"],
    )


def _write_new(rows: list[Row], report: Report) -> None:
    Unit.objects.using(OWNER).bulk_create(
        Unit(
            hsa_id=row.hsa_id,
            type=row.type,
            organisation_id=row.organisation_number,
            synthetic=row.synthetic,
        )
        for row in rows
    )
    UnitPeriod.objects.using(OWNER).bulk_create(_period(row, row.since) for row in rows)
    report.changes += [f"ny: {row.name} ({row.hsa_id})" for row in rows]


def _period(row: Row, since: date) -> UnitPeriod:
    return UnitPeriod(
        unit_id=row.hsa_id,
        name=row.name,
        sort_key=swedish_sort_key(row.name),
        parent=row.parent,
        municipality_id=row.municipality,
        since=since,
        until=row.until,
    )


def _write_known(row: Row, unit: Unit, latest: UnitPeriod, report: Report) -> None:
    if (row.name, row.parent, row.municipality) != (
        latest.name,
        latest.parent,
        latest.municipality.pk,
    ):
        day = max(row.since, latest.since + timedelta(days=1))
        latest.until = day
        latest.save(using=OWNER)
        _period(row, day).save(using=OWNER)
        report.changes.append(f"ändrad: {latest.name} blir {row.name} från {day} ({row.hsa_id})")
    elif row.until != latest.until:
        latest.until = row.until
        latest.save(using=OWNER)
        when = f"stänger {row.until}" if row.until else "öppnar igen"
        report.changes.append(f"ändrad: {row.name} {when} ({row.hsa_id})")
    else:
        report.unchanged += 1
