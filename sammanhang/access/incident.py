"""The incident package: what is known of something that has happened, as files to report from.

Who read or did what and when, which residents and units are affected, and proof that the log says
what it said. For the early warning within 24 hours and the report within 72 (Cybersäkerhetslagen
2025:1506), and for GDPR art. 33. Residents are told of by keys of the log, nobody by name or
number; the keeper follows a key back when the affected are to be told. Run as the owner.
"""

from __future__ import annotations

import csv
import getpass
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from sammanhang.access import seals
from sammanhang.engine.calendar import STOCKHOLM, local

OWNER = "owner"
AT_ONCE = 2000
TIMELINE = ("tid", "rad", "person", "enhet", "uppdrag", "handling", "ärende", "invånare", "varför")
AFFECTED = ("invånare", "rader", "första", "sista", "skyddade personuppgifter", "läst", "skrivet")
UNITS = ("enhet", "namn", "vårdgivare", "rader", "invånare")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the incident is about: a time, and perhaps one person at work or one case."""

    since: datetime
    until: datetime
    person: str | None = None
    case: int | None = None

    def where(self) -> tuple[str, list[Any]]:
        sql, given = "l.at >= %s and l.at < %s", [self.since, self.until]
        if self.person is not None:
            sql, given = f"{sql} and l.person = %s", [*given, self.person]
        if self.case is not None:
            sql, given = f"{sql} and l.case_id = %s", [*given, self.case]
        return sql, given


@dataclass(slots=True)
class Resident:
    lines: int = 0
    first: datetime | None = None
    last: datetime | None = None
    read: int = 0
    written: int = 0


@dataclass(slots=True)
class Found:
    """What the timeline came to."""

    lines: int = 0
    denied: int = 0
    people: set[str] = field(default_factory=set)
    residents: dict[UUID, Resident] = field(default_factory=dict)
    units: dict[str, tuple[int, set[UUID]]] = field(default_factory=dict)


def moment(text: str) -> datetime:
    """A moment in Swedish time: `2026-11-28`, `2026-11-28T14:05`. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)


def package(folder: Path, scope: Scope) -> Found:
    """Writes the files. The folder must be empty or not be there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(
            "insert into access_log (person, unit, action, case_id, why) "
            "values (%s, '', 'export:incident', %s, 'incident')",
            [f"konto:{getpass.getuser()}", scope.case],
        )
    seals.seal()  # so that all of it is covered
    found = Found()
    _table(folder / "tidslinje.csv", TIMELINE, _timeline(scope, found))
    _table(folder / "invånare.csv", AFFECTED, _residents(found))
    _table(folder / "enheter.csv", UNITS, _units(found))
    proof = _proof(scope)
    (folder / "loggbevis.json").write_text(json.dumps(proof, ensure_ascii=False, indent=1) + "\n")
    (folder / "läs-mig.md").write_text(_report(scope, found, proof))
    _hashes(folder)
    return found


def _table(path: Path, head: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _timeline(scope: Scope, found: Found) -> Iterator[Sequence[Any]]:
    """The lines in order of time; counted as they pass, so that nothing is read twice or kept."""
    where, given = scope.where()
    with transaction.atomic(using=OWNER), connections[OWNER].chunked_cursor() as cursor:
        cursor.execute(
            "select l.at, l.id, l.person, l.unit, l.assignment, l.action, l.case_id, "
            "l.resident_id, l.residents, l.why from access_log l "
            f"where {where} order by l.at, l.id",
            given,
        )
        while rows := cursor.fetchmany(AT_ONCE):
            for at, line, person, unit, assignment, action, case, one, several, why in rows:
                about = [*({one} if one else ()), *(several or ())]
                _count(found, at, person, unit, action, about)
                keys = " ".join(str(key) for key in about)
                yield _said(at), line, person, unit, assignment, action, case, keys, why


def _count(
    found: Found, at: datetime, person: str, unit: str, action: str, about: list[UUID]
) -> None:
    found.lines += 1
    found.people.add(person)
    if action.startswith("denied:"):
        found.denied += 1
        about = []  # nobody was shown
    lines, met = found.units.setdefault(unit, (0, set()))
    met.update(about)
    found.units[unit] = (lines + 1, met)
    for key in about:
        resident = found.residents.setdefault(key, Resident(first=at))
        resident.lines += 1
        resident.last = at
        wrote = action.startswith("write:")
        resident.written += wrote
        resident.read += not wrote


def _residents(found: Found) -> Iterator[Sequence[Any]]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select id from residents_resident where id = any(%s) "
            "and (secrecy_marking or protected_registration)",
            [list(found.residents)],
        )
        protected = {key for (key,) in cursor.fetchall()}
    for key, one in sorted(found.residents.items(), key=lambda pair: -pair[1].lines):
        flag = "ja" if key in protected else "nej"
        yield key, one.lines, _said(one.first), _said(one.last), flag, one.read, one.written


def _units(found: Found) -> Iterator[Sequence[Any]]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select u.hsa_id, p.name, o.name from directory_unit u "
            "join directory_organisation o on o.number = u.organisation_id "
            "join lateral (select name from directory_unitperiod p where p.unit_id = u.hsa_id "
            "order by p.since desc limit 1) p on true where u.hsa_id = any(%s)",
            [list(found.units)],
        )
        known = {hsa_id: (name, provider) for hsa_id, name, provider in cursor.fetchall()}
    for unit, (lines, met) in sorted(found.units.items()):
        yield unit, *known.get(unit, ("(systemförvaltningen)", "")), lines, len(met)


def _proof(scope: Scope) -> dict[str, Any]:
    """The seals that cover the time, the signed heads kept outside, and what verifying found."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "select number, method, encode(hash, 'hex'), sealed_at, cardinality(lines) "
            "from access_log_seal where sealed_at >= %s order by number",
            [scope.since],
        )
        covering = [
            {"number": number, "method": method, "hash": hash, "sealed": _said(at), "lines": lines}
            for number, method, hash, at, lines in cursor.fetchall()
        ]
    file = seals.heads_file()
    heads = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    numbers = {one["number"] for one in covering}
    findings = [str(one) for one in seals.verified(local(scope.since).date())]
    return {
        "seals": covering,
        "heads": [one for one in heads if one["number"] in numbers],
        "verified": _said(datetime.now(STOCKHOLM)),
        "findings": findings,
    }


