"""A year of the county lived again under two versions of its guideline, as one types it.

python -m tests.load.bench_replay
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

GUIDELINE = Path(__file__).parent.parent.parent / "guidelines/in-och-utskrivning"
STAYS = 130_000
YEAR = 2025
CHANGES = (("24 timmar från inskriven", "12 timmar från inskriven"),
           ("senast: 14 kalenderdagar", "senast: 7 kalenderdagar"))  # fmt: skip
"""The first is about the act that begins a stay: nothing of it is the same under both."""


def run(stays: int = STAYS) -> dict[str, Any]:
    """Under two versions that differ from the first event on, which takes the longest there is,
    and under the same one."""
    with TemporaryDirectory() as name:
        year, changed = Path(name) / "year", Path(name) / "changed"
        make = [sys.executable, "-m", "simulation.year", str(year), f"--year={YEAR}"]
        subprocess.run([*make, f"--stays={stays}"], check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(GUIDELINE, changed)
        _change(changed / "dokument.md")
        return {
            "changed": _replayed(year, changed),
            "same": _replayed(year, GUIDELINE),
        }


def _change(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for before, after in CHANGES:
        if before not in text:
            raise SystemExit(f"Riktlinjen har inte längre någon frist '{before}' att ändra.")
        text = text.replace(before, after)
    document.write_text(text, encoding="utf-8")


def _replayed(year: Path, new: Path) -> dict[str, Any]:
    command = [str(Path(sys.executable).parent / "sammanhang"), "replay", str(year)]
    command += ["--old", str(GUIDELINE), "--new", str(new), "--json"]
    command += ["--from", f"{YEAR}-01-01", "--to", f"{YEAR}-12-31"]
    command += [f"--html={year.parent / 'page.html'}", f"--csv={year.parent / 'table.csv'}"]
    began = time.monotonic()
    with (year.parent / "said.json").open("w+") as said:
        process = psutil.Popen(command, stdout=said, stderr=subprocess.DEVNULL)
        most, cpu = _watched(process)
        if process.returncode:
            raise SystemExit("Uppspelningen misslyckades.")
        seconds = time.monotonic() - began
        said.seek(0)
        found = json.load(said)
    return {
        "histories": found["histories"],
        "events": found["events"],
        "differing": found["differing"],
        "seconds": seconds,
        "cpu_s": cpu,
        "most_mib": most / 2**20,
    }


def _watched(process: psutil.Popen) -> tuple[int, float]:
    """(bytes of memory at most in all its processes together, processors' seconds), until it ends.
    What they share is counted for each: so it is no less than what they take."""
    most, spent = 0, dict[int, float]()
    while process.poll() is None:
        memory = 0
        for one in (process, *_below(process)):
            try:
                memory += one.memory_info().rss
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            spent[one.pid] = times.user + times.system
        most = max(most, memory)
        time.sleep(0.1)
    return most, sum(spent.values())


def _below(process: psutil.Popen) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:])), indent=2))
