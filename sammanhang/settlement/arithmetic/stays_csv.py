"""Stays from a table with a row for each readiness period; what is wrong is told by row.

Columns: stay_id, municipality, specialty, admitted_at, admission_notice_at, ready_at,
ready_withdrawn_at, sip_called_at, discharged_at, deceased_at. Moments are ISO 8601 with an offset,
empty where it has not happened. Rows of one stay_id are its readiness periods.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.stays import Readiness, Stay

MOMENTS = (
    "admitted_at",
    "admission_notice_at",
    "ready_at",
    "ready_withdrawn_at",
    "sip_called_at",
    "discharged_at",
    "deceased_at",
)
COLUMNS = ("stay_id", "municipality", "specialty", *MOMENTS)
SPECIALTIES = {
    "somatic": Specialty.SOMATIC,
    "somatisk": Specialty.SOMATIC,
    "somatik": Specialty.SOMATIC,
    "psychiatric": Specialty.PSYCHIATRIC,
    "psychiatry": Specialty.PSYCHIATRIC,
    "psykiatrisk": Specialty.PSYCHIATRIC,
    "psykiatri": Specialty.PSYCHIATRIC,
}
YEARS = range(2000, 2101)
LONGEST = 200
"""Characters in a key or a name."""


class NoTable(Exception):
    """The text is no table of stays; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not settled. `row` is its line number in the file; the header is 1."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    stay_id: str
    municipality: str
    specialty: Specialty
    moments: dict[str, datetime | None]

    def at(self, column: str) -> datetime | None:
        return self.moments[column]


class _Faulty(Exception):
    """Internal to this module: the row can't be used, and this is why."""


@dataclass(slots=True)
class Read:
    """The stays that have ended, and the rows that can't be used."""

    stays: list[Stay] = field(default_factory=list[Stay])
    rejected: list[Rejected] = field(default_factory=list[Rejected])


def read_stays(text: str) -> Read:
    """Stays of the table. A stay of which one row is faulty is rejected whole, since its days
    would be wrong. Stays that have not ended are left out. Raises NoTable."""
    read = Read()
    by_stay: dict[str, list[_Row]] = {}
    faulty: dict[str, int] = {}
    for line, found in _rows(text):
        stay_id = found.get("stay_id", "").strip()
        try:
            row = _row(line, found)
        except _Faulty as fault:
            read.rejected.append(Rejected(line, str(fault)))
            faulty.setdefault(stay_id, line)
        else:
            by_stay.setdefault(stay_id, []).append(row)
    for stay_id, rows in by_stay.items():
        if stay_id and stay_id in faulty:
            why = f"Rad {faulty[stay_id]} av samma vårdtillfälle ({stay_id}) är felaktig."
            read.rejected += [Rejected(row.line, why) for row in rows]
            continue
        try:
            stay = _stay(rows)
        except _Faulty as fault:
            read.rejected += [Rejected(row.line, str(fault)) for row in rows]
        else:
            read.stays += [stay] if stay else []
    read.rejected.sort(key=lambda one: one.row)
    return read


# --- Rows -----------------------------------------------------------------------------------


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and values by column. A line is a row, so that a stray quotation mark spoils
    no other row than its own."""
    if "\0" in text:
        raise NoTable("Filen är ingen textfil.")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
    names = [name.strip().lower() for name in values(lines[0], delimiter)]
    _check_header(names)
    for line, written in enumerate(lines[1:], start=2):
        row = values(written, delimiter)
        if any(value.strip() for value in row):
            yield line, _by_column(names, row)


def values(line: str, delimiter: str) -> list[str]:
    """The values of one line of a table."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), list[str]())
    except csv.Error:
        return [line]  # a single value, where a row has many


def _check_header(names: Sequence[str]) -> None:
    lacking = [name for name in COLUMNS if name not in names]
    if lacking:
        what = "Kolumnen" if len(lacking) == 1 else "Kolumnerna"
        raise NoTable(
            f"{what} {', '.join(lacking)} saknas. Första raden ska vara: {','.join(COLUMNS)}"
        )
    twice = next((name for name in COLUMNS if names.count(name) > 1), None)
    if twice:
        raise NoTable(f"Kolumnen {twice} finns två gånger på första raden.")


