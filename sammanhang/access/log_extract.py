"""The access log as others ask for it: a resident's own extract, and national log records.

Both are read as the owner, from the command line, and that the log was read is logged.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5
from xml.etree import ElementTree as Xml

from django.db import connections, transaction

from sammanhang.access.log_words import BY, said
from sammanhang.engine.calendar import STOCKHOLM, local

OWNER = "owner"
AT_MOST = 500
"""Records in one StoreLog message."""
NAMESPACE = UUID("5d1f6f4e-6f0b-4a7e-9a3b-2f3f0c1f7a51")
"""Of our log ids: the same line has the same id however often it is sent."""
SYSTEM = "SE2321000131-SAMMANHANG"
STORE_LOG = "urn:riv:informationsecurity:auditing:log:StoreLogResponder:2"
LOG = "urn:riv:informationsecurity:auditing:log:2"
NUMBER_OIDS = {
    "personnummer": "1.2.752.129.2.1.3.1",
    "samordningsnummer": "1.2.752.129.2.1.3.3",
    "nationellt reservnummer": "1.2.752.74.9.1",
}
REGIONAL_OID = "1.2.752.113.11.0.2.1.1.1"


@dataclass(frozen=True, slots=True)
class Access:
    """One line of a resident's extract. Who was at work isn't named: the unit answers for it."""

    at: datetime
    unit: str
    """Empty where it isn't to be told."""
    care_provider: str
    action: str
    why: str = "relation"

    @property
    def what(self) -> str:
        return said(self.action) + BY.get(self.why, "")

    @property
    def where(self) -> str:
        """`Medicinavdelning 1, Sjukhuset i Skövde`."""
        return ", ".join(part for part in (self.unit, self.care_provider) if part)

    def __str__(self) -> str:
        return f"{local(self.at):%Y-%m-%d %H:%M}  {self.where}: {self.what}"


def extract(
    resident: UUID, since: date, until: date, *, unit: bool = True, why: str = "log review"
) -> list[Access]:
    """Who has been shown the resident, from a day up to, not including, another (PDL 8 kap. 5 §).

    The lines of the last day are there as soon as they are written. `unit`: whether units are
    told, which for one under protection takes a reason, `why`.
    """
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        _note_reading(cursor, "read:log", resident, why)
        cursor.execute(EXTRACT, _asked(resident, since, until))
        return [
            Access(at, name or "okänd enhet", parent or "", action, why)
            if unit
            else Access(at, "", provider or "okänd vårdgivare", action, why)
            for at, name, parent, provider, action, why in cursor.fetchall()
        ]


def extract_of_unit(cursor: Any, resident: UUID, since: date, until: date) -> list[Access]:
    """As `extract`, from the lines that row security shows: a reviewer's own unit's."""
    cursor.execute(EXTRACT, _asked(resident, since, until))
    return [
        Access(at, name or "", parent or "", action, why)
        for at, name, parent, _provider, action, why in cursor.fetchall()
    ]


def _asked(resident: UUID, since: date, until: date) -> list[Any]:
    return [_start(since), _start(until), resident, resident]


EXTRACT = """
select l.at, p.name, p.parent, o.name, l.action, l.why from access_log l
left join lateral (select name, parent from directory_unitperiod p where p.unit_id = l.unit
                   order by since desc limit 1) p on true
left join directory_unit u on u.hsa_id = l.unit
left join directory_organisation o on o.number = u.organisation_id
where l.at >= %s and l.at < %s and l.action not like 'denied:%%' and l.action <> 'read:log'
and (l.resident_id = %s or l.residents @> array[%s::uuid])
order by l.at
"""
"""By the months' own indexes of residents; months before and after are not looked into."""


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def _note_reading(cursor: Any, action: str, resident: UUID | None, why: str = "log review") -> None:
    cursor.execute(
        "insert into access_log (person, unit, action, resident_id, why) "
        "values (%s, '', %s, %s, %s)",
        [f"konto:{getpass.getuser()}", action, resident, why],
    )


# --- National records -----------------------------------------------------------------------


def store_log(since: date, until: date) -> Iterator[bytes]:
    """StoreLog 2.0 messages, at most 500 records in each, from a day up to another (HSLF-FS
    2016:40 4 kap. 9 §). What was refused shows nobody, and is left out."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        _note_reading(cursor, "export:log", None)
    with transaction.atomic(using=OWNER), connections[OWNER].chunked_cursor() as cursor:
        cursor.execute(
            "select l.id, l.at, l.action, l.person, s.given_name || ' ' || s.family_name, l.unit, "
            "u.organisation_id, coalesce(a.purpose, 'Vård och behandling'), a.role, "
            "(select array_agg(n.kind || '|' || n.value) from residents_residentnumber n "
            " where n.current and n.resident_id = any(l.residents || l.resident_id)), l.why "
            "from access_log l left join directory_unit u on u.hsa_id = l.unit "
            "left join directory_staff s on s.hsa_id = l.person "
            "left join directory_assignment a on a.id = l.assignment "
            "where l.at >= %s and l.at < %s and (l.resident_id is not null or l.residents is not "
            "null) and l.action not in ('read:log') and l.action not like 'denied:%%' "
            "order by l.id",
            [_start(since), _start(until)],
        )
        while some := cursor.fetchmany(AT_MOST):
            yield _message(some)


def _message(rows: Iterable[tuple[Any, ...]]) -> bytes:
    Xml.register_namespace("", LOG)
    Xml.register_namespace("m", STORE_LOG)
    message = Xml.Element(f"{{{STORE_LOG}}}StoreLog")
    for row in rows:
        _record(Xml.SubElement(message, f"{{{STORE_LOG}}}log"), row)
    return Xml.tostring(message, encoding="utf-8", xml_declaration=True)


def _record(log: Xml.Element, row: tuple[Any, ...]) -> None:
    line, at, action, person, name, unit, organisation, purpose, role, numbers, why = row
    provider = f"SE{organisation}-0000" if organisation else unit
    _say(log, "logId", str(uuid5(NAMESPACE, str(line))))
    _say(_under(log, "system"), "systemId", SYSTEM)
    activity = _under(log, "activity")
    _say(activity, "activityType", "Skriva" if action.startswith("write:") else "Läsa")
    _say(activity, "activityLevel", action.partition(":")[2])
    if why in BY:
        _say(activity, "activityArgs", BY[why].strip(" ()"))
    _say(activity, "startDate", local(at).isoformat(timespec="seconds"))
    _say(activity, "purpose", purpose)
    user = _under(log, "user")
    _say(user, "userId", person)
    for tag, value in (("name", name), ("assignment", role)):
        if value:
            _say(user, tag, value)
    _say(_under(user, "careProvider"), "id", provider)
    _say(_under(user, "careUnit"), "id", unit)
    resources = _under(log, "resources")
    for kind, _, number in (one.partition("|") for one in numbers or ()):
        resource = _under(resources, "resource")
        _say(resource, "resourceType", "Ärende")
        patient = _under(_under(resource, "patient"), "patientId")
        _say(patient, "root", NUMBER_OIDS.get(kind, REGIONAL_OID))
        _say(patient, "extension", number)
        _say(_under(resource, "careProvider"), "id", provider)
        _say(_under(resource, "careUnit"), "id", unit)


def _under(parent: Xml.Element, tag: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{LOG}}}{tag}")


def _say(parent: Xml.Element, tag: str, text: str) -> None:
    _under(parent, tag).text = text
