"""The explanation of a document as words, and as the text with its rules beside it."""

import re

import pytest
from bs4 import BeautifulSoup

from sammanhang.guideline import read_document
from sammanhang.guideline.explain import as_html, as_html_fragment, as_text
from sammanhang.guideline.model import Process

TEXT = """\
---
id: exempel
titel: Exempel & sånt
nivå: riktlinje
process: exempel
version: 2
gäller-från: 2026-03-01
---
# Exempel

Hela texten börjar <script>alert(1)</script> här.

## 1 Parter

Två parter. [Läs mer](javascript:alert(1))

```part slutenvård
rubrik: Slutenvård
enheter: [avdelning]
antal: 1..n
```

```part kommun
rubrik: Kommun
```

## 2 Meddelande

### 2.1 Inskrivning

Kommunen **ska** få veta att någon är inskriven.

```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
```

```handling inskrivningsmeddelande
rubrik: Inskrivningsmeddelande
vem: slutenvård
till: kommun
kvittens: 1 arbetsdag
fält:
  behov: {rubrik: Behov <b>, typ: flerval, val: [rehab, hemtjänst], krävs: ja}
```

```regel i-tid
när: inskrivning
ska: inskrivningsmeddelande
senast: 24 timmar
källa: SFS 2017:612 2 kap.
```

```läge inskriven
rubrik: Inskriven
när: inskrivning
```

```tidsräkning
brytpunkt: "12:00"
```
"""


@pytest.fixture
def process() -> Process:
    compiled = read_document(TEXT, "x.md")
    assert compiled.process is not None, compiled.findings
    return compiled.process


def test_words_tell_each_part_what_it_may_owes_and_receives(process: Process) -> None:
    assert (
        as_text(process)
        == """\
Exempel & sånt
==============
Riktlinje, version 2, gäller från 2026-03-01.

Slutenvård
----------
Enheter: avdelning.
Enheten ser ärendet i 7 kalenderdagar efter att den har lämnat det eller det har
avslutats.

Får göra:
  - Inskrivning (avsnitt 2.1)
  - Inskrivningsmeddelande, till kommun (avsnitt 2.1)
  - Kvittens

Ska:
  - Inom 24 timmar efter Inskrivning ska slutenvård skicka Inskrivningsmeddelande
    (avsnitt 2.1, SFS 2017:612 2 kap.).

Kommun
------
Enheten ser ärendet i 7 kalenderdagar efter att den har lämnat det eller det har
avslutats.

Får göra:
  - Kvittens

Tar emot:
  - Inskrivningsmeddelande, från slutenvård; kvitteras inom 1 arbetsdag (avsnitt 2.1)

Lägen:
  - Ärendet kommer i läget Inskriven efter Inskrivning (avsnitt 2.1).

Tidsräkning:
  - Arbetstid är vardagar 08.00–17.00. Det som sker efter 12.00 räknas som om det skedde
    nästa dag.
"""
    )


def test_each_rule_stands_beside_its_paragraph(process: Process) -> None:
    page = BeautifulSoup(as_html_fragment(process), "html.parser")
    paragraph = page.find(id="avsnitt-2-1").find_parent("section")  # type: ignore[union-attr]
    text = paragraph.find(class_="paragraf-text")
    cards = paragraph.find_all(class_="regelkort")

    assert text.get_text(" ", strip=True).startswith("2.1 Inskrivning Kommunen ska få veta")
    assert "när: inskrivning" not in text.get_text()
    assert [card["id"] for card in cards] == [
        "handling-inskrivning",
        "handling-inskrivningsmeddelande",
        "regel-i-tid",
        "läge-inskriven",
        "tidsräkning",
    ]
    assert "Inom 24 timmar efter Inskrivning ska slutenvård skicka" in cards[2].get_text()
    assert "senast: 24 timmar" in cards[2].find("pre").get_text()


def test_the_service_may_add_a_line_to_a_rule(process: Process) -> None:
    page = BeautifulSoup(as_html_fragment(process, {"i-tid": "3 öppna <nu>"}), "html.parser")

    assert page.select_one("#regel-i-tid .regelkort-not").get_text() == "3 öppna <nu>"  # type: ignore[union-attr]


def test_nothing_in_a_document_becomes_active_in_a_page(process: Process) -> None:
    for html in (as_html_fragment(process), as_html(process)):
        page = BeautifulSoup(html, "html.parser")

        assert not page.find_all("script")
        assert not page.find_all(href=re.compile("^javascript"))
        assert "Behov <b>" in page.get_text()
        assert "<script>alert(1)</script>" in page.get_text()


def test_the_fragment_allows_a_page_without_inline_style(process: Process) -> None:
    assert "style" not in as_html_fragment(process).replace("styrdokument", "")


def test_ids_of_the_whole_page_are_unique(process: Process) -> None:
    page = BeautifulSoup(as_html(process), "html.parser")
    ids = [str(tag["id"]) for tag in page.find_all(id=True)]

    assert len(ids) == len(set(ids))
