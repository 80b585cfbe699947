"""Synthetic residents: nobody in here is or has been a real person.

Age as among people in hospital wards rather than in the county as a whole (mean about 70), since
it is patients that are wanted; municipality by population. See docs/simulation.md.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from sammanhang.residents.identifiers import luhn_digit, synthetic_personnummer
from sammanhang.swedish_order import swedish_sort_key

DATA = Path(__file__).parent.parent / "sammanhang" / "directory" / "data"

WOMEN = {
    1930: "Anna Birgit Elsa Greta Ingrid Karin Kerstin Maj Margareta Märta Rut Sigrid Siv Ulla Vera Åsa",
    1950: "Agneta Anita Barbro Britt Christina Elisabeth Eva Gun Inger Kristina Lena Marianne Monica Yvonne",
    1970: "Annika Camilla Carina Helena Jenny Karolina Linda Malin Maria Petra Sara Susanne Ulrika Åsa",
    1990: "Alice Amina Elin Ella Emma Fatima Hanna Julia Linnéa Maja Moa Nora Olivia Wilma Zahra",
}  # fmt: skip
MEN = {
    1930: "Allan Arne Bertil Einar Erik Gösta Gunnar Harry Helge Karl Nils Olle Sven Tage Torsten Åke",
    1950: "Anders Bengt Bo Christer Göran Hans Ingemar Jan Kjell Lars Leif Per Rolf Stig Tommy Ulf",
    1970: "Daniel Fredrik Henrik Håkan Johan Jonas Magnus Marcus Mikael Niklas Peter Stefan Thomas Örjan",
    1990: "Adam Ahmed Albin Alexander Elias Emil Filip Hugo Isak Liam Lucas Mohammed Oscar Viktor William",
}  # fmt: skip
FAMILIES = [
    "Ahlberg",
    "Alm",
    "Andersson",
    "Berg",
    "Berglund",
    "Björk",
    "Blom",
    "Carlsson",
    "Dahl",
    "Edlund",
    "Ek",
    "Eklund",
    "Engström",
    "Eriksson",
    "Falk",
    "Forsberg",
    "Fransson",
    "Gustafsson",
    "Hallberg",
    "Hansson",
    "Hedlund",
    "Hellström",
    "Holm",
    "Håkansson",
    "Isaksson",
    "Jansson",
    "Johansson",
    "Jonsson",
    "Karlsson",
    "Kjellberg",
    "Larsson",
    "Lind",
    "Lindqvist",
    "Ljung",
    "Lund",
    "Lundgren",
    "Malm",
    "Martinsson",
    "Mattsson",
    "Nilsson",
    "Norberg",
    "Nyström",
    "Olofsson",
    "Olsson",
    "Palm",
    "Persson",
    "Pettersson",
    "Rask",
    "Ryd",
    "Sandberg",
    "Sjöberg",
    "Strand",
    "Ström",
    "Sundin",
    "Svensson",
    "Söderberg",
    "Toresson",
    "Viklund",
    "Wallin",
    "Åberg",
    "Åkesson",
    "Älmeby",
    "Öberg",
    "Öhman",
    "Ahmadi",
    "Hosseini",
    "Jovanovic",
    "Kovac",
    "Nguyen",
    "Rahimi",
    "Saleh",
    "Virtanen",
    "Yilmaz",
]
STREETS = [
    "Björkvägen",
    "Ekgatan",
    "Kyrkogatan",
    "Ringvägen",
    "Skolgatan",
    "Storgatan",
    "Strandvägen",
    "Ängsvägen",
]


@dataclass(frozen=True, slots=True)
class Resident:
    """A made-up person. `numbers`: (value, kind, current), the present one last."""

    id: UUID
    given_name: str
    family_name: str
    birth_date: date
    sex: str
    numbers: tuple[tuple[str, str, bool], ...]
    municipality: str | None
    street: str
    secrecy_marking: bool
    protected_registration: bool

    @property
    def sort_key(self) -> str:
        return swedish_sort_key(f"{self.family_name} {self.given_name}")


def municipalities() -> list[dict[str, str]]:
    with (DATA / "municipalities.csv").open() as file:
        return list(csv.DictReader(file))


def residents(rng: Random, count: int, today: date) -> Iterator[Resident]:
    """`count` people, always the same for the same state of `rng`."""
    places = municipalities()
    codes = [place["scb_code"] for place in places]
    weights = [int(place["population_approx_2023"]) for place in places]
    taken: set[str] = set()
    for _ in range(count):
        municipality = None if rng.random() < 0.02 else rng.choices(codes, weights)[0]
        yield resident(rng, municipality, today, taken)


def resident(rng: Random, municipality: str | None, today: date, taken: set[str]) -> Resident:
    woman = rng.random() < 0.53
    number, born = _number(rng, woman, today, taken)
    given, family = full_name(rng, born.year, woman)
    numbers: tuple[tuple[str, str, bool], ...] = ((number, "personnummer", True),)
    if rng.random() < 0.01:
        # Known first by a reserve number, then by the real one: both find the person.
        numbers = ((_reserve(rng, born, woman, taken), "reservnummer VGR", False), *numbers)
    return Resident(
        id=UUID(int=rng.getrandbits(128), version=4),
        given_name=given,
        family_name=family,
        birth_date=born,
        sex="F" if woman else "M",
        numbers=numbers,
        municipality=municipality,
        street=f"{rng.choice(STREETS)} {rng.randint(1, 60)}",
        secrecy_marking=rng.random() < 0.006,
        protected_registration=rng.random() < 0.002,
    )


def full_name(rng: Random, born: int, woman: bool) -> tuple[str, str]:
    """A given name common among those born about that year, and a family name."""
    cohorts = WOMEN if woman else MEN
    cohort = max((year for year in cohorts if year - 10 <= born), default=1930)
    return rng.choice(cohorts[cohort].split()), rng.choice(FAMILIES)


def _number(rng: Random, woman: bool, today: date, taken: set[str]) -> tuple[str, date]:
    while True:
        age = min(max(rng.gauss(74, 15), 1), 103) if rng.random() < 0.9 else rng.uniform(1, 60)
        born = today - timedelta(days=int(age * 365.25))
        number = synthetic_personnummer(born, woman=woman, n=rng.randrange(10))
        if number not in taken:
            taken.add(number)
            return number, born


def _reserve(rng: Random, born: date, woman: bool, taken: set[str]) -> str:
    while True:
        serial = f"{rng.randrange(30, 40) * 2 + (0 if woman else 1):02}"
        letter, value = ("K", "5") if woman else ("M", "7")
        birth = f"{born:%Y%m%d}"
        number = birth + letter + serial + str(luhn_digit(birth[2:] + value + serial))
        if number not in taken:
            taken.add(number)
            return number
