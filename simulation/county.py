"""The county's units, residents and staff in the database; bulk loads by COPY, as the owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connections

from sammanhang.directory.county import DATA, load_areas
from sammanhang.directory.units import apply, read_units
from sammanhang.swedish_order import swedish_sort_key
from simulation.people import Resident
from simulation.staff import Person

OWNER = "owner"
LONG_AGO = date(2018, 9, 25)


def load_county(today: date) -> None:
    """The county's areas and municipalities, and synthetic units in them. Loads what isn't there
    yet; a second time changes nothing."""
    load_areas()
    rows, report = read_units((DATA / "units.csv").read_text(), today)
    apply(rows, report, False)
    if report.faults:
        raise ValueError(f"units.csv: {report.faults[:3]}")


def copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with (
        connections[OWNER].cursor() as cursor,
        cursor.copy(f"copy {table} ({columns}) from stdin") as into,
    ):
        for row in rows:
            into.write_row(row)


def load_residents(
    people: list[Resident], deceased: Mapping[UUID, date] = MappingProxyType({})
) -> None:
    """`deceased`: those who have died, and on which day."""
    copy(
        "residents_resident",
        "id, given_name, family_name, sort_key, birth_date, sex, secrecy_marking, "
        "protected_registration, deceased_on",
        (
            (one.id, one.given_name, one.family_name, one.sort_key, one.birth_date, one.sex,
             one.secrecy_marking, one.protected_registration, deceased.get(one.id))
            for one in people
        ),
    )  # fmt: skip
    copy(
        "residents_residentnumber",
        "value, resident_id, kind, current, since",
        (
            (value, one.id, kind, current, one.birth_date)
            for one in people
            for value, kind, current in one.numbers
        ),
    )  # fmt: skip
    copy(
        "residents_registration",
        "resident_id, municipality_id, since",
        ((one.id, one.municipality, one.birth_date) for one in people),
    )
    copy(
        "residents_address",
        "resident_id, street, postcode, place",
        ((one.id, one.street, "400 00", "Exempelort") for one in people),
    )


def load_staff(people: list[Person]) -> None:
    copy(
        "directory_staff",
        "hsa_id, given_name, family_name, sort_key",
        (
            (one.hsa_id, one.given_name, one.family_name,
             swedish_sort_key(f"{one.family_name} {one.given_name}"))
            for one in people
        ),
    )  # fmt: skip
    copy(
        "directory_assignment",
        "staff_id, unit_id, role, purpose, since",
        (
            (one.hsa_id, unit, role, "Vård och behandling", LONG_AGO)
            for one in people
            for unit, role in one.assignments
        ),
    )
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_CONFIRMED)


_CONFIRMED = """
insert into directory_confirmation (assignment, confirmed, by)
select id, current_date - 200, 'konto:demo' from directory_assignment
where id % 37 <> 0 and staff_id !~ '-P00(01|20)$'  -- some are left to go through
"""
