"""Synthetic residents: nobody in here is or has been a real person.

The residents are those whom hospital wards meet, older than the county as a whole. Names are common
ones put together by chance, numbers only such as are never given to anybody, addresses lie in a
place that doesn't exist. The shares are assumptions, stated in docs/simulation.md.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from sammanhang.residents.identifiers import Kind, luhn_digit, synthetic_personnummer
from sammanhang.swedish_order import swedish_sort_key

DATA = Path(__file__).parent.parent / "sammanhang" / "directory" / "data"

WOMEN = {
    1900: "Anna Birgit Elsa Greta Gunborg Ingrid Karin Kerstin Maj Margareta Märta Rut Sigrid Siv Ulla Vera",
    1940: "Agneta Anita Barbro Britt Christina Elisabeth Eva Gun Inger Kristina Lena Marianne Monica Yvonne Åsa",
    1960: "Annika Camilla Carina Helena Jenny Karolina Linda Malin Maria Petra Sara Susanne Ulrika Zofia Åsa",
    1985: "Alice Amina Elin Ella Emma Fatima Hanna Julia Linnéa Maja Moa Nora Olivia Wilma Zahra",
}  # fmt: skip
MEN = {
    1900: "Allan Arne Bertil Einar Erik Gösta Gunnar Harry Helge Karl Nils Olle Sven Tage Torsten Åke",
    1940: "Anders Bengt Bo Christer Göran Hans Ingemar Jan Kjell Lars Leif Per Rolf Stig Tommy Ulf",
    1960: "Daniel Fredrik Goran Henrik Håkan Johan Jonas Magnus Marcus Mikael Niklas Peter Stefan Thomas Örjan",
    1985: "Adam Ahmed Albin Alexander Elias Emil Filip Hugo Isak Liam Lucas Mohammed Oscar Viktor William",
}  # fmt: skip
FAMILIES = (
    "Ahlberg Ahmadi Alm Andersson Berg Berglund Björk Blom Carlsson Dahl Edlund Ek Eklund Engström "
    "Eriksson Falk Forsberg Fransson Gustafsson Hallberg Hansson Hedlund Hellström Holm Hosseini "
    "Håkansson Isaksson Jansson Johansson Jonsson Jovanovic Karlsson Kjellberg Kovac Larsson Lind "
    "Lindqvist Ljung Lund Lundgren Malm Martinsson Mattsson Nguyen Nilsson Norberg Nyström Olofsson "
    "Olsson Palm Persson Pettersson Rahimi Rask Ryd Saleh Sandberg Sjöberg Strand Ström Sundin "
    "Svensson Söderberg Toresson Viklund Virtanen Wallin Yilmaz Åberg Åkesson Älmeby Öberg Öhman"
).split()
STREETS = (
    "Björkvägen Ekgatan Kyrkogatan Ringvägen Skolgatan Storgatan Strandvägen Ängsvägen".split()
)

AGES = ((0.04, 0, 17), (0.14, 18, 49), (0.22, 50, 69), (0.44, 70, 84), (0.16, 85, 103))
"""Share, from age, to age; even within."""
OUTSIDE = 0.02
"""Share registered outside the county."""
SECRECY_MARKING, PROTECTED_REGISTRATION = 0.006, 0.002
PERSONNUMMER, SAMORDNINGSNUMMER = Kind.PERSONNUMMER.value, Kind.SAMORDNINGSNUMMER.value
REGIONAL, NATIONAL = Kind.REGIONAL_RESERVE.value, Kind.NATIONAL_RESERVE.value
NUMBERS = {
    (PERSONNUMMER,): 0.962,
    (SAMORDNINGSNUMMER,): 0.012,
    (REGIONAL,): 0.005,
    (NATIONAL,): 0.001,
    (REGIONAL, PERSONNUMMER): 0.012,
    (SAMORDNINGSNUMMER, PERSONNUMMER): 0.008,
}
"""Share of the residents by the numbers they have had, the present one last."""


Number = tuple[str, str, bool]
"""An identity number, its kind, and whether it is the present one."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A made-up person. `numbers`: the present one last."""

    id: UUID
    given_name: str
    family_name: str
    birth_date: date
    sex: str
    numbers: tuple[Number, ...]
    municipality: str | None
    street: str
    secrecy_marking: bool
    protected_registration: bool

    @property
    def sort_key(self) -> str:
        return swedish_sort_key(f"{self.family_name} {self.given_name}")

    @property
    def is_protected(self) -> bool:
        return self.secrecy_marking or self.protected_registration

    def age(self, today: date) -> int:
        return int((today - self.birth_date).days / 365.25)


