"""The made-up residents: many kinds of people, none of them real."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import islice
from random import Random

import pytest

from sammanhang.directory.hsa import hsa_id
from sammanhang.residents.identifiers import Identifier, is_test_number, parse
from simulation.people import Resident, municipalities, residents
from simulation.staff import by_unit, memorable, process_leaders, staff, units

TODAY = date(2026, 3, 5)


@pytest.fixture(scope="module")
def people() -> list[Resident]:
    return list(residents(Random(1), 20_000, TODAY))


def test_the_same_chance_gives_the_same_people(people: list[Resident]) -> None:
    assert list(islice(residents(Random(1), 20_000, TODAY), 500)) == people[:500]
    assert next(residents(Random(2), 1, TODAY)) != people[0]


def test_every_number_is_valid_and_of_a_kind_that_nobody_has(people: list[Resident]) -> None:
    for one in people:
        for value, kind, _ in one.numbers:
            number = parse(value, TODAY)
            assert isinstance(number, Identifier), value
            assert (number.value, number.kind.value) == (value, kind)
            assert is_test_number(number), value


def test_no_two_share_a_number(people: list[Resident]) -> None:
    counted = Counter(value for one in people for value, _, _ in one.numbers)
    assert counted.most_common(1)[0][1] == 1


def test_a_number_is_the_present_one_and_earlier_ones_are_kept(people: list[Resident]) -> None:
    changed = [one for one in people if len(one.numbers) > 1]
    assert 0.01 < len(changed) / len(people) < 0.03
    for one in people:
        assert [current for _, _, current in one.numbers][-1]
        assert sum(current for _, _, current in one.numbers) == 1


def test_a_personnummer_tells_the_birth_date_and_the_sex(people: list[Resident]) -> None:
    for one in people:
        value, kind, _ = one.numbers[-1]
        if kind == "personnummer":
            assert value[:8] == f"{one.birth_date:%Y%m%d}"
            assert (int(value[10]) % 2 == 0) == (one.sex == "F")


def test_people_live_where_people_live(people: list[Resident]) -> None:
    homes = Counter(one.municipality for one in people)
    whole = sum(int(place["population_approx_2023"]) for place in municipalities())
    for place in municipalities():
        share = int(place["population_approx_2023"]) / whole
        assert homes[place["scb_code"]] / len(people) == pytest.approx(share, rel=0.3, abs=0.002)
    assert 0.015 < homes[None] / len(people) < 0.025


@pytest.mark.parametrize(
    ("what", "share"),
    [
        ("secrecy_marking", 0.006),
        ("protected_registration", 0.002),
    ],
)
def test_a_few_are_protected(people: list[Resident], what: str, share: float) -> None:
    assert sum(getattr(one, what) for one in people) / len(people) == pytest.approx(share, rel=0.4)


def test_they_are_as_old_as_those_in_hospital(people: list[Resident]) -> None:
    ages = [one.age(TODAY) for one in people]
    assert 0 <= min(ages) < 5
    assert 100 <= max(ages) <= 103
    assert sum(age >= 70 for age in ages) / len(ages) == pytest.approx(0.6, abs=0.03)


def test_all_numbers_in_use_are_avoided(people: list[Resident]) -> None:
    taken = {value for one in people for value, _, _ in one.numbers}
    more = list(residents(Random(1), 3000, TODAY, taken))
    assert not taken & {value for one in more for value, _, _ in one.numbers}


def test_every_unit_has_staff_with_valid_ids() -> None:
    employed = list(staff(Random(1)))
    assert len({one.hsa_id for one in employed}) == len(employed)
    for one in employed:
        assert hsa_id(one.hsa_id) == one.hsa_id
    at = by_unit(employed)
    assert set(at) == {unit["hsa_id"] for unit in units()}
    assert min(len(people) for people in at.values()) >= 3


def test_the_memorable_persons_can_carry_a_story_between_them() -> None:
    roles = {role for one in memorable() for _, role in one.assignments}
    assert roles == {
        "ward_nurse",
        "care_coordinator",
        "case_officer",
        "municipal_nurse",
        "process_leader",
    }
    of = {unit["hsa_id"]: unit for unit in units()}
    assert {of[unit]["municipality"] for one in memorable() for unit, _ in one.assignments} == {
        "1496"
    }
    assert [len(one.assignments) for one in memorable()].count(2) == 1


def test_each_care_area_has_a_process_leader() -> None:
    assert len(process_leaders()) == len({place["care_area"] for place in municipalities()}) == 6
