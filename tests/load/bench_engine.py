"""Events per second through decide and evolve, on one core, under the shipped guideline."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sammanhang.engine import Command, Refusal, decide, evolve, start
from sammanhang.guideline import read_document

DOCUMENT = Path(__file__).parent.parent.parent / "guidelines/in-och-utskrivning/dokument.md"
PARTIES = {"slutenvård": ("W1",), "öppenvård": ("V1",), "kommun": ("K1",)}
STAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("W1", "inskrivning", {"behov-efter-utskrivning": "ja"}),
    ("W1", "inskrivningsmeddelande", {"beräknad-utskrivning": "2026-03-09"}),
    ("V1", "kvittens", {}),
    ("K1", "kvittens", {}),
    ("V1", "fast-vårdkontakt", {"vårdkontakt-namn": "Bo Ek"}),
    ("K1", "behovsbedömning", {"behov": ["hemtjänst"]}),
    ("V1", "behovsbedömning", {}),
    ("W1", "kvittens", {}),
    ("W1", "utskrivningsklar", {"sip-behövs": "ja"}),
    ("V1", "kallelse-sip", {}),
    ("W1", "utskrivning", {}),
    ("W1", "utskrivningsinformation", {}),
    ("W1", "skriftlig-sammanfattning", {}),
)
SECONDS = 1.0
REPEATS = 5


def run() -> dict[str, Any]:
    """The median of five runs, in events per second."""
    process = read_document(DOCUMENT.read_text(), str(DOCUMENT)).process
    if process is None:
        raise SystemExit("Riktlinjen är inte sund: sammanhang check guidelines/")

    def stay() -> int:
        case, now = start(process, PARTIES), datetime(2026, 3, 2, 9, tzinfo=UTC)
        for unit, act, data in STAY:
            now += timedelta(hours=5)
            decided = decide(process, case, Command(unit, "P1", act, data), now)
            if isinstance(decided, Refusal):
                raise SystemExit(f"{act}: {decided.reason}")
            case = evolve(process, case, decided[0])
        return len(STAY)

    stay()
    rates = []
    for _ in range(REPEATS):
        began, events = time.perf_counter(), 0
        while time.perf_counter() - began < SECONDS:
            events += stay()
        rates.append(events / (time.perf_counter() - began))
    return {"events_per_s": statistics.median(rates), "runs": rates}


if __name__ == "__main__":
    print(f"{run()['events_per_s']:,.0f} events/s")
