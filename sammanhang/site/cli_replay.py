"""`sammanhang replay`: past cases under an old and a new guideline, with no database."""

from __future__ import annotations

import csv
import gc
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import click
import orjson

from sammanhang.engine import Event, State
from sammanhang.engine.calendar import local
from sammanhang.engine.compare import Comparison, History, Tally, compare
from sammanhang.guideline.areas import first_moment, moment_after
from sammanhang.guideline.model import Process
from sammanhang.site.corpus_files import county, process_of
from sammanhang.site.replay_page import LIMIT, page

AT_A_TIME = 1600
"""Histories that a worker gets at once."""
STATES = ((State.FULFILLED, "gjorda i tid"), (State.LATE, "försenade"), (State.OPEN, "öppna"),
          (State.CANCELLED, "bortfallna"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """Cases that began within it; what is late is told from its end."""

    begins: datetime | None
    ends: datetime


@click.command()
@click.argument("histories", metavar="HÄNDELSER", type=click.Path(exists=True))
@click.option("--old", required=True, metavar="PATH", help="Riktlinjen som den är.")
@click.option("--new", required=True, metavar="PATH", help="Riktlinjen som den föreslås bli.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Första dag.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Sista dag.")
@click.option("--workers", default=2, show_default=True, help="Processer som delar på arbetet.")
@click.option("--json", "as_json", is_flag=True, help="Skriv jämförelsen som JSON.")
@click.option("--csv", "table", metavar="FIL", help="Skriv alla siffror till en CSV-fil också.")
@click.option("--html", metavar="FIL", help="Skriv jämförelsen som en sida med diagram också.")
def replay(
    histories: str,
    old: str,
    new: str,
    first: datetime | None,
    last: datetime | None,
    workers: int,
    as_json: bool,
    table: str | None,
    html: str | None,
) -> None:
    """Pröva en ändrad riktlinje på ärenden som varit.

    HÄNDELSER är en JSONL-fil eller en mapp med sådana; varje rad är en händelsekedja
    {"id", "parties", "events": [{"at", "unit", "person", "act", "data"}]}. En riktlinje är en fil,
    eller en mapp med riktlinjen och dess tillägg. Slutar med 2 om något inte går att läsa.
    """
    processes = process_of(old), process_of(new)  # what is wrong is said now, and once
    for file in filter(None, (table, html)):
        _try_to_write(file)
    period = _period(first, last)
    files = _files(histories)
    total = sum(os.path.getsize(file) for file in files)
    found = Comparison()
    with (
        get_context("spawn").Pool(workers, _begin, (old, new, period)) as pool,
        click.progressbar(length=total, label="Spelar upp", file=sys.stderr) as bar,
    ):
        for size, one in pool.imap_unordered(_compare, _chunks(files)):
            found.add(one)
            bar.update(size)
    if table:
        with open(table, "w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows(rows(found))
    if html:
        with open(html, "w", encoding="utf-8") as opened:
            opened.write(page(found, *processes, _in_words(period)))
    if as_json:
        click.echo(orjson.dumps(as_data(found), option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(as_text(found)))


def _period(first: datetime | None, last: datetime | None) -> Period:
    ends = moment_after(last.date()) if last else None
    return Period(first_moment(first.date()) if first else None, ends or _now())


def _now() -> datetime:
    return datetime.now(UTC)


def _in_words(period: Period) -> str:
    last = f"{local(period.ends - timedelta(seconds=1)):%Y-%m-%d}"
    if period.begins is None:
        return f"Ärenden som började till och med {last}."
    return f"Ärenden som började {local(period.begins):%Y-%m-%d} till {last}."


def _try_to_write(file: str) -> None:
    """What can't be written is told before the long work, not after it."""
    try:
        with open(file, "a", encoding="utf-8"):
            pass
    except OSError as error:
        fault = f"{file} går inte att skriva ({error.strerror}). Ange en annan fil."
        raise click.ClickException(fault) from None


# --- Reading --------------------------------------------------------------------------------


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    found = sorted(name for name in os.listdir(path) if name.endswith(".jsonl"))
    if not found:
        click.echo(f"{path}: mappen innehåller ingen .jsonl-fil.", err=True)
        raise SystemExit(2)
    return [os.path.join(path, name) for name in found]


Lines = tuple[str, int, list[bytes]]
"""A file, the number of the first line, and the lines."""


def _chunks(files: Iterable[str]) -> Iterator[Lines]:
    for file in files:
        with open(file, "rb") as opened:
            lines: list[bytes] = []
            begins = number = 1
            for number, line in enumerate(opened, 1):
                lines.append(line)
                if len(lines) == AT_A_TIME:
                    yield file, begins, lines
                    lines, begins = [], number + 1
            if lines:
                yield file, begins, lines


class _Worker:
    """What a worker process has at hand."""

    old: Process
    new: Process
    period: Period
    municipality_of: dict[str, str]


def _begin(old: str, new: str, period: Period) -> None:
    _Worker.old, _Worker.new, _Worker.period = process_of(old), process_of(new), period
    places = county().items()
    _Worker.municipality_of = {unit: at.municipality for unit, at in places if at.municipality}
    # Nothing that the engine makes refers to itself, so nothing waits for the collector, whose
    # looking costs a fifth of the time. What it might find all the same goes between the chunks.
    gc.freeze()
    gc.disable()


def _compare(lines: Lines) -> tuple[int, Comparison]:
    file, number, texts = lines
    period = _Worker.period
    histories = (_history(file, number + at, text) for at, text in enumerate(texts))
    within = (one for one in histories if one is not None and _is_within(one, period))
    found = compare(_Worker.old, _Worker.new, within, period.ends, _Worker.municipality_of)
    gc.collect()
    return sum(map(len, texts)), found


def _is_within(history: History, period: Period) -> bool:
    began = history.events[0].at
    return (period.begins is None or period.begins <= began) and began < period.ends


def _history(file: str, number: int, text: bytes) -> History | None:
    """The history of a line; None where nothing happened."""
    if not text.strip():
        return None
    try:
        told = orjson.loads(text)
        moment = datetime.fromisoformat
        events = [
            Event(seq, moment(e["at"]), e["unit"], e["person"], e["act"], e.get("data") or {})
            for seq, e in enumerate(told["events"], 1)
        ]
        parties = {part: tuple(units) for part, units in told["parties"].items()}
        if any(event.at.tzinfo is None for event in events):
            raise ValueError("no time zone")
    except (ValueError, KeyError, TypeError, AttributeError):
        fault = f'{file}:{number}: raden är ingen händelsekedja {{"id", "parties", "events"}}.'
        raise click.ClickException(fault) from None
    return History(str(told.get("id", number)), parties, events) if events else None


# --- Telling --------------------------------------------------------------------------------


def by(tally: Tally, place: int) -> dict[str, Counter[State]]:
    """Obligations by rule (0), act (1), part (2) or municipality (3)."""
    found: dict[str, Counter[State]] = {}
    for key, many in tally.owed.items():
        found.setdefault(str(key[place]), Counter())[key[4]] += many
    return found


def rows(found: Comparison) -> Iterator[list[Any]]:
    """Every figure, one a row."""
    yield ["vad", "regel", "handling", "part", "kommun", "utfall", "före", "efter"]
    titles = dict(STATES)
    owed = {**found.old.owed, **found.new.owed}
    for key in sorted(owed, key=lambda one: (*one[:4], one[4].value)):
        yield ["åtagande", *key[:4], titles[key[4]], found.old.owed[key], found.new.owed[key]]
    for refused in sorted({**found.old.refused, **found.new.refused}, key=str):
        act, kind, rule = refused
        before, after = found.old.refused[refused], found.new.refused[refused]
        yield ["nekat", rule or "", act, "", "", kind, before, after]
    for phase in {**found.old.phases, **found.new.phases}:
        before, after = (_hours(one, phase) for one in (found.old, found.new))
        yield ["läge", phase, "", "", "", "timmar i medel", before, after]


def _hours(tally: Tally, phase: str) -> float | None:
    many = tally.phases[phase]
    return round(tally.seconds[phase] / many / 3600, 2) if many else None


def as_data(found: Comparison) -> dict[str, Any]:
    def told(tally: Tally) -> dict[str, Any]:
        return {
            "obligations": {
                name: {
                    group: {state.value: many for state, many in counts.items()}
                    for group, counts in by(tally, place).items()
                }
                for place, name in enumerate(("rule", "act", "part", "municipality"))
            },
            "hours_late": dict(tally.hours_late),
            "refused": [
                {"act": act, "kind": kind, "rule": rule, "count": many}
                for (act, kind, rule), many in tally.refused.items()
            ],
            "phases": {
                name: {"count": many, "mean_hours": _hours(tally, name)}
                for name, many in tally.phases.items()
            },
        }

    return {
        "histories": found.histories,
        "events": found.events,
        "differing": found.differing,
        "old": told(found.old),
        "new": told(found.new),
        "limit": LIMIT,
    }


def as_text(found: Comparison) -> Iterator[str]:
    yield f"{found.histories} ärenden, {found.events} händelser; {found.differing} skiljer sig."
    if found.is_same:
        yield "Ingen skillnad."
        return
    for place, title in ((0, "Regel"), (2, "Part"), (3, "Kommun")):
        yield from _table(title, by(found.old, place), by(found.new, place))
    changed = {
        key: (found.old.refused[key], found.new.refused[key])
        for key in {**found.old.refused, **found.new.refused}
        if found.old.refused[key] != found.new.refused[key]
    }
    if changed:
        yield "\nNekat som inte nekades förut, eller tvärtom:"
    for (act, kind, rule), (before, after) in sorted(changed.items(), key=str):
        yield f"  {act}: {before} -> {after} ({rule or kind})"
    lengths = {
        phase: (_hours(found.old, phase), _hours(found.new, phase))
        for phase in {**found.old.phases, **found.new.phases}
    }
    if any(before != after for before, after in lengths.values()):
        yield "\nLägenas längd i medeltal, timmar:"
    for phase, (before, after) in lengths.items():
        if before != after:
            yield f"  {phase}: {before} -> {after}"
    yield f"\n{LIMIT}"


def _table(
    title: str, before: dict[str, Counter[State]], after: dict[str, Counter[State]]
) -> Iterator[str]:
    names = [one for one in {**before, **after} if before.get(one) != after.get(one)]
    if not names:
        return
    yield f"\n{title:36}{'antal':>18}{'gjorda i tid':>18}{'försenade':>18}"
    empty: Counter[State] = Counter()
    for name in sorted(names):
        old, new = before.get(name, empty), after.get(name, empty)
        pairs = [(old.total(), new.total())]
        pairs += [(old[state], new[state]) for state in (State.FULFILLED, State.LATE)]
        yield f"{name[:35]:36}" + "".join(f"{f'{b} -> {a}':>18}" for b, a in pairs)
