"""Who is cared for where: the ward someone comes to, where they live, and the units around them.

The wards and the municipality of the memorable persons have more than their share, so that their
boards are as full as such boards are. The shares are stated in docs/simulation.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from simulation.course import MUNICIPALITY, by_age
from simulation.hours import WARDS
from simulation.people import Resident, municipalities
from simulation.staff import CENTRE, OTHER_WARD, SKÖVDE, WARD, Person, unit_named, units

FAVOURED = {WARD: 11.0, OTHER_WARD: 6.0}
"""How many times as many as others the memorable wards admit."""
FAVOURED_HOME = 0.24
"""Share of their patients who live where the memorable persons of the municipality work."""
SAME_AREA = 0.88
"""Share of a ward's patients from the hospital's care area, by population; the rest from all."""
OUTSIDE = 0.02
"""Share of the patients registered outside the county."""
LISTED_ANYWAY = 0.5
"""Share of those with a care centre in the county all the same."""
PROTECTED_AT_FAVOURED = 0.08
FAVOURED_CENTRE = 0.34
"""Share of Skövde's patients listed at the memorable care centre."""
NURSING_FIRST = 0.4
"""Share where the notice goes to municipal health care and not to the office."""
SECOND_UNIT = 0.45
"""Share of those with a municipality where its other unit is added later."""
SPECIALIST = 0.15
"""Share where rehab or a specialist clinic is added later."""
BANDS = {"Drottning Silvias barnsjukhus": (0, 18), "psykiatrisk-avdelning": (18, 70)}
"""Ages at children's hospital and at psychiatric wards; elsewhere adults."""
ADULTS = (18, 200)


@dataclass(frozen=True, slots=True)
class Setting:
    """The units around a patient, and who works there."""

    ward: str
    other_ward: str
    """Where a patient of the ward is moved."""
    outpatient: str | None
    municipal: str | None
    """None where no municipality takes part or the person lives outside the county."""
    right: Mapping[str, str]
    """By part: the unit that a misdirected notice was meant for."""
    later: tuple[tuple[str, str], ...]
    """Units that are found to be concerned later: (field that names it, unit)."""
    home_outside: bool
    types: Mapping[str, str]
    staff: Mapping[str, Sequence[Person]]


