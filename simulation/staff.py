"""Synthetic staff and their assignments, with a few memorable persons for the demonstration."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from simulation.people import DATA, full_name

ROLE_OF = {
    "avdelning": "ward_nurse",
    "psykiatrisk-avdelning": "ward_nurse",
    "vårdcentral": "care_coordinator",
    "öppenpsykiatri": "care_coordinator",
    "specialistmottagning": "care_coordinator",
    "rehabmottagning": "care_coordinator",
    "biståndsenhet": "case_officer",
    "hemsjukvård": "municipal_nurse",
}
PER_UNIT = {"avdelning": 5, "psykiatrisk-avdelning": 4, "biståndsenhet": 4, "hemsjukvård": 4}

WARD = ("Medicinavdelning 1", "Sjukhuset i Skövde")
CENTRE = "Vårdcentralen Skövde Centrum"
OFFICE = "Biståndsenheten Skövde"
NURSING = "Kommunal hälso- och sjukvård Skövde"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at work: `assignments` are (unit, role)."""

    hsa_id: str
    given_name: str
    family_name: str
    assignments: tuple[tuple[str, str], ...]
    demo: bool = False


def units() -> list[dict[str, str]]:
    with (DATA / "units.csv").open() as file:
        return list(csv.DictReader(file))


def unit_named(name: str, parent: str | None = None) -> str:
    """The HSA-id of a unit by its name, for the memorable ones."""
    return next(
        unit["hsa_id"]
        for unit in units()
        if unit["name"] == name and parent in (None, unit["parent"])
    )


def memorable() -> list[Person]:
    """Those whom the demonstration greets with: one area, so that a story can be carried."""
    ward, centre = unit_named(*WARD), unit_named(CENTRE)
    office, nursing = unit_named(OFFICE), unit_named(NURSING)
    other_ward = unit_named("Geriatrikavdelning", WARD[1])
    return [
        Person("SE2321000131-P0001", "Anna", "Lindqvist", ((ward, "ward_nurse"),), demo=True),
        Person("SE2321000131-P0002", "Karim", "Saleh", ((centre, "care_coordinator"),), demo=True),
        Person(
            f"{office.split('-')[0]}-P0003",
            "Britt",
            "Öhman",
            ((office, "case_officer"),),
            demo=True,
        ),
        Person(
            f"{nursing.split('-')[0]}-P0004",
            "Johan",
            "Åkesson",
            ((nursing, "municipal_nurse"), (office, "case_officer")),
            demo=True,
        ),
        Person("SE2321000131-P0005", "Elin", "Forsberg", ((office, "process_leader"),), demo=True),
        Person("SE2321000131-P0006", "Nora", "Ek", ((other_ward, "ward_nurse"),), demo=True),
    ]


def staff(rng: Random) -> Iterator[Person]:
    """The memorable persons, then some at every unit."""
    yield from memorable()
    number = 1000
    for unit in units():
        for _ in range(PER_UNIT.get(unit["type"], 3)):
            number += 1
            given, family = full_name(rng, rng.randint(1960, 2000), rng.random() < 0.8)
            hsa_id = f"SE{unit['organisation_number']}-P{number}"
            yield Person(hsa_id, given, family, ((unit["hsa_id"], ROLE_OF[unit["type"]]),))
