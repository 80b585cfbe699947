"""What is filled in: what is taken, in which form it is kept, and what one is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sammanhang.engine.values import check
from sammanhang.guideline.model import Field, FieldType

NOW = datetime(2026, 3, 5, 11, 0, tzinfo=UTC)
"""Twelve o'clock in Sweden."""


def field(kind: str, **said: Any) -> Field:
    return Field("f", "Fältet", FieldType(kind), **said)


CHOICES = {"choices": ("grönt", "gult", "rött")}
PAST = {"future": False}

TAKEN = [
    ("text", {}, "  Anna  ", "Anna"),
    ("text", {}, "a" * 200, "a" * 200),
    ("långtext", {}, "rad 1\r\nrad 2\rrad 3\x0brad 4", "rad 1\nrad 2\nrad 3\nrad 4"),
    ("långtext", {}, "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("val", CHOICES, "gult", "gult"),
    ("flerval", CHOICES, ["rött", "grönt", "rött"], ["grönt", "rött"]),
    ("flerval", CHOICES, "rött", ["rött"]),
    ("datum", {}, "2026-03-09", "2026-03-09"),
    ("datum", {}, " 20260309 ", "2026-03-09"),
    ("datum", PAST, "2026-03-05", "2026-03-05"),
    ("tid", {}, "09:30", "09:30"),
    ("tid", {}, "9.30", "09:30"),
    ("tid", {}, "12:30:59", "12:30"),
    ("tidpunkt", {}, "2026-03-05T10:00:00+01:00", "2026-03-05T10:00:00+01:00"),
    ("tidpunkt", {}, "2026-07-05T10:00:00Z", "2026-07-05T12:00:00+02:00"),
    ("tidpunkt", PAST, "2026-03-05T12:00:00.9+01:00", "2026-03-05T12:00:00+01:00"),
    ("ja-nej", {}, "nej", "nej"),
    ("tal", {}, 3, 3),
    ("tal", {}, 3.0, 3),
    ("tal", {}, "2,5", 2.5),
    ("tal", {}, -1, -1),
    ("person", {}, "Bo Öberg", "Bo Öberg"),
    ("enhet", {}, "SE2321000131-E000000000001", "SE2321000131-E000000000001"),
    ("bilaga", {}, {"namn": "plan.pdf", "id": "7"}, {"id": "7", "namn": "plan.pdf"}),
    ("meddelande", {}, 3, 3),
    ("meddelande", {}, "3", 3),
    ("meddelande", {}, "inskrivningsmeddelande", "inskrivningsmeddelande"),
]


@pytest.mark.parametrize(("kind", "said", "raw", "kept"), TAKEN)
def test_taken(kind: str, said: dict[str, Any], raw: object, kept: object) -> None:
    assert check({"f": field(kind, **said)}, {"f": raw}, NOW) == ({"f": kept}, {})


REFUSED = [
    ("text", {}, 7, "Skriv text här."),
    ("text", {}, ["a"], "Skriv text här."),
    ("text", {}, {"a": 1}, "Skriv text här."),
    ("text", {}, "a" * 201, "Texten är 201 tecken lång. Korta den till högst 200."),
    ("långtext", {}, "a" * 20_001, "Texten är 20001 tecken lång. Korta den till högst 20000."),
    ("text", {}, "a\0b", "Texten har tecken som inte går att spara. Skriv om den."),
    ("text", {}, "a\ud800b", "Texten har tecken som inte går att spara. Skriv om den."),
    ("val", CHOICES, "blått", "Välj ett av alternativen: grönt, gult, rött."),
    ("val", CHOICES, ["gult"], "Välj ett av alternativen: grönt, gult, rött."),
    ("flerval", CHOICES, ["blått"], "Välj ett av alternativen: grönt, gult, rött."),
    ("flerval", CHOICES, [["gult"]], "Välj ett av alternativen: grönt, gult, rött."),
    ("flerval", CHOICES, {"gult": 1}, "Välj bland alternativen: grönt, gult, rött."),
    ("datum", {}, "5 mars", "Skriv datumet som år-månad-dag, till exempel 2026-03-05."),
    ("datum", {}, "2026-02-30", "Skriv datumet som år-månad-dag, till exempel 2026-03-05."),
    ("datum", {}, 20260305, "Skriv datumet som år-månad-dag, till exempel 2026-03-05."),
    ("datum", {}, "0001-01-01", "Året ska ligga mellan 1900 och 2199."),
    ("datum", PAST, "2026-03-06", "Datumet får inte ligga i framtiden."),
    ("tid", {}, "25:00", "Skriv klockslaget som timme:minut, till exempel 14:30."),
    ("tid", {}, 930, "Skriv klockslaget som timme:minut, till exempel 14:30."),
    ("tid", {}, "09:30+01:00", "Skriv klockslaget som timme:minut, till exempel 14:30."),
    ("tidpunkt", {}, "i går", "Skriv dag och klockslag, till exempel 2026-03-05 14:30."),
    (
        "tidpunkt",
        {},
        "2026-03-05T10:00:00",
        "Ange tidszon också, till exempel 2026-03-05T14:30+01:00.",
    ),
    ("tidpunkt", {}, "9999-12-31T23:59:59-14:00", "Året ska ligga mellan 1900 och 2199."),
    ("tidpunkt", PAST, "2026-03-05T12:01:00+01:00", "Tidpunkten får inte ligga i framtiden."),
    ("ja-nej", {}, True, "Svara ja eller nej."),
    ("ja-nej", {}, "kanske", "Svara ja eller nej."),
    ("tal", {}, True, "Skriv ett tal."),
    ("tal", {}, "tre", "Skriv ett tal."),
    ("tal", {}, float("nan"), "Skriv ett tal."),
    ("tal", {}, "nan", "Skriv ett tal."),
    ("tal", {}, float("inf"), "Talet är för stort."),
    ("tal", {}, 10**400, "Talet är för stort."),
    ("tal", {}, "1e999", "Talet är för stort."),
    ("person", {}, "a" * 201, "Texten är 201 tecken lång. Korta den till högst 200."),
    ("enhet", {}, 17, "Skriv text här."),
    ("bilaga", {}, "plan.pdf", "Bilagan kunde inte läsas. Välj filen igen."),
    ("bilaga", {}, {"id": "7"}, "Bilagan kunde inte läsas. Välj filen igen."),
    ("bilaga", {}, {"id": "7", "namn": ""}, "Bilagan kunde inte läsas. Välj filen igen."),
    ("bilaga", {}, {"id": "7", "namn": "x", "n": 1}, "Bilagan kunde inte läsas. Välj filen igen."),
    ("meddelande", {}, True, "Välj vilket meddelande det gäller."),
    ("meddelande", {}, 1.5, "Välj vilket meddelande det gäller."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "raw", "told"), REFUSED)
def test_refused(kind: str, said: dict[str, Any], raw: object, told: str) -> None:
    assert check({"f": field(kind, **said)}, {"f": raw}, NOW) == ({}, {"f": told})


@pytest.mark.parametrize("empty", [None, "", "   ", []])
def test_nothing_filled_in_is_no_value_and_not_enough_where_one_is_required(empty: object) -> None:
    assert check({"f": field("text")}, {"f": empty}, NOW) == ({}, {})
    assert check({"f": field("text", required=True)}, {"f": empty}, NOW) == (
        {},
        {"f": "Fältet måste fyllas i."},
    )


def test_a_required_field_that_is_left_out_is_told_of_and_so_is_every_other_fault() -> None:
    fields = {
        "namn": Field("namn", "Namn", FieldType.TEXT, required=True),
        "dag": Field("dag", "Dag", FieldType.DATE),
    }
    assert check(fields, {"dag": "snart", "okänt": 1}, NOW)[1] == {
        "dag": "Skriv datumet som år-månad-dag, till exempel 2026-03-05.",
        "okänt": "Fältet finns inte i den här handlingen. Ta bort det.",
        "namn": "Namn måste fyllas i.",
    }


def test_in_a_correction_only_what_is_corrected_is_asked_for() -> None:
    fields = {
        "namn": Field("namn", "Namn", FieldType.TEXT, required=True),
        "dag": Field("dag", "Dag", FieldType.DATE),
    }
    assert check(fields, {"dag": None}, NOW, partial=True) == ({"dag": None}, {})
    assert check(fields, {"namn": ""}, NOW, partial=True)[1] == {"namn": "Namn måste fyllas i."}
