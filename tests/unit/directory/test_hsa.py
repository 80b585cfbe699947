"""HSA-ids, organisation numbers, and Swedish order."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from sammanhang.directory.hsa import hsa_id, organisation_number
from sammanhang.swedish_order import swedish_sort_key


@pytest.mark.parametrize(
    "text", ["SE2321000131-E000000000001", "se2321000131-a1", "SE165565594230-1000"]
)
def test_accepted_hsa_ids_compare_without_regard_to_case(text: str) -> None:
    assert hsa_id(text) == text.upper()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SE2321000132-A1", "kontrollsiffra"),
        ("SE2321000131-", "SE, tio siffror"),
        ("SE2321000131", "SE, tio siffror"),
        ("SE2321000131-Å1", "A-Z"),
        ("anna@vgregion.se", "A-Z"),
        ("SE2321000131-" + "A" * 20, "för långt"),
    ],
)
def test_faulty_hsa_ids_are_refused_with_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        hsa_id(text)


def test_organisation_numbers_are_checked() -> None:
    assert organisation_number("232100-0131") == "2321000131"
    assert organisation_number("16232100-0131") == "2321000131"
    with pytest.raises(ValidationError, match="kontrollsiffra"):
        organisation_number("232100-0132")


def test_swedish_names_sort_with_their_own_letters_last() -> None:
    names = ["Öberg", "Ågren", "Zetterberg", "Älv", "Andersson", "Éden", "Ek", "ångström", "Ödman"]
    assert sorted(names, key=swedish_sort_key) == [
        "Andersson",
        "Éden",
        "Ek",
        "Zetterberg",
        "Ågren",
        "ångström",
        "Älv",
        "Öberg",
        "Ödman",
    ]
