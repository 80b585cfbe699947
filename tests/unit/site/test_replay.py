"""`sammanhang replay`: last year's cases under a guideline as it is and as it is proposed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result

from sammanhang.site.cli_replay import replay
from tests.called_in_time import ADDED, GUIDELINE

UNIT = "SE2321000131-A0001"
"""One of the county's own, in Göteborg."""


def history(number: int, begins: str, then: str) -> str:
    events = [
        {"at": begins, "unit": UNIT, "person": "Anna", "act": "inskrivning", "data": {}},
        {"at": then, "unit": UNIT, "person": "Anna", "act": "kallelse", "data": {}},
    ]
    return json.dumps({"id": str(number), "parties": {"kommun": [UNIT]}, "events": events})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [history(n, "2025-03-03T09:00:00+00:00", "2025-03-04T15:00:00+00:00") for n in range(6)]
    lines.append(history(7, "2024-12-31T09:00:00+00:00", "2025-01-01T09:00:00+00:00"))
    (tmp_path / "year.jsonl").write_text("\n".join(lines))
    (tmp_path / "old.md").write_text(GUIDELINE)
    (tmp_path / "new.md").write_text(GUIDELINE.replace("48", "24") + ADDED)
    return tmp_path


def replayed(folder: Path, new: str, *more: str) -> Result:
    given = [str(folder / "year.jsonl"), "--old", str(folder / "old.md"), "--new"]
    period = ["--from", "2025-01-01", "--to", "2025-12-31", "--workers", "1"]
    return CliRunner().invoke(replay, [*given, str(folder / new), *period, *more])


def test_the_page_tells_what_would_differ_and_that_people_would_have_acted_otherwise(
    folder: Path,
) -> None:
    file = folder / "page.html"
    assert replayed(folder, "new.md", f"--html={file}").exit_code == 0

    page = BeautifulSoup(file.read_text(), "html.parser")
    text = page.get_text(" ", strip=True)
    assert "Ärenden som började 2025-01-01 till 2025-12-31." in text
    assert "människor gjort annorlunda; hur vet ingen" in text
    rows = {row.find("th").get_text(): [one.get_text() for one in row.find_all("td")][:-1]
            for row in page.select("tbody tr")}  # fmt: skip
    late = ["6", "6", "0", "6"]
    assert rows["Kallelse (kallelse-i-tid, 1)"] == late
    assert rows["Kommun"] == late
    assert rows["Göteborg"] == late
    assert rows["Kallelse (först)"] == ["0", "6"]
    assert rows["Inskriven <nu>"] == ["30,0", "30,0"]
    assert len(page.find_all("svg")) == len(rows)


def test_the_page_needs_nothing_but_itself(folder: Path) -> None:
    file = folder / "page.html"
    replayed(folder, "new.md", f"--html={file}")

    page = BeautifulSoup(file.read_text(), "html.parser")
    assert page.html is not None
    assert page.html["lang"] == "sv"
    assert page.find_all(["script", "link", "img"]) == []
    assert "url(" not in file.read_text()


def test_every_figure_is_in_the_table(folder: Path) -> None:
    file = folder / "table.csv"
    replayed(folder, "new.md", f"--csv={file}")

    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    told = {(row["vad"], row["regel"], row["utfall"]): (row["före"], row["efter"]) for row in rows}
    assert told == {
        ("åtagande", "kallelse-i-tid", "gjorda i tid"): ("6", "0"),
        ("åtagande", "kallelse-i-tid", "försenade"): ("0", "6"),
        ("nekat", "först", "requires"): ("0", "6"),
        ("läge", "inskriven", "timmar i medel"): ("30.0", "30.0"),
    }
    assert {row["kommun"] for row in rows if row["vad"] == "åtagande"} == {"Göteborg"}


def test_the_same_version_says_that_nothing_differs(folder: Path) -> None:
    file = folder / "page.html"
    found = replayed(folder, "old.md", f"--html={file}")

    assert "6 ärenden, 12 händelser; 0 skiljer sig." in found.output
    assert "Ingen skillnad" in file.read_text()


def test_a_file_that_can_t_be_written_is_told_before_the_work(folder: Path) -> None:
    found = replayed(folder, "new.md", f"--html={folder / 'no' / 'page.html'}")

    assert found.exit_code == 1
    assert "går inte att skriva" in found.output
    assert "Ange en annan fil" in found.output


def test_a_line_that_is_no_history_is_named(folder: Path) -> None:
    with (folder / "year.jsonl").open("a") as file:
        file.write("\n{}\n")
    found = replayed(folder, "new.md")

    assert found.exit_code == 1
    assert "year.jsonl:8: raden är ingen händelsekedja" in found.output