def municipalities() -> list[dict[str, str]]:
    with (DATA / "municipalities.csv").open() as file:
        return list(csv.DictReader(file))


def residents(
    rng: Random, count: int, today: date, taken: Iterable[str] = ()
) -> Iterator[Resident]:
    """`count` people, always the same for the same state of `rng`. `taken`: others' numbers."""
    places = municipalities()
    codes = [place["scb_code"] for place in places]
    weights = [int(place["population_approx_2023"]) for place in places]
    numbers = Numbers(rng, taken)
    for municipality in rng.choices(codes, weights, k=count):
        home = None if rng.random() < OUTSIDE else municipality
        yield _resident(rng, home, today, numbers)


def _resident(rng: Random, municipality: str | None, today: date, numbers: Numbers) -> Resident:
    woman = rng.random() < 0.53
    _, youngest, oldest = rng.choices(AGES, [band[0] for band in AGES])[0]
    born = today - timedelta(days=rng.randrange(youngest * 365 + 1, oldest * 365 + 90))
    born, known_by = numbers.draw(born, woman)
    given, family = full_name(rng, born.year, woman)
    return Resident(
        id=UUID(int=rng.getrandbits(128), version=4),
        given_name=given,
        family_name=family,
        birth_date=born,
        sex="F" if woman else "M",
        numbers=known_by,
        municipality=municipality,
        street=f"{rng.choice(STREETS)} {rng.randint(1, 60)}",
        secrecy_marking=rng.random() < SECRECY_MARKING,
        protected_registration=rng.random() < PROTECTED_REGISTRATION,
    )


def full_name(rng: Random, born: int, woman: bool) -> tuple[str, str]:
    """A given name common among those born about that year, and a family name."""
    cohorts = WOMEN if woman else MEN
    cohort = max(year for year in cohorts if year <= max(born, 1900))
    return rng.choice(cohorts[cohort].split()), rng.choice(FAMILIES)


Maker = Callable[[Random, date, bool], str]


class Numbers:
    """Hands out identity numbers that nobody has, each once."""

    def __init__(self, rng: Random, taken: Iterable[str]) -> None:
        self.rng = rng
        self.taken = set(taken)

    def draw(self, born: date, woman: bool) -> tuple[date, tuple[Number, ...]]:
        """A birth date near the wished one, and the numbers that the person was and is known by."""
        *former, present = self.rng.choices(list(NUMBERS), list(NUMBERS.values()))[0]
        number, born = self._free(present, born, woman)
        known = [(self._free(kind, born, woman)[0], kind, False) for kind in former]
        return born, (*known, (number, present, True))

    def _free(self, kind: str, born: date, woman: bool) -> tuple[str, date]:
        """A number not handed out yet; the day before is tried where it was."""
        while True:
            number = _MAKERS[kind](self.rng, born, woman)
            if number not in self.taken:
                self.taken.add(number)
                return number, born
            born -= timedelta(days=1)


def _personnummer(rng: Random, born: date, woman: bool) -> str:
    return synthetic_personnummer(born, woman=woman, n=rng.randrange(10))


def _samordningsnummer(rng: Random, born: date, woman: bool) -> str:
    """As a test personnummer, with sixty added to the day."""
    number = synthetic_personnummer(born, woman=woman, n=rng.randrange(10))
    first = f"{number[:6]}{born.day + 60}{number[8:11]}"
    return first + str(luhn_digit(first[2:]))


def _regional_reserve(rng: Random, born: date, woman: bool) -> str:
    serial = f"{rng.randrange(30, 40) * 2 + (0 if woman else 1):02}"
    letter, value = ("K", "5") if woman else ("M", "7")
    birth = f"{born:%Y%m%d}"
    return birth + letter + serial + str(luhn_digit(birth[2:] + value + serial))


def _national_reserve(rng: Random, born: date, woman: bool) -> str:
    """Three added to the century; two letters, ours beginning with X; a digit that tells the sex."""
    letter = rng.choice("ABCDEFGHJKLMNPRUXYZ")
    sex = rng.randrange(5) * 2 + (0 if woman else 1)
    return f"{born.year // 100 + 3}{born:%y%m%d}X{letter}{sex}{rng.randrange(10)}"


_MAKERS: dict[str, Maker] = {
    PERSONNUMMER: _personnummer,
    SAMORDNINGSNUMMER: _samordningsnummer,
    REGIONAL: _regional_reserve,
    NATIONAL: _national_reserve,
}
