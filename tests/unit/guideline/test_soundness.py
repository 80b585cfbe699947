"""Documents in which every rule is well by itself and all of them together are not.

The last lines of each tell what is expected: line, severity, kind and a shortest history that
leads there. Every such history is gone through by the engine.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sammanhang.engine import Case, Command, Event, Refusal, decide, evolve, start
from sammanhang.guideline import read_document
from sammanhang.guideline.areas import Located
from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.model import Finding, Process
from sammanhang.guideline.soundness import examine

SHUT = ("requires", "barred", "open-duty", "closed", "parties")
"""Refused whatever is filled in."""
HERE = Path(__file__).parent
UNSOUND = sorted((HERE / "unsound").glob("*.md"))
SOUND = sorted((HERE / "sound").glob("*.md"))
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
COUNTY = {
    "W1": Located("Fyrbodal", "Trollhättan", "avdelning"),
    "W3": Located("Skaraborg", "Skövde", "avdelning"),
    "K1": Located("Fyrbodal", "Åmål", "hemsjukvård"),
    "K3": Located("Skaraborg", "Skövde", "hemsjukvård"),
}


def process_of(text: str, file: str = "d.md") -> Process:
    compiled = read_document(text, file)
    assert compiled.process is not None, [str(one) for one in compiled.findings]
    return compiled.process


def told(finding: Finding) -> str:
    steps = [
        step.act + (f" ({', '.join(f'{k}: {v}' for k, v in step.data.items())})" * bool(step.data))
        for step in finding.history
    ]
    parts = [str(finding.place.line), finding.severity.value, finding.kind, ", ".join(steps)]
    return ": ".join(part for part in parts if part)


def lived(process: Process, finding: Finding) -> Case:
    """The case that the history of a finding makes, every step of it accepted by the engine."""
    several = {step.part for step in finding.history if step.number}
    units = {
        part: tuple(f"{part}-{n}" for n in ((1, 2) if part in several else (1,)))
        for part in process.parts
    }
    brought = {joining.part for act in process.acts.values() for joining in act.joins}
    there = {p: u for p, u in units.items() if process.parts[p].at_least or p not in brought}
    by = {step.part for step in finding.history}
    case = start(process, {p: u for p, u in there.items() if process.parts[p].at_least or p in by})
    for hours, step in enumerate(finding.history):
        joining = {joining.field for joining in process.acts[step.act].joins}
        data: dict[str, Any] = {
            name: units[value][0] if name in joining else value for name, value in step.data.items()
        }
        command = Command(units[step.part][(step.number or 1) - 1], "Anna", step.act, data)
        decided = decide(process, case, command, FIRST + timedelta(hours=hours))
        assert isinstance(decided, list), decided
        event: Event = decided[0]
        case = evolve(process, case, event)
    return case


@pytest.mark.parametrize("path", UNSOUND, ids=lambda path: path.stem)
def test_finds_what_is_wrong_with_the_whole(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = text[text.rindex("<!-- ") + 5 : text.rindex(" -->")].splitlines()

    assert [told(one) for one in examine(process_of(text))] == expected


@pytest.mark.parametrize("path", UNSOUND, ids=lambda path: path.stem)
def test_its_history_can_be_lived_and_leads_there(path: Path) -> None:
    process = process_of(path.read_text(encoding="utf-8"))

    for finding in examine(process):
        if finding.kind == "deadlock":
            case = lived(process, finding)
            owed = [one for one in case.obligations.values() if one.rule == finding.rule]
            assert [one for one in owed if one.is_open]
            for one in owed:
                tried = Command(one.unit, "Anna", one.act, {})
                refused = decide(process, case, tried, FIRST + timedelta(days=1))
                assert not one.is_open or (isinstance(refused, Refusal) and refused.kind in SHUT)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_what_only_looks_wrong_passes(path: Path) -> None:
    assert examine(process_of(path.read_text(encoding="utf-8"))) == ()


def test_there_are_at_least_twelve_and_three() -> None:
    assert len(UNSOUND) >= 19
    assert len(SOUND) >= 7


def test_each_step_of_a_history_tells_what_it_changes() -> None:
    text = (HERE / "unsound/the-second-to-answer.md").read_text(encoding="utf-8")

    (finding,) = examine(process_of(text))

    assert [(step.act, step.part, step.number, step.then) for step in finding.history] == [
        (
            "inskrivning",
            "slutenvård",
            None,
            ("Kommun ska göra: Svar", "Inskrivning kan inte längre göras"),
        ),
        ("underlag", "slutenvård", None, ()),
        ("svar", "kommun", 1, ("Underlag är som ogjord", "Underlag kan inte längre göras")),
    ]


def test_what_is_not_decided_says_so() -> None:
    text = (HERE / "unsound/requirement-barred-by-another.md").read_text(encoding="utf-8")

    undecided = examine(process_of(text), most=2)

    assert {one.kind for one in undecided} == {"undecided"}
    assert str(undecided[0]).endswith(
        "inte avgjort inom 2 tillstånd om det som regeln 'kallelse-i-tid' kräver alltid kan göras."
    )


GUIDELINE = """\
---
id: länet
titel: Länet
nivå: riktlinje
process: exempel
---
## 1 Allt
Här står vad som görs.
```part slutenvård
enheter: [avdelning]
antal: 1
```
```part kommun
enheter: [hemsjukvård]
antal: 1..n
```
```handling inskrivning
vem: slutenvård
```
```handling bedömning
vem: kommun
```
```handling utskrivning
vem: slutenvård
```
"""
LOCAL = """\
---
id: {id}
titel: {id}
nivå: lokalt tillägg
tillägg-till: länet
område: {{{area}}}
bygglov: {{organ: Styrgruppen, beslut: 2026-01-05 § 4}}
gäller-till: 2026-12-31
---
## 1 Lokalt
Här står vad som görs.
```regel {id}-rule
när: inskrivning
ska: {act}
senast: före {before}
```
"""


def findings_of(*supplements: tuple[str, str, str, str]) -> list[str]:
    texts = [("länet.md", GUIDELINE)]
    for id, area, act, before in supplements:
        texts.append((f"{id}.md", LOCAL.format(id=id, area=area, act=act, before=before)))
    corpus = read_corpus(texts, COUNTY)
    assert corpus.findings == ()
    return [
        f"{one.place.file}:{told(one)}" for one in examine(corpus.processes["länet.md"], COUNTY)
    ]


ONE = ("ett", "delregion: Fyrbodal", "bedömning", "utskrivning")
OTHER = ("två", "kommun: Trollhättan", "utskrivning", "bedömning")


def test_each_supplement_is_well_by_itself() -> None:
    assert findings_of(ONE) == []
    assert findings_of(OTHER) == []


def test_two_supplements_that_meet_in_a_case_may_make_it_impossible() -> None:
    # K1 in Åmål has to assess before the ward in Trollhättan may discharge, and the ward has to
    # discharge before anyone may assess.
    assert findings_of(ONE, OTHER) == [
        "ett.md:12: fel: deadlock: inskrivning",
        "två.md:12: fel: deadlock: inskrivning",
    ]


def test_a_unit_of_each_area_in_one_case_is_enough() -> None:
    elsewhere = ("två", "delregion: Skaraborg", "utskrivning", "bedömning")

    assert findings_of(ONE, elsewhere) == [
        "ett.md:12: fel: deadlock: inskrivning",
        "två.md:12: fel: deadlock: inskrivning",
    ]


def test_supplements_whose_units_have_no_such_part_never_meet() -> None:
    only_nurses = {unit: at for unit, at in COUNTY.items() if unit != "W1"}
    texts = [("länet.md", GUIDELINE)]
    for id, area, act, before in (ONE, ("två", "kommun: Åmål", "bedömning", "utskrivning")):
        texts.append((f"{id}.md", LOCAL.format(id=id, area=area, act=act, before=before)))

    assert examine(read_corpus(texts, only_nurses).processes["länet.md"], only_nurses) == ()
