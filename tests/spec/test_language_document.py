"""The document: front matter, numbered sections, fences, and where everything stands."""

from datetime import date

import pytest
from language import FRONT, PARTS, errors_of, process_of

from sammanhang.guideline import read_document
from sammanhang.guideline.model import Level


def test_front_matter_tells_what_kind_of_document_it_is() -> None:
    text = """\
---
id: in-och-utskrivning
titel: In- och utskrivning
nivå: riktlinje
process: utskrivning
version: 1.2
antagen-av: VVG
beslut: VVG 2026-02-12 § 14
gäller-från: 2026-03-01
ersätter: in-och-utskrivning 1.1
---
"""
    document = read_document(text, "guidelines/in-och-utskrivning/dokument.md").document

    assert document is not None
    assert document.id == "in-och-utskrivning"
    assert document.title == "In- och utskrivning"
    assert document.level is Level.GUIDELINE
    assert document.process == "utskrivning"
    assert document.version == "1.2"
    assert document.adopted_by == "VVG"
    assert document.decision == "VVG 2026-02-12 § 14"
    assert document.in_force_from == date(2026, 3, 1)
    assert document.supersedes == "in-och-utskrivning 1.1"


@pytest.mark.parametrize("key", ["id", "titel", "nivå", "process"])
def test_four_keys_of_the_front_matter_are_required(key: str) -> None:
    front = "".join(
        line for line in FRONT.splitlines(keepends=True) if not line.startswith(f"{key}:")
    )

    assert errors_of("", front=front) == [f"dokumentets inledning saknar nyckeln '{key}'."]


@pytest.mark.parametrize("level", [one.value for one in Level if one is not Level.SUPPLEMENT])
def test_levels_of_documents(level: str) -> None:
    process = process_of("", front=FRONT.replace("riktlinje", level))

    assert process.document.level.value == level


def test_a_block_belongs_to_the_nearest_numbered_heading_above_it() -> None:
    process = process_of("""\
        ## 4 Inskrivning
        ### 4.1 När någon skrivs in
        ### Exempel
        ```handling inskrivning
        vem: slutenvård
        ```
        """)
    section = process.acts["inskrivning"].source.section

    assert (section.number, section.title) == ("4.1", "När någon skrivs in")
    assert section.anchor == "avsnitt-4-1"
    assert [s.number for s in process.document.sections] == ["1", "4", "4.1"]


def test_everything_knows_its_line_and_its_law() -> None:
    process = process_of("""\
        ```handling inskrivning
        vem: slutenvård
        källa: SFS 2017:612 2 kap.
        fält:
          skäl: {typ: text}
        ```
        """)
    act = process.acts["inskrivning"]
    first = (FRONT + PARTS).count("\n") + 1

    assert (act.source.place.file, act.source.place.line) == ("dokument.md", first)
    assert act.source.law == "SFS 2017:612 2 kap."
    assert act.source.document == "exempel"
    assert act.fields[0].place is not None
    assert act.fields[0].place.line == first + 4


def test_a_fence_of_any_other_kind_means_nothing() -> None:
    process = process_of("""\
        ```text
        handling: påhittad
        ```

        ````markdown
        ```handling exempel
        vem: ingen
        ```
        ````
        """)

    assert not process.acts


def test_a_misspelt_kind_of_block_is_warned_of() -> None:
    text = FRONT + "```regell i-tid\nnär: inskrivning\n```\n"

    warnings = [str(finding) for finding in read_document(text, "x.md").findings]

    assert "x.md:13: varning: blocket 'regell i-tid' är ingen regel. Menade du 'regel'?" in warnings


def test_a_block_may_stand_in_a_list() -> None:
    process = process_of("""        1. Först skrivs personen in.

           ```handling inskrivning
           vem: slutenvård
           ```

        2. Sedan kallas kommunen.
           - ```handling kallelse
             vem: kommun
             ```
        """)

    assert list(process.acts) == ["inskrivning", "kallelse"]


def test_yes_and_no_are_words_and_nothing_is_guessed() -> None:
    """YAML would make `2026-03-05` a date, `12:30` a number and `no` a truth value."""
    process = process_of("""\
        ```handling inskrivning
        vem: slutenvård
        fält:
          svar: {typ: val, val: [ja, nej, no, 12:30, 2026-03-05, 1.0, null]}
        ```
        """)
    choices = process.acts["inskrivning"].fields[0].choices

    assert choices == ("ja", "nej", "no", "12:30", "2026-03-05", "1.0", "null")


def test_names_are_lower_case_letters_digits_and_hyphens() -> None:
    for name in ("inskrivning", "åter-från-permission", "steg-2"):
        assert name in process_of(f"```handling {name}\nvem: slutenvård\n```\n").acts
    for name in ("Inskrivning", "in_skrivning", "-in", "alla"):
        assert "namn som inte går" in errors_of(f"```handling {name}\nvem: slutenvård\n```\n")[0]


def test_a_process_is_read_only_and_in_document_order() -> None:
    process = process_of("""\
        ```handling b
        vem: slutenvård
        ```
        ```handling a
        vem: kommun
        ```
        """)

    assert list(process.acts) == ["b", "a"]
    with pytest.raises(TypeError):
        process.acts["c"] = process.acts["a"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("said", "binds"), [("", False), ("nya ärenden", False), ("alla ärenden", True)]
)
def test_a_version_says_whether_running_cases_go_over_to_it(said: str, binds: bool) -> None:
    front = FRONT.replace("---\n# ", f"övergång: {said}\n---\n# ") if said else FRONT

    assert process_of("", front=front).document.binds_running is binds


def test_another_word_of_transition_is_told_with_those_there_are() -> None:
    front = FRONT.replace("---\n# ", "övergång: alla ärende\n---\n# ")

    (error,) = errors_of("", front=front)
    assert "'alla ärende'" in error
    assert "Menade du 'alla ärenden'?" in error
