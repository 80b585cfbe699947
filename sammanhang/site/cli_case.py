"""`sammanhang case`: a history run under a guideline, on the command line, with no database."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click

from sammanhang.engine import Case, Command, Refusal, cited_by, decide, evolve, possible, start
from sammanhang.engine.calendar import local
from sammanhang.engine.values import EARLIEST_YEAR, LATEST_YEAR
from sammanhang.guideline.areas import Located
from sammanhang.guideline.model import Process, Severity
from sammanhang.site.corpus_files import DOCUMENT, county, documents, read_file, read_files

WITH_ZONE = f"med tidszon, år {EARLIEST_YEAR}–{LATEST_YEAR}"
EVENT_KEYS = frozenset({"at", "unit", "person", "act", "data"})
STATES = {"open": "öppen", "fulfilled": "gjord", "late": "försenad", "cancelled": "bortfallen"}


@dataclass(slots=True)
class Told:
    """A history as it was told in a file: the case it made, and what was refused."""

    case: Case
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: int, reason: str, refusal: Refusal | None = None) -> None:
        self.refused.append(
            {
                "line": line,
                "rule": refusal.rule if refusal else None,
                "section": refusal.section if refusal else None,
                "reason": reason,
            }
        )


@click.command()
@click.argument("guideline", metavar="GUIDELINE")
@click.argument("events", metavar="EVENTS.jsonl")
@click.option(
    "--at", "at", metavar="TID", help="Tidpunkt att se ärendet från (ISO 8601). Nu annars."
)
@click.option("--json", "as_json", is_flag=True, help="Skriv svaret som JSON.")
@click.option(
    "--supplements",
    "supplements",
    metavar="PATH",
    multiple=True,
    help="Rutiner och lokala tillägg att lägga på: filer, eller mappar med dokument.md.",
)
def case(
    guideline: str, events: str, at: str | None, as_json: bool, supplements: tuple[str, ...]
) -> None:
    """Kör händelserna i EVENTS.jsonl under GUIDELINE (en fil, eller mappen med dokument.md).

    Första raden är {"parties": {PART: [ENHET, ...]}}, varje senare rad en händelse
    {"at", "unit", "person", "act", "data"}, där "data" kan utelämnas. Händelserna står i
    tidsordning. En händelse som nekas, eller en rad som inte går att läsa, redovisas och hoppas
    över. Händelser efter --at har inte hänt ännu och räknas inte. Slutar med 0, eller 2 om
    riktlinjen eller filen inte går att använda.

    Med --supplements gäller även tillägg för de enheter som ligger i deras område: länets egna,
    och de som första raden anger med "areas": {ENHET: {"delregion": ..., "kommun": ...}}.
    """
    process = _process(guideline)
    now = _moment(at)
    lines = _lines(events)
    if supplements:
        process = _with_supplements(guideline, supplements, lines[0])
    told = tell(process, lines, now)
    answer = outcome(process, told, now)
    if as_json:
        text = json.dumps(answer, ensure_ascii=False, indent=2)
    else:
        text = "\n".join(_as_text(process, answer, now))
    click.echo(text.encode(errors="replace"))  # a hostile file may hold lone surrogates


def tell(process: Process, lines: list[tuple[int, str]], now: datetime) -> Told:
    """The case that the lines of a file tell of, up to `now`. Lines are (number, text)."""
    number, first = lines[0]
    told = Told(start(process, _parties(process, first, number)))
    for number, text in lines[1:]:
        _tell_one(process, told, number, text, now)
    return told


def outcome(process: Process, told: Told, now: datetime) -> dict[str, Any]:
    """What stands in the answer: phases, obligations, what is possible, what was refused."""
    case = told.case
    return {
        "phases": [case.phase] if case.phase else [],
        "obligations": [
            {
                "rule": owed.rule,
                "act": owed.act,
                "unit": owed.unit,
                "due": local(owed.due).isoformat() if owed.due else None,
                "state": owed.state(now).value,
                "document": (cited := cited_by(process, case, owed)).document,
                "section": cited.section.number,
                "before": owed.before,
                "message": owed.message,
            }
            for owed in case.obligations.values()
        ],
        "possible": [{"act": act, "unit": unit} for act, unit in possible(process, case, now)],
        "refused": told.refused,
    }


# --- Reading --------------------------------------------------------------------------------


def _fail(text: str) -> SystemExit:
    click.echo(text, err=True)
    return SystemExit(2)


def _process(guideline: str) -> Process:
    compiled = read_file(_file(guideline))
    if compiled.process is None:
        raise _fail("\n".join(str(finding) for finding in compiled.findings))
    return compiled.process


def _file(guideline: str) -> str:
    return os.path.join(guideline, DOCUMENT) if os.path.isdir(guideline) else guideline


def _with_supplements(
    guideline: str, supplements: tuple[str, ...], first: tuple[int, str]
) -> Process:
    """The guideline with what is laid on it. An expired supplement is no fault here: it tells
    of what it had started."""
    own = _file(guideline)
    more = [file for path in supplements for file in documents(path) if file != own]
    corpus = read_files([own, *more], geography={**county(), **_areas(*first)})
    faults = [one for one in corpus.findings if one.severity is Severity.ERROR]
    if faults:
        raise _fail("\n".join(str(finding) for finding in faults))
    return next(iter(corpus.processes.values()))


def _areas(number: int, text: str) -> dict[str, Located]:
    """Where the first line says that its units lie."""
    first = _json(text)
    areas = first.get("areas", {}) if isinstance(first, dict) else {}
    if not isinstance(areas, dict) or not all(isinstance(at, dict) for at in areas.values()):
        raise _fail(f'rad {number}: "areas" ska vara {{"ENHET": {{"delregion": "...", ...}}}}.')
    keys = ("delregion", "kommun")
    return {
        unit: Located(*(at[key] if isinstance(at.get(key), str) else None for key in keys))
        for unit, at in areas.items()
    }


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    moment = _parsed(text)
    if moment is None:
        raise _fail(
            f"--at: '{text}' är ingen tidpunkt {WITH_ZONE}. Skriv till exempel "
            "2026-03-05T12:00:00+01:00."
        )
    return moment


def _parsed(text: object) -> datetime | None:
    """The moment, in UTC; None where it is none, has no time zone or is out of the reach of due
    dates."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC) if EARLIEST_YEAR <= moment.year <= LATEST_YEAR else None


