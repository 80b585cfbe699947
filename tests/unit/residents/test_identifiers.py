"""Identity numbers: which are accepted, and what the person who typed a wrong one is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer

from sammanhang.residents.identifiers import (
    Faulty,
    Identifier,
    Kind,
    is_test_number,
    luhn_digit,
    parse,
    synthetic_personnummer,
)

TODAY = date(2026, 3, 5)


def number(text: str) -> str:
    found = parse(text, TODAY)
    assert isinstance(found, Identifier), found
    return found.value


@pytest.mark.parametrize(
    "text",
    [
        "194603179815",
        "19460317-9815",
        "460317-9815",
        "4603179815",
        "460317 9815",
        " 1946 03 17 98 15 ",
        "19460317\u20139815",
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert number(text) == "194603179815"


def test_a_plus_sign_means_a_hundred_years_or_more() -> None:
    assert number("900118+9811") == "189001189811"
    assert number("900118-9811") == "199001189811"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Fyll i ett personnummer"),
        ("19460317-9816", "Kontrollsiffran stämmer inte"),
        ("19460231-9815", "1946-02-31 är inget datum"),
        ("19461317-9815", "1946-13-17 är inget datum"),
        ("17460317-9815", "århundradet ska vara 18, 19 eller 20"),
        ("20460317-9815", "ligger i framtiden"),
        ("19460317-0003", "födelsenumret 000"),
        ("19460317-981", "fel antal siffror"),
        ("19460317-98155", "för många tecken"),
        ("Kerstin Larsson", "på nummer, inte på namn"),
        ("1946AB17", "bokstäver"),
        ("19460392-9815", "60-91"),
        ("19461377-9815", "Månaden i samordningsnumret"),
        ("19810829M072", "kontrollsiffra"),
        ("19810829M081", "löpnummer"),
        ("19930829X792", "80-89"),
        ("00001950AB12", "utan födelsedag"),
    ],
)
def test_a_faulty_number_is_refused_with_what_to_do(text: str, reason: str) -> None:
    found = parse(text, TODAY)
    assert isinstance(found, Faulty)
    assert reason in found.reason


@pytest.mark.parametrize("text", ["19810829M071", "19450829K088", "19930829X802", "20210325K069"])
def test_the_regions_published_reserve_numbers_are_accepted(text: str) -> None:
    found = parse(text, TODAY)
    assert isinstance(found, Identifier)
    assert found.kind is Kind.REGIONAL_RESERVE


@pytest.mark.parametrize("text", ["19810829M071", "20210325K069"])
def test_any_changed_digit_of_a_reserve_number_is_refused(text: str) -> None:
    for at, mark in enumerate(text):
        if mark.isdigit():
            for other in "0123456789".replace(mark, ""):
                changed = text[:at] + other + text[at + 1 :]
                assert isinstance(parse(changed, TODAY), Faulty), changed


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("22810829AB12", True),
        ("23100325XY12", True),
        ("00203040AB12", True),
        ("00991959AB12", False),
        ("22810829IO12", False),
        ("22811329AB12", False),
    ],
)
def test_national_reserve_numbers_have_their_own_form(text: str, accepted: bool) -> None:
    assert isinstance(parse(text, TODAY), Identifier) is accepted


def test_a_national_reserve_number_without_birth_date_is_never_one() -> None:
    found = parse("00203040AB12", TODAY)
    assert isinstance(found, Identifier)
    assert found.birth_date is None


@pytest.mark.parametrize("month", ["00", "07", "12"])
@pytest.mark.parametrize("day", ["60", "61", "91"])
def test_coordination_numbers_may_lack_month_and_day(month: str, day: str) -> None:
    first = f"1970{month}{day}980"
    found = parse(first + str(luhn_digit(first[2:])), TODAY)
    assert isinstance(found, Identifier)
    assert found.kind is Kind.SAMORDNINGSNUMMER


@given(st.dates(date(1900, 1, 1), TODAY), st.booleans(), st.integers(0, 9), st.integers(2, 11))
def test_synthetic_numbers_are_right_and_one_wrong_digit_is_not(
    born: date, woman: bool, n: int, at: int
) -> None:
    value = synthetic_personnummer(born, woman=woman, n=n)
    found = parse(value, TODAY)
    assert isinstance(found, Identifier)
    assert found.birth_date == born
    assert is_test_number(found)
    assert personnummer.valid(value)
    changed = value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1 :]
    assert isinstance(parse(changed, TODAY), Faulty)


@given(st.text(max_size=30))
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(parse(text, TODAY), Identifier | Faulty)


@given(st.dates(date(1950, 1, 1), TODAY - timedelta(days=1)), st.integers(1, 999))
def test_it_agrees_with_another_implementation(born: date, birth_number: int) -> None:
    first = f"{born:%Y%m%d}{birth_number:03}"
    for last in range(10):
        value = f"{first}{last}"
        assert isinstance(parse(value, TODAY), Identifier) is personnummer.valid(value)


def test_ordinary_numbers_are_not_test_numbers() -> None:
    found = parse("19121212-1212", TODAY)
    assert isinstance(found, Identifier)
    assert not is_test_number(found)
