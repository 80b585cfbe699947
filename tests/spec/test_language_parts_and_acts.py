"""`part` and `handling`: who takes part, what they may do, and what is asked for."""

import pytest
from language import errors_of, process_of

from sammanhang.guideline.model import (
    SENDER,
    Act,
    Effect,
    FieldType,
    Joining,
    Part,
    Span,
    SpanUnit,
)


def act_of(keys: str) -> Act:
    lines = "\n".join(line.strip("\n") for line in keys.splitlines())
    return process_of(f"```handling a\n{lines}\n```\n").acts["a"]


def part_of(keys: str) -> Part:
    return process_of(f"```part öppenvård\n{keys}\n```\n").parts["öppenvård"]


# --- Parts ----------------------------------------------------------------------------------


def test_a_part_has_a_title_and_types_of_unit() -> None:
    part = part_of("rubrik: Öppenvårdsenhet\nenheter: [vårdcentral, öppenpsykiatri]")

    assert part.title == "Öppenvårdsenhet"
    assert part.unit_types == ("vårdcentral", "öppenpsykiatri")


@pytest.mark.parametrize(
    ("count", "at_least", "at_most"),
    [("1", 1, 1), ("0..1", 0, 1), ("1..n", 1, None), ("0..n", 0, None)],
)
def test_how_many_units_may_hold_a_part(count: str, at_least: int, at_most: int | None) -> None:
    part = part_of(f"rubrik: Öppenvård\nantal: {count}")

    assert (part.at_least, part.at_most) == (at_least, at_most)


def test_any_number_of_units_holds_a_part_that_says_nothing() -> None:
    part = part_of("rubrik: Öppenvård")

    assert (part.at_least, part.at_most) == (0, None)


def test_a_part_says_for_how_long_its_units_see_the_case_afterwards() -> None:
    part = part_of("rubrik: Öppenvård\ninsyn: 90 dagar")

    assert part.insight == Span(90, SpanUnit.CALENDAR_DAYS)


def test_where_nothing_is_said_the_case_is_seen_for_a_week_afterwards() -> None:
    assert part_of("rubrik: Öppenvård").insight == Span(7, SpanUnit.CALENDAR_DAYS)


@pytest.mark.parametrize(
    ("insight", "what_is_wrong"),
    [
        ("länge", "parten 'öppenvård' har 'länge': 'länge' är ingen tid. "
         "Skriv till exempel '24 timmar' eller '1 arbetsdag'."),
        ("4 timmar", "parten 'öppenvård' har insyn i annat än dagar. "
         "Skriv till exempel '90 dagar'."),
        ("9000 dagar", "parten 'öppenvård' har insyn i 9000 dagar, längre än ärendet finns. "
         "Skriv högst 3650 dagar."),
    ],
)  # fmt: skip
def test_what_is_no_time_of_insight_is_told(insight: str, what_is_wrong: str) -> None:
    blocks = f"```part öppenvård\ninsyn: {insight}\n```\n"
    (error,) = errors_of(blocks)
    assert error == what_is_wrong


# --- Who and for whom -----------------------------------------------------------------------


def test_an_act_that_nobody_receives_is_no_message() -> None:
    act = act_of("rubrik: Utskrivning\nvem: slutenvård")

    assert (act.title, act.performers, act.recipients) == ("Utskrivning", ("slutenvård",), ())


def test_performers_and_recipients_are_one_part_a_list_or_everyone() -> None:
    assert act_of("vem: [slutenvård, kommun]").performers == ("slutenvård", "kommun")
    assert act_of("vem: alla").performers == ("slutenvård", "kommun")
    assert act_of("vem: slutenvård\ntill: kommun").recipients == ("kommun",)
    assert act_of("vem: slutenvård\ntill: alla").recipients == ("slutenvård", "kommun")


def test_without_a_title_the_name_is_the_title() -> None:
    act = process_of("```handling åter-från-permission\nvem: slutenvård\n```\n").acts

    assert act["åter-från-permission"].title == "Åter från permission"


def test_basis_and_help_are_kept_as_written() -> None:
    act = act_of("vem: kommun\nstöd: samtycke\nhjälp: Skriv kort.")

    assert (act.basis, act.help) == ("samtycke", "Skriv kort.")


# --- Receipts -------------------------------------------------------------------------------


def test_a_receipt_makes_a_duty_and_an_act_to_fulfil_it() -> None:
    process = process_of("""\
        ```handling kallelse
        vem: slutenvård
        till: kommun
        kvittens: 1 arbetsdag
        ```
        """)
    receipt, duty = process.acts["kvittens"], process.duties_after["kallelse"][0]

    assert process.acts["kallelse"].receipt == Span(1, SpanUnit.WORKING_DAYS)
    assert (receipt.title, receipt.performers) == ("Kvittens", ("slutenvård", "kommun"))
    assert receipt.effect is Effect.ACKNOWLEDGES
    assert receipt.implicit
    assert (duty.name, duty.act, duty.receipt) == ("kallelse/kvittens", "kvittens", True)
    assert process.rule("kallelse/kvittens") is duty


