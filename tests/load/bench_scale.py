"""Boards in a database as large as some years of the whole county: 50,000 open cases and five
million events, cloned from the lived county (simulation/scale.py)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

OPEN_CASES, EVENTS = 50_000, 5_000_000
BOARDS = 120
"""As many boards are asked for in turn: the fullest, and others by chance."""


def fill() -> dict[str, int]:
    """The lived county, and clones of it until there is enough. Takes some minutes."""
    from simulation import demo, scale

    now = datetime.now(UTC)
    click.echo("Fyller databasen i full storlek; det tar några minuter.", err=True)
    if not demo.is_loaded():
        demo.load(now, _quiet)
    return scale.grow(open_cases=OPEN_CASES, events=EVENTS, today=now.date())


@contextmanager
def _quiet(label: str, length: int) -> Iterator[Callable[[int], None]]:
    yield lambda done: None


def units() -> list[str]:
    """Half of them the fullest boards there are, the rest spread over all."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select unit from casework_board where shown group by unit order by count(*) desc, unit"
        )
        found = [unit for (unit,) in cursor.fetchall()]
    full, rest = found[: BOARDS // 2], found[BOARDS // 2 :]
    return full + rest[:: max(1, len(rest) // (BOARDS // 2))]


def told(took: list[float], people: list[int]) -> dict[str, Any]:
    """Milliseconds that a board took, and how many people stood on those boards."""
    return {
        "p50_ms": statistics.median(took) * 1000,
        "p95_ms": statistics.quantiles(took, n=20)[-1] * 1000,
        "people_median": statistics.median(people),
        "people_most": max(people),
    }
