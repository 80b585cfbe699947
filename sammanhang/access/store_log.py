"""The access log in national form: StoreLog 2.0 (HSLF-FS 2016:40 4 kap. 9 §).

Read as the owner, from the command line, and that the log was read is logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid5
from xml.etree import ElementTree as Xml

from django.db import connections, transaction

from sammanhang.access.log_extract import OWNER, midnight, note_reading
from sammanhang.access.log_words import BY
from sammanhang.engine.calendar import local

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


def store_log(since: date, until: date) -> Iterator[bytes]:
    """Messages of at most 500 records each, from a day up to, not including, another. What was
    refused shows nobody, and is left out."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        note_reading(cursor, "export:log", None)
    with transaction.atomic(using=OWNER), connections[OWNER].chunked_cursor() as cursor:
        cursor.execute(RECORDS, [midnight(since), midnight(until)])
        while some := cursor.fetchmany(AT_MOST):
            yield _message(some)


RECORDS = """
select l.id, l.at, l.action, l.person, s.given_name || ' ' || s.family_name, l.unit,
       u.organisation_id, coalesce(a.purpose, 'Vård och behandling'), a.role,
       (select array_agg(n.kind || '|' || n.value) from residents_residentnumber n
        where n.current and n.resident_id = any(l.residents || l.resident_id)), l.why
from access_log l left join directory_unit u on u.hsa_id = l.unit
left join directory_staff s on s.hsa_id = l.person
left join directory_assignment a on a.id = l.assignment
where l.at >= %s and l.at < %s and (l.resident_id is not null or l.residents is not null)
and l.action <> 'read:log' and l.action not like 'denied:%%'
order by l.id
"""


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
