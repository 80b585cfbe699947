"""The table of OWASP ASVS 5.0: each requirement once, each file and test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "docs" / "security" / "asvs.md"
MODEL = ROOT / "docs" / "security" / "threat-model.md"
STATUSES = {"met", "installation's", "not yet", "does not apply"}
SOMEWHERE = {"met", "installation's"}

MANY = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
    "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 4, "11.2": 5, "11.3": 5, "11.4": 4, "11.5": 2, "11.6": 2, "11.7": 2,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 8, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 4,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
"""How many of a section's requirements are asked of us; they are always its first ones."""


def rows() -> list[list[str]]:
    """[id, requirement, status, where, test or reason] of each requirement."""
    lines = TABLE.read_text().splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| V\d", line)
    ]


def named(text: str) -> list[str]:
    return re.findall(r"`([^`\s]+)`", text)


def test_each_requirement_is_there_once_and_in_order() -> None:
    asked = [f"V{section}.{n + 1}" for section, many in MANY.items() for n in range(many)]

    assert [row[0] for row in rows()] == asked


def test_each_row_says_how_it_stands_and_why() -> None:
    for number, requirement, status, where, why in rows():
        assert requirement, number
        assert status in STATUSES, number
        assert why, number
        assert bool(named(where)) == (status in SOMEWHERE), number


@pytest.mark.parametrize("document", [TABLE, MODEL], ids=lambda path: path.stem)
def test_each_file_and_test_that_is_named_is_there(document: Path) -> None:
    known = {
        name
        for file in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"def (test_\w+)\(", file.read_text())
    }
    names = named(document.read_text())
    tests = {name for name in names if re.fullmatch(r"test_\w+", name)}
    files = {name for name in names if "/" in name and re.search(r"(\.\w{2,4}|\w/)$", name)}
    assert tests
    assert files

    assert tests - known == set()
    assert [one for one in sorted(files) if not is_there(one)] == []


def is_there(file: str) -> bool:
    return file.startswith("/") or any(
        (root / file).exists() for root in (ROOT, ROOT / "sammanhang")
    )
