"""A county-year of histories as files, for replays: no database, the real guideline.

    python -m simulation.year build/county-2025 --year 2025 --stays 130000

The county of the demonstration is smaller than the real one, so the year is lived several times
over, each time with chances and people of its own. In the real one more people go home without
needing anything after, so the short stays are repeated until the mean is EVENTS_A_STAY. One line
of a file is one history:
{"id", "parties", "events": [{"at", "unit", "person", "act", "data"}]}.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any

import click
import orjson

from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process
from simulation.lives import live
from simulation.people import residents
from simulation.staff import by_unit, staff

DOCUMENT = Path(__file__).parents[1] / "guidelines/in-och-utskrivning/dokument.md"
RESIDENTS = 60_000
SEED = 20250101
EVENTS_A_STAY = 12.3
"""130,000 stays and 1.6 million events a year."""
SHORT = 6
"""Events at most in a stay that is repeated."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--year", default=2025, show_default=True)
@click.option("--stays", default=130_000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(folder: Path, year: int, stays: int, workers: int) -> None:
    """Skriv ett påhittat läns år som händelsekedjor i FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    left, events = stays, 0
    with ProcessPoolExecutor(workers) as pool, click.progressbar(length=stays) as bar:
        for turns in _in_pairs(workers):
            work = [
                pool.submit(write_once, folder, year, turn, -(-left // workers)) for turn in turns
            ]
            for done in work:
                written, many = done.result()
                bar.update(written)
                left, events = left - written, events + many
            if left <= 0:
                break
    click.echo(f"{stays - left} vårdtillfällen, {events} händelser")


def _in_pairs(workers: int) -> Iterator[list[int]]:
    turns = count()
    while True:
        yield list(islice(turns, workers))


def write_once(folder: Path, year: int, turn: int, most: int) -> tuple[int, int]:
    """One life of the county's year; how many stays and events it came to."""
    written = events = 0
    with (folder / f"{turn:03}.jsonl").open("wb") as file:
        for line, many in islice(_with_short_stays(lines(year, turn)), max(most, 0)):
            file.write(line + b"\n")
            written, events = written + 1, events + many
    return written, events


def _with_short_stays(lived: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    """The stays, with short ones again and again between them, each time under a new id."""
    stays = events = 0
    short: deque[tuple[bytes, int]] = deque(maxlen=50)
    for line, many in lived:
        yield line, many
        stays, events = stays + 1, events + many
        if many <= SHORT:
            short.append((line, many))
        while short and events > EVENTS_A_STAY * stays:
            short.rotate()
            again, few = short[0]
            stays, events = stays + 1, events + few
            yield again.replace(b'{"id":"', f'{{"id":"{stays}-'.encode(), 1), few


def lines(year: int, turn: int, days: int = 365) -> Iterator[tuple[bytes, int]]:
    """Each history as a line of JSON, and how many events it has."""
    process = _process()
    seed = SEED + turn
    now = datetime(year, 12, 31, 22, tzinfo=UTC)
    people = residents(Random(seed), RESIDENTS, now.date())
    employed = by_unit(staff(Random(seed)))
    for number, lived in enumerate(live(process, people, employed, now, days, seed)):
        stay = lived.stay
        if not stay.events:
            continue
        told: dict[str, Any] = {
            "id": f"{turn}-{number}",
            "parties": stay.parties,
            "events": [
                {"at": e.at, "unit": e.unit, "person": e.person, "act": e.act, "data": e.data}
                for e in stay.events
            ],
        }
        yield orjson.dumps(told), len(stay.events)


def _process() -> Process:
    process = read_document(DOCUMENT.read_text(encoding="utf-8"), str(DOCUMENT)).process
    if process is None:
        raise click.ClickException("Riktlinjen är inte sund: sammanhang check guidelines/")
    return process


if __name__ == "__main__":
    main()