def _by_column(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    found = dict(zip(names, row, strict=False))
    if len(row) != len(names):
        found["#"] = f"Raden har {len(row)} värden, men ska ha {len(names)}."
    return found


def _row(line: int, found: dict[str, str]) -> _Row:
    if "#" in found:
        raise _Faulty(found["#"])
    texts = {name: found[name].strip() for name in COLUMNS}
    for name in ("stay_id", "municipality", "specialty", "admitted_at"):
        if not texts[name]:
            raise _Faulty(f"{name} saknas.")
        if len(texts[name]) > LONGEST:
            raise _Faulty(f"{name} är för långt (högst {LONGEST} tecken).")
    specialty = SPECIALTIES.get(texts["specialty"].lower())
    if specialty is None:
        written = texts["specialty"]
        raise _Faulty(f"specialty är '{written}'. Skriv 'somatic' eller 'psychiatric'.")
    moments = {name: _moment(name, texts[name]) for name in MOMENTS}
    row = _Row(line, texts["stay_id"], texts["municipality"], specialty, moments)
    _check_order(row)
    return row


def _moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        example = "2026-03-05T12:00:00+01:00"
        raise _Faulty(f"{name} är '{text[:40]}', som ingen tid är. Skriv {example}.") from None
    if moment.tzinfo is None:
        raise _Faulty(f"{name} är '{text}' utan tidszon. Lägg till den, till exempel +01:00.")
    if moment.year not in YEARS:
        raise _Faulty(f"{name} är år {moment.year}, som är orimligt.")
    return moment


_ORDERED = (
    ("admitted_at", "ready_at"),
    ("admitted_at", "discharged_at"),
    ("admitted_at", "deceased_at"),
    ("ready_at", "ready_withdrawn_at"),
    ("ready_at", "discharged_at"),
    ("ready_at", "deceased_at"),
    ("ready_withdrawn_at", "discharged_at"),
    ("ready_withdrawn_at", "deceased_at"),
)


def _check_order(row: _Row) -> None:
    for earlier, later in _ORDERED:
        first, then = row.at(earlier), row.at(later)
        if first and then and then < first:
            raise _Faulty(f"{later} ({then.isoformat()}) är före {earlier} ({first.isoformat()}).")
    if row.at("ready_withdrawn_at") and not row.at("ready_at"):
        raise _Faulty("ready_withdrawn_at finns, men ready_at saknas.")


# --- Stays ----------------------------------------------------------------------------------


def _stay(rows: Sequence[_Row]) -> Stay | None:
    """The rows of one stay together; None if it has not ended."""
    for column in ("admitted_at", "discharged_at", "deceased_at"):
        if len({row.at(column) for row in rows} - {None}) > 1:
            raise _Faulty(f"Raderna för vårdtillfället {rows[0].stay_id} har olika {column}.")
    periods = sorted(_periods(rows), key=lambda pair: pair[0].notice_at)
    for (earlier, _), (later, _) in pairwise(periods):
        if earlier.withdrawn_at is None or later.notice_at < earlier.withdrawn_at:
            raise _Faulty(
                f"Vårdtillfället {rows[0].stay_id} blir utskrivningsklart på nytt "
                f"{later.notice_at.isoformat()} utan att det förra har återtagits innan."
            )
    ended_at = min((at for row in rows for at in _ends(row) if at), default=None)
    if ended_at is None:
        return None
    last = periods[-1][1] if periods else rows[-1]
    notices = [at for row in rows if (at := row.at("admission_notice_at"))]
    return Stay(
        id=last.stay_id,
        municipality=last.municipality,
        specialty=last.specialty,
        admission_notice_at=min(notices, default=None),
        readiness=tuple(one for one, _ in periods),
        ended_at=ended_at,
    )


def _ends(row: _Row) -> tuple[datetime | None, datetime | None]:
    return row.at("discharged_at"), row.at("deceased_at")


def _periods(rows: Sequence[_Row]) -> Iterator[tuple[Readiness, _Row]]:
    for row in rows:
        ready = row.at("ready_at")
        if ready is not None:
            yield Readiness(ready, row.at("ready_withdrawn_at"), row.at("sip_called_at")), row
        elif len(rows) > 1:
            text = f"ready_at saknas på rad {row.line}, fast vårdtillfället har flera rader."
            raise _Faulty(text)
