"""Worked examples of payment liability: each row of the tables beside this file, with its why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from agreements import RULES

from sammanhang.guideline.liability import Specialty
from sammanhang.settlement.arithmetic.settle import settle
from sammanhang.settlement.arithmetic.stays_csv import COLUMNS, read_stays

FOLDER = Path(__file__).parent
MODEL_OF = {"vg": "vg", "lag": "lag", "stockholm": "stockholm", "payer": "vg"}
PRICES = {
    (year, specialty): ore + (100_000 if year == 2027 else 0)
    for year in range(2018, 2028)
    for specialty, ore in ((Specialty.SOMATIC, 1_000_000), (Specialty.PSYCHIATRIC, 1_200_000))
}


@dataclass(slots=True)
class Example:
    """The rows of one number: one municipality's stays in a month."""

    number: str
    model: str
    month: str
    rows: list[dict[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.number}: {' '.join(row['varför'] for row in self.rows)}"


def examples() -> Iterator[Example]:
    for file, model in MODEL_OF.items():
        month, header = "", list[str]()
        found: dict[str, Example] = {}
        for line in (FOLDER / f"{file}.md").read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                month = line[3:].strip()
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("| nr"):
                header = cells
            elif line.startswith("| ") and cells[0].isdigit():
                row = dict(zip(header, cells, strict=True))
                example = found.setdefault(row["nr"], Example(row["nr"], model, month))
                example.rows.append(row)
        yield from found.values()


EXAMPLES = list(examples())


def moment(text: str) -> str:
    """A Swedish local time as ISO with its offset; nothing for what never happened."""
    if text in ("", "–"):
        return ""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Stockholm")).isoformat()


def table(example: Example) -> str:
    """The stays as the table that the command reads."""
    lines = [",".join(COLUMNS)]
    for number, row in enumerate(example.rows):
        how, ended = row["slut"].split(" ", 1)
        first = row["utskrivningsklar"].split(" till ")[0].split(";")[0].strip()
        admitted = "2018-01-01 08:00" if first == "–" else f"{first[:8]}01 00:00"
        notice = {"ja": admitted, "–": "–"}.get(row["meddelande"], row["meddelande"])
        periods = row["utskrivningsklar"].split("; ")
        calls = row.get("kallad", "–").split("; ")
        places = row.get("kommun", "Borås").split("; ")
        for period, call, place in zip_longest(periods, calls, places):
            ready, _, withdrawn = period.partition(" till ")
            discharged, died = (ended, "") if how == "utskriven" else ("", ended)
            moments = [admitted, notice, ready, withdrawn, call or "", discharged, died]
            stay = [f"V{number}", place or places[-1], row["vård"]]
            lines.append(",".join([*stay, *map(moment, moments)]))
    return "\n".join(lines)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_comes_to_what_the_table_says(example: Example) -> None:
    read = read_stays(table(example))
    assert read.rejected == []
    month = datetime.strptime(example.month, "%Y-%m").date()  # noqa: DTZ007
    statements = settle(RULES[example.model], month, read.stays, PRICES)

    lines = {line.stay_id: line for one in statements for line in one.lines}
    for number, row in enumerate(example.rows):
        if not row["dagar"]:
            assert f"V{number}" not in lines  # of another month
            continue
        line = lines[f"V{number}"]
        assert (line.days, "ja" if line.counted else "nej") == (int(row["dagar"]), row["räknas"])
        assert line.reason
        assert line.section in RULES[example.model].document.text
    expected = example.rows[-1]
    payer, _, days = expected["betalar"].rpartition(" ")
    assert sum(one.liable_days for one in statements) == Decimal(days.replace(",", "."))
    assert sum(one.amount_ore for one in statements) == int(expected["kronor"]) * 100
    assert {one.municipality for one in statements} <= {payer or "Borås"}


def test_there_are_more_than_sixty() -> None:
    assert len(EXAMPLES) >= 60
    assert [example.number for example in EXAMPLES] == [
        str(number) for number in range(1, len(EXAMPLES) + 1)
    ]
