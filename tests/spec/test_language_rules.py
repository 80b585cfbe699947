"""`regel`: the five things a rule can say."""

import pytest
from language import ACTS, errors_of, process_of

from sammanhang.guideline.model import (
    Bar,
    Comparison,
    Condition,
    Duty,
    Opening,
    Revocation,
    Rule,
    Span,
    SpanUnit,
    Within,
)
from sammanhang.guideline.model import (
    Test as Is,
)
from sammanhang.guideline.sentences import sentence


def rule_of(keys: str) -> Rule:
    process = process_of(f"```regel r\n{keys}\n```\n", acts=ACTS)
    rule = process.rule("r")
    assert rule is not None
    return rule


def said(keys: str) -> str:
    process = process_of(f"```regel r\n{keys}\n```\n", acts=ACTS)
    rule = process.rule("r")
    assert rule is not None
    return sentence(rule, process)


# --- Each form, and what it means -----------------------------------------------------------


def test_duty_after_one_act_another_is_owed() -> None:
    rule = rule_of("när: inskrivning\nska: kallelse\nvem: kommun\nsenast: 3 dagar")

    assert isinstance(rule, Duty)
    assert (rule.triggers, rule.act, rule.part) == (("inskrivning",), "kallelse", "kommun")
    assert rule.deadline == Within(Span(3, SpanUnit.CALENDAR_DAYS))
    assert not rule.receipt


def test_duty_may_start_from_several_acts_and_lack_a_time() -> None:
    rule = rule_of("när: [inskrivning, utskrivning]\nska: kallelse")

    assert isinstance(rule, Duty)
    assert rule.triggers == ("inskrivning", "utskrivning")
    assert rule.deadline is None


def test_duty_is_borne_by_the_only_part_that_may_perform_it() -> None:
    rule = rule_of("när: inskrivning\nska: utskrivning")

    assert isinstance(rule, Duty)
    assert rule.part == "slutenvård"


def test_condition_an_act_requires_others() -> None:
    rule = rule_of("handling: utskrivning\nkräver: [inskrivning, kallelse]")

    assert isinstance(rule, Condition)
    assert (rule.act, rule.requires) == ("utskrivning", ("inskrivning", "kallelse"))


def test_bar_an_act_makes_others_impossible() -> None:
    rule = rule_of("handling: utskrivning\nspärrar: inskrivning")

    assert isinstance(rule, Bar)
    assert (rule.act, rule.bars) == ("utskrivning", ("inskrivning",))


def test_bar_of_itself_makes_an_act_of_once() -> None:
    rule = rule_of("handling: inskrivning\nspärrar: inskrivning")

    assert isinstance(rule, Bar)
    assert rule.bars == ("inskrivning",)


def test_bar_of_all_spares_the_act_itself_and_acts_on_messages() -> None:
    process = process_of(
        """\
        ```handling rättelse
        vem: alla
        verkan: rättar
        ```

        ```regel r
        handling: utskrivning
        spärrar: alla
        ```
        """,
        acts=ACTS,
    )
    rule = process.rule("r")

    assert isinstance(rule, Bar)
    assert rule.bars == ("inskrivning", "kallelse")


def test_opening_an_act_makes_another_possible_again() -> None:
    rule = rule_of("handling: utskrivning\nöppnar: [inskrivning, kallelse]")

    assert isinstance(rule, Opening)
    assert rule.opens == ("inskrivning", "kallelse")


def test_revocation_an_act_takes_another_back() -> None:
    rule = rule_of("handling: utskrivning\nupphäver: inskrivning")

    assert isinstance(rule, Revocation)
    assert rule.revokes == ("inskrivning",)


@pytest.mark.parametrize(
    "form",
    [
        "när: inskrivning\nska: kallelse",
        "handling: utskrivning\nkräver: kallelse",
        "handling: utskrivning\nspärrar: kallelse",
        "handling: utskrivning\nöppnar: kallelse",
        "handling: utskrivning\nupphäver: kallelse",
    ],
)
def test_any_form_may_have_a_guard_and_a_source(form: str) -> None:
    rule = rule_of(f"{form}\nom: {{sip: ja}}\nkälla: SFS 2017:612 4 kap.")

    assert rule.guard == Comparison("sip", Is.EQUALS, "ja")
    assert rule.source.law == "SFS 2017:612 4 kap."


