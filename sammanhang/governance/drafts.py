"""What has been written: versions on their way, every saving of a text, how far each has come.

All is read in the reader's own scope; row security decides (sql/row_security.sql).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop as N_

from sammanhang.access.requires import Denied

DRAFT, REFERRED, DECIDED = "utkast", "på remiss", "beslutad"
STATUSES = (
    N_("utkast"), N_("på remiss"), N_("beslutad"), N_("gällande"), N_("ersatt"), N_("upphävd"),
)  # fmt: skip
PRESENT_WITHIN = 45
"""Seconds since someone's editor last told that it is open."""


@dataclass(frozen=True, slots=True)
class Saving:
    """A text as someone saved it, and which revision it was made from."""

    revision: int
    onto: int
    aside: bool
    saved_at: datetime
    saved_by: str
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a version has come, and who said so."""

    status: str
    revision: int
    number: str | None
    in_force_from: date | None
    decision: str | None
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document, with its latest text and its latest standing."""

    id: int
    document: str
    file: str
    title: str
    based_on: str | None
    head: Saving
    standing: Standing

    @property
    def is_draft(self) -> bool:
        return self.standing.status == DRAFT


_SAVING = "s.revision, s.onto, s.aside, s.saved_at, s.saved_by, s.name"
_STATUS_NOW = """(
  select case when d.since > today then 'beslutad'
              when d.until <= today then 'upphävd'
              when exists (select from casework_document later where later.id = d.id
                           and later.since > d.since and later.since <= today) then 'ersatt'
              else 'gällande' end
  from casework_document d, date((now() at time zone 'Europe/Stockholm')) today
  where d.id = v.document and d.version = t.number)"""
"""What has been decided comes into force, and is replaced, by itself."""
_VERSIONS = f"""
select v.id, v.document, v.file, v.title, v.based_on, {_SAVING}, %s,
       case when t.status = 'beslutad' then {_STATUS_NOW} else t.status end,
       t.revision, t.number, t.in_force_from, t.decision, t.at, t.name
from governance_version v
join lateral (select * from governance_saving s where s.version = v.id and not s.aside
              order by s.revision desc limit 1) s on true
join lateral (select * from governance_standing t where t.version = v.id
              order by t.seq desc limit 1) t on true
"""


def versions(document: str | None = None) -> list[Version]:
    """Those on their way, the latest written first; without their texts."""
    sql = _VERSIONS % "''"
    where, given = (" where v.document = %s", [document]) if document else ("", [])
    with connection.cursor() as cursor:
        cursor.execute(sql + where + " order by s.saved_at desc", given)
        return [_version(row) for row in cursor.fetchall()]


def version(number: int) -> Version:
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS % "s.text" + " where v.id = %s", [number])
        row = cursor.fetchone()
    if row is None:
        raise Denied("draft")
    return _version(row)


def _version(row: tuple[Any, ...]) -> Version:
    return Version(*row[:5], head=Saving(*row[5:12]), standing=Standing(*row[12:]))


def savings(number: int) -> list[Saving]:
    """Every saving, the latest first, without the texts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_SAVING} from governance_saving s where s.version = %s "
            "order by s.revision desc",
            [number],
        )
        return [Saving(*row) for row in cursor.fetchall()]


def saving(number: int, revision: int) -> Saving:
    """One saving with its text."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_SAVING}, s.text from governance_saving s "
            "where s.version = %s and s.revision = %s",
            [number, revision],
        )
        row = cursor.fetchone()
    if row is None:
        raise Denied("saving")
    return Saving(*row)


def standings(number: int) -> list[Standing]:
    """The version's way so far, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select status, revision, number, in_force_from, decision, at, name "
            "from governance_standing where version = %s order by seq desc",
            [number],
        )
        return [Standing(*row) for row in cursor.fetchall()]


def also_writing(number: int, person: str) -> list[str]:
    """Names of the others who have the draft open now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select name from governance_writing where version = %s and person <> %s "
            "and seen_at > now() - make_interval(secs => %s) order by name",
            [number, person, PRESENT_WITHIN],
        )
        return [name for (name,) in cursor.fetchall()]