def _lines(file: str) -> list[tuple[int, str]]:
    try:
        with open(file, encoding="utf-8-sig") as opened:
            lines = [(n, line.strip()) for n, line in enumerate(opened, 1) if line.strip()]
    except FileNotFoundError:
        raise _fail(f"{file}: filen finns inte.") from None
    except UnicodeDecodeError:
        raise _fail(f"{file}: filen är inte text i teckenkodningen UTF-8.") from None
    except (OSError, ValueError):
        raise _fail(f"{file}: filen går inte att läsa.") from None
    if not lines:
        raise _fail(f'{file}: filen är tom. Första raden ska vara {{"parties": {{...}}}}.')
    return lines


def _json(text: str) -> Any:
    """The value of a line of JSON; None where it is none (NaN and Infinity are not JSON)."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _parties(process: Process, text: str, number: int) -> Mapping[str, list[str]]:
    first = _json(text)
    parties = first.get("parties") if isinstance(first, dict) else None
    if not isinstance(parties, dict):
        raise _fail(f'rad {number}: första raden ska vara {{"parties": {{"PART": ["ENHET"]}}}}.')
    for part, units in parties.items():
        if part not in process.parts:
            known = ", ".join(process.parts)
            raise _fail(
                f"rad {number}: parten '{part}' finns inte i riktlinjen (där finns {known})."
            )
        if not isinstance(units, list) or not all(_is_name(unit) for unit in units):
            raise _fail(f"rad {number}: parten '{part}' ska ha en lista med enheter.")
    return parties


def _tell_one(process: Process, told: Told, line: int, text: str, now: datetime) -> None:
    given = _json(text)
    if not isinstance(given, dict):
        return told.refuse(line, "Raden är inte en händelse i JSON.")
    faults = list(_faults(given))
    at = _parsed(given.get("at"))
    if faults or at is None:
        return told.refuse(line, " ".join(faults))
    if at > now:
        return None
    command = Command(given["unit"], given["person"], given["act"], given.get("data", {}))
    decided = decide(process, told.case, command, at)
    if isinstance(decided, Refusal):
        return told.refuse(line, _reason(decided), decided)
    for event in decided:
        told.case = evolve(process, told.case, event)
    return None


def _faults(given: Mapping[str, Any]) -> Iterator[str]:
    for key in given:
        if key not in EVENT_KEYS:
            yield f"Nyckeln '{key}' finns inte i en händelse."
    if "at" not in given:
        yield "'at' saknas."
    elif _parsed(given["at"]) is None:
        yield f"'at' ska vara en tidpunkt {WITH_ZONE}, till exempel 2026-03-05T12:00:00+01:00."
    for key in ("unit", "person", "act"):
        if key not in given:
            yield f"'{key}' saknas."
        elif not _is_name(given[key]):
            yield f"'{key}' ska vara text."
    if not isinstance(given.get("data", {}), dict):
        yield "'data' ska vara fält och värden."


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _reason(refusal: Refusal) -> str:
    return f"{refusal.reason} {refusal.remedy}" if refusal.remedy else refusal.reason


# --- As text --------------------------------------------------------------------------------


def _as_text(process: Process, answer: Mapping[str, Any], now: datetime) -> Iterator[str]:
    titles = {phase.name: phase.title for phase in process.phases}
    phases = ", ".join(titles[name] for name in answer["phases"]) or "ingen händelse ännu"
    yield f"Läge {local(now):%Y-%m-%d %H:%M}: {phases}"
    yield "\nÅtaganden:"
    for owed in answer["obligations"]:
        due = f"senast {owed['due'][:16].replace('T', ' ')}" if owed["due"] else "utan tid"
        act = process.acts[owed["act"]].title
        state = STATES[owed["state"]]
        yield f"  {state:11} {owed['unit']:10} {act} {due} (avsnitt {owed['section']})"
    yield "\nKan göras nu:"
    for one in answer["possible"]:
        yield f"  {one['unit']:10} {process.acts[one['act']].title}"
    if answer["refused"]:
        yield "\nNekat:"
        for refused in answer["refused"]:
            section = f" (avsnitt {refused['section']})" if refused["section"] else ""
            yield f"  rad {refused['line']}: {refused['reason']}{section}"
