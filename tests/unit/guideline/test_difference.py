"""What changes in duty from one version to another: told by what it does, not by its words."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sammanhang.guideline import read_document
from sammanhang.guideline.difference import differences
from sammanhang.guideline.model import Process
from sammanhang.site.cli_diff import diff

GUIDELINE = """\
---
id: d
titel: D
nivå: riktlinje
process: d
---
## 1 Allt

Kommunen ska kalla.

```part slutenvård
rubrik: Slutenvård
antal: 1
```

```part kommun
rubrik: Kommun
```

```handling inskrivning
rubrik: Inskrivning
vem: slutenvård
till: kommun
kvittens: 1 arbetsdag
fält:
  behov: {rubrik: Behov, typ: ja-nej}
```

```handling kallelse
rubrik: Kallelse
vem: kommun
```

```regel kallelse-i-tid
när: inskrivning
ska: kallelse
senast: 48 timmar
```
"""
DUTY = "Inom 48 timmar efter Inskrivning ska kommun göra Kallelse (avsnitt 1)."
CHANGES = {
    "seen for longer": ("rubrik: Kommun\n", "rubrik: Kommun\ninsyn: 30 dagar\n", "lättas insyn: "
                        "Kommun: Enheten ser ärendet i 30 kalenderdagar efter att den har lämnat "
                        "det eller det har avslutats."),
    "seen not so long": ("rubrik: Kommun\n", "rubrik: Kommun\ninsyn: 0 dagar\n", "skärps insyn: "
                         "Kommun: Enheten ser ärendet till slutet av den dag då den lämnar det "
                         "eller det avslutas."),
    "tightened": ("48 timmar", "24 timmar", "skärps åtagande: Kallelse, kommun: inom 48 timmar "
                  "blir inom 24 timmar."),
    "loosened": ("48 timmar", "3 kalenderdagar", "lättas åtagande: Kallelse, kommun: inom 48 "
                 "timmar blir inom 3 kalenderdagar."),
    "not comparable": ("48 timmar", "6 arbetstimmar", "ändras åtagande: Kallelse, kommun: inom 48 "
                       "timmar blir inom 6 arbetstimmar."),
    "no deadline any more": ("senast: 48 timmar\n", "", "lättas åtagande: Kallelse, kommun: inom "
                             "48 timmar blir utan frist."),
    "only in some cases": ("ska: kallelse", "ska: kallelse\nom: {behov: ja}", f"lättas åtagande: "
                           f"{DUTY} Blir: Inom 48 timmar efter Inskrivning ska kommun göra "
                           "Kallelse, om ”Behov” är ja (avsnitt 1)."),
    "a receipt": ("1 arbetsdag", "4 arbetstimmar", "skärps åtagande: Kvittens av Inskrivning: inom "
                  "1 arbetsdag blir inom 4 arbetstimmar."),
    "required": ("typ: ja-nej}", "typ: ja-nej, krävs: ja}", "skärps fält: ”Behov” i Inskrivning "
                 "måste fyllas i."),
    "a field": ("  behov:", "  språk: {rubrik: Språk, typ: text}\n  behov:", "tillkommer fält: "
                "Inskrivning frågar efter ”Språk”."),
    "a recipient": ("vem: kommun\n", "vem: kommun\ntill: slutenvård\n", "tillkommer mottagare: "
                    "Slutenvård får Kallelse."),
    "a performer": ("vem: kommun\n```\n\n```regel", "vem: alla\n```\n\n```regel", "tillkommer "
                    "utförare: Slutenvård får göra Kallelse."),
}  # fmt: skip


def process_of(text: str) -> Process:
    compiled = read_document(text, "d.md")
    assert compiled.process is not None, [str(one) for one in compiled.findings]
    return compiled.process


def told(old: str, new: str) -> list[str]:
    changes = differences(process_of(old), process_of(new))
    return [f"{one.kind.value} {one.what.value}: {one.text}" for one in changes]


@pytest.mark.parametrize("what", CHANGES)
def test_tells_what_changes(what: str) -> None:
    before, after, expected = CHANGES[what]
    if what == "a performer":
        changed = GUIDELINE.replace(before, after).replace(
            "ska: kallelse\n", "ska: kallelse\nvem: kommun\n"
        )
    else:
        changed = GUIDELINE.replace(before, after)

    assert expected in told(GUIDELINE, changed)


def test_a_duty_comes_and_goes() -> None:
    without = GUIDELINE[: GUIDELINE.index("```regel")]

    assert told(GUIDELINE, without) == [f"utgår åtagande: {DUTY}"]
    assert told(without, GUIDELINE) == [f"tillkommer åtagande: {DUTY}"]


def test_renamed_moved_or_reworded_makes_no_difference() -> None:
    other = GUIDELINE.replace("kallelse-i-tid", "kallelse-inom-två-dygn")
    other = other.replace("Kommunen ska kalla.", "\nSå snart det går\n\nska kommunen kalla.")

    assert told(GUIDELINE, other) == []


def test_rules_put_together_in_another_way_make_no_difference() -> None:
    one = "```regel r\nhandling: kallelse\nspärrar: [kallelse, inskrivning]\n```\n"
    two = "```regel a\nhandling: kallelse\nspärrar: kallelse\n```\n"
    two += "```regel b\nhandling: kallelse\nspärrar: inskrivning\n```\n"

    assert told(GUIDELINE + one, GUIDELINE + two) == []
    assert told(GUIDELINE, GUIDELINE + two)[0].startswith("tillkommer ordning: Kallelse kan bara")


def test_who_is_affected_and_where_it_stands() -> None:
    change = differences(process_of(GUIDELINE), process_of(GUIDELINE.replace("48", "24")))[0]

    assert change.parts == ("kommun",)
    assert (change.new and change.new.place.line) == 34


def test_on_the_command_line(tmp_path: Path) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text(GUIDELINE, encoding="utf-8")
    new.write_text(GUIDELINE.replace("48", "24"), encoding="utf-8")

    text = CliRunner().invoke(diff, [str(old), str(new)])
    data = CliRunner().invoke(diff, [str(old), str(new), "--json"])

    assert text.output == (
        "Åtagande:\n  skärps: Kallelse, kommun: inom 48 timmar blir inom 24 timmar.\n\n"
        "Berörda: kommun.\n"
    )
    assert [one["kind"] for one in json.loads(data.output)] == ["skärps"]
    assert CliRunner().invoke(diff, [str(old), str(old)]).output == "Ingen skillnad i skyldighet.\n"


def test_what_can_not_be_read_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(diff, [str(tmp_path / "nej.md"), str(tmp_path)])

    assert result.exit_code == 2
    assert "filen finns inte." in result.output
