"""Twelve whole stories under the shipped guideline, each told in tests/stories.

NAME.jsonl holds the events, as `sammanhang case` takes them; NAME.md tells the story, and says at
some moments where the case stands: its phase, what was refused, and what everybody owes. A table
holds what is not done and what has ended since the table before; all that ended earlier stands as
it was, unless the whole list is given anew.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sammanhang.site.cli_case import case

STORIES = Path(__file__).parents[1] / "stories"
GUIDELINE = str(Path(__file__).parents[2] / "guidelines" / "in-och-utskrivning")
STATES = {
    "open": "öppen", "fulfilled": "gjord", "late": "försenad", "cancelled": "bortfallen",
}  # fmt: skip
ENDED = {"gjord", "bortfallen"}

Row = tuple[str, ...]
"""Who, act, due (Swedish local time), state, section, rule."""


@dataclass(frozen=True)
class Moment:
    """Where a story says that its case stands."""

    at: str
    phase: str
    refused: list[str]
    owed: Counter[Row]


def moments(name: str) -> Iterator[Moment]:
    ended: Counter[Row] = Counter()
    for text in (STORIES / f"{name}.md").read_text().split("\n## ")[1:]:
        table = [
            tuple(cell.strip() for cell in line.strip("|").split("|"))
            for line in re.findall(r"^\|.*\|$", text, re.M)[2:]
        ]
        shown = Counter(table)
        owed = shown if "Hela listan" in text else shown + ended
        ended = Counter({row: n for row, n in owed.items() if row[3] in ENDED})
        at, phase = re.search(r"--at (\S+)`", text), re.search(r"^Läge: (.+)$", text, re.M)
        assert at is not None, text
        assert phase is not None, text
        yield Moment(at[1], phase[1], re.findall(r"^- (rad .+)$", text, re.M), owed)


def answered(name: str, at: str) -> dict[str, Any]:
    """What `sammanhang case` says."""
    file = str(STORIES / f"{name}.jsonl")
    done = CliRunner().invoke(case, [GUIDELINE, file, "--at", at, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def due(owed: dict[str, Any]) -> str:
    if owed["due"]:
        return owed["due"][:16].replace("T", " ")
    return f"före {owed['before']}" if owed["before"] else "–"


def refusal(refused: dict[str, Any], lines: list[str]) -> str:
    act = json.loads(lines[refused["line"] - 1])["act"]
    section = f", avsnitt {refused['section']}" if refused["section"] else ""
    return f"rad {refused['line']}, {act}{section}: {refused['reason']}"


NAMES = sorted(file.stem for file in STORIES.glob("*.jsonl"))


def test_there_are_twelve_stories_each_with_its_events_and_its_text() -> None:
    assert len(NAMES) >= 12
    assert sorted(file.stem for file in STORIES.glob("*.md")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_story_goes_as_it_is_told(name: str) -> None:
    lines = (STORIES / f"{name}.jsonl").read_text().splitlines()
    told = list(moments(name))
    assert len(told) >= 3
    for moment in told:
        answer = answered(name, moment.at)
        assert answer["phases"] == [moment.phase], moment.at
        assert [refusal(one, lines) for one in answer["refused"]] == moment.refused, moment.at
        owed = Counter(
            (one["unit"], one["act"], due(one), STATES[one["state"]], one["section"], one["rule"])
            for one in answer["obligations"]
        )
        assert owed == moment.owed, moment.at
