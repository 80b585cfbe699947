"""Whom a system owner appoints: the administrators and log reviewers of their organisation's
units. Which organisation that is, the database says (directory_organisation_as)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

from sammanhang.access.administration import APPOINTED, YEAR, Held, held
from sammanhang.directory.queries import UnitName, unit_names
from sammanhang.swedish_order import swedish_sort_key

_OWN = "(select directory_organisation_as('system_owner'))"
AT_MOST = 30


def units(q: str) -> list[UnitName]:
    """Units of the organisation whose name, hospital or place has all these words."""
    words = [f"%{word.replace('%', '').replace('_', '')}%" for word in swedish_sort_key(q).split()]
    match = " and p.sort_key || ' ' || lower(p.parent) || ' ' || m.sort_key like %s" * len(words)
    with connection.cursor() as cursor:
        cursor.execute(
            "select u.hsa_id from directory_unit u join directory_unitperiod p "
            "on p.unit_id = u.hsa_id and p.until is null join directory_municipality m "
            f"on m.scb_code = p.municipality_id where u.organisation_id = {_OWN}{match} "
            "order by p.sort_key, p.parent limit %s",
            [*words, AT_MOST],
        )
        found = [hsa_id for (hsa_id,) in cursor.fetchall()]
    known = unit_names(found)
    return [known[hsa_id] for hsa_id in found]


def unit(hsa_id: str) -> UnitName | None:
    """A unit of the organisation; None if it is another's, or not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select 1 from directory_unit where hsa_id = %s and organisation_id = {_OWN}",
            [hsa_id],
        )
        if cursor.fetchone() is None:
            return None
    return unit_names([hsa_id]).get(hsa_id)


def names(units: Iterable[str]) -> dict[str, str]:
    return {hsa_id: one.full for hsa_id, one in unit_names(units).items()}


def at_unit(unit: str, today: date) -> list[Held]:
    return held(today, "a.unit_id = %s and a.role = any(%s)", unit, list(APPOINTED))


def all_appointed(today: date) -> list[Held]:
    """At every unit of the organisation."""
    where = f"a.role = any(%s) and {_UNITS}"
    return held(today, where, list(APPOINTED))


_UNITS = f"a.unit_id in (select hsa_id from directory_unit where organisation_id = {_OWN})"


def units_behind(today: date) -> list[tuple[str, str, int]]:
    """(HSA-id, name, how many) of units with assignments that nobody has confirmed for a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.unit_id, count(*) from directory_assignment a left join lateral "
            "(select max(confirmed) as confirmed from directory_confirmation "
            " where assignment = a.id) c on true "
            "where a.since <= %s and (a.until is null or a.until > %s) "
            f"and coalesce(c.confirmed, a.since) <= %s and not a.role = any(%s) and {_UNITS} "
            "group by 1 order by 2 desc, 1",
            [today, today, today - YEAR, list(APPOINTED)],
        )
        counted: list[tuple[str, int]] = cursor.fetchall()
    known = names(hsa_id for hsa_id, _ in counted)
    return [(hsa_id, known.get(hsa_id, hsa_id), count) for hsa_id, count in counted]