@dataclass
class Care:
    """The county's units by where they are."""

    staff: Mapping[str, Sequence[Person]]
    types: dict[str, str] = field(init=False)
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        listed = units()
        self.types = {unit["hsa_id"]: unit["type"] for unit in listed}
        self.names = {unit["hsa_id"]: unit["name"] for unit in listed}
        self._wards = [unit for unit in listed if unit["type"] in WARDS]
        self._weights = [FAVOURED.get((one["name"], one["parent"]), 1.0) for one in self._wards]
        self._ward = {unit["hsa_id"]: unit for unit in self._wards}
        self._favoured = {unit_named(*name) for name in FAVOURED}
        self._centre = unit_named(CENTRE)
        self._by_place: dict[tuple[str, str], list[str]] = {}
        for unit in listed:
            self._by_place.setdefault((unit["municipality"], unit["type"]), []).append(
                unit["hsa_id"]
            )
        places = municipalities()
        self._area = {place["scb_code"]: place["care_area"] for place in places}
        self._population = {
            place["scb_code"]: int(place["population_approx_2023"]) for place in places
        }

    def hospital(self, ward: str) -> str:
        return self._ward[ward]["parent"]

    def draw_ward(self, rng: Random) -> str:
        return rng.choices(self._wards, self._weights)[0]["hsa_id"]

    def another_ward(self, rng: Random, ward: str) -> str:
        """At the same hospital and of the same kind, if there is one."""
        one = self._ward[ward]
        others = [
            other["hsa_id"]
            for other in self._wards
            if other["parent"] == one["parent"]
            and other["type"] == one["type"]
            and other["hsa_id"] != ward
        ]
        return rng.choice(others) if others else ward

    def draw_home(self, rng: Random, ward: str) -> str | None:
        """The municipality of a patient at a ward; None: outside the county."""
        if rng.random() < OUTSIDE:
            return None
        if ward in self._favoured and rng.random() < FAVOURED_HOME:
            return SKÖVDE
        own = self._ward[ward]["municipality"]
        near = rng.random() < SAME_AREA
        codes = [code for code in self._area if not near or self._area[code] == self._area[own]]
        return rng.choices(codes, [self._population[code] for code in codes])[0]

    def ages(self, ward: str) -> tuple[int, int]:
        """From which age to below which the ward's patients are."""
        one = self._ward[ward]
        return BANDS.get(one["parent"]) or BANDS.get(one["type"]) or ADULTS

    def wants_protected(self, rng: Random, ward: str) -> bool:
        """Protected people are rare; some are seen where the demonstration looks."""
        return ward in self._favoured and rng.random() < PROTECTED_AT_FAVOURED

    def setting(self, rng: Random, ward: str, home: str | None, age: int) -> Setting:
        """The units around a patient at a ward who lives in a municipality."""
        place = home or self._ward[ward]["municipality"]
        psychiatric = self.types[ward] == "psykiatrisk-avdelning"
        centres = self._outpatient(place, psychiatric=psychiatric)
        favoured = place == SKÖVDE and not psychiatric and rng.random() < FAVOURED_CENTRE
        centre = self._centre if favoured else rng.choice(centres)
        municipal: list[str] = []
        if home is not None:
            municipal = [rng.choice(self._by_place[home, "biståndsenhet"])]
            municipal.append(rng.choice(self._by_place[home, "hemsjukvård"]))
            if rng.random() < NURSING_FIRST:
                municipal.reverse()
        takes_part = bool(municipal) and rng.random() < by_age(MUNICIPALITY, age)
        right = {"öppenvård": _other(rng, centres, centre)}
        if municipal:
            of_the_kind = self._by_place[place, self.types[municipal[0]]]
            right["kommun"] = _other(rng, of_the_kind, municipal[0]) or municipal[1]
        return Setting(
            ward=ward,
            other_ward=self.another_ward(rng, ward),
            outpatient=centre if home is not None or rng.random() < LISTED_ANYWAY else None,
            municipal=municipal[0] if takes_part else None,
            right={part: unit for part, unit in right.items() if unit},
            later=self._later(rng, place, municipal if takes_part else ()),
            home_outside=home is None,
            types=self.types,
            staff=self.staff,
        )

    def _outpatient(self, place: str, *, psychiatric: bool) -> list[str]:
        """Care centres, or open psychiatry of the municipality or else of the care area."""
        if not psychiatric:
            return self._by_place[place, "vårdcentral"]
        here = self._by_place.get((place, "öppenpsykiatri"))
        return here or [
            unit
            for (code, kind), found in self._by_place.items()
            if kind == "öppenpsykiatri" and self._area[code] == self._area[place]
            for unit in found
        ]

    def _later(
        self, rng: Random, place: str, municipal: Sequence[str]
    ) -> tuple[tuple[str, str], ...]:
        later: list[tuple[str, str]] = []
        if municipal and rng.random() < SECOND_UNIT:
            later.append(("kommun-enhet", municipal[1]))
        clinics = [
            unit
            for kind in ("rehabmottagning", "specialistmottagning")
            for unit in self._by_place.get((place, kind), ())
        ]
        if clinics and rng.random() < SPECIALIST:
            later.append(("öppenvård-enhet", rng.choice(clinics)))
        return tuple(later)


def _other(rng: Random, among: Sequence[str], unit: str) -> str | None:
    others = [one for one in among if one != unit]
    return rng.choice(others) if others else None


class Patients:
    """Residents who have not been in hospital yet, by where they live."""

    def __init__(self, rng: Random, people: Iterable[Resident], today: date) -> None:
        self.today = today
        self._waiting: dict[str | None, list[Resident]] = {}
        for one in people:
            self._waiting.setdefault(one.municipality, []).append(one)
        for waiting in self._waiting.values():
            rng.shuffle(waiting)

    def next(
        self, home: str | None, ages: tuple[int, int], *, protected: bool = False
    ) -> Resident | None:
        """Somebody who lives there; None when there is nobody left."""
        waiting = self._waiting.get(home, [])
        for at in range(len(waiting) - 1, -1, -1):
            one = waiting[at]
            if ages[0] <= one.age(self.today) < ages[1] and (one.is_protected or not protected):
                return waiting.pop(at)
        return self.next(home, ages) if protected else None
