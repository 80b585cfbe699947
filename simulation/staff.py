"""Synthetic staff and their assignments, with a few memorable persons for the demonstration."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from simulation.people import DATA, full_name, municipalities

REGION = "SE2321000131"
ROLE_OF = {
    "avdelning": "ward_nurse",
    "psykiatrisk-avdelning": "ward_nurse",
    "vårdcentral": "care_coordinator",
    "öppenpsykiatri": "care_coordinator",
    "specialistmottagning": "care_coordinator",
    "rehabmottagning": "care_coordinator",
    "biståndsenhet": "case_officer",
    "hemsjukvård": "municipal_nurse",
    "ekonomi": "economist",
}
PER_UNIT = {"avdelning": 5, "psykiatrisk-avdelning": 4, "biståndsenhet": 4, "hemsjukvård": 4}
"""How many work with this at a unit; three where nothing is said."""
NOT_AT_WORK_THERE = (
    "process_leader",
    "unit_administrator",
    "log_reviewer",
    "secretary",
    "auditor",
    "system_owner",
)
"""Roles of those who are not of the unit's own staff."""

SKÖVDE = "1496"
WARD = ("Medicinavdelning 1", "Sjukhuset i Skövde")
OTHER_WARD = ("Geriatrikavdelning", "Sjukhuset i Skövde")
CENTRE = "Vårdcentralen Skövde Centrum"
OFFICE = "Biståndsenheten Skövde"
ECONOMY = "Ekonomi Skövde"
REGION_ECONOMY = ("Ekonomi", "Västra Götalandsregionen")
NURSING = "Kommunal hälso- och sjukvård Skövde"
MEMORABLE_AREA = "Skaraborg"
NAMES_OF_LEADERS = {MEMORABLE_AREA: ("Elin", "Forsberg")}


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at work: `assignments` are (unit, role)."""

    hsa_id: str
    given_name: str
    family_name: str
    assignments: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@cache
def units() -> tuple[Mapping[str, str], ...]:
    """The rows of the directory's own file."""
    with (DATA / "units.csv").open() as file:
        return tuple(csv.DictReader(file))


def unit_named(name: str, parent: str | None = None) -> str:
    """The HSA-id of a unit by its name, for the memorable ones."""
    return next(
        unit["hsa_id"]
        for unit in units()
        if unit["name"] == name and parent in (None, unit["parent"])
    )


def memorable() -> list[Person]:
    """Those whom the demonstration greets with: one area, so that a story can be carried."""
    ward, other_ward, centre = unit_named(*WARD), unit_named(*OTHER_WARD), unit_named(CENTRE)
    office, nursing = unit_named(OFFICE), unit_named(NURSING)
    municipality = office.split("-")[0]
    several = ((nursing, "municipal_nurse"), (office, "case_officer"))

    def person(hsa_id: str, name: str, *assignments: tuple[str, str]) -> Person:
        given, family = name.split()
        return Person(hsa_id, given, family, assignments)

    return [
        person(f"{REGION}-P0001", "Anna Lindqvist", (ward, "ward_nurse")),
        person(f"{REGION}-P0002", "Karim Saleh", (centre, "care_coordinator")),
        person(f"{municipality}-P0003", "Britt Öhman", (office, "case_officer")),
        person(f"{municipality}-P0004", "Johan Åkesson", *several),
        memorable_leader(),
        person(f"{REGION}-P0006", "Nora Ek", (other_ward, "ward_nurse")),
    ]


def economists() -> list[Person]:
    """Those who settle payments in the demonstration: the region's, and a municipality's."""
    region, municipality = unit_named(*REGION_ECONOMY), unit_named(ECONOMY)
    of_region = Person(f"{REGION}-P0007", "Maria", "Holm", ((region, "economist"),))
    hsa_id = f"{municipality.split('-')[0]}-P0008"
    return [
        of_region,
        Person(hsa_id, "Lars", "Edvinsson", ((municipality, "economist"),)),
    ]


def administrators() -> list[Person]:
    """Who keeps the memorable ward's people."""
    ward = unit_named(*WARD)
    assignments = ((ward, "unit_administrator"),)
    return [Person(f"{REGION}-P0009", "Gun", "Berg", assignments)]


def reviewers() -> list[Person]:
    """Who reviews the memorable ward's log."""
    assignments = ((unit_named(*WARD), "log_reviewer"),)
    return [Person(f"{REGION}-P0020", "Ingrid", "Sand", assignments)]


def secretaries() -> list[Person]:
    """Who keeps the minutes of the body that decides on the county's guidelines."""
    office = process_leaders_office()
    assignments = ((office, "secretary"),)
    return [Person(f"{REGION}-P0021", "Sonja", "Falk", assignments)]


def overseers() -> list[Person]:
    """Who audits the region's part of the service, and who answers for it."""
    office = unit_named(*REGION_ECONOMY)
    return [
        Person(f"{REGION}-P0022", "Birgitta", "Hedin", ((office, "auditor"),)),
        Person(f"{REGION}-P0023", "Tomas", "Nyberg", ((office, "system_owner"),)),
    ]


def greeted() -> list[Person]:
    """Those whom one may be, in the order of a stay and then of what surrounds it."""
    around = (administrators(), reviewers(), secretaries(), overseers())
    return [*memorable(), *economists(), *(one for some in around for one in some)]


def process_leaders_office() -> str:
    """Where the memorable process leader works."""
    return memorable_leader().assignments[0][0]


def memorable_leader() -> Person:
    given, family = NAMES_OF_LEADERS[MEMORABLE_AREA]
    return next(one for one in process_leaders() if one.name == f"{given} {family}")


def process_leaders() -> list[Person]:
    """One for each care area, with an assignment at the office of its largest municipality."""
    largest: dict[str, Mapping[str, str]] = {}
    for place in sorted(municipalities(), key=lambda one: -int(one["population_approx_2023"])):
        largest.setdefault(place["care_area"], place)
    rng = Random("process leaders")
    leaders: list[Person] = []
    for at, (area, place) in enumerate(sorted(largest.items())):
        given, family = NAMES_OF_LEADERS.get(area) or full_name(rng, 1970, woman=True)
        office = next(
            unit["hsa_id"]
            for unit in units()
            if unit["type"] == "biståndsenhet" and unit["municipality"] == place["scb_code"]
        )
        assignments = ((office, "process_leader"),)
        leaders.append(Person(f"{REGION}-P{10 + at:04}", given, family, assignments))
    return leaders


def staff(rng: Random) -> Iterator[Person]:
    """Those who are greeted, the other process leaders, then some at every unit."""
    known = greeted()
    yield from known
    yield from (one for one in process_leaders() if one not in known)
    number = 1000
    for unit in units():
        for _ in range(PER_UNIT.get(unit["type"], 3)):
            number += 1
            given, family = full_name(rng, rng.randint(1960, 2000), rng.random() < 0.8)
            hsa_id = f"SE{unit['organisation_number']}-P{number}"
            yield Person(hsa_id, given, family, ((unit["hsa_id"], ROLE_OF[unit["type"]]),))


def by_unit(people: Iterable[Person]) -> dict[str, Sequence[Person]]:
    """Who does the work at each unit."""
    found: dict[str, list[Person]] = {}
    for one in people:
        for unit, role in one.assignments:
            if role not in NOT_AT_WORK_THERE:
                found.setdefault(unit, []).append(one)
    return dict(found)
