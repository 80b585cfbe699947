"""`om`: tests of the latest values of fields, and of whether a part takes part."""

import pytest
from language import ACTS, errors_of, process_of

from sammanhang.guideline.model import All, Comparison, Guard, Some
from sammanhang.guideline.model import Test as Is
from sammanhang.guideline.sentences import guard_text

SIP = Comparison("sip", Is.EQUALS, "ja")
TRACK = Comparison("spår", Is.ONE_OF, ("gult", "rött"))
LONG = Comparison("dagar", Is.OVER, 3)

GUARDS = [
    ("{sip: ja}", SIP, "”SIP behövs” är ja"),
    ("{spår: [gult, rött]}", TRACK, "”Spår” är gult eller rött"),
    ("{behov: rehab}", Comparison("behov", Is.EQUALS, "rehab"), "”Behov” innehåller rehab"),
    (
        "{behov: [rehab, hemtjänst]}",
        Comparison("behov", Is.ONE_OF, ("rehab", "hemtjänst")),
        "”Behov” innehåller rehab eller hemtjänst",
    ),
    (
        "{inskriven: {finns: ja}}",
        Comparison("inskriven", Is.PRESENT),
        "”Inskriven” är ifyllt",
    ),
    ("{inskriven: {finns: nej}}", Comparison("inskriven", Is.ABSENT), "”Inskriven” saknas"),
    ("{dagar: {över: 3}}", LONG, "”Antal dagar” är över 3"),
    ("{dagar: {under: 3}}", Comparison("dagar", Is.UNDER, 3), "”Antal dagar” är under 3"),
    ("{dagar: {minst: 3}}", Comparison("dagar", Is.AT_LEAST, 3), "”Antal dagar” är minst 3"),
    (
        "{dagar: {högst: 2.5}}",
        Comparison("dagar", Is.AT_MOST, 2.5),
        "”Antal dagar” är högst 2.5",
    ),
    ("{dagar: 7}", Comparison("dagar", Is.EQUALS, 7), "”Antal dagar” är 7"),
    (
        "{utskrivningsdag: 2026-03-05}",
        Comparison("utskrivningsdag", Is.EQUALS, "2026-03-05"),
        "”Beräknad utskrivningsdag” är 2026-03-05",
    ),
    ("{kommun: {finns: ja}}", Comparison("kommun", Is.PRESENT), "kommun deltar"),
    ("{kommun: {finns: nej}}", Comparison("kommun", Is.ABSENT), "kommun inte deltar"),
    (
        "{sip: ja, dagar: {över: 3}}",
        All((SIP, LONG)),
        "”SIP behövs” är ja och ”Antal dagar” är över 3",
    ),
    (
        "{dagar: {över: 3, högst: 9}}",
        All((LONG, Comparison("dagar", Is.AT_MOST, 9))),
        "”Antal dagar” är över 3 och ”Antal dagar” är högst 9",
    ),
    (
        "{någon: [{sip: ja}, {dagar: {över: 3}}]}",
        Some((SIP, LONG)),
        "”SIP behövs” är ja eller ”Antal dagar” är över 3",
    ),
    (
        "{alla: [{sip: ja}, {dagar: {över: 3}}]}",
        All((SIP, LONG)),
        "”SIP behövs” är ja och ”Antal dagar” är över 3",
    ),
    (
        "{sip: ja, någon: [{dagar: {över: 3}}, {spår: [gult, rött]}]}",
        All((SIP, Some((LONG, TRACK)))),
        "”SIP behövs” är ja och (”Antal dagar” är över 3 eller ”Spår” är gult eller rött)",
    ),
]

FAULTS = [
    ("ja", "ska ha villkor som 'om: {fält: värde}'."),
    ("{}", "har ett tomt villkor."),
    ("{sp: ja}", "pekar på fältet 'sp', som ingen handling frågar efter. Menade du 'sip'?"),
    ("{sip: kanske}", "jämför fältet 'sip' med 'kanske'; det ska vara ja eller nej."),
    ("{spår: blått}", "med 'blått', som inte är ett av dess val."),
    ("{dagar: många}", "det ska vara ett tal."),
    ("{dagar: {fler: 3}}", "har jämförelsen 'fler', som inte finns."),
    ("{sip: {över: 3}}", "Bara tal kan jämföras så."),
    ("{utskrivningsdag: i morgon}", "det ska vara ett datum"),
    ("{sip: {finns: kanske}}", "ska ha ja eller nej efter 'finns'."),
    ("{kommun: ja}", "kan bara fråga om parten 'kommun' finns"),
    ("{någon: {sip: ja}}", "ska ha en lista av villkor efter 'någon'."),
    ("{sip: [[ja]]}", "ska jämföra 'sip' med ett enkelt värde."),
]


def rule(guard: str) -> str:
    return f"```regel r\nnär: inskrivning\nska: kallelse\nom: {guard}\n```\n"


@pytest.mark.parametrize(("text", "guard", "words"), GUARDS)
def test_forms_of_guard_and_how_they_are_said(text: str, guard: Guard, words: str) -> None:
    process = process_of(rule(text), acts=ACTS)
    read = process.rules[0].guard

    assert read == guard
    assert guard_text(guard, process) == words


@pytest.mark.parametrize(("text", "error"), FAULTS)
def test_what_is_no_guard(text: str, error: str) -> None:
    (said,) = errors_of(rule(text), acts=ACTS)

    assert said.startswith("regeln 'r'")
    assert error in said
