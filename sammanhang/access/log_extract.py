"""A resident's extract of the access log: which units have taken part of what is kept about them,
and when (PDL 2008:355 8 kap. 5 §)."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from sammanhang.access.log_words import BY, said
from sammanhang.engine.calendar import STOCKHOLM, local

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Access:
    """One line of an extract. Who was at work isn't named: the unit answers for it."""

    at: datetime
    where: str
    """`Medicinavdelning 1, Sjukhuset i Skövde`; the care provider alone where the unit isn't to be
    told."""
    action: str
    why: str = "relation"

    @property
    def what(self) -> str:
        return said(self.action) + BY.get(self.why, "")

    def __str__(self) -> str:
        return f"{local(self.at):%Y-%m-%d %H:%M}  {self.where}: {self.what}"


def extract(
    resident: UUID, since: date, until: date, *, unit: bool = True, why: str = "log review"
) -> list[Access]:
    """Who has been shown the resident, from a day up to, not including, another; as the owner, and
    that the log was read is logged. `unit`: whether units are told, which for one under protection
    takes a reason, `why`."""
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        note_reading(cursor, "read:log", resident, why)
        return _found(cursor, resident, since, until, unit=unit)


def extract_of_unit(cursor: Any, resident: UUID, since: date, until: date) -> list[Access]:
    """The same, of the lines that row security shows: a reviewer's own unit's."""
    return _found(cursor, resident, since, until, unit=True)


def _found(cursor: Any, resident: UUID, since: date, until: date, *, unit: bool) -> list[Access]:
    cursor.execute(EXTRACT, [midnight(since), midnight(until), resident, resident])
    rows = cursor.fetchall()
    if unit:
        return [Access(at, name or "okänd enhet", *rest) for at, name, _, *rest in rows]
    return [Access(at, provider or "okänd vårdgivare", *rest) for at, _, provider, *rest in rows]


EXTRACT = """
select l.at, case when strpos(p.name, p.parent) > 0 then p.name else p.name || ', ' || p.parent end,
       o.name, l.action, l.why from access_log l
left join lateral (select name, parent from directory_unitperiod p where p.unit_id = l.unit
                   order by since desc limit 1) p on true
left join directory_unit u on u.hsa_id = l.unit
left join directory_organisation o on o.number = u.organisation_id
where l.at >= %s and l.at < %s and l.action not like 'denied:%%' and l.action <> 'read:log'
and (l.resident_id = %s or l.residents @> array[%s::uuid])
order by l.at
"""
"""By the months' own indexes of residents; months before and after are not looked into."""


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def note_reading(cursor: Any, action: str, resident: UUID | None, why: str = "log review") -> None:
    """That the keeper read the log, by the account that did it."""
    cursor.execute(
        "insert into access_log (person, unit, action, resident_id, why) "
        "values (%s, '', %s, %s, %s)",
        [f"konto:{getpass.getuser()}", action, resident, why],
    )
