"""Units from a CSV file: read, checked, compared with what is known, and written all at once.

Faulty rows are listed by line and reason. Nothing is written while a row is faulty, so that the
directory never holds half a delivery.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from sammanhang.directory import hsa
from sammanhang.directory.models import UNIT_TYPES, Municipality, Organisation, Unit, UnitPeriod
from sammanhang.swedish_order import swedish_sort_key

REQUIRED = ("hsa_id", "type", "name", "organisation_number", "organisation", "municipality")
OPTIONAL = ("parent", "since", "until", "synthetic", "successor")
LARGEST = 20 * 1024 * 1024
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


@dataclass(slots=True)
class Report:
    """What a file changes, or why it can't be used. Changes are (kind, text)."""

    faults: list[tuple[int, str]] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)
    unchanged: int = 0


class Unreadable(Exception):
    """The file as a whole can't be read; the message says what to do."""


def import_file(path: str, *, dry_run: bool, echo: Callable[[str], None]) -> int:
    """Imports a file and tells what came of it. Returns an exit code: 0, or 1 with faults."""
    try:
        rows, report = read_units(content(path), timezone.localdate())
    except Unreadable as unreadable:
        echo(f"{path}: {unreadable}")
        return 1
    if not report.faults:
        apply(rows, report, dry_run=dry_run)
    for line, reason in report.faults:
        echo(f"{path}:{line}: fel: {reason}")
    if report.faults:
        echo(
            f"{len(report.faults)} felaktiga rader. Inget har lästs in; rätta dem och försök igen."
        )
        return 1
    for kind, text in report.changes:
        echo(f"{kind}: {text}")
    verb = "skulle ändras" if dry_run else "ändrade"
    echo(f"{len(report.changes)} {verb}, {report.unchanged} oförändrade.")
    return 0


def content(path: str) -> str:
    """The text of a file that somebody delivers. Raises Unreadable."""
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


# --- Reading --------------------------------------------------------------------------------


def read_units(text: str, today: date) -> tuple[list[Row], Report]:
    """The sound rows of a CSV text, and a report with its faults. Raises Unreadable."""
    report = Report()
    separator = (
        ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    )
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, strict=True)
    _check_columns(list(reader.fieldnames or ()))
    municipalities = _municipalities()
    rows: list[Row] = []
    seen: dict[str, int] = {}
    try:
        for given in reader:
            row = _read_row(given, reader.line_num, municipalities, report, today)
            if row is None:
                continue
            if row.hsa_id in seen:
                reason = f"enheten {row.hsa_id} står också på rad {seen[row.hsa_id]}."
                report.faults.append((row.line, reason))
            seen.setdefault(row.hsa_id, row.line)
            rows.append(row)
    except csv.Error as error:
        report.faults.append((reader.line_num, f"raden går inte att tolka som CSV ({error})."))
    return rows, report


def _check_columns(columns: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise Unreadable(
            f"kolumnerna {', '.join(missing)} saknas. Första raden ska ha "
            f"{', '.join((*REQUIRED, *OPTIONAL))}."
        )


def _municipalities() -> dict[str, str]:
    """Codes by code and by name."""
    known = Municipality.objects.using(OWNER).values_list("scb_code", "name")
    return {key: code for code, name in known for key in (code, name.lower())}


def _read_row(
    given: dict[str, str], line: int, municipalities: dict[str, str], report: Report, today: date
) -> Row | None:
    faults: list[str] = []

    def value(name: str) -> str:
        return (given.get(name) or "").strip()

    def checked(check: Callable[[str], str], name: str) -> str:
        try:
            return check(value(name))
        except ValidationError as error:
            faults.append(error.messages[0])
            return ""

    if None in given:
        faults.append("raden har fler värden än kolumner.")
    row = Row(
        line=line,
        hsa_id=checked(hsa.hsa_id, "hsa_id"),
        type=value("type"),
        name=_text(value("name"), "namn", faults),
        parent=_text(value("parent") or value("organisation"), "överordnad", faults),
        organisation_number=checked(hsa.organisation_number, "organisation_number"),
        organisation=_text(value("organisation"), "organisation", faults),
        municipality=municipalities.get(value("municipality").lower(), ""),
        since=_day(value("since"), "since", faults) or today,
        until=_day(value("until"), "until", faults),
        synthetic=value("synthetic").lower() != "false",
        successor=value("successor").upper() or None,
    )
    if row.type not in UNIT_TYPES:
        faults.append(f"typen '{row.type}' finns inte. Välj en av {', '.join(UNIT_TYPES)}.")
    if not row.municipality:
        faults.append(f"kommunen '{value('municipality')}' finns inte i länet.")
    if row.until and row.until <= row.since:
        faults.append("sista dagen (until) ska ligga efter den första (since).")
    report.faults += [(line, fault) for fault in faults]
    return None if faults else row


def _text(text: str, what: str, faults: list[str]) -> str:
    if not text:
        faults.append(f"{what} saknas.")
    elif len(text) > 120:
        faults.append(f"{what} är längre än 120 tecken.")
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


def apply(rows: Iterable[Row], report: Report, *, dry_run: bool) -> None:
    """Writes the rows in one transaction and notes each change; a dry run only notes."""
    rows = list(rows)
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
    report.changes += [("ny", f"{row.name} ({row.hsa_id})") for row in rows]


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
        report.changes.append(
            ("ändrad", f"{latest.name} blir {row.name} från {day} ({row.hsa_id})")
        )
    elif row.until != latest.until:
        latest.until = row.until
        latest.save(using=OWNER)
        when = f"stänger {row.until}" if row.until else "öppnar igen"
        report.changes.append(("ändrad", f"{row.name} {when} ({row.hsa_id})"))
    else:
        report.unchanged += 1
