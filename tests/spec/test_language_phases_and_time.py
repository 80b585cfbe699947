"""`läge` and `tidsräkning`."""

from datetime import time

import pytest
from language import ACTS, errors_of, process_of

from sammanhang.guideline.model import Comparison, Duty
from sammanhang.guideline.model import Test as Is
from sammanhang.guideline.sentences import phase_sentence


def test_a_phase_is_entered_by_an_act() -> None:
    process = process_of(
        """\
        ```läge avslutad
        rubrik: Avslutad
        när: [utskrivning, kallelse]
        om: {sip: nej}
        avslutar: ja
        ```
        """,
        acts=ACTS,
    )
    (phase,) = process.phases

    assert (phase.name, phase.title) == ("avslutad", "Avslutad")
    assert phase.triggers == ("utskrivning", "kallelse")
    assert phase.guard == Comparison("sip", Is.EQUALS, "nej")
    assert phase.closes
    assert process.phases_by["kallelse"] == (phase,)


def test_a_phase_does_not_close_the_case_unless_it_says_so() -> None:
    process = process_of("```läge pågår\nnär: inskrivning\n```\n", acts=ACTS)

    assert not process.phases[0].closes


def test_a_phase_may_be_entered_only_from_certain_others() -> None:
    blocks = """\
        ```läge pågår
        rubrik: Planering pågår
        när: kallelse
        från: inskriven
        ```
        ```läge inskriven
        rubrik: Inskriven
        när: inskrivning
        ```
        """
    process = process_of(blocks, acts=ACTS)
    planning = process.phases[0]

    assert planning.only_from == ("inskriven",)
    assert phase_sentence(planning, process) == (
        "Ärendet kommer i läget Planering pågår efter Kallelse, från läget Inskriven (avsnitt 1)."
    )
    assert errors_of(blocks.replace("från: inskriven", "från: inskrven"), acts=ACTS) == [
        "läget 'pågår' pekar på läget 'inskrven', som inte finns. Menade du 'inskriven'?"
    ]


def test_without_a_reckoning_working_hours_are_eight_to_five_with_no_cut_off() -> None:
    reckoning = process_of("", acts=ACTS).reckoning

    assert (reckoning.day_starts, reckoning.day_ends) == (time(8), time(17))
    assert reckoning.cutoff is None


def test_a_reckoning_without_name_holds_for_the_whole_document() -> None:
    process = process_of(
        """\
        ```tidsräkning
        arbetstid: "07:30-16:30"
        brytpunkt: "12:00"
        ```
        ```regel r
        när: inskrivning
        ska: kallelse
        ```
        """,
        acts=ACTS,
    )
    duty = process.rule("r")

    assert isinstance(duty, Duty)
    assert duty.reckoning is process.reckoning
    assert process.reckoning.day_starts == time(7, 30)
    assert process.reckoning.day_ends == time(16, 30)
    assert process.reckoning.cutoff == time(12)


def test_a_named_reckoning_holds_for_the_rules_that_name_it() -> None:
    process = process_of(
        """\
        ```tidsräkning jour
        brytpunkt: "20:00"
        ```
        ```regel vanlig
        när: inskrivning
        ska: kallelse
        ```
        ```regel jourens
        när: inskrivning
        ska: kallelse
        räknas: jour
        ```
        """,
        acts=ACTS,
    )
    cutoffs = {duty.name: duty.reckoning.cutoff for duty in process.duties_after["inskrivning"]}

    assert cutoffs == {"vanlig": None, "jourens": time(20)}


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ("arbetstid: åtta till fem", "har arbetstiden 'åtta till fem'. Skriv till exempel \"08:"),
        ("arbetstid: 17:00-08:00", "har arbetstiden '17:00-08:00', som slutar först."),
        ("arbetstid: 08:00-25:00", "har arbetstiden '08:00-25:00'."),
        ("brytpunkt: lunch", "har brytpunkten 'lunch'. Skriv ett klockslag"),
        ("bryttid: 12:00", "har nyckeln 'bryttid', som inte finns."),
    ],
)
def test_what_can_be_wrong_with_a_reckoning(keys: str, error: str) -> None:
    (said,) = errors_of(f"```tidsräkning\n{keys}\n```\n")

    assert said.startswith("tidsräkningen")
    assert error in said
