"""What others ask of the directory, in few statements and as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from sammanhang.guideline.areas import Geography, Located
from sammanhang.swedish_order import swedish_sort_key


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as it is shown where one chooses or reads of it."""

    hsa_id: str
    type: str
    name: str
    parent: str
    municipality: str

    @property
    def full(self) -> str:
        """`Medicinavdelning 1, Sjukhuset i Skövde`."""
        return self.name if self.parent in self.name else f"{self.name}, {self.parent}"


_UNITS = """
select u.hsa_id, u.type, p.name, p.parent, m.name
from directory_unit u
join lateral (
    select * from directory_unitperiod p
    where p.unit_id = u.hsa_id {at}
    order by p.since desc limit 1
) p on true
join directory_municipality m on m.scb_code = p.municipality_id
"""
_LATEST = _UNITS.format(at="")
_AT = _UNITS.format(at="and p.since <= %s and (p.until is null or p.until > %s)")


def unit_names(hsa_ids: Iterable[str]) -> dict[str, UnitName]:
    """The units by HSA-id, under their latest names; those unknown are left out."""
    wanted = list(set(hsa_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LATEST + "where u.hsa_id = any(%s)", [wanted])
        return {row[0]: UnitName(*row) for row in cursor.fetchall()}


def unit_at(hsa_id: str, at: date) -> UnitName | None:
    """A unit as it was on a day; None if it did not exist then."""
    with connection.cursor() as cursor:
        cursor.execute(_AT + "where u.hsa_id = %s", [at, at, hsa_id])
        row = cursor.fetchone()
    return UnitName(*row) if row else None


def open_units(
    types: Iterable[str], at: date, q: str = "", near: str | None = None, limit: int = 50
) -> list[UnitName]:
    """Units of some types that are open on a day, by Swedish order of name.

    `q`: words that all occur in the name, parent or municipality. `near`: the SCB code of the
    municipality whose units come first.
    """
    words = [f"%{word.replace('%', '').replace('_', '')}%" for word in swedish_sort_key(q).split()]
    match = " and p.sort_key || ' ' || lower(p.parent) || ' ' || m.sort_key like %s" * len(words)
    order = "order by (p.municipality_id = %s) desc, p.sort_key, p.parent limit %s"
    sql = f"{_AT} where u.type = any(%s){match} {order}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [at, at, list(types), *words, near or "", limit])
        return [UnitName(*row) for row in cursor.fetchall()]


def closed_or_missing(hsa_ids: Iterable[str], at: date) -> dict[str, str | None]:
    """Of these units, those that can't be used on a day, each with its successor if it has one."""
    wanted = list(set(hsa_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select w.hsa_id, u.successor_id from unnest(%s::text[]) w(hsa_id)
            left join directory_unit u on u.hsa_id = w.hsa_id
            where not exists (
                select from directory_unitperiod p where p.unit_id = w.hsa_id
                and p.since <= %s and (p.until is null or p.until > %s))
            """,
            [wanted, at, at],
        )
        return dict(cursor.fetchall())


def unit_types(hsa_ids: Iterable[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select hsa_id, type from directory_unit where hsa_id = any(%s)", [list(set(hsa_ids))]
        )
        return dict(cursor.fetchall())


def staff_names(hsa_ids: Iterable[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select hsa_id, given_name || ' ' || family_name from directory_staff "
            "where hsa_id = any(%s)",
            [list(set(hsa_ids))],
        )
        return dict(cursor.fetchall())


def geography() -> Geography:
    """Where the units lie now, which is what a supplement's area is measured by."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select u.hsa_id, m.care_area_id, m.name, u.type from directory_unit u "
            "join directory_unitperiod p on p.unit_id = u.hsa_id and p.until is null "
            "join directory_municipality m on m.scb_code = p.municipality_id"
        )
        return {unit: Located(area, name, kind) for unit, area, name, kind in cursor.fetchall()}
