"""What a local supplement may not do, each with the remark its author gets; and where two of them
can't stand side by side.

Each faulty one is whole and otherwise sound, laid on supplements/above.txt. Its last lines tell
what is expected.
"""

from datetime import date
from pathlib import Path

import pytest

from sammanhang.guideline.areas import Located
from sammanhang.guideline.corpus import Corpus, read_corpus

HERE = Path(__file__).parent / "supplements"
ABOVE = ("länet.md", (HERE / "above.txt").read_text(encoding="utf-8"))
FAULTY = sorted(HERE.glob("*.md"))
TODAY = date(2026, 3, 15)
COUNTY = {
    "W1": Located("Fyrbodal", "Trollhättan", "avdelning"),
    "K1": Located("Fyrbodal", "Trollhättan", "hemsjukvård"),
    "K2": Located("Fyrbodal", "Åmål", "hemsjukvård"),
    "K3": Located("Skaraborg", "Skövde", "hemsjukvård"),
}
FRONT = """\
---
id: {id}
titel: Tillägg
nivå: lokalt tillägg
tillägg-till: {to}
område: {{{area}}}
bygglov: {{organ: Styrgruppen, beslut: 2026-03-05 § 4}}
gäller-till: 2026-12-31
---
## 1 Tillägg

Kommunen gör mer.

"""
SHORTER = "```skärpning bedömning-i-tid\nsenast: 24 timmar\n```\n"
OWN = "```handling lokal\nvem: kommun\n```\n"


def laid(*supplements: tuple[str, str]) -> Corpus:
    return read_corpus([ABOVE, *supplements], COUNTY, TODAY)


def supplement(id: str, area: str, blocks: str, to: str = "länet") -> tuple[str, str]:
    return f"{id}.md", FRONT.format(id=id, area=area, to=to) + blocks


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_gives_its_remark_at_the_very_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = text[text.rindex("<!-- ") + 5 : text.rindex(" -->")].splitlines()

    corpus = laid((path.name, text))

    assert [str(one) for one in corpus.findings] == [f"{path.name}:{line}" for line in expected]


def test_a_faulty_supplement_is_left_out_and_the_guideline_runs() -> None:
    faulty = HERE / "lengthens.md"
    process = laid((faulty.name, faulty.read_text(encoding="utf-8"))).process_of("länet")

    assert process is not None
    assert process.additions == ()


def test_an_expired_one_stays_for_what_it_had_started() -> None:
    expired = HERE / "expired.md"
    process = laid((expired.name, expired.read_text(encoding="utf-8"))).process_of("länet")

    assert process is not None
    assert [document.id for document in process.additions] == ["tillägg"]


def test_the_base_alone_is_the_process_itself() -> None:
    assert laid().findings == ()


def test_a_name_means_one_thing_in_all_supplements() -> None:
    corpus = laid(
        supplement("ett", "delregion: Fyrbodal", OWN),
        supplement("två", "delregion: Skaraborg", OWN),
    )

    assert [str(one) for one in corpus.findings] == [
        "två.md:14: fel: namnet 'lokal' används redan i 'ett', som kan gälla i samma ärende. "
        "Ge det ett eget namn."
    ]


def test_a_supplement_to_a_supplement_keeps_within_its_area() -> None:
    corpus = laid(
        supplement("ett", "delregion: Fyrbodal", SHORTER),
        supplement("två", "kommun: Skövde", OWN, to="ett"),
        supplement("tre", "kommun: Åmål", OWN, to="ett"),
    )

    assert [str(one) for one in corpus.findings] == [
        "två.md:6: fel: tillägget gäller i Skövde, utanför området för 'ett' (Fyrbodal), som det "
        "lägger till i."
    ]


def test_a_supplement_on_its_own_says_what_it_needs() -> None:
    file, text = supplement("ett", "delregion: Fyrbodal", SHORTER)

    assert [str(one) for one in read_corpus([(file, text)]).findings] == [
        "ett.md:5: fel: dokumentet lägger till i 'länet', som inte finns bland dokumenten här."
    ]
