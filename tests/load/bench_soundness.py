"""How long `sammanhang check` looks for what follows from all rules together: on the shipped
documents, on a guideline as large as one is likely to be, and on that with faults in it.

python -m tests.load.bench_soundness
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sammanhang.guideline.areas import Geography
from sammanhang.guideline.corpus import read_corpus
from sammanhang.guideline.model import Duty
from sammanhang.guideline.soundness import examine
from sammanhang.site.corpus_files import county, documents
from tests.load import large_guideline

GUIDELINES = Path(__file__).parent.parent.parent / "guidelines"
TODAY = date(2026, 3, 2)
ONCE = "regel ett-meddelande\n  handling: meddelande\n  spärrar: meddelande\n"
"""With this, units that have left can't be brought in again: what they were to do never is."""


def run() -> dict[str, Any]:
    """Seconds, of one core and by the clock, and what came of it."""
    shipped = [(name, Path(name).read_text("utf-8")) for name in documents(str(GUIDELINES))]
    large = large_guideline.texts()
    (name, text), *supplements = large
    faulty = [(name, text + large_guideline.fenced(ONCE)), *supplements]
    return {
        "shipped": measured(shipped, county()),
        "large": measured(large, large_guideline.GEOGRAPHY),
        "large_with_faults": measured(faulty, large_guideline.GEOGRAPHY),
    }


def measured(texts: list[tuple[str, str]], geography: Geography) -> dict[str, Any]:
    cpu, clock = time.process_time(), time.perf_counter()
    corpus = read_corpus(texts, geography, TODAY)
    processes = corpus.processes.values()
    found = [*corpus.findings, *(one for p in processes for one in examine(p, geography))]
    return {
        "cpu_s": time.process_time() - cpu,
        "clock_s": time.perf_counter() - clock,
        "acts": sum(len(process.acts) for process in processes),
        "rules": sum(
            not (isinstance(rule, Duty) and rule.receipt)
            for process in processes
            for rule in process.rules
        ),
        "findings": dict(Counter(one.kind for one in found)),
    }


def told(measurements: dict[str, Any]) -> Iterator[tuple[str, float, str]]:
    """For `make bench`."""
    for name, one in measurements.items():
        undecided = one["findings"].get("undecided", 0)
        what = f"check, {name}: {one['acts']} acts, {one['rules']} rules, {undecided} undecided"
        yield what, one["cpu_s"], "s of one core"


def tell(measurements: dict[str, Any]) -> None:
    print("check, one core                acts  rules    cpu s  clock s  findings")
    for name, one in measurements.items():
        found = ", ".join(f"{kind} {many}" for kind, many in one["findings"].items()) or "-"
        print(
            f"{name:28} {one['acts']:>6} {one['rules']:>6} {one['cpu_s']:>8.2f} "
            f"{one['clock_s']:>8.2f}  {found}"
        )


if __name__ == "__main__":
    tell(run())