def _report(scope: Scope, found: Found, proof: dict[str, Any]) -> str:
    whole = "Loggen är hel." if not proof["findings"] else f"{len(proof['findings'])} fel i loggen."
    only = [f"personen {scope.person}"] if scope.person else []
    only += [f"ärende {scope.case}"] if scope.case is not None else []
    return f"""# Underlag för incidentrapport

Gjort {_said(datetime.now(STOCKHOLM))} ur åtkomstloggen.

| | |
| --- | --- |
| Tid | {_said(scope.since)} till {_said(scope.until)} |
| Avgränsat till | {", ".join(only) or "allt under tiden"} |
| Rader i loggen | {found.lines}, varav {found.denied} nekade försök |
| Personer i arbete | {len(found.people)} |
| Invånare som berörs | {len(found.residents)} |
| Enheter | {len(found.units)} |
| Loggens skick | {whole} Förseglad till och med nummer {proof["seals"][-1]["number"]}. |

## Filerna

- `tidslinje.csv`: varje rad i tidsordning. Invånare står som nycklar, aldrig med namn eller nummer.
- `invånare.csv`: de berörda, med hur många rader som rör dem. Skyddade personuppgifter är utmärkta.
- `enheter.csv`: de enheter som läste eller skrev, med sina vårdgivare.
- `loggbevis.json`: förseglingarna som täcker tiden, de signerade huvudena och kontrollens fynd.
- `SHA256SUMS`: kontrolleras med `sha256sum -c SHA256SUMS`.

## Att rapportera

| När | Till | Vad |
| --- | --- | --- |
| inom 24 timmar från att ni fick veta | tillsynsmyndighetens mottagare enligt cybersäkerhetslagen (2025:1506) | att det har hänt, om det kan vara ett brott, om andra länder berörs |
| inom 72 timmar | samma, och Integritetsskyddsmyndigheten (dataskyddsförordningen art. 33) | vad som hände, hur många och vilka slags uppgifter, följder, åtgärder |
| utan dröjsmål, om risken är hög | de berörda (art. 34) | vad som hände och vad de kan göra |
| inom en månad | tillsynsmyndigheten | slutrapport |

Tiderna är NIS 2-direktivets (art. 23) och dataskyddsförordningens; kontrollera dem mot de föreskrifter som gäller för er.

Fyll i: hur det upptäcktes, vad som är gjort, vem som svarar på frågor.
"""  # noqa: E501


def _hashes(folder: Path) -> None:
    files = sorted(path for path in folder.iterdir())
    with (folder / "SHA256SUMS").open("w") as sums:
        for path in files:
            with path.open("rb") as file:
                sums.write(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")


def _said(at: datetime | None) -> str:
    return local(at).isoformat(timespec="seconds") if at else ""