def test_a_document_may_write_its_own_acknowledgement() -> None:
    process = process_of("""\
        ```handling kallelse
        vem: slutenvård
        till: kommun
        kvittens: 1 arbetsdag
        ```

        ```handling bekräftelse
        vem: alla
        verkan: kvitterar
        ```
        """)

    assert list(process.acts) == ["kallelse", "bekräftelse"]
    assert process.duties_after["kallelse"][0].act == "bekräftelse"


@pytest.mark.parametrize("effect", list(Effect))
def test_effects_on_an_earlier_message(effect: Effect) -> None:
    assert act_of(f"vem: alla\nverkan: {effect.value}").effect is effect


# --- Fields ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(FieldType))
def test_types_of_field(kind: FieldType) -> None:
    choices = ", val: [a, b]" if kind in (FieldType.CHOICE, FieldType.MANY) else ""
    field = act_of(f"vem: kommun\nfält:\n  svar: {{typ: {kind.value}{choices}}}").fields[0]

    assert field.type is kind
    assert not field.required
    assert field.future


def test_what_a_field_may_say() -> None:
    fields = act_of("""\
vem: slutenvård
fält:
  inskriven:
    rubrik: Inskriven
    typ: tidpunkt
    krävs: ja
    framtid: nej
    hjälp: När personen kom.
  mottagare: {rubrik: Kommunens enhet, typ: enhet, part: kommun}
""").fields
    admitted, unit = fields

    assert (admitted.title, admitted.required, admitted.future) == ("Inskriven", True, False)
    assert admitted.help == "När personen kom."
    assert unit.part == "kommun"


def test_one_name_means_one_thing_in_the_whole_document() -> None:
    blocks = """\
        ```handling a
        vem: kommun
        fält:
          behov: {typ: flerval, val: [rehab]}
        ```
        ```handling b
        vem: kommun
        fält:
          behov: {typ: flerval, val: [rehab], krävs: ja, rubrik: Ändrade behov}
        ```
        """

    assert process_of(blocks).fields_asked["behov"].choices == ("rehab",)
    (error,) = errors_of(blocks.replace("[rehab],", "[rehab, hemtjänst],"))
    assert "valen skiljer sig" in error


# --- Parties that come and go ---------------------------------------------------------------


def test_an_act_may_bring_units_into_the_case() -> None:
    act = act_of("""\
vem: slutenvård
fält:
  kommun-enhet: {typ: enhet, part: kommun}
ansluter: {kommun: kommun-enhet, slutenvård: avsändaren}
""")

    assert act.joins == (Joining("kommun", "kommun-enhet"), Joining("slutenvård", SENDER))


def test_an_act_may_hand_over_to_another_unit() -> None:
    act = act_of("""\
vem: slutenvård
fält:
  ny-avdelning: {typ: enhet, part: slutenvård}
överlåter: ny-avdelning
""")

    assert act.hands_over_to == "ny-avdelning"


def test_an_act_may_mean_that_the_unit_leaves() -> None:
    assert act_of("vem: kommun\nlämnar: ja").leaves


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ("vem: region", "pekar på parten 'region', som inte finns."),
        ("vem: [kommun, kommun]", "har 'kommun' två gånger i 'vem'."),
        ("vem: []", "har en tom lista för 'vem'."),
        ("vem:", "har inget värde för 'vem'."),
        ("vem: {kommun: ja}", "ska ha ett namn eller en lista för 'vem'."),
        ("vem: kommun\nlämnar: kanske", "ska ha ja eller nej för 'lämnar', inte 'kanske'."),
        ("vem: kommun\növerlåter: enhet", "pekar på fältet 'enhet', som handlingen inte frågar"),
        ("vem: kommun\nverkan: raderar", "har verkan 'raderar', som inte finns."),
        ("vem: kommun\ntill: kommun\nkvittens: snart", "'snart' är ingen tid."),
        ("vem: kommun\nfält: {svar: ja}", "fältet 'svar', ska ha sina uppgifter inom klammer"),
        ("vem: kommun\nfält:\n  svar: {rubrik: Svar}", "fältet 'svar', saknar nyckeln 'typ'."),
        ("vem: kommun\nfält:\n  svar: {typ: datun}", "har typen 'datun', som inte finns. Menade"),
        ("vem: kommun\nfält:\n  svar: {typ: val}", "fältet 'svar', saknar nyckeln 'val'."),
        ("vem: kommun\nfält:\n  svar: {typ: text, val: [a]}", "bara hör till typerna val och"),
        ("vem: kommun\nfält:\n  värden: {typ: text}", "har ett namn som inte går."),
        ("vem: kommun\nverkan: rättar\nfält:\n  meddelande: {typ: tal}", "typen meddelande"),
    ],
)
def test_what_can_be_wrong_with_an_act(keys: str, error: str) -> None:
    (said,) = errors_of(f"```handling a\n{keys}\n```\n")

    assert said.startswith("handlingen 'a'")
    assert error in said
