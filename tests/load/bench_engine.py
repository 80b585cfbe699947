"""Events per second through decide and evolve, on one core, under the shipped guideline.

python -m tests.load.bench_engine
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sammanhang.engine import (
    Case,
    Command,
    Event,
    Refusal,
    decide,
    evolve,
    from_json,
    replay,
    start,
    to_json,
)
from sammanhang.guideline import read_document
from sammanhang.guideline.model import Process

DOCUMENT = Path(__file__).parent.parent.parent / "guidelines/in-och-utskrivning/dokument.md"
PARTIES = {"slutenvård": ("W1",), "öppenvård": ("V1",), "kommun": ("K1",)}
# A stay as most are, with a moved day, a call that is answered, and every message acknowledged.
STAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("W1", "inskrivning", {"behov-efter-utskrivning": "ja"}),
    ("W1", "inskrivningsmeddelande", {"beräknad-utskrivning": "2026-03-09"}),
    ("V1", "kvittens", {}),
    ("K1", "kvittens", {}),
    ("V1", "fast-vårdkontakt", {"vårdkontakt-namn": "Bo Ek"}),
    ("K1", "behovsbedömning", {"behov": ["hemtjänst"]}),
    ("V1", "behovsbedömning", {}),
    ("W1", "kvittens", {}),
    ("W1", "ändrad-utskrivningsdag", {"beräknad-utskrivning": "2026-03-11"}),
    ("K1", "planeringsmeddelande", {"meddelandetext": "Rollator behövs hemma."}),
    ("W1", "utskrivningsklar", {"sip-behövs": "ja"}),
    ("V1", "kvittens", {}),
    ("V1", "kallelse-sip", {}),
    ("W1", "utskrivning", {}),
    ("W1", "utskrivningsinformation", {"vårdtillfället": "Lunginflammation, förbättrad."}),
    ("W1", "skriftlig-sammanfattning", {"lämnad-till": "personen"}),
)
SECONDS = 0.6
REPEATS = 5


def run() -> dict[str, Any]:
    """Medians of five runs. Each event is one command decided and evolved, but for replay, which
    only evolves; a snapshot is a case at its end, to JSON text and back."""
    process = read_document(DOCUMENT.read_text(encoding="utf-8"), str(DOCUMENT)).process
    if process is None:
        raise SystemExit("Riktlinjen är inte sund: sammanhang check guidelines/")
    case, events = stay(process)
    lived = rates(lambda: len(stay(process)[1]))
    replayed = rates(lambda: replay(process, PARTIES, events).seq)
    stored = rates(lambda: bool(from_json(json.loads(json.dumps(to_json(case))))))
    return {
        "events_per_s": statistics.median(lived),
        "runs": lived,
        "replayed_per_s": statistics.median(replayed),
        "snapshots_per_s": statistics.median(stored),
    }


def stay(process: Process) -> tuple[Case, list[Event]]:
    case, events = start(process, PARTIES), list[Event]()
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for unit, act, data in STAY:
        now += timedelta(hours=5)
        decided = decide(process, case, Command(unit, "P1", act, data), now)
        if isinstance(decided, Refusal):
            raise SystemExit(f"{act}: {decided.reason}")
        case = evolve(process, case, decided[0])
        events += decided
    return case, events


def rates(once: Callable[[], int]) -> list[float]:
    """How many per second `once` gets done, several times over."""
    once()
    found: list[float] = []
    for _ in range(REPEATS):
        began, many = time.perf_counter(), 0
        while time.perf_counter() - began < SECONDS:
            many += once()
        found.append(many / (time.perf_counter() - began))
    return found


if __name__ == "__main__":
    measured = run()
    print("engine, one core, shipped guideline      per second")
    for name, title in (
        ("events_per_s", "events, decide + evolve"),
        ("replayed_per_s", "events, replay"),
        ("snapshots_per_s", "snapshots, to JSON and back"),
    ):
        print(f"{title:36} {measured[name]:>14,.0f}")
