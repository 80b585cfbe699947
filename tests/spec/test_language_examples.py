"""The ten examples that teach the language are true, and the reference is made from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sammanhang.governance.language_examples import MOST_TEXT, Example, examples, reference, run

LANGUAGE = Path(__file__).parents[2] / "docs" / "language.md"
FIRST = next(iter(examples().values()))


@pytest.mark.parametrize("example", examples().values(), ids=lambda one: one.name)
def test_what_an_example_says_is_owed_is_owed(example: Example) -> None:
    ran = run(example.text, example.events, example.at)

    assert tuple(map(str, ran.owed)) == example.owed
    assert ran.refused == example.refused
    assert (ran.findings, ran.faults) == ((), ())


def test_there_are_ten() -> None:
    assert len(examples()) == 10


def test_the_reference_is_fresh() -> None:
    assert LANGUAGE.read_text(encoding="utf-8") == reference(), "kör make docs"


def test_a_fault_is_told_at_its_own_line() -> None:
    ran = run(FIRST.text.replace("ska: svar", "ska: svra"), FIRST.events, FIRST.at)

    (finding,) = ran.findings
    line = FIRST.text[: FIRST.text.index("ska: svar")].count("\n") + 1
    assert finding.place.line == line
    assert "Menade du 'svar'?" in finding.text


NOW = FIRST.at
HOSTILE = [
    (FIRST.text, "2026-03-02 10:00 avdelningen", NOW, "Rad 1: skriv dag"),
    (FIRST.text, "i morse kl avdelningen inskrivning", NOW, "Rad 1: skriv dag"),
    (FIRST.text, "9999-12-31 23:59 avdelningen inskrivning", NOW, "Rad 1: skriv dag"),
    (FIRST.text, FIRST.events, "snart", "Skriv tidpunkten"),
    (FIRST.text, FIRST.events, "0001-01-01", "Skriv tidpunkten"),
    (FIRST.text, "2026-03-02 10:00 avdelningen inskrivning\n" * 61, NOW, "Högst 60"),
    ("x" * (MOST_TEXT + 1), "", NOW, "för långt"),
    (FIRST.text, "x" * (MOST_TEXT + 1), NOW, "för långt"),
]


@pytest.mark.parametrize(("text", "events", "at", "says"), HOSTILE)
def test_what_cannot_be_read_is_told(text: str, events: str, at: str, says: str) -> None:
    assert says in run(text, events, at).faults[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "```regel",
        "```regel a\n" + "[" * 5000,
        "&a [*a, *a]\n" * 300,
        FIRST.text.replace("24 timmar", "99999999999999999999 arbetsdagar"),
        FIRST.text.replace("24 timmar", "999999999 timmar"),
        FIRST.text.replace("Inskrivning", "<script>alert(1)</script>"),
    ],
)
def test_nothing_that_is_written_makes_it_fall(text: str) -> None:
    ran = run(text, FIRST.events, FIRST.at)
    assert ran.owed or ran.findings or ran.faults or ran.refused
