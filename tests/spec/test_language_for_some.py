"""`bara-för`: a field that is for some of an act's recipients only."""

from __future__ import annotations

import json

from language import process_of

from sammanhang.governance.keywords import keywords
from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.difference import differences
from sammanhang.guideline.explain import as_html
from sammanhang.guideline.model import Process

OPEN = """\
```handling underrättelse
rubrik: Underrättelse
vem: slutenvård
till: alla
stöd: samtycke
fält:
  hemma: {rubrik: Hemma, typ: text}
```
"""
PARTS = """\
```part slutenvård
rubrik: Slutenvård
```

```part kommun
rubrik: Kommun
```

```part öppenvård
rubrik: Öppenvård
```

"""


def with_field(only_for: str = "") -> Process:
    field = f"typ: text, bara-för: {only_for}" if only_for else "typ: text"
    return process_of(OPEN.replace("typ: text", field), parts=PARTS)


def only_for(process: Process) -> tuple[str, ...]:
    (field,) = process.acts["underrättelse"].fields
    return field.only_for


def test_a_field_is_for_all_who_receive_the_act_if_it_says_nothing() -> None:
    assert only_for(with_field()) == ()


def test_a_field_may_be_for_one_part_or_several() -> None:
    assert only_for(with_field("kommun")) == ("kommun",)
    assert only_for(with_field("[kommun, öppenvård]")) == ("kommun", "öppenvård")


def test_it_may_have_to_be_filled_in() -> None:
    process = process_of(
        OPEN.replace("typ: text", "typ: text, bara-för: kommun, krävs: ja"), parts=PARTS
    )

    assert process.acts["underrättelse"].fields[0].required


def test_whoever_reads_the_document_is_told() -> None:
    assert "Fält: Hemma, syns bara för kommun och öppenvård." in as_html(
        with_field("[kommun, öppenvård]")
    )


def test_a_comparison_tells_for_whom_it_comes_to_be() -> None:
    def told(old: str, new: str) -> list[str]:
        return [one.text for one in differences(with_field(old), with_field(new))]

    assert told("", "kommun") == ["”Hemma” i Underrättelse syns bara för kommun."]
    assert told("kommun", "") == ["”Hemma” i Underrättelse syns för alla som får meddelandet."]
    assert told("[kommun, öppenvård]", "[öppenvård, kommun]") == []


def test_an_editor_completes_the_word() -> None:
    assert "bara-för" in json.loads(keywords())["fält"]


# --- Supplements ----------------------------------------------------------------------------

SUPPLEMENT = """\
---
id: tillägget
titel: Tillägget
nivå: lokalt tillägg
tillägg-till: exempel
område: {kommun: Åmål}
bygglov: {organ: Styrgruppen, beslut: 2026-03-05 § 4}
gäller-till: 2026-12-31
---
## 1 Tillägg

Kommunen får veta mer.

"""


def found_in(blocks: str) -> list[str]:
    base = FRONT + PARTS + OPEN
    corpus = read_corpus([("exempel.md", base), ("tillägget.md", SUPPLEMENT + blocks)])
    return [f"{one.severity.value}: {one.text}" for one in corpus.findings]


FRONT = """\
---
id: exempel
titel: Exempel
nivå: riktlinje
process: exempel
---
## 1 Allt

Här står det som gäller.

"""


def test_a_supplement_may_ask_for_what_is_for_some() -> None:
    own = "```utökning underrättelse\nfält:\n  ute: {typ: text, bara-för: kommun}\n```\n"

    assert found_in(own) == []


def test_a_supplement_can_not_restrict_what_the_guideline_gives() -> None:
    taken = "```utökning underrättelse\nfält:\n  hemma: {typ: text, bara-för: kommun}\n```\n"

    (said,) = found_in(taken)
    assert said.startswith("fel: fältet 'hemma' finns redan i riktlinjen")


def test_a_supplement_is_told_who_does_not_receive_and_what_depends() -> None:
    outside = (
        "```handling kommunens\nvem: slutenvård\ntill: kommun\nfält:\n"
        "  ute: {typ: text, bara-för: öppenvård}\n```\n"
    )
    guarded = (
        "```utökning underrättelse\nfält:\n  ute: {typ: ja-nej, bara-för: kommun}\n```\n"
        "```regel mer\nnär: underrättelse\nom: {ute: ja}\nska: underrättelse\n"
        "vem: slutenvård\n```\n"
    )

    assert "fel: fältet 'ute' i 'kommunens' är bara för 'öppenvård', som handlingen inte" in str(
        found_in(outside)
    )
    assert "varning: regeln 'mer' beror på 'ute', som är begränsat med 'bara-för'" in str(
        found_in(guarded)
    )
