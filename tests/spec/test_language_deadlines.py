"""`senast`: by when something is owed, and `kvittens`, which is a span too."""

import pytest
from language import ACTS, errors_of, process_of

from sammanhang.guideline.model import Ahead, Before, Deadline, Duty, On, Span, SpanUnit, Within

HOURS, WORKING_HOURS = SpanUnit.HOURS, SpanUnit.WORKING_HOURS
DAYS, WORKING_DAYS = SpanUnit.CALENDAR_DAYS, SpanUnit.WORKING_DAYS

DEADLINES = [
    ("24 timmar", Within(Span(24, HOURS))),
    ("1 timme", Within(Span(1, HOURS))),
    ("8 arbetstimmar", Within(Span(8, WORKING_HOURS))),
    ("1 arbetstimme", Within(Span(1, WORKING_HOURS))),
    ("3 kalenderdagar", Within(Span(3, DAYS))),
    ("3 dagar", Within(Span(3, DAYS))),
    ("1 dag", Within(Span(1, DAYS))),
    ("1 arbetsdag", Within(Span(1, WORKING_DAYS))),
    ("2 arbetsdagar", Within(Span(2, WORKING_DAYS))),
    ("24 timmar från inskriven", Within(Span(24, HOURS), "inskriven")),
    ("2 dagar från utskrivningsdag", Within(Span(2, DAYS), "utskrivningsdag")),
    ("2 arbetsdagar före utskrivningsdag", Ahead(Span(2, WORKING_DAYS), "utskrivningsdag")),
    ("utskrivningsdag", On("utskrivningsdag")),
    ("samma dag", Within(Span(0, DAYS))),
    ("0 kalenderdagar", Within(Span(0, DAYS))),
    ("samma dag som utskrivningsdag", Within(Span(0, DAYS), "utskrivningsdag")),
    ("före utskrivning", Before("utskrivning")),
]

FAULTS = [
    ("snarast möjligt", "är ingen frist"),
    ("tre dagar", "är ingen frist"),
    ("-1 dagar", "är ingen frist"),
    ("1,5 timmar", "är ingen frist"),
    ("3 veckor", "tidsenheten 'veckor' finns inte. Skriv timmar, arbetstimmar"),
    ("3 timar", "tidsenheten 'timar' finns inte. Menade du 'timmar'?"),
    ("100000 timmar", "100000 är för mycket; högst 9999."),
    ("24 timmar från inskriv", "fältet 'inskriv', som ingen handling frågar efter. Menade du"),
    ("24 timmar från spår", "behöver ett fält av typen datum eller tidpunkt, men 'spår' är val."),
    ("före utskrivningen", "handlingen 'utskrivningen', som inte finns. Menade du 'utskrivning'?"),
    ("utskrivning", "ingen handling frågar efter. 'utskrivning' är en handling."),
    ("före inskriven", "handlingen 'inskriven', som inte finns. 'inskriven' är ett fält."),
]


def rule(deadline: str) -> str:
    return f"```regel r\nnär: inskrivning\nska: kallelse\nsenast: {deadline}\n```\n"


@pytest.mark.parametrize(("text", "deadline"), DEADLINES)
def test_forms_of_deadline(text: str, deadline: Deadline) -> None:
    duty = process_of(rule(text), acts=ACTS).rule("r")

    assert isinstance(duty, Duty)
    assert duty.deadline == deadline


@pytest.mark.parametrize(("text", "error"), FAULTS)
def test_what_is_no_deadline(text: str, error: str) -> None:
    (said,) = errors_of(rule(text), acts=ACTS)

    assert said.startswith("regeln 'r'")
    assert error in said


@pytest.mark.parametrize("text", ["3 timar", "snarast", "1 dag från inskriven"])
def test_a_receipt_is_owed_within_a_span_and_nothing_else(text: str) -> None:
    (said,) = errors_of(f"```handling a\nvem: kommun\ntill: alla\nkvittens: {text}\n```\n")

    assert said.startswith(f"handlingen 'a' har '{text}'")
