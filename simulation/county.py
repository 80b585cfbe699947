"""The county in the database: residents, staff, and who cares for whom. Bulk loads by COPY."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from django.db import connections

from sammanhang.swedish_order import swedish_sort_key
from simulation.people import Resident
from simulation.staff import OFFICE, WARD, Person, unit_named, units
from simulation.stays import Setting

OWNER = "owner"
LONG_AGO = date(2018, 9, 25)
DEMO_SHARE = 0.05
"""Share of the stays at the ward of the memorable nurse, so that her board is as full as a
ward's is: some twenty patients."""


def copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with (
        connections[OWNER].cursor() as cursor,
        cursor.copy(f"copy {table} ({columns}) from stdin") as into,
    ):
        for row in rows:
            into.write_row(row)


def load_residents(people: list[Resident]) -> None:
    copy(
        "residents_resident",
        "id, given_name, family_name, sort_key, birth_date, sex, secrecy_marking, "
        "protected_registration",
        (
            (one.id, one.given_name, one.family_name, one.sort_key, one.birth_date, one.sex,
             one.secrecy_marking, one.protected_registration)
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
        "hsa_id, given_name, family_name, sort_key, demo",
        (
            (one.hsa_id, one.given_name, one.family_name,
             swedish_sort_key(f"{one.family_name} {one.given_name}"), one.demo)
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


@dataclass
class Care:
    """Which units come into question for whom."""

    rng: Random
    staff: dict[str, list[str]]

    def __post_init__(self) -> None:
        listed = units()
        self._wards = [unit for unit in listed if unit["type"] == "avdelning"]
        psychiatric = [unit for unit in listed if unit["type"] == "psykiatrisk-avdelning"]
        self._wards += psychiatric
        self._by_parent: dict[str, list[str]] = {}
        for unit in self._wards:
            self._by_parent.setdefault(unit["parent"], []).append(unit["hsa_id"])
        self._in_municipality: dict[tuple[str, str], list[str]] = {}
        for unit in listed:
            key = (unit["municipality"], unit["type"])
            self._in_municipality.setdefault(key, []).append(unit["hsa_id"])
        self._demo_ward = unit_named(*WARD)
        self._demo_office = unit_named(OFFICE)
        self._parent = {unit["hsa_id"]: unit["parent"] for unit in self._wards}

    def place(self, ward: str) -> str:
        """The hospital that a ward belongs to."""
        return self._parent[ward]

    def setting(self, resident: Resident, *, at_demo_ward: bool) -> Setting:
        """The units around a patient: a ward, a care centre and the municipality at home."""
        rng = self.rng
        ward = self._demo_ward if at_demo_ward else rng.choice(self._wards)["hsa_id"]
        neighbours = [one for one in self._by_parent[self._parent[ward]] if one != ward]
        home = resident.municipality or "1480"
        centres = self._in_municipality[home, "vårdcentral"]
        if home == "1496":  # the memorable care centre has its share of patients
            centres = [centres[0], *centres]
        centre = rng.choice(centres)
        offices = self._in_municipality[home, "biståndsenhet"]
        nursing = self._in_municipality[home, "hemsjukvård"]
        office = rng.choice(offices)
        takes_part = resident.municipality is not None and rng.random() < 0.7
        others = [one for one in (*offices, *nursing) if one != office]
        return Setting(
            ward=ward,
            other_ward=rng.choice(neighbours) if neighbours else ward,
            outpatient=centre,
            other_outpatient=rng.choice(centres),
            municipal=(office,) if takes_part else (),
            other_municipal=rng.choice(others),
            staff=self.staff,
            outside_county=resident.municipality is None,
        )