# --- Look-up --------------------------------------------------------------------------------


def test_the_process_knows_which_rules_an_act_touches() -> None:
    process = process_of(
        """\
        ```regel ska
        när: inskrivning
        ska: kallelse
        senast: före utskrivning
        ```
        ```regel kräver
        handling: utskrivning
        kräver: inskrivning
        ```
        ```regel spärrar
        handling: utskrivning
        spärrar: kallelse
        ```
        ```regel öppnar
        handling: inskrivning
        öppnar: kallelse
        ```
        ```regel upphäver
        handling: kallelse
        upphäver: utskrivning
        ```
        """,
        acts=ACTS,
    )

    assert [rule.name for rule in process.rules] == [
        "ska", "kräver", "spärrar", "öppnar", "upphäver"
    ]  # fmt: skip
    assert [rule.name for rule in process.duties_after["inskrivning"]] == ["ska"]
    assert [rule.name for rule in process.milestones_on["utskrivning"]] == ["ska"]
    assert [rule.name for rule in process.conditions_on["utskrivning"]] == ["kräver"]
    assert [rule.name for rule in process.bars_on["kallelse"]] == ["spärrar", "öppnar"]
    assert [rule.name for rule in process.revocations_by["kallelse"]] == ["upphäver"]


# --- In words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (
            "när: inskrivning\nska: kallelse\nsenast: 3 dagar",
            "Inom 3 kalenderdagar efter Inskrivning ska kommun göra Kallelse (avsnitt 1).",
        ),
        (
            "när: inskrivning\nska: kallelse\nsenast: 24 timmar från inskriven\n"
            "om: {sip: ja}\nkälla: SFS 2017:612 2 kap.",
            "Inom 24 timmar från inskriven ska kommun göra Kallelse, när Inskrivning har gjorts "
            "och ”SIP behövs” är ja (avsnitt 1, SFS 2017:612 2 kap.).",
        ),
        (
            "när: inskrivning\nska: kallelse\nsenast: 1 arbetsdag före utskrivningsdag",
            "Senast 1 arbetsdag före beräknad utskrivningsdag ska kommun göra Kallelse, "
            "när Inskrivning har gjorts (avsnitt 1).",
        ),
        (
            "när: inskrivning\nska: kallelse\nsenast: före utskrivning",
            "Före Utskrivning ska kommun göra Kallelse, när Inskrivning har gjorts (avsnitt 1).",
        ),
        (
            "när: utskrivning\nska: kallelse\nsenast: samma dag",
            "Samma dag som Utskrivning ska kommun göra Kallelse (avsnitt 1).",
        ),
        (
            "när: [inskrivning, utskrivning]\nska: kallelse\nom: {kommun: {finns: ja}}",
            "Efter Inskrivning eller Utskrivning ska kommun göra Kallelse, "
            "om kommun deltar (avsnitt 1).",
        ),
        (
            "handling: utskrivning\nkräver: [inskrivning, kallelse]\nom: {behov: rehab}",
            "Utskrivning får göras först när Inskrivning och Kallelse har gjorts, "
            "om ”Behov” innehåller rehab (avsnitt 1).",
        ),
        (
            "handling: inskrivning\nspärrar: inskrivning",
            "Inskrivning kan bara göras en gång (avsnitt 1).",
        ),
        (
            "handling: utskrivning\nspärrar: [utskrivning, kallelse]",
            "Efter Utskrivning kan Kallelse inte längre göras, och inte heller Utskrivning igen "
            "(avsnitt 1).",
        ),
        (
            "handling: utskrivning\nspärrar: [inskrivning, kallelse]",
            "Efter Utskrivning kan Inskrivning eller Kallelse inte längre göras (avsnitt 1).",
        ),
        (
            "handling: inskrivning\nöppnar: kallelse",
            "Efter Inskrivning kan Kallelse göras igen (avsnitt 1).",
        ),
        (
            "handling: utskrivning\nupphäver: inskrivning",
            "Utskrivning upphäver Inskrivning, som därmed räknas som ogjort (avsnitt 1).",
        ),
    ],
)
def test_a_rule_as_a_sentence(keys: str, words: str) -> None:
    assert said(keys) == words


