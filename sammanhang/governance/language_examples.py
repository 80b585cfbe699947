"""Small examples of the language: a text, what happens, and what is then owed. They are shown to be
changed and run, they are tests (tests/spec/test_language_examples.py), and docs/language.md is
made from them. Nothing here is kept, and nothing comes from or goes to a case.

An event is a line: Swedish time, unit, act, and what is filled in.

    2026-03-02 10:00  avdelningen  inskrivning  behov=ja
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sammanhang.engine import Case, Command, Obligation, Refusal, State, decide, evolve, start
from sammanhang.engine.calendar import STOCKHOLM, local
from sammanhang.guideline import read_document
from sammanhang.guideline.model import Finding, Place, Process, Severity

FOLDER = Path(__file__).parent / "examples"
FRONT = """\
---
id: exempel
titel: Exempel
nivå: riktlinje
process: exempel
---
# Exempel

"""
MOST_TEXT, MOST_EVENTS = 12_000, 60
"""Characters and lines: an example fits a screen, and what is sent here can be anything."""
PARTIES: Mapping[str, tuple[str, ...]] = {
    "slutenvård": ("avdelningen",),
    "öppenvård": ("vårdcentralen",),
    "kommun": ("kommunen",),
}
STATES = {
    State.OPEN: "öppet",
    State.FULFILLED: "gjort",
    State.LATE: "försenat",
    State.CANCELLED: "bortfallet",
}


@dataclass(frozen=True, slots=True)
class Example:
    """`owed`: the obligations at the moment `at`, one a line; `refused`: what could not be done."""

    name: str
    title: str
    about: str
    text: str
    events: str
    at: str
    owed: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    unit: str
    act: str
    due: str
    state: str
    section: str

    def __str__(self) -> str:
        return f"{self.unit}: {self.act}, {self.due}, {self.state}"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a text and events. `faults`: lines of events that can't be read."""

    owed: tuple[Owed, ...] = ()
    refused: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    faults: tuple[str, ...] = ()
    phase: str | None = None


@cache
def examples() -> Mapping[str, Example]:
    """By name, in the order they are taught."""
    return {one.name: one for one in map(_read, sorted(FOLDER.glob("*.md")))}


def _read(file: Path) -> Example:
    head, *parts = file.read_text(encoding="utf-8").split("\n=== ")
    title, about = head.removeprefix("# ").split("\n", 1)
    named = {}
    for part in parts:
        first, _, rest = part.partition("\n")
        kind, _, at = first.partition(" ")
        named[kind] = (at, rest.strip("\n"))
    at, owed = named["åtaganden"]
    return Example(
        name=file.stem[3:],
        title=title,
        about=" ".join(about.split()),
        text=named["riktlinje"][1] + "\n",
        events=named["händelser"][1],
        at=at,
        owed=tuple(owed.splitlines()),
        refused=tuple(named.get("nekat", ("", ""))[1].splitlines()),
    )


def run(text: str, events: str, at: str) -> Ran:
    """The text compiled, the events played, and how it stands at a moment. Never raises."""
    if len(text) > MOST_TEXT or len(events) > MOST_TEXT:
        return Ran(faults=(f"Exemplet är för långt. Högst {MOST_TEXT} tecken.",))
    process, findings = _compiled(text)
    if process is None:
        return Ran(findings=findings)
    now = _moment(at)
    lines = [line.split() for line in events.splitlines() if line.strip()]
    if now is None:
        return Ran(findings=findings, faults=("Skriv tidpunkten så här: 2026-03-03 12:00",))
    if len(lines) > MOST_EVENTS:
        return Ran(findings=findings, faults=(f"Högst {MOST_EVENTS} händelser.",))
    try:
        return _played(process, lines, now, findings)
    except (OverflowError, ValueError, RecursionError):
        return Ran(findings=findings, faults=("En frist eller en dag är orimligt långt bort.",))


def _played(
    process: Process, lines: list[list[str]], now: datetime, findings: tuple[Finding, ...]
) -> Ran:
    case = start(process, {part: who for part, who in PARTIES.items() if part in process.parts})
    refused: list[str] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        moment = _moment(" ".join(line[:2]))
        if len(line) < 4 or moment is None:
            faults.append(f"Rad {number}: skriv dag, klockslag, enhet och handling.")
        elif moment <= now:
            command = Command(line[2], "Någon", line[3], _data(line[4:]))
            decided = decide(process, case, command, moment)
            if isinstance(decided, Refusal):
                refused.append(_refused(decided))
            else:
                for event in decided:
                    case = evolve(process, case, event)
    owed = tuple(_owed(one, process, now) for one in case.obligations.values())
    return Ran(owed, tuple(refused), findings, tuple(faults), _phase(process, case))


def _compiled(text: str) -> tuple[Process | None, tuple[Finding, ...]]:
    """With lines counted from the text's own first, when the front matter was left out."""
    own_front = text.lstrip().startswith("---")
    compiled = read_document(text if own_front else FRONT + text, "exemplet")
    above = 0 if own_front else FRONT.count("\n")
    findings = tuple(
        Finding(
            Place("exemplet", max(1, one.place.line - above)),
            one.severity,
            one.kind,
            one.text,
            one.rule,
        )
        for one in compiled.findings
        if one.severity is Severity.ERROR
    )
    return compiled.process, findings


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    sensible = 1990 <= moment.year <= 2100 and moment.tzinfo is None
    return moment.replace(tzinfo=STOCKHOLM) if sensible else None


def _data(filled: list[str]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for pair in filled:
        name, _, value = pair.partition("=")
        data[name] = value.split(",") if "," in value else value or None
    return data


def _refused(refusal: Refusal) -> str:
    return f"{refusal.reason} (avsnitt {refusal.section})" if refusal.section else refusal.reason


def _owed(owed: Obligation, process: Process, now: datetime) -> Owed:
    act = process.acts.get(owed.act)
    if owed.due is not None:
        due = f"senast {local(owed.due).strftime('%Y-%m-%d %H:%M')}"
    elif owed.before is not None and owed.before in process.acts:
        due = f"före {process.acts[owed.before].title}"
    else:
        due = "utan frist"
    rule = process.rule(owed.rule)
    section = rule.source.section.number if rule else ""
    state = STATES[owed.state(now)]
    if owed.was_late:
        state += " för sent"
    return Owed(owed.unit, act.title if act else owed.act, due, state, section)


def _phase(process: Process, case: Case) -> str | None:
    return next((one.title for one in process.phases if one.name == case.phase), None)


# --- The reference in the docs ------------------------------------------------------------------


def reference() -> str:
    """docs/language.md, made from the examples."""
    return "\n".join(_reference()) + "\n"


def _reference() -> Iterator[str]:
    yield "# Språket i tio exempel"
    yield ""
    yield (
        "Gjord av exemplen i `sammanhang/governance/examples/` med `make docs`; ändra där. "
        "Exemplen är också prov (`tests/spec/test_language_examples.py`) och kan ändras och köras "
        "i tjänsten under *Språket i tio exempel*. Vad varje ord betyder i detalj står i "
        "[semantics.md](semantics.md)."
    )
    for number, one in enumerate(examples().values(), 1):
        yield from ("", f"## {number}. {one.title}", "", one.about, "")
        yield from ("````markdown", one.text.rstrip(), "````", "", "Det här händer:", "")
        yield from ("```text", one.events, "```", "", f"Så står det {one.at}:", "")
        yield from (f"- {owed}" for owed in one.owed or ("Ingen är skyldig någon något.",))
        if one.refused:
            yield from ("", "Det här gick inte:", "", *(f"- {refused}" for refused in one.refused))