def test_an_act_that_can_be_taken_back_can_be_done_anew() -> None:
    process = process_of(
        """\
        ```regel en-gång
        handling: inskrivning
        spärrar: inskrivning
        ```
        ```regel ångra
        handling: utskrivning
        upphäver: inskrivning
        ```
        """,
        acts=ACTS,
    )

    assert sentence(process.rules[0], process) == (
        "Inskrivning kan inte göras igen så länge den gäller (avsnitt 1)."
    )


# --- What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ("källa: SFS 2017:612", "säger ingenting."),
        ("när: inskrivning", "saknar nyckeln 'ska'."),
        ("ska: kallelse", "saknar nyckeln 'när'."),
        ("kräver: inskrivning", "saknar nyckeln 'handling'."),
        ("handling: utskrivning", "säger ingenting."),
        ("handling: utskrivning\nkräver: kallelse\nsenast: 1 dag", "har 'senast', som inte hör"),
        ("när: inskrivning\nska: kallelse\nhandling: utskrivning", "har 'handling', som inte hör"),
        ("när: inskrivning\nska: [kallelse, utskrivning]", "ska ha en handling för 'ska'"),
        ("när: inskrivning\nska: kallelse\nvem: [kommun, slutenvård]", "en part efter 'vem'"),
        ("när: inskrivning\nska: kallelse\nvem: slutenvård", "får bara utföras av 'kommun'"),
        ("när: inskrivning\nska: kallelse\nräknas: psykiatri", "pekar på tidsräkningen"),
        ("handling: utskrivning\nkräver: alla", "pekar på handlingen 'alla', som inte finns."),
        ("när: inskrivning\nska: kallelse\nsenast: före kallelse", "är samma handling."),
    ],
)
def test_what_can_be_wrong_with_a_rule(keys: str, error: str) -> None:
    (told,) = errors_of(f"```regel r\n{keys}\n```\n", acts=ACTS)

    assert told.startswith("regeln 'r'")
    assert error in told


def test_a_duty_says_who_when_several_parts_may_perform_it() -> None:
    blocks = """\
        ```handling behovsbedömning
        vem: alla
        ```
        ```regel r
        när: inskrivning
        ska: behovsbedömning
        ```
        """

    assert errors_of(blocks, acts=ACTS) == [
        "regeln 'r' säger inte vem som ska: 'behovsbedömning' får utföras av 'slutenvård' och "
        "'kommun'. Skriv en av dem efter 'vem'."
    ]


def test_what_is_owed_may_not_be_barred_by_what_starts_it() -> None:
    blocks = """\
        ```regel ska-kalla
        när: utskrivning
        ska: kallelse
        ```
        ```regel stängt
        handling: utskrivning
        spärrar: kallelse
        ```
        """
    opens = "```regel öppnas\nhandling: inskrivning\nöppnar: kallelse\n```\n"

    (error,) = errors_of(blocks, acts=ACTS)
    assert error.startswith(
        "regeln 'ska-kalla' ålägger 'kallelse' efter 'utskrivning', som spärrar"
    )
    assert not errors_of(blocks, acts=ACTS + opens)


def test_what_is_owed_before_an_act_may_not_require_that_act() -> None:
    blocks = """\
        ```regel kalla-före
        när: inskrivning
        ska: kallelse
        senast: före utskrivning
        ```
        ```regel kalla-efter
        handling: kallelse
        kräver: utskrivning
        ```
        """

    assert errors_of(blocks, acts=ACTS) == [
        "regeln 'kalla-före' ska vara klar före 'utskrivning', men 'kallelse' kräver den."
    ]
